"""Whose turn it is where there is not enough for everybody: by the oldest money that a payee was not paid yet.

First in, first out, whatever brought the money: what is paid uses up the oldest, and what comes back from a payment is
what that payment had used up, as if it had never left. So of all that ever came, put end to end by day, payments have
covered the beginning, and payments that came back have left holes in it. The oldest unpaid money lies at the lowest
hole, else where the covered part ends; and as what is ready reaches from there to the newest, it is found by walking
back from the newest day, without reading what was paid long ago. Amounts are micros of one payee and currency.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros


class Came(NamedTuple):
    """Money that became ready on a day (whole days since 1970, UTC): what is left of it after refunds of itself."""

    day: int
    amount: Micros


class Went(NamedTuple):
    """Money that left what is ready (above zero), or came back (below): ``what`` names the payment or the gift."""

    what: str
    amount: Micros


@dataclass(frozen=True, slots=True)
class Known:
    """What came, as far back as it was read: all of ``from_day`` and later; ``None``: all there ever was."""

    came: tuple[Came, ...]
    from_day: int | None = None


class Place(NamedTuple):
    """The day of the oldest unpaid money, ``None`` where there is none; not ``sure``: older money has to be read."""

    day: int | None
    sure: bool = True

    @property
    def at(self) -> Instant | None:
        """The beginning of that day."""
        return None if self.day is None else self.day * DAY


def reach(balance: Micros, went: Iterable[Went] = ()) -> Micros:
    """How far from the newest money back to the oldest that is unpaid, in micros: more than what is ready by holes.

    ``went`` in the order in which it happened, from the beginning; only who had something come back needs it. What
    came back without having left counts for nothing.
    """
    holes: list[tuple[Micros, Micros]] = []
    used: dict[str, list[tuple[Micros, Micros]]] = {}
    end = 0
    for what, amount in went:
        if amount < 0:
            for part in used.pop(what, []):
                insort(holes, part)
            continue
        left, parts = amount, used.setdefault(what, [])
        while left and holes:
            start, stop = holes.pop(0)
            parts.append((start, min(stop, start + left)))
            if stop > start + left:
                holes.insert(0, (start + left, stop))
            left -= parts[-1][1] - start
        if left:
            parts.append((end, end + left))
            end += left
    lowest = holes[0][0] if holes else end
    covered = end - sum(stop - start for start, stop in holes)
    return balance + covered - lowest


def oldest_unpaid(known: Known, wanted: Micros) -> Place:
    """The day on which, walking back from the newest, so much has come; ``wanted`` is what ``reach`` says.

    Where less is known than is wanted, it is the first day of all: nothing is known to be older.
    """
    if wanted <= 0:
        return Place(None)
    days: dict[int, Micros] = {}
    for day, amount in known.came:
        days[day] = days.get(day, 0) + amount
    first = None
    for day in sorted((day for day, amount in days.items() if amount > 0), reverse=True):
        first, wanted = day, wanted - days[day]
        if wanted <= 0:
            break
    sure = known.from_day is None or (wanted <= 0 and first is not None and first >= known.from_day)
    return Place(first, sure)
