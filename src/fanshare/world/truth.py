"""What the world knows and no programme can: why people bought; and what a plain last-click programme would pay."""

from collections import Counter
from dataclasses import dataclass

from fanshare.core.money import Micros, basis_points
from fanshare.world.cheats import Party
from fanshare.world.market import FAN_BPS, NEW_BUYER_BPS, SALE_BPS, SHELF
from fanshare.world.orders import Purchase
from fanshare.world.story import World

_CENT: Micros = 10_000


@dataclass(frozen=True, slots=True)
class Truth:
    """Of all honest orders: how many would have come anyway, and how many each creator caused."""

    anyway: int
    caused: Counter[int]


def truth(world: World) -> Truth:
    """The truth about a world's orders that somebody was shown to have brought."""
    honest = [order for order in world.purchases if order.path and not order.cheat]
    caused = Counter(order.cause for order in honest if order.cause is not None)
    return Truth(len(honest) - caused.total(), caused)


class LastClick:
    """A last-click programme with the same rates and fan share, beside which the tricks are measured.

    It looks at nothing but the last click: not at who bought, when the click was made, or whether anybody clicked.
    Those who are tricked with are new buyers, and nothing of theirs comes back.
    """

    def __init__(self, world: World) -> None:
        self._codes = {visit.key: visit.code for visit in world.visits}
        self._fans = {fan.code: fan for fan in world.fans}
        self._creators = world.owner_of()

    def pays(self, order: Purchase) -> dict[Party, Micros]:
        """Whom it would pay for an order, in micros."""
        if not order.path:
            return {}
        code = self._codes[order.path[-1]]
        pool = sum(_commission(item, pieces) for item, pieces in order.basket)
        fan = self._fans.get(code)
        if fan is None:
            return {("creator", self._creators[code]): pool}
        share = basis_points(pool, FAN_BPS)
        return {("fan", fan.key): share, ("creator", fan.creator): pool - share}


def _commission(item: int, pieces: int) -> Micros:
    product = SHELF[item]
    return basis_points(product.cents * pieces * _CENT, SALE_BPS if product.category == "Sale" else NEW_BUYER_BPS)


def last_click_gains(world: World) -> dict[str, Micros]:
    """What every trick would bring under last click, by its key."""
    programme = LastClick(world)
    gains: dict[str, Micros] = {}
    for cheat in world.cheats:
        paid = [programme.pays(order) for order in world.purchases if order.cheat == cheat.key]
        gains[cheat.key] = sum(one.get(party, 0) for one in paid for party in cheat.parties)
    return gains
