"""Visits of links as they come over the wire: people's clicks, and everything that only looks like one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from random import Random

from fanshare.world.market import SHOP
from fanshare.world.people import Creator, Fan, Shopper


class Kind(StrEnum):
    """What a visit is. The values are the words the edge should judge it with."""

    CLICK = "counted"
    DUPLICATE = "duplicate"
    PREFETCH = "provisional"
    PREVIEW = "preview"
    BOT = "bot"
    HEAD = "head"
    EMBEDDED = "embedded"
    PAUSED = "paused"


#: How often noise of a kind comes for every click.
NOISE = {
    Kind.DUPLICATE: 0.03,
    Kind.PREVIEW: 0.03,
    Kind.BOT: 0.02,
    Kind.HEAD: 0.008,
    Kind.EMBEDDED: 0.008,
    Kind.PREFETCH: 0.008,
    Kind.PAUSED: 0.004,
}
_PROGRAMS = {
    Kind.PREVIEW: (
        "WhatsApp/2.24.20 A",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "TelegramBot (like TwitterBot)",
    ),
    Kind.BOT: (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "curl/8.9.1",
    ),
}
_PERSON = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate", "sec-fetch-user": "?1"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for ``/r/{code}`` at the beginning of a slot. ``stuffed``: a script made it at the checkout."""

    key: int
    slot: int
    code: str
    shopper: Shopper
    kind: Kind = Kind.CLICK
    stuffed: bool = False

    @property
    def method(self) -> str:
        """GET, or HEAD."""
        return "HEAD" if self.kind is Kind.HEAD else "GET"

    def headers(self) -> Mapping[str, str]:
        """The headers that tell who is asking; the address stands as a proxy would pass it on."""
        programs = _PROGRAMS.get(self.kind)
        if programs:
            return {"user-agent": programs[self.key % len(programs)], "x-forwarded-for": self.shopper.address}
        own = {"user-agent": self.shopper.browser, "x-forwarded-for": self.shopper.address}
        if self.stuffed:
            checkout = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate", "referer": f"{SHOP}/checkout/"}
            return own | checkout
        if self.kind is Kind.EMBEDDED:
            return own | {"sec-fetch-dest": "image", "sec-fetch-mode": "no-cors"}
        if self.kind is Kind.PREFETCH:
            return own | _PERSON | {"sec-purpose": "prefetch"}
        return own | _PERSON | {"referer": "https://www.instagram.com/"}


@dataclass(slots=True)
class Diary:
    """All visits of a world while it is made. A person visits at most one link a slot, so that her clicks have an
    order in time and none is a duplicate by accident."""

    visits: list[Visit] = field(default_factory=list)
    _taken: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def free(self, shopper: Shopper, slot: int) -> bool:
        """Whether she has not clicked anything in a slot yet."""
        return slot not in self._taken[shopper.key]

    def add(self, shopper: Shopper, slot: int, code: str, kind: Kind = Kind.CLICK, *, stuffed: bool = False) -> int:
        """Note a visit; returns its key."""
        if kind is not Kind.DUPLICATE:
            self._taken[shopper.key].add(slot)
        visit = Visit(len(self.visits), slot, code, shopper, kind, stuffed)
        self.visits.append(visit)
        return visit.key

    def free_slots(self, rng: Random, shopper: Shopper, first: int, end: int, wanted: int) -> list[int]:
        """Up to ``wanted`` free slots from ``first`` up to ``end``, in order of time."""
        open_ = [slot for slot in range(max(0, first), end) if self.free(shopper, slot)]
        return sorted(rng.sample(open_, min(wanted, len(open_))))


@dataclass(frozen=True, slots=True)
class Doors:
    """The links that lead to the shop: of every creator, and of her fans."""

    creators: Sequence[Creator]
    fans: Mapping[int, Sequence[Fan]]
    by_fan: float = 0.35

    def pick(self, rng: Random, creator: int) -> str:
        """A link by which somebody meets a creator: hers, or one of her fans' (the busiest ones most often)."""
        fans = self.fans.get(creator, ())
        if fans and rng.random() < self.by_fan:
            return fans[min(int(rng.expovariate(0.4)), len(fans) - 1)].code
        return self.creators[creator].code


def doors_of(creators: Sequence[Creator], fans: Iterable[Fan]) -> Doors:
    """The doors of a world."""
    by_creator: dict[int, list[Fan]] = defaultdict(list)
    for fan in fans:
        by_creator[fan.creator].append(fan)
    return Doors(creators, by_creator)


def look_around(rng: Random, diary: Diary, shoppers: Sequence[Shopper], doors: Doors, clicks: int, slots: int) -> None:
    """``clicks`` visits by people who look and do not buy, more of them in the evening."""
    hours = list(accumulate((1, 2, 2, 2, 4, 3) * (slots // 6 + 1)))[:slots]
    while clicks:
        shopper = shoppers[rng.randrange(len(shoppers))]
        slot = rng.choices(range(slots), cum_weights=hours)[0]
        if diary.free(shopper, slot):
            diary.add(shopper, slot, doors.pick(rng, rng.choice(shopper.follows)))
            clicks -= 1


def add_noise(rng: Random, diary: Diary, paused: str) -> None:
    """What machines do beside the clicks, in proportion to them; ``paused`` is the code of a paused link."""
    clicks = [visit for visit in diary.visits if visit.kind is Kind.CLICK and not visit.stuffed]
    for kind, share in NOISE.items():
        for visit in rng.sample(clicks, int(len(clicks) * share)):
            code = paused if kind is Kind.PAUSED else visit.code
            diary.add(visit.shopper, visit.slot, code, kind)
