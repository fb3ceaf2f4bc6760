"""What sales through creators leave a brand: goods without commission, the operator's fee, bonuses by hand, expenses
that it paid back, and what the goods cost it.

What they cost is a rate that the brand says, dated: an order costs by the rate in force when it was placed. Where there
is none the cost is unknown, and so is what is left; it is never taken as zero. Nothing is booked by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import BASIS, Micros
from fanshare.core.results import returned


class CostRate(NamedTuple):
    """From an instant on goods cost ``bps`` of what buyers pay for them; ``None`` says that nobody knows."""

    since: Instant
    bps: int | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Kept orders in one currency to which one rate applies. ``discount`` is known of them all only where ``told``.

    ``goods`` are without discounts and refunds, ``commission`` and ``fee`` as booked (micros).
    """

    orders: int
    goods: Micros
    commission: Micros
    fee: Micros
    discount: Micros
    told: bool
    cost_bps: int | None


@dataclass(frozen=True, slots=True)
class Margin:
    """The same of all orders in one currency. ``cost`` is that of orders with a rate, ``uncosted`` counts the rest."""

    currency: str
    goods: Micros
    commission: Micros
    fee: Micros
    discount: Micros | None
    cost: Micros
    uncosted: int
    by_hand: Micros = 0
    expenses: Micros = 0

    @property
    def before_cost(self) -> Micros:
        """Goods without commission, fee, bonuses given by hand and expenses paid back."""
        return self.goods - self.commission - self.fee - self.by_hand - self.expenses

    @property
    def left(self) -> Micros | None:
        """What is left after the goods are paid for as well; ``None`` where an order's cost is unknown."""
        return None if self.uncosted else self.before_cost - self.cost

    @property
    def back(self) -> Micros | None:
        """Goods for one unit of commission."""
        return returned(self.goods, self.commission)


def rate_at(said: Iterable[CostRate], at: Instant) -> int | None:
    """The rate in force at an instant, of rates in the order in which they were said.

    The latest that has begun counts; of two that begin together the one that was said last.
    """
    found = CostRate(-1, None)
    for one in said:
        if found.since <= one.since <= at:
            found = one
    return found.bps


def cost_of(goods: Micros, bps: int) -> Micros:
    """What goods cost at a rate, rounded up: what is left is never shown too high."""
    return -(-goods * bps // BASIS)


def margin(currency: str, sold: Iterable[Sold], by_hand: Micros = 0, expenses: Micros = 0) -> Margin:
    """What sales in one currency left; ``by_hand`` are bonuses that the brand gave beside its terms, ``expenses`` what
    it confirmed of what creators spent for it, with and without receipts.
    """
    rows = list(sold)
    known = all(one.told for one in rows)
    return Margin(
        currency,
        goods=sum(one.goods for one in rows),
        commission=sum(one.commission for one in rows),
        fee=sum(one.fee for one in rows),
        discount=sum(one.discount for one in rows) if known else None,
        cost=sum(cost_of(one.goods, one.cost_bps) for one in rows if one.cost_bps is not None),
        uncosted=sum(one.orders for one in rows if one.cost_bps is None),
        by_hand=by_hand,
        expenses=expenses,
    )
