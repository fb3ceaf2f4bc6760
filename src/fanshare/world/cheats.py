"""Tricks that people try, played out in the generated world beside everybody else.

Each trick is a set of orders and the parties who would gain by it. ``limit`` says what they can gain at most here;
the demonstration compares what they got with it, and with what plain last-click programmes would have paid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Literal

from fanshare.core.marks import later
from fanshare.world.behaviour import Till
from fanshare.world.market import SLOTS
from fanshare.world.people import Creator, Fan, Shopper
from fanshare.world.visits import Diary, Doors

type Party = tuple[Literal["creator", "fan"], int]

EXTENSION, HIJACKER, INVENTOR = range(3)
CHEATING_CREATORS = 3
_ALIASES, _INVENTED = 10, 8
_FIRST_SHOPPER = 200_000


class Limit(StrEnum):
    """What a trick can bring at most."""

    NOTHING = "nothing"
    FAN_SHARE = "one fan's share"
    FIRST_BUYER = "the first buyer's"
    COMMISSION = "her own commission"


@dataclass(frozen=True, slots=True)
class Cheat:
    """One trick. ``parties`` are those who would gain; ``title`` is how the table names it."""

    key: str
    title: str
    limit: Limit
    parties: tuple[Party, ...]


@dataclass(slots=True)
class Scene:
    """Where the tricks are played. ``creators`` are all of them; the last three cheat. ``scale`` sizes the tricks."""

    rng: Random
    diary: Diary
    till: Till
    doors: Doors
    creators: Sequence[Creator]
    fans: Sequence[Fan]
    scale: int
    _met: int = 0

    def somebody(self, email: str = "") -> Shopper:
        """A new shopper, who shops under an address of her own unless one is given."""
        self._met += 1
        key = _FIRST_SHOPPER + self._met
        return Shopper(key, (), email=email or f"shopper{key}@mail.example")

    def slot(self, first_day: int = 2) -> int:
        """A slot of an order that leaves room for one later slot on its day."""
        return self.rng.randrange(first_day, self.till.days) * SLOTS + self.rng.randrange(1, SLOTS - 1)

    def click(self, shopper: Shopper, slot: int, code: str, *, stuffed: bool = False) -> int:
        """One visit of hers."""
        return self.diary.add(shopper, slot, code, stuffed=stuffed)

    def honest_path(self, shopper: Shopper, slot: int) -> list[int]:
        """A click or two on honest creators' links in the days before."""
        chosen = self.rng.sample(range(len(self.creators) - CHEATING_CREATORS), self.rng.choice((1, 2)))
        slots = self.diary.free_slots(self.rng, shopper, slot - 4 * SLOTS, slot, len(chosen))
        return [self.click(shopper, at, self.doors.pick(self.rng, one)) for at, one in zip(slots, chosen, strict=False)]


def reserved_fans(first: int, creators: Sequence[Creator]) -> list[Fan]:
    """The fans whom the tricks need: buyers for themselves, one with ten accounts, a forum's friend, invented ones."""
    inventor = len(creators) - CHEATING_CREATORS + INVENTOR
    owners = [0, 1, *[2] * _ALIASES, 3, *[inventor] * _INVENTED]
    known = [True, False, *[False] * _ALIASES, True, *[False] * _INVENTED]
    return [
        Fan(first + place, owner, f"extra{place:02d}", is_known)
        for place, (owner, is_known) in enumerate(zip(owners, known, strict=True))
    ]


def play_all(scene: Scene) -> list[Cheat]:
    """Play every trick; returns them in the order of the table."""
    own, other = scene.fans[0], scene.fans[1]
    aliases = scene.fans[2 : 2 + _ALIASES]
    friend = scene.fans[2 + _ALIASES]
    invented = scene.fans[3 + _ALIASES :]
    tricks: tuple[Callable[[], Cheat], ...] = (
        lambda: _own_link(scene, own),
        lambda: _other_address(scene, other),
        lambda: _ten_accounts(scene, aliases),
        lambda: _shared_click(scene, friend),
        lambda: _extension(scene),
        lambda: _hijacker(scene),
        lambda: _invented_fans(scene, invented),
    )
    return [trick() for trick in tricks]


def _own_link(scene: Scene, fan: Fan) -> Cheat:
    for _ in range(scene.scale):
        shopper, slot = scene.somebody(fan.email), scene.slot()
        scene.till.sell(scene.rng, shopper, slot, [scene.click(shopper, slot - 1, fan.code)], cheat="own link")
    return Cheat("own link", later("a fan buys through her own link"), Limit.NOTHING, (("fan", fan.key),))


def _other_address(scene: Scene, fan: Fan) -> Cheat:
    for _ in range(scene.scale):
        shopper, slot = scene.somebody(), scene.slot()
        scene.till.sell(scene.rng, shopper, slot, [scene.click(shopper, slot - 1, fan.code)], cheat="other address")
    return Cheat("other address", later("she does so under another address"), Limit.FAN_SHARE, (("fan", fan.key),))


def _ten_accounts(scene: Scene, aliases: Sequence[Fan]) -> Cheat:
    for _ in range(scene.scale):
        shopper, slot = scene.somebody(), scene.slot()
        chosen = scene.rng.sample(aliases, 3)
        path = [scene.click(shopper, slot - 3 + place, one.code) for place, one in enumerate(chosen)]
        scene.till.sell(scene.rng, shopper, slot, path, cheat="ten accounts")
    parties: list[Party] = [("fan", one.key) for one in aliases]
    return Cheat("ten accounts", later("a fan works with ten accounts"), Limit.FAN_SHARE, tuple(parties))


def _shared_click(scene: Scene, friend: Fan) -> Cheat:
    """One click id goes round in a forum in the last days of trade, so that its checks are still running at the end."""
    late = scene.till.days - 2
    shared = scene.click(scene.somebody(), late * SLOTS, friend.code)
    for _ in range(scene.scale):
        scene.till.sell(scene.rng, scene.somebody(), scene.slot(late), [shared], cheat="shared click")
    return Cheat("shared click", later("one click goes round in a forum"), Limit.FIRST_BUYER, (("fan", friend.key),))


def _extension(scene: Scene) -> Cheat:
    extension = scene.creators[len(scene.creators) - CHEATING_CREATORS + EXTENSION]
    for _ in range(scene.scale * 3):
        shopper, slot = scene.somebody(), scene.slot()
        path = [*scene.honest_path(shopper, slot), scene.click(shopper, slot, extension.code, stuffed=True)]
        scene.till.sell(scene.rng, shopper, slot, path, cheat="extension")
    return Cheat("extension", later("a coupon extension stuffs clicks"), Limit.NOTHING, (("creator", extension.key),))


def _hijacker(scene: Scene) -> Cheat:
    """A script on the thank-you page adds a click after the order."""
    hijacker = scene.creators[len(scene.creators) - CHEATING_CREATORS + HIJACKER]
    for _ in range(scene.scale * 2):
        shopper, slot = scene.somebody(), scene.slot()
        path = [*scene.honest_path(shopper, slot), scene.click(shopper, slot + 1, hijacker.code)]
        scene.till.sell(scene.rng, shopper, slot, path, cheat="late click")
    return Cheat("late click", later("a click is added after the order"), Limit.NOTHING, (("creator", hijacker.key),))


def _invented_fans(scene: Scene, invented: Sequence[Fan]) -> Cheat:
    inventor = invented[0].creator
    for _ in range(scene.scale * 2):
        shopper, slot = scene.somebody(), scene.slot()
        code = scene.rng.choice(invented).code
        scene.till.sell(scene.rng, shopper, slot, [scene.click(shopper, slot - 1, code)], cheat="invented fans")
    parties: list[Party] = [("creator", inventor), *(("fan", one.key) for one in invented)]
    return Cheat("invented fans", later("a creator invents her fans"), Limit.COMMISSION, tuple(parties))
