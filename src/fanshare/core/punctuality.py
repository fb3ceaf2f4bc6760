"""How promptly a programme pays: half of what became ready was paid within so many days, or has waited longer.

Nobody writes down which payment paid which share. So it is first in, first out by amount, as whose turn it is goes
(``core.turns``): of all that ever became ready of a payee in a currency, put end to end by age, what left has covered
the beginning. A share is paid by the payment with which all of it is covered, and all that is older.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros

#: Below this many shares nothing is said: a few lucky ones say nothing about a habit.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Ripened:
    """A share that became ready, and when it was paid, if it was."""

    ready_at: Instant
    paid_at: Instant | None


class Placed(NamedTuple):
    """A share that became ready, and how much became ready of its payee after it (``newer``), after refunds."""

    ready_at: Instant
    newer: Micros


class Left(NamedTuple):
    """What is no longer among what a payee has ready: paid ``at``, or ``None`` where it is under way or was not paid.

    ``coin`` is the smallest amount that this way of paying moves: less than that it could not take along.
    """

    at: Instant | None
    amount: Micros
    coin: Micros = 1


def matched(placed: Iterable[Placed], left: Sequence[Left], balance: Micros) -> list[Ripened]:
    """When each of these shares of one payee and currency was paid, in the order in which they are given.

    ``left`` is all that ever left and stands, ``balance`` what is ready by now: both together are all that came, so
    that where a share ends is known without reading anything older than it. Below zero it is a debt: what was paid
    too much has paid later shares, and these when they became ready.
    """
    asked = list(placed)
    paid = sorted((one.at, one.amount, one.coin) for one in left if one.at is not None)
    sums = list(accumulate(amount for _, amount, _ in paid))
    all_of_it = balance + sum(one.amount for one in left)
    found: dict[int, Ripened] = {}
    number = 0
    # A younger share is never paid by an earlier payment than an older one: shares and payments are gone through once.
    for place in sorted(range(len(asked)), key=lambda place: (asked[place].ready_at, -asked[place].newer)):
        ready_at, end = asked[place].ready_at, all_of_it - asked[place].newer
        while number < len(paid) and not (
            sums[number] >= end or (paid[number][0] >= ready_at and sums[number] + paid[number][2] > end)
        ):
            number += 1
        found[place] = Ripened(ready_at, max(paid[number][0], ready_at) if number < len(paid) else None)
    return [found[place] for place in range(len(asked))]


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Half of ``shares`` shares were paid within ``days`` days; with ``unpaid`` half have waited at least that long."""

    days: int
    unpaid: bool
    shares: int


def punctuality(found: Sequence[Ripened], now: Instant) -> Punctuality | None:
    """The upper median of the waiting times; ``None`` below ``FEWEST``. Begun days count as days when paid.

    What is not paid has waited until now and stands behind everything paid: that is right while all shares looked at
    became ready at least as long ago as the answer says.
    """
    if len(found) < FEWEST:
        return None
    waited = sorted(
        (one.paid_at is None, (now if one.paid_at is None else one.paid_at) - one.ready_at) for one in found
    )
    unpaid, middle = waited[len(waited) // 2]
    days = middle // DAY if unpaid else -(-max(0, middle) // DAY)
    return Punctuality(days, unpaid, len(found))
