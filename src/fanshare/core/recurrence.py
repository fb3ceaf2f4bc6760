"""Recurring months: how long a rule pays on the orders of a buyer who comes back (DESIGN section 7).

The clock starts with the buyer's first kept order with this creator and runs in calendar months of the terms' zone: a
rule of 12 months still pays at 11 months and 29 days, and no longer once the twelfth month is full. A month that lacks
the day ends on its last one. 0 months pay on the first order only.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fanshare.core.instants import Instant, from_datetime, to_datetime
from fanshare.core.terms import Rule


class Recurring(NamedTuple):
    """What the months did to a part: counted from ``first_at``; ``paid`` still ran, ``over`` ran no longer."""

    first_at: Instant
    paid: tuple[int, ...]
    over: tuple[int, ...]


def is_over(months: int | None, first_at: Instant | None, placed_at: Instant, tz: ZoneInfo) -> bool:
    """Whether an order comes too late for a rule of so many months. A buyer without an earlier order is never late."""
    if months is None or first_at is None:
        return False
    return placed_at >= months_after(first_at, months, tz)


def months_after(start: Instant, months: int, tz: ZoneInfo) -> Instant:
    """The same time of day, by the zone's clocks, so many calendar months later."""
    local = to_datetime(start).astimezone(tz)
    day = date_after(local.date(), months)
    return from_datetime(local.replace(year=day.year, month=day.month, day=day.day, fold=0))


def date_after(start: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def recurring(first_at: Instant | None, applied: Iterable[Rule], late: Iterable[Rule]) -> Recurring | None:
    """What is worth telling about rules with months: those that applied, and those that came too late."""
    paid = sorted({rule.months for rule in applied if rule.months is not None})
    over = sorted({rule.months for rule in late if rule.months is not None})
    return None if first_at is None or (not paid and not over) else Recurring(first_at, tuple(paid), tuple(over))
