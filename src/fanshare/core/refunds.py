"""What is kept of an order's goods after its refunds, exactly.

Refunds are applied by (created_at, id). Three rules, each on exact fractions:

* A refund that names lines takes from goods the lower of what it names and the goods part of the money it returned
  (``money x goods named / (goods named + shipping and tax named)``), each line in proportion. What a line no longer
  holds is taken from the other goods: the money went back all the same.
* A refund that names nothing is spread over all the order still holds: it takes the same fraction of everything,
  ``money / money not yet returned``.
* When all the money has gone back, nothing is kept.

The goods removed are rounded down once for the order; lines share the result by cumulative floors in line order, so
they add up exactly. No line falls below zero or rises above what was sold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fanshare.core.money import Micros
from fanshare.core.orders import Line, Refund


@dataclass(slots=True)
class _Held:
    """What an order still holds while refunds are applied: goods by line, everything else, money not yet returned."""

    goods: list[Fraction]
    other: Fraction
    money: Fraction

    def take_named(self, wanted: Sequence[Fraction], unplaced: Fraction, other: Fraction) -> None:
        """Take goods from their lines; what is not there, and what no line is named for, from all goods alike."""
        for index, amount in enumerate(wanted):
            taken = min(amount, self.goods[index])
            self.goods[index] -= taken
            unplaced += amount - taken
        whole = sum(self.goods)
        if unplaced and whole:
            self.scale_goods(max(Fraction(0), 1 - unplaced / whole))
        self.other = max(Fraction(0), self.other - other)

    def take_share(self, money: Micros) -> None:
        """Take the same fraction of everything."""
        left = 1 - Fraction(money) / self.money if self.money > money else Fraction(0)
        self.scale_goods(left)
        self.other *= left

    def scale_goods(self, factor: Fraction) -> None:
        self.goods = [amount * factor for amount in self.goods]


def kept_goods(goods: Sequence[Line], other: Micros, paid: Micros, refunds: Iterable[Refund]) -> tuple[Micros, ...]:
    """Micros kept of each line of goods after the refunds.

    ``other`` is what the order holds besides goods (shipping, tax, gift cards), ``paid`` what the buyer paid in all;
    both in micros. The result is as long as ``goods`` and its sum is ``sum of goods - floor(goods removed)``.
    """
    held = _Held([Fraction(line.net) for line in goods], Fraction(other), Fraction(paid))
    places = {line.id: index for index, line in enumerate(goods)}
    for refund in sorted(refunds, key=_turn):
        if refund.money == 0:
            continue
        if sum(net for _, net in refund.lines) + refund.other > 0:
            _apply_named(held, refund, places)
        else:
            held.take_share(refund.money)
        held.money -= refund.money
        if held.money <= 0:
            return (0,) * len(goods)
    return _floored(goods, held.goods)


def _turn(refund: Refund) -> tuple[int, int, str]:
    """(created_at, id), where shorter ids come first so that numbers written as text count as numbers."""
    return refund.created_at, len(refund.id), refund.id


def _apply_named(held: _Held, refund: Refund, places: dict[str, int]) -> None:
    named = sum(net for _, net in refund.lines)
    # More money than the refund names is not goods: it lands on shipping and tax.
    goods_part = min(Fraction(named), Fraction(refund.money * named, named + refund.other))
    scale = goods_part / named if named else Fraction(0)
    wanted, unplaced = [Fraction(0)] * len(held.goods), Fraction(0)
    for line, net in refund.lines:
        if line in places:
            wanted[places[line]] += net * scale
        else:
            unplaced += net * scale
    held.take_named(wanted, unplaced, refund.money - goods_part)


def _floored(goods: Sequence[Line], left: Sequence[Fraction]) -> tuple[Micros, ...]:
    kept, removed, given = [], Fraction(0), 0
    for line, rest in zip(goods, left, strict=True):
        removed += line.net - rest
        upto = int(removed)
        kept.append(line.net - (upto - given))
        given = upto
    return tuple(kept)
