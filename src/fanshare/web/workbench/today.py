"""What her own books say to Today: all of it while they are open; locked, that something is due, if she allows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanshare.core.instants import MINUTE, Instant, local_date, zone
from fanshare.core.workbench.day import Day, day_of
from fanshare.core.workbench.documents import Shelf
from fanshare.flows import workbench_books, workbench_due
from fanshare.flows.authorisation import Hat, Role
from fanshare.flows.workbench_books import Open
from fanshare.flows.workbench_plan import her_clock
from fanshare.store.queries import workbench
from fanshare.web import site
from fanshare.web.authorisation import account_of
from fanshare.web.desk import Connection, Here
from fanshare.web.workbench import words
from fanshare.web.workbench.bench import EMPTY
from fanshare.web.workbench.steps import Row, rows_of

_NOTHING = Day()


@dataclass(frozen=True, slots=True)
class Said:
    """What Today shows of the books. ``waiting`` counts what is due while they are locked."""

    waiting: int = 0
    day: Day = _NOTHING
    currency: str = ""
    steps: tuple[Row, ...] = ()
    missed: tuple[Row, ...] = ()
    minutes: int = 0
    step: str = ""

    @property
    def until(self) -> str:
        """``19:30``: when today is done; empty where nothing is planned."""
        return "" if self.day.until is None else f"{self.day.until:%H:%M}"


def creates(worn: Iterable[Hat]) -> bool:
    """Whether somebody has a Today of her own in a programme; there is one Today, so the workbench has none then."""
    return any(one.role is Role.CREATOR for one in worn)


def of_books(here: Here) -> Said | None:
    """What the books of whoever asks say; ``None`` where there is nothing to say, or nothing may be said.

    Looking at Today keeps no books open longer: it is a page that brings itself up to date.
    """
    request, conn, now = here.request, here.access.conn, here.now
    account = account_of(request)
    kept = workbench.find(conn, account) if account else None
    if kept is None:
        return None
    key = site.of(request).keyring.peek(request.session.session_key, account, kept.turn, now)
    if key is None:
        waiting = workbench_due.waiting(conn, account, local_date(now, here.zone))
        return Said(waiting) if waiting else None
    shelf = workbench_books.load(Open(conn, account, key), EMPTY)
    workbench_due.tell(conn, account, shelf, local_date(now, zone(shelf.settings.zone)))
    return said(conn, (here.hat, *here.others), shelf, now)


def said(conn: Connection, worn: Sequence[Hat], shelf: Shelf, now: Instant) -> Said | None:
    """What open books say; ``None`` where there is nothing."""
    clock = her_clock(shelf, now)
    day = day_of(shelf, clock)
    if day.empty:
        return None
    rows = rows_of(conn, worn, shelf, [*day.missed, *day.steps], clock.date())
    begun = shelf.running.started_at if shelf.running is not None else now
    step = words.steps().get(shelf.running.step, "") if shelf.running is not None else ""
    cut = len(day.missed)
    return Said(
        0, day, shelf.settings.currency, tuple(rows[cut:]), tuple(rows[:cut]), max(0, now - begun) // MINUTE, step
    )
