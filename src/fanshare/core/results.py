"""What sales come to for a brand: by product, for each kept order, for each unit of commission. Nothing is booked.

An order's goods and commission are spread over its lines so that the sums stay exactly those of the books.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fanshare.core.money import Micros, spread


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of a part: which product, what is kept of it, what its rule granted (micros, not negative)."""

    product: str
    kept: Micros
    granted: Micros


@dataclass(frozen=True, slots=True)
class SoldPart:
    """One creator's part of an order: the goods credited to her and the commission booked (micros)."""

    order: int
    goods: Micros
    commission: Micros
    lines: tuple[SoldLine, ...]


@dataclass(frozen=True, slots=True)
class ProductSum:
    """What was sold of one product: in how many orders, for how much, with how much commission."""

    product: str
    orders: int
    goods: Micros
    commission: Micros


def by_product(parts: Iterable[SoldPart]) -> list[ProductSum]:
    """Sums by product, of parts in one currency. What has no product stands under the empty name.

    Goods are spread in proportion to what is kept of each line, commission to what the rules granted on it: limits,
    caps and bonuses of the whole order weigh on all its lines alike.
    """
    goods: dict[str, int] = {}
    commission: dict[str, int] = {}
    orders: dict[str, set[int]] = {}
    for part in parts:
        for line, sold, paid in _spread(part):
            goods[line.product] = goods.get(line.product, 0) + sold
            commission[line.product] = commission.get(line.product, 0) + paid
            if sold:
                orders.setdefault(line.product, set()).add(part.order)
    return [
        ProductSum(product, len(orders.get(product, ())), goods[product], commission[product])
        for product in sorted(goods)
        if goods[product] or commission[product]
    ]


def each(amount: Micros, number: int) -> Micros | None:
    """An amount for each of a number, rounded down; ``None`` where there is none."""
    return amount // number if number else None


def returned(goods: Micros, spent: Micros) -> Micros | None:
    """How much of goods came back for one unit spent, in micros, rounded down; ``None`` where nothing was spent."""
    return goods * 1_000_000 // spent if spent > 0 else None


def _spread(part: SoldPart) -> list[tuple[SoldLine, Micros, Micros]]:
    lines = part.lines or (SoldLine("", 0, 0),)
    sold = _parts(part.goods, [line.kept for line in lines])
    paid = _parts(part.commission, [line.granted for line in lines] if any(line.granted for line in lines) else sold)
    return list(zip(lines, sold, paid, strict=True))


def _parts(amount: Micros, weights: list[int]) -> list[Micros]:
    """By weight; all on the first where nothing weighs."""
    return spread(amount, weights) if any(weights) else [amount, *[0] * (len(weights) - 1)]
