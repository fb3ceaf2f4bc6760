"""Days on which euro payments are settled between banks: the calendar of TARGET.

Closed are Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December: the long-term calendar
that the European Central Bank has kept since 2002.
"""

from datetime import date, timedelta
from functools import lru_cache

_FIXED = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})


@lru_cache(maxsize=64)
def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm in Butcher's form (Nature, 1876)."""
    golden, century, of_century = year % 19, *divmod(year, 100)
    leaps, odd = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quads, rest = divmod(of_century, 4)
    week = (32 + 2 * odd + 2 * quads - moon - rest) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_target_day(day: date) -> bool:
    """Whether banks settle euro payments on this day."""
    easter = easter_sunday(day.year)
    moving = (easter - timedelta(days=2), easter + timedelta(days=1))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED and day not in moving


def next_target_day(day: date) -> date:
    """This day, or the first one after it on which banks settle."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day
