"""Days on which dollar payments are settled between banks: the calendar of the Federal Reserve.

Closed are Saturdays, Sundays and the eleven federal holidays. A holiday on a Sunday is kept on the Monday after; one
on a Saturday is not kept on another day (Federal Reserve Banks, holiday schedules).
"""

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
#: (month, weekday, which one of them; -1 is the last): King, Washington, Memorial, Labor, Columbus, Thanksgiving.
_MOVING = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))


def is_federal_day(day: date) -> bool:
    """Whether banks settle dollar payments on this day."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def next_federal_day(day: date) -> date:
    """This day, or the first one after it on which banks settle."""
    while not is_federal_day(day):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    fixed = [date(year, month, day) for month, day in _FIXED]
    kept = [day + timedelta(days=1) if day.weekday() == 6 else day for day in fixed]
    return frozenset([*kept, *(_weekday(year, *rule) for rule in _MOVING)])


def _weekday(year: int, month: int, weekday: int, which: int) -> date:
    if which < 0:
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
