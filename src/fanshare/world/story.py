"""A whole world from a seed: who there is, every visit, every order, and what the shop tells when.

The same seed and size give the same world, to the byte. Nothing here reads a clock or a file, and nothing knows how
fanshare settles: the world only acts, and keeps the truth about itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from fanshare.world.behaviour import Codes, Till, live_on, shop
from fanshare.world.cheats import CHEATING_CREATORS, EXTENSION, Cheat, Scene, play_all, reserved_fans
from fanshare.world.market import SLOTS
from fanshare.world.orders import REFUNDS, Event, Purchase
from fanshare.world.people import Creator, Fan, make_creators, make_fans, make_shoppers
from fanshare.world.visits import Diary, Visit, add_noise, doors_of, look_around


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is. ``clicks`` are people's, before the noise."""

    creators: int
    fans: int
    days: int
    buyers: int
    onlookers: int
    clicks: int
    orders: int
    refunds: int
    cancellations: int
    cheating: int


FULL = Size(200, 5_000, 27, 4_600, 9_000, 60_200, 5_900, 330, 110, 12)
SMALL = Size(16, 90, 13, 150, 160, 1_200, 190, 24, 8, 3)


_IN_ONE = 50


@dataclass(frozen=True, slots=True)
class Message:
    """What the shop tells on a day (0 is the first; trade ends before the last messages): orders at their stages.

    ``key`` names the message; a repetition has the key of what it repeats.
    """

    day: int
    key: str
    orders: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class World:
    """A generated world. ``visits`` and ``messages`` are in the order in which they happen; purchases by number.

    ``codes``: creator key to the code her followers may type; ``fan_codes``: fan key to the one that she passes on;
    ``choices``: creator key to the fans' part she chose, in basis points; ``paused``: the code of a paused link.
    """

    seed: int
    size: Size
    creators: tuple[Creator, ...]
    fans: tuple[Fan, ...]
    codes: Mapping[int, str]
    fan_codes: Mapping[int, str]
    choices: Mapping[int, int]
    paused: str
    visits: tuple[Visit, ...]
    purchases: tuple[Purchase, ...]
    messages: tuple[Message, ...]
    cheats: tuple[Cheat, ...]

    @property
    def days(self) -> int:
        """Days of trade."""
        return self.size.days

    @property
    def extension(self) -> Creator:
        """The creator who is a coupon extension."""
        return self.creators[len(self.creators) - CHEATING_CREATORS + EXTENSION]

    def owner_of(self) -> dict[str, int]:
        """Which creator a link leads to, by its code."""
        return {one.code: one.key for one in self.creators} | {one.code: one.creator for one in self.fans}

    def facts(self) -> dict[str, int]:
        """What there is of everything."""
        events = Counter(change.event for order in self.purchases for change in order.changes)
        owner = self.owner_of()
        by_key = {visit.key: visit for visit in self.visits}
        several = sum(len({owner[by_key[key].code] for key in order.path}) > 1 for order in self.purchases)
        return {
            "creators": len(self.creators),
            "fans": len(self.fans),
            "visits": len(self.visits),
            "orders": len(self.purchases),
            "orders with several creators": several,
            "refunds": sum(events[kind] for kind in REFUNDS),
            "cancellations": events[Event.CANCELLED],
            "messages": len(self.messages),
        }


def generate(seed: int, size: Size = FULL) -> World:
    """The world of a seed."""
    rng = Random(seed)  # noqa: S311  # a story, not a secret
    creators = make_creators(rng, size.creators)
    honest = creators[:-CHEATING_CREATORS]
    extra = reserved_fans(size.fans, creators)
    fans = make_fans(rng, honest, size.fans - len(extra))
    extra = [_renumbered(fan, len(fans) + place) for place, fan in enumerate(extra)]
    buyers = make_shoppers(rng, honest, 1, size.buyers)
    onlookers = make_shoppers(rng, honest, 100_000, size.onlookers)
    codes = {one.key: f"{one.name.split()[0].upper()}{one.key}" for one in honest if one.key % 3 == 0}
    diary, till, doors = Diary(), Till(size.days), doors_of(creators, fans)
    busiest = [doors.fans[one.key][0] for one in honest if one.key % 3 == 1]
    fan_codes = {fan.key: f"FRIEND{fan.key}" for fan in busiest}
    typed = Codes(codes, {fan.code: fan_codes[fan.key] for fan in busiest})
    shop(rng, diary, till, buyers, doors, typed, size.orders)
    cheats = play_all(Scene(rng, diary, till, doors, creators, extra, size.cheating))
    live_on(rng, till, size.refunds, size.cancellations)
    look_around(rng, diary, onlookers, doors, size.clicks - len(diary.visits), size.days * SLOTS)
    paused = honest[-1].code + "-old"
    add_noise(rng, diary, paused)
    return World(
        seed=seed,
        size=size,
        creators=tuple(creators),
        fans=(*fans, *extra),
        codes=codes,
        fan_codes=fan_codes,
        choices={one.key: (0, 1000, 3000)[one.key % 3] for one in honest if one.key % 7 == 5},
        paused=paused,
        visits=tuple(sorted(diary.visits, key=lambda visit: (visit.slot, visit.key))),
        purchases=tuple(till.purchases),
        messages=tuple(messages(rng, till.purchases)),
        cheats=tuple(cheats),
    )


def _renumbered(fan: Fan, key: int) -> Fan:
    return Fan(key, fan.creator, fan.code, fan.known)


def messages(rng: Random, purchases: Sequence[Purchase]) -> list[Message]:
    """What the shop tells: every order when it is placed (some days late), every change on its evening.

    What was shipped on a day is told in one message. Within a day nothing keeps its order, some messages come again,
    and where a change is told before a late order, the order's own message is the older one.
    """
    found: list[Message] = []
    shipped: dict[int, list[tuple[int, int]]] = {}
    for place, order in enumerate(purchases):
        found.append(Message(order.day + order.late_days, f"{order.number}-0", ((place, 0),)))
        for stage, change in enumerate(order.changes, 1):
            if change.event is Event.SHIPPED:
                shipped.setdefault(change.day, []).append((place, stage))
            else:
                found.append(Message(change.day, f"{order.number}-{stage}", ((place, stage),)))
    for day, orders in shipped.items():
        parts = range(0, len(orders), _IN_ONE)
        found += [Message(day, f"shipped-{day}-{part}", tuple(orders[part : part + _IN_ONE])) for part in parts]
    again = [Message(one.day + rng.randrange(3), one.key, one.orders) for one in rng.sample(found, len(found) // 25)]
    found += again
    rng.shuffle(found)
    return sorted(found, key=lambda message: message.day)
