"""Her books as a problem to plan, and a plan as it stands in them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from fanshare.core.planning.problem import Deliverable, Plan, Posted, Problem, Week, Window
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Busy, Post, Time, Work
from fanshare.core.workbench.works import (
    Range,
    is_out,
    left_of,
    placed_line,
    places_of,
    ready_on,
    week_of,
)

#: So many days are planned, and so many works at most: those that are due first.
DAYS, MOST_WORKS = 28, 60
#: Weights: a deal is promised to somebody, a post of her own to nobody.
_PROMISED, _OWN = 3, 1
_QUARTER, _DAY = 15, 24 * 60


@dataclass(frozen=True, slots=True)
class Sorted:
    """Works that are not done: to be planned now, due later than is planned, and past their day."""

    now: tuple[Work, ...]
    later: tuple[Work, ...]
    late: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A step in its place: ``begin`` to ``end`` on her own clock."""

    work: Work
    step: str
    begin: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return int((self.end - self.begin).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Load:
    """A week from its Monday: minutes worked and planned, against what she set (0: nothing)."""

    monday: date
    worked: int
    planned: int
    most: int

    @property
    def full(self) -> bool:
        """Whether what she set has been worked already."""
        return bool(self.most) and self.worked >= self.most


def sort_works(shelf: Shelf, today: date) -> Sorted:
    """What is not done, by when it is due."""
    left = sorted((one for one in shelf.of(Work) if left_of(one)), key=lambda one: (one.due, one.id))
    end = today + timedelta(days=DAYS)
    now = [one for one in left if today <= one.due < end and one.first < end]
    later = [one for one in left if one.due >= end or one.first >= end]
    return Sorted(tuple(now[:MOST_WORKS]), (*now[MOST_WORKS:], *later), tuple(one for one in left if one.due < today))


def problem_of(shelf: Shelf, now: datetime, *, anew: bool = False) -> Problem:
    """What there is to plan at ``now``, on her own clock. ``anew`` forgets the plan that stands."""
    today, settings = now.date(), shelf.settings
    works = sort_works(shelf, today).now
    worked = _worked(shelf, today)
    most = [_most(shelf, 0 if day else worked.get(today, 0)) for day in range(DAYS)]
    return Problem(
        tuple(most),
        tuple(_windows(shelf, now)),
        tuple(_weeks(shelf, today, worked)),
        tuple(_deliverable(one, today) for one in works),
        tuple(Posted((one.day - today).days, bool(one.deal)) for one in shelf.of(Post) if _recent(one, today, shelf)),
        settings.limit,
        settings.window,
        {} if anew else _before(works, now),
    )


def planned_works(works: Iterable[Work], plan: Plan, today: date) -> Iterator[Work]:
    """The works whose places a plan changes, with the new ones."""
    places: dict[str, list[tuple[str, datetime]]] = {}
    for one in plan.placed:
        at = datetime.combine(today, datetime.min.time()) + timedelta(days=one.day, minutes=one.begin)
        places.setdefault(one.deliverable, []).append((one.key, at))
    for work in works:
        line = placed_line(places.get(work.id, ()))
        if line != work.placed:
            yield replace(work, placed=line)


def blocks(works: Iterable[Work]) -> list[Block]:
    """Every step that is planned and not done, in its order."""
    found = []
    for work in works:
        places = places_of(work)
        for step in left_of(work):
            if step.key in places:
                at = places[step.key]
                found.append(Block(work, step.key, at, at + timedelta(minutes=step.minutes)))
    return sorted(found, key=lambda one: (one.begin, one.work.id))


def loads(shelf: Shelf, planned: Iterable[Block], today: date) -> list[Load]:
    """The weeks in which something is planned or, this one, was worked."""
    minutes: dict[date, int] = {}
    for one in planned:
        day = one.begin.date()
        monday = day - timedelta(days=day.weekday())
        minutes[monday] = minutes.get(monday, 0) + one.minutes
    this = today - timedelta(days=today.weekday())
    worked = sum(one.minutes for one in shelf.of(Time) if this <= one.day <= today)
    mondays = sorted({this, *(monday for monday in minutes if monday >= this)})
    most = shelf.settings.week_minutes
    return [Load(one, worked if one == this else 0, minutes.get(one, 0), most) for one in mondays]


def free(ranges: Iterable[Range], taken: Iterable[Range]) -> list[Range]:
    """What is left of some stretches of a day once others are taken from them."""
    left = list(ranges)
    for begin, end in taken:
        left = [
            part
            for one in left
            for part in ((one[0], min(one[1], begin)), (max(one[0], end), one[1]))
            if part[0] < part[1]
        ]
    return left


def _deliverable(work: Work, today: date) -> Deliverable:
    def day(of: date) -> int:
        return max(0, (of - today).days)

    weight, ready, out = _PROMISED if work.deal else _OWN, ready_on(work), is_out(work)
    steps = tuple(replace(one, first=day(ready[one.key])) if one.key in ready else one for one in left_of(work))
    return Deliverable(
        work.id, steps, day(work.first), day(work.due), bool(work.deal), weight, 0 if out else day(work.embargo), out
    )


def _windows(shelf: Shelf, now: datetime) -> Iterator[Window]:
    today, week, taken = now.date(), week_of(shelf.settings.hours), busy_days(shelf.of(Busy))
    gone = -(-(now.hour * 60 + now.minute) // _QUARTER) * _QUARTER
    for number in range(DAYS):
        day = today + timedelta(days=number)
        busy = [*taken.get(day, ()), *(((0, gone),) if not number else ())]
        for begin, end in sorted(free(week[day.weekday()], busy)):
            yield Window(number, begin, end - begin)


def busy_days(entries: Iterable[Busy]) -> dict[date, list[Range]]:
    """Taken stretches by day, one that runs past midnight on each of its days."""
    found: dict[date, list[Range]] = {}
    for entry in entries:
        for part in filter(None, entry.times.split(",")):
            text, _, length = part.partition("+")
            at, left = datetime.fromisoformat(text), int(length)
            begin = at.hour * 60 + at.minute
            day = at.date()
            while left > 0:
                took = min(left, _DAY - begin)
                found.setdefault(day, []).append((begin, begin + took))
                left, begin, day = left - took, 0, day + timedelta(days=1)
    return found


def _weeks(shelf: Shelf, today: date, worked: Mapping[date, int]) -> Iterator[Week]:
    """Calendar weeks, Monday first: of this one what was worked is taken off, and days without work count as rest."""
    settings, number = shelf.settings, 0
    while number < DAYS:
        day = today + timedelta(days=number)
        last = min(DAYS - 1, number + 6 - day.weekday())
        gone = [day - timedelta(days=ago) for ago in range(1, day.weekday() + 1)] if not number else []
        spent = sum(worked.get(one, 0) for one in [*gone, *([today] if not number else [])])
        most = max(0, settings.week_minutes - spent) if settings.week_minutes else _DAY * 7
        rest = max(0, settings.rest - sum(not worked.get(one) for one in gone))
        if number + 6 - day.weekday() > DAYS - 1:  # a week that is not planned to its end can rest in what is left
            rest = max(0, rest - (number + 6 - day.weekday() - (DAYS - 1)))
        first = number + (not number and bool(worked.get(today)))
        yield Week(number, last, most, 0)
        if first <= last:
            yield Week(first, last, _DAY * 7, min(rest, last - first + 1))
        number = last + 1


def _worked(shelf: Shelf, today: date) -> dict[date, int]:
    found: dict[date, int] = {}
    for one in shelf.of(Time):
        if today - timedelta(days=7) < one.day <= today:
            found[one.day] = found.get(one.day, 0) + one.minutes
    return found


def _most(shelf: Shelf, spent: int) -> int:
    return max(0, (shelf.settings.day_minutes or _DAY) - spent)


def _recent(post: Post, today: date, shelf: Shelf) -> bool:
    return today - timedelta(days=shelf.settings.window) < post.day < today + timedelta(days=DAYS)


def _before(works: Iterable[Work], now: datetime) -> dict[tuple[str, str], int]:
    found = {}
    for one in blocks(works):
        if one.begin >= now:
            found[one.work.id, one.step] = (one.begin.date() - now.date()).days
    return found
