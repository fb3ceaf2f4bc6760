"""The cast of a generated world: creators with overlapping audiences, their fans, and people who shop or only look.

A person is a key and what the world sees of her (name, address of mail and network, browser). Creators belong to a
niche; who follows one creator of a niche tends to follow others of it, which is how audiences overlap. Nobody's reach
is a condition for anything: the smallest creators have three fans and take part like the largest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

NICHES = ("ceramics", "linen", "baking", "gardens", "knitting", "tiny homes", "cycling", "prints")

_FIRST = (
    *("Ada", "Alma", "Anouk", "Asli", "Bruno", "Carla", "Chiara", "Dana", "Edda", "Elif", "Emil", "Enya", "Fatou"),
    *("Femke", "Flora", "Greta", "Hanno", "Ida", "Ines", "Jale", "Jonte", "Juno", "Kaya", "Kemi", "Lale", "Leni"),
    *("Levi", "Liv", "Malou", "Marit", "Mats", "Mina", "Nele", "Nour", "Olga", "Paula", "Pia", "Rafa", "Ronja"),
    *("Selma", "Sina", "Smilla", "Tabea", "Tove", "Ulla", "Vera", "Wanda", "Yara", "Zoe", "Zora"),
)
_LAST = (
    *("Abend", "Acker", "Birke", "Blau", "Brandt", "Castell", "Dorn", "Eiche", "Falk", "Farben", "Garn", "Hafer"),
    *("Holm", "Immer", "Juli", "Kamm", "Kiesel", "Lenz", "Linde", "Moos", "Nebel", "Okker", "Petry", "Quell"),
    *("Reh", "Sand", "Seide", "Taler", "Ufer", "Vogel", "Weide", "Zimt"),
)
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_{n} like Mac OS X)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.{n}"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/14{n}.0.0.0"
_BROWSERS = (
    f"{_IPHONE} {_WEBKIT} Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 15; Pixel 8) {_BLINK} Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:14{n}.0) Gecko/20100101 Firefox/14{n}.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15",
)
_FEWEST_FANS = 3
_REPEAT = 1_000


@dataclass(frozen=True, slots=True)
class Creator:
    """Somebody who makes things people follow. ``reach`` is a relative weight."""

    key: int
    name: str
    slug: str
    niche: int
    reach: float

    @property
    def email(self) -> str:
        """Her address, known to the programme."""
        return f"{self.slug}@creators.example"

    @property
    def code(self) -> str:
        """The code of her link."""
        return self.slug


@dataclass(frozen=True, slots=True)
class Fan:
    """Somebody who helps one creator. ``known`` says whether the programme knows her address."""

    key: int
    creator: int
    code: str
    known: bool = True

    @property
    def email(self) -> str:
        """The address she shops with."""
        return f"fan{self.key}@fans.example"


@dataclass(frozen=True, slots=True)
class Shopper:
    """Somebody who clicks and perhaps buys. ``follows`` are keys of creators."""

    key: int
    follows: tuple[int, ...]
    withheld: bool = False
    email: str = ""

    @property
    def address(self) -> str:
        """Where her device is, in a network for private use (RFC 1918)."""
        return f"10.{self.key >> 16 & 255}.{self.key >> 8 & 255}.{self.key & 255}"

    @property
    def browser(self) -> str:
        """Her browser's user agent."""
        return _BROWSERS[self.key % len(_BROWSERS)].format(n=self.key // 7 % 6)


def make_creators(rng: Random, number: int) -> list[Creator]:
    """``number`` creators with distinct names; reach falls like a power of the rank, so that a few have many fans."""
    names = rng.sample([f"{first} {last}" for first in _FIRST for last in _LAST], number)
    return [
        Creator(key, name, name.lower().replace(" ", "-"), key % len(NICHES), (key + 1) ** -0.8)
        for key, name in enumerate(names)
    ]


def make_fans(rng: Random, creators: Sequence[Creator], number: int, known: float = 0.9) -> list[Fan]:
    """``number`` fans, three for every creator and the others by reach; each helps one creator with a link."""
    owners = [creator.key for creator in creators for _ in range(_FEWEST_FANS)][:number]
    rest = rng.choices([one.key for one in creators], [one.reach for one in creators], k=number - len(owners))
    codes = _codes(rng, number)
    return [
        Fan(key, owner, code, rng.random() < known)
        for key, (owner, code) in enumerate(zip([*owners, *rest], codes, strict=True))
    ]


def make_shoppers(rng: Random, creators: Sequence[Creator], first: int, number: int) -> list[Shopper]:
    """``number`` people who follow two to five creators, most of them of one niche."""
    by_niche = [[one for one in creators if one.niche == niche] for niche in range(len(NICHES))]
    pools = [pool for pool in by_niche if pool]
    weights = [list(accumulate(one.reach for one in pool)) for pool in pools]
    everybody = list(accumulate(one.reach for one in creators))
    found = []
    for key in range(first, first + number):
        home = rng.randrange(len(pools))
        wanted = min(rng.choice((2, 2, 3, 3, 4, 5)), len(creators))
        follows: dict[int, None] = {}
        for _ in range(_REPEAT):
            near = rng.random() < 0.8 and len(follows) < len(pools[home])
            pool, cumulated = (pools[home], weights[home]) if near else (creators, everybody)
            follows[rng.choices(pool, cum_weights=cumulated)[0].key] = None
            if len(follows) == wanted:
                break
        found.append(Shopper(key, tuple(follows), rng.random() < 0.03, f"shopper{key}@mail.example"))
    return found


def _codes(rng: Random, number: int) -> list[str]:
    """Distinct link codes of eight characters without look-alikes."""
    found: dict[str, None] = {}
    while len(found) < number:
        found["".join(rng.choices("23456789abcdefghjkmnpqrstvwxyz", k=8))] = None
    return list(found)
