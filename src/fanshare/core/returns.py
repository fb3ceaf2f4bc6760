"""How often what was sold came back: of so many orders so many, told from twenty orders up.

What was paid back in full came back. Where only a part went back, or the shop does not say of what, it is open whether
something came back or the price was lowered: then a range is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from fanshare.core.money import Micros

#: Below this many orders nothing is said: three of four say nothing about a shirt, and something about four people.
FEWEST = 20


class SoldPiece(NamedTuple):
    """A line of an order of a shop (its endpoint): what the shop calls it, what it was sold for and what is kept.

    ``estimated``: of some refund of the order nobody knows which lines it was for.
    """

    order: int
    shop: str
    product: str
    sku: str
    net: Micros
    kept: Micros
    estimated: bool


@dataclass(frozen=True, slots=True)
class CameBack:
    """Of ``orders`` orders ``back`` came back, and ``unclear`` perhaps or in part."""

    orders: int
    back: int
    unclear: int

    @property
    def most(self) -> int:
        """How many came back at most."""
        return self.back + self.unclear


class Counted(NamedTuple):
    """What can be told: of all orders together, and of each product by the shop and its id or article number there."""

    whole: CameBack | None
    products: dict[tuple[str, str], CameBack]

    def of(self, shop: str, product: str) -> CameBack | None:
        """Of one product. One that belongs to no shop is found where only one shop sells something of that id."""
        if shop:
            return self.products.get((shop, product))
        found = [one for (_, id_), one in self.products.items() if id_ == product]
        return found[0] if len(found) == 1 else None


def count(pieces: Iterable[SoldPiece]) -> Counted:
    """Everything that is sold often enough. An order counts once for a product, however many lines name it."""
    products: dict[tuple[str, str], dict[int, tuple[bool, bool]]] = {}
    whole: dict[int, tuple[bool, bool]] = {}
    for one in pieces:
        if one.net <= 0:
            continue
        for name in {one.product, one.sku} - {""}:
            _note(products.setdefault((one.shop, name), {}), one)
        _note(whole, one)
    told = {key: told for key, orders in products.items() if (told := _told(orders)) is not None}
    return Counted(_told(whole), told)


def _note(orders: dict[int, tuple[bool, bool]], one: SoldPiece) -> None:
    back, unclear = orders.get(one.order, (False, False))
    certain = one.kept == 0 and not one.estimated
    orders[one.order] = (back or certain, unclear or (one.kept < one.net and not certain))


def _told(orders: dict[int, tuple[bool, bool]]) -> CameBack | None:
    if len(orders) < FEWEST:
        return None
    back = sum(back for back, _ in orders.values())
    return CameBack(len(orders), back, sum(unclear and not back for back, unclear in orders.values()))
