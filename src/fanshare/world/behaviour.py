"""How people behave: who clicks what before buying, what they buy, and what they send back.

Everything a shopper clicked lies in her cart's path, also from earlier orders: that is what makes orders with touches
of several creators, and why the truth (whose click caused the purchase) is not simply the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from fanshare.world.market import SHELF, SLOTS
from fanshare.world.orders import SHIPPING_CENTS, Change, Event, Purchase
from fanshare.world.people import Shopper
from fanshare.world.visits import Diary, Doors

#: What people who would have bought anyway are of all buyers.
BASELINE = 0.25
#: After trade has ended things still come back for so many days.
AFTERMATH = 14
TOLD_PARCELS = 0.25
_LOOKBACK = 10 * SLOTS
_PIECES = (1, 1, 1, 2)


@dataclass(frozen=True, slots=True)
class Codes:
    """What may be typed at the checkout: a creator's code by her key, a fan's code by the code of her link."""

    by_creator: Mapping[int, str]
    by_link: Mapping[str, str]

    def known_after(self, links: Sequence[tuple[int, str]]) -> list[str]:
        """What a shopper knows who followed these links, each with the key of its creator."""
        texts = [self.by_creator.get(creator, "") for creator, _ in links]
        texts += [self.by_link.get(link, "") for _, link in links]
        return [text for text in texts if text]


@dataclass(slots=True)
class Till:
    """The shop's order book while the world is made."""

    days: int
    purchases: list[Purchase] = field(default_factory=list)
    _next: int = 1001

    def sell(self, rng: Random, shopper: Shopper, slot: int, path: Sequence[int], **more: object) -> Purchase:
        """Write an order down; its number is the next one."""
        minutes = rng.randrange(10, 80)
        order = Purchase(self._next, slot, minutes, shopper, basket(rng), tuple(path))
        self._next += 1
        order = replace(order, **more)  # type: ignore[arg-type]
        self.purchases.append(order)
        return order


def basket(rng: Random) -> tuple[tuple[int, int], ...]:
    """One to three products, one or two pieces each."""
    items = rng.sample(range(len(SHELF)), rng.choice((1, 1, 2, 3)))
    return tuple((item, rng.choice(_PIECES)) for item in items)


def shop(
    rng: Random,
    diary: Diary,
    till: Till,
    buyers: Sequence[Shopper],
    doors: Doors,
    codes: Codes,
    wanted: int,
) -> None:
    """``wanted`` orders by honest buyers, some of whom buy again."""
    rounds = [*buyers, *rng.choices(buyers, k=wanted - len(buyers))][:wanted]
    orders_of: dict[int, int] = {}
    for shopper in rounds:
        orders_of[shopper.key] = orders_of.get(shopper.key, 0) + 1
    by_key = {shopper.key: shopper for shopper in buyers}
    for key, number in orders_of.items():
        path: list[int] = []
        slots = sorted(rng.sample(range(2 * SLOTS, till.days * SLOTS), number))
        before = 0
        for slot in slots:
            fresh = _visits(rng, diary, by_key[key], doors, max(before, slot - _LOOKBACK), slot)
            path += [visit for visit, _ in fresh]
            before = slot
            known = codes.known_after([(creator, diary.visits[visit].code) for visit, creator in fresh])
            _buy(rng, till, by_key[key], slot, path, [creator for _, creator in fresh], known)


def _visits(rng: Random, diary: Diary, shopper: Shopper, doors: Doors, first: int, slot: int) -> list[tuple[int, int]]:
    """The clicks of one shopper before one order: (visit, creator). One in twenty-five buys without any."""
    if rng.random() < 0.04:
        return []
    number = min(rng.choices((1, 2, 3, 4), (64, 26, 8, 2))[0], len(shopper.follows))
    creators = rng.sample(shopper.follows, number)
    slots = diary.free_slots(rng, shopper, first, slot, number)
    return [
        (diary.add(shopper, at, doors.pick(rng, creator)), creator)
        for at, creator in zip(slots, creators, strict=False)
    ]


def _buy(
    rng: Random,
    till: Till,
    shopper: Shopper,
    slot: int,
    path: Sequence[int],
    creators: Sequence[int],
    known: Sequence[str],
) -> None:
    cause = rng.choice(creators) if creators and rng.random() >= BASELINE else None
    typed = (rng.choice(known),) if known and rng.random() < 0.3 else ("AUTUMN10",) if rng.random() < 0.05 else ()
    till.sell(
        rng,
        shopper,
        slot,
        (*path[:1], *path[1:][-19:]),
        codes=typed,
        cause=cause,
        late_days=rng.randrange(1, 4) if rng.random() < 0.04 else 0,
        test=rng.random() < 0.002,
    )


def live_on(rng: Random, till: Till, refunds: int, cancellations: int) -> None:
    """Give every order its later life: shipping, ``refunds`` refunds, ``cancellations`` of which some are undone."""
    places = [place for place, order in enumerate(till.purchases) if not order.cheat and not order.test]
    rng.shuffle(places)
    cancelled, returned = set(places[:cancellations]), set(places[cancellations : cancellations + refunds])
    for place, order in enumerate(till.purchases):
        changes = _cancelled(rng, order) if place in cancelled else _shipped(rng, order.day)
        if place in returned:
            sent = changes[-1].day if changes else order.day + 1
            changes += _returned(rng, order, sent, till.days - 1 + AFTERMATH)
        till.purchases[place] = replace(order, changes=tuple(changes))


def _shipped(rng: Random, day: int) -> list[Change]:
    """The shop tells of some parcels only."""
    return [Change(day + rng.randrange(1, 4), Event.SHIPPED)] if rng.random() < TOLD_PARCELS else []


def _cancelled(rng: Random, order: Purchase) -> list[Change]:
    gone = Change(order.day + rng.randrange(2), Event.CANCELLED)
    if rng.random() >= 0.2:
        return [gone]
    back = Change(gone.day + 1, Event.REVIVED)
    return [gone, back, *_shipped(rng, back.day)]


def _returned(rng: Random, order: Purchase, shipped: int, last: int) -> list[Change]:
    day = min(shipped + rng.randrange(1, 18), last)
    event = rng.choices((Event.FULL_REFUND, Event.LINE_REFUND, Event.AMOUNT_REFUND), (40, 35, 25))[0]
    first = Change(day, event, rng.randrange(len(order.basket)), _some_cents(rng, order))
    if event is Event.FULL_REFUND or rng.random() < 0.9:
        return [first]
    return [first, Change(min(day + 2, last), Event.AMOUNT_REFUND, 0, _some_cents(rng, order) // 2)]


def _some_cents(rng: Random, order: Purchase) -> int:
    """Between 3 and 30 % of what was paid."""
    return max(1, (order.net_cents + SHIPPING_CENTS) * rng.randrange(3, 31) // 100)
