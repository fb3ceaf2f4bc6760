"""What other terms would have given on orders that were: the same orders, worked out under both, so that they compare.

Each creator's part is worked out by itself: without caps of a period, tiers from their first step, every buyer new to
the creator. That is said wherever the figures are shown. Nothing is booked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fanshare.core.cumulative import Piece
from fanshare.core.grants import Occasion, granted
from fanshare.core.money import Micros
from fanshare.core.orders import OrderView
from fanshare.core.sharing import share
from fanshare.core.terms import Terms


@dataclass(frozen=True, slots=True)
class PastPart:
    """One creator's part of an order that was: the order as it is now, her credit, and whose evidence it had."""

    view: OrderView
    credit: Fraction
    group: str
    by_code: bool
    introduced: bool
    by_fan: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """What some parts come to under one version of the terms, in one currency. Micros."""

    commission: Micros = 0
    creators: Micros = 0
    fans: Micros = 0
    buyers: Micros = 0


def what_if(terms: Terms, parts: Iterable[PastPart]) -> Sum:
    """The sum over parts of one currency, had all of them begun under ``terms``."""
    total = Sum()
    for one in parts:
        pool = _pool(terms, one)
        shares = share(pool, terms.fan_bps, terms.buyer_bps, introduced=one.introduced, by_fan=one.by_fan)
        total = Sum(
            total.commission + pool,
            total.creators + shares.creator,
            total.fans + shares.fan,
            total.buyers + shares.buyer,
        )
    return total


def _pool(terms: Terms, one: PastPart) -> Micros:
    net = sum(one.view.kept)
    if net <= 0:
        return 0
    asked = Occasion(new_buyer=True, first_at=None, credit=one.credit, by_code=one.by_code, group=one.group)
    return granted(terms, one.view, asked, [Piece(0, net)], terms.margin_bps).amount
