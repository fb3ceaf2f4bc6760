"""On which day what is owed becomes ready, so that the days come to exactly what stands on the accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fanshare.core.money import Micros

#: What waits for a day, under the names of the accounts.
WAITING, CHECKED, UNCLAIMED = "pending", "held", "unclaimed"
DATED = (WAITING, CHECKED, UNCLAIMED)
#: The day of what has none yet: not shipped, or not tied to one order.
NO_DAY = ""


@dataclass(frozen=True, slots=True)
class OwedDay:
    """What becomes ready on a day (``2026-12-04``, or ``NO_DAY``): waiting, being checked until then, nobody's yet."""

    day: str
    waiting: Micros
    checked: Micros
    unclaimed: Micros


def owed_days(balances: Mapping[str, Micros], dated: Iterable[tuple[str, str, Micros]], today: str) -> list[OwedDay]:
    """The days in their order, the one without a date last. Micros of one currency.

    ``balances``: what stands on the accounts by kind; ``dated``: (day, kind, amount) of each share. A day that has
    passed is today: the next settlement makes it ready. What the accounts hold beyond the shares has no day, so that
    the sum of each kind is its balance, whatever the shares say.
    """
    found: dict[tuple[str, str], int] = {}
    for day, kind, amount in dated:
        key = (max(day, today) if day else NO_DAY, kind)
        found[key] = found.get(key, 0) + amount
    for kind in DATED:
        rest = balances.get(kind, 0) - sum(amount for (_, of), amount in found.items() if of == kind)
        found[NO_DAY, kind] = found.get((NO_DAY, kind), 0) + rest
    days = sorted({day for (day, _), amount in found.items() if amount}, key=lambda day: (day == NO_DAY, day))
    return [OwedDay(day, *(found.get((day, kind), 0) for kind in DATED)) for day in days]
