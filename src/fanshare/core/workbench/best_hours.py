"""In which hours of a week people came by her links clearly more often than in others, if that can be told.

``WEEKS`` whole weeks are counted, so that each hour of a week stands in as many of them. Whoever comes is counted once
a day, at her first visit. An hour is named where its Poisson interval (``core.intervals``, Byar) lies above her mean of
all hours. 168 hours are looked at, so the intervals are wide enough to be right for all of them together in 19 of 20
cases. A post draws many at once, which no such interval knows: an hour counts only where people came in several weeks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fanshare.core.instants import MINUTE, Instant, to_datetime
from fanshare.core.intervals import MILLION, OF_A_WEEK, count_finely

WEEKS, HOURS = 12, 168
#: Zones lie whole quarters of an hour apart.
SLOT = 15 * MINUTE
#: Below so many visitors nothing is said; an hour has to be good in so many weeks at least.
FEWEST, FEWEST_WEEKS = 20, 3


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a week (0: Monday from midnight on): who came, in how many different weeks.

    ``low`` and ``high`` say between how many times her mean hour it lies, in tenths, rounded outwards.
    """

    number: int
    visitors: int
    weeks: int
    low: int
    high: int
    named: bool = False

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        return self.number // 24

    @property
    def begin(self) -> int:
        """The hour of the day."""
        return self.number % 24


@dataclass(frozen=True, slots=True)
class Week:
    """All hours of a week, and how many came in all of them."""

    visitors: int
    hours: tuple[Hour, ...]

    @property
    def enough(self) -> bool:
        """Whether anything can be told."""
        return self.visitors >= FEWEST

    @property
    def named(self) -> list[Hour]:
        """The hours that stand out, the clearest first."""
        found = (one for one in self.hours if one.named)
        return sorted(found, key=lambda one: (-one.low, -one.visitors, one.number))


def first_day(today: date) -> date:
    """The first of the days that are counted; the last one is yesterday."""
    return today - timedelta(days=7 * WEEKS)


def week(slots: Mapping[Instant, int] | Iterable[tuple[Instant, int]], tz: ZoneInfo, today: date) -> Week:
    """Visitors by the beginning of a slot of fifteen minutes, as hours of a week on her clock.

    What lies outside the days that are counted is left out.
    """
    visitors, weeks = [0] * HOURS, [set[int]() for _ in range(HOURS)]
    first = first_day(today)
    for at, number in slots.items() if isinstance(slots, Mapping) else slots:
        moment = to_datetime(at).astimezone(tz)
        if number and first <= moment.date() < today:
            hour = moment.weekday() * 24 + moment.hour
            visitors[hour] += number
            weeks[hour].add((moment.date() - first).days // 7)
    whole = sum(visitors)
    return Week(whole, tuple(_hour(number, visitors[number], len(weeks[number]), whole) for number in range(HOURS)))


def _hour(number: int, visitors: int, weeks: int, whole: int) -> Hour:
    if not whole:
        return Hour(number, 0, 0, 0, 0)
    sure = count_finely(visitors, OF_A_WEEK)
    above = sure.low * HOURS > whole * MILLION
    low, high = sure.low * HOURS * 10 // (whole * MILLION), -(-sure.high * HOURS * 10 // (whole * MILLION))
    return Hour(number, visitors, weeks, low, high, whole >= FEWEST and weeks >= FEWEST_WEEKS and above)
