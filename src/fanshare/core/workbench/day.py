"""Her day by her own books: what is owed and late, what runs, what comes next, and whether it is time to stop.

Where there is nothing there is nothing: no rows, no praise, nothing that counts days.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fanshare.core.workbench.clock import Claim, open_claims
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Invoice, Running, Time, Work
from fanshare.core.workbench.schedule import Block, blocks, loads, sort_works

#: What lies further ahead is not told to whoever has only the database.
AHEAD = 60


@dataclass(frozen=True, slots=True)
class Day:
    """What stands in the books for a day. ``claims``: invoices that are late, the longest first. ``running``: a timer.

    ``steps`` are planned for today and not over, ``missed`` were planned before and are not ticked, ``late`` is what is
    past its day and has neither. ``stop`` says that she has worked what she set for the ``"week"`` or the
    ``"day"`` (empty: she has not, or set nothing); then no step is shown.
    """

    claims: tuple[Claim, ...] = ()
    running: Running | None = None
    steps: tuple[Block, ...] = ()
    missed: tuple[Block, ...] = ()
    late: tuple[Work, ...] = ()
    stop: str = ""

    @property
    def until(self) -> datetime | None:
        """When today is done, on her own clock."""
        return max((one.end for one in self.steps), default=None)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return self == Day()


def day_of(shelf: Shelf, clock: datetime) -> Day:
    """Her day at a moment on her own clock."""
    today = clock.date()
    claims = tuple(one for one in open_claims(shelf.of(Invoice), today) if one.days > 0)
    works = sort_works(shelf, today)
    planned = blocks((*works.now, *works.later, *works.late))
    steps = tuple(one for one in planned if one.begin.date() == today and one.end > clock)
    missed = tuple(one for one in planned if one.end <= clock)
    late = tuple(one for one in works.late if all(block.work.id != one.id for block in (*missed, *steps)))
    stop = stop_of(shelf, today)
    if stop and (steps or missed or shelf.running is not None):
        return Day(claims, shelf.running, late=late, stop=stop)
    return Day(claims, shelf.running, steps, missed, late)


def stop_of(shelf: Shelf, today: date) -> str:
    """Whether she has worked what she set, of the week or else of the day."""
    if loads(shelf, (), today)[0].full:
        return "week"
    most = shelf.settings.day_minutes
    return "day" if most and sum(one.minutes for one in shelf.of(Time) if one.day == today) >= most else ""


def due_days(shelf: Shelf, today: date) -> Mapping[date, int]:
    """From which days on how many things are due, up to ``AHEAD`` days ahead; what was due before is due today.

    It names nothing, and is all that is told while her books are locked.
    """
    found: Counter[date] = Counter()
    for one in open_claims(shelf.of(Invoice), today):
        found[max(today, one.invoice.due + timedelta(days=1))] += 1
    works = sort_works(shelf, today)
    for block in blocks((*works.now, *works.later, *works.late)):
        found[max(today, block.begin.date())] += 1
    found[today] += sum(all(block.begin.date() > today for block in blocks([one])) for one in works.late)
    return {day: number for day, number in sorted(found.items()) if number and day <= today + timedelta(days=AHEAD)}
