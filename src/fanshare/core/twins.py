"""Twins: the same sale told by two connections. It counts once, at the connection that goes before.

**Names.** A sale has names beside its own number: ``payment:pi_123`` (a payment of a provider),
``order:shop.example/14`` (order 14 of the shop at that host), ``order:14#wc_order_x`` (order 14 with that birth mark),
``order:14`` (an order 14 of somebody). What an order or a payment *tells* are names it was given explicitly; what it
*owns* follows from itself.

**The same sale** (``same_sale``) is claimed only where one of the two says so, or both stand at one shop under one
number. Amount, buyer and time never suffice; they only confirm what a bare number claims.

**Who goes before** (``rank``) is a property of the connections and never of arrival: a shop before a payment provider
before an import, then the older connection. An order is a twin if a connection that goes before tells the same sale;
that is decided for each pair alone, so the order in which messages come does not matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from fanshare.core.instants import DAY, SECOND, Instant

PAYMENT = "payment:"
ORDER = "order:"

#: A bare number is confirmed by a sale of the same currency placed this near to it.
NEAR = DAY


class Role(IntEnum):
    """What a connection is to a sale. The lower one goes before."""

    SHOP = 0
    PAYMENT = 1
    IMPORT = 2


_ROLES = {"stripe": Role.PAYMENT, "csv": Role.IMPORT, "parquet": Role.IMPORT, "import": Role.IMPORT}


def role_of(kind: str) -> Role:
    """The role of a kind of connection; everything that is no payment provider and no import is a shop."""
    return _ROLES.get(kind, Role.SHOP)


@dataclass(frozen=True, slots=True)
class Place:
    """A connection as far as twins are concerned. ``hosts`` are in lower case, with the port if there is one."""

    connection_id: int
    role: Role
    hosts: frozenset[str] = frozenset()

    @property
    def rank(self) -> tuple[int, int]:
        """The lower one is the connection of record."""
        return self.role.value, self.connection_id


@dataclass(frozen=True, slots=True)
class Sale:
    """One order or payment of one connection. ``told`` are the names it was given explicitly."""

    place: Place
    number: str
    placed_at: Instant
    currency: str
    birth: str = ""
    told: frozenset[str] = frozenset()
    test: bool = False

    @property
    def owned(self) -> frozenset[str]:
        """The strong names that follow from the sale itself."""
        names = {f"{ORDER}{host}/{self.number}" for host in self.place.hosts}
        if self.birth:
            names.add(f"{ORDER}{self.number}#{self.birth}")
        return frozenset(names)

    @property
    def bare(self) -> str:
        """The weak name: its number alone."""
        return f"{ORDER}{self.number}"

    @property
    def names(self) -> frozenset[str]:
        """All names, by which sales that may be the same find each other."""
        return self.told | self.owned | {self.bare}


def payment_name(payment_id: str) -> str:
    """The name of a payment."""
    return f"{PAYMENT}{payment_id}"


def order_name(number: str, *, host: str = "", birth: str = "") -> str:
    """The name of an order of some shop, as far as its shop and birth mark are known (the birth mark says more)."""
    if birth:
        return f"{ORDER}{number}#{birth}"
    return f"{ORDER}{host.lower()}/{number}" if host else f"{ORDER}{number}"


def numbers_in(names: Iterable[str]) -> frozenset[str]:
    """Order numbers that some names may mean: where to look for the orders they name."""
    found: set[str] = set()
    for name in names:
        if name.startswith(ORDER):
            rest = name.removeprefix(ORDER)
            found |= {rest, rest.partition("#")[0], rest.partition("/")[2]}
    return frozenset(found - {""})


def same_sale(one: Sale, other: Sale) -> bool:
    """Whether two connections tell of one sale. Symmetric; never true within one connection.

    1. They name one payment; or
    2. one tells a strong name that the other owns; or
    3. one tells the other's bare number, and currency and day agree; or
    4. they stand at the same shop under the same number, and their birth marks agree (where one has none: currency
       and second of placing).

    A test and a real sale are never the same.
    """
    if one.place.connection_id == other.place.connection_id or one.test != other.test:
        return False
    if any(name.startswith(PAYMENT) for name in one.told & other.told):
        return True
    if one.told & other.owned or other.told & one.owned:
        return True
    agree, apart = one.currency == other.currency, abs(one.placed_at - other.placed_at)
    if one.bare in other.told or other.bare in one.told:
        return agree and apart <= NEAR
    if one.number != other.number or not one.place.hosts & other.place.hosts:
        return False
    return one.birth == other.birth if one.birth and other.birth else agree and apart < SECOND


def goes_before(one: Sale, other: Sale) -> bool:
    """Whether ``one`` is of the connection that counts, if both are the same sale."""
    return one.place.rank < other.place.rank


def twin_of[Key](sale: Sale, others: Iterable[tuple[Key, Sale]]) -> Key | None:
    """The first order (by rank, then number) that counts instead of ``sale``; ``None`` when ``sale`` itself counts."""
    found = [
        (other.place.rank, other.number, key)
        for key, other in others
        if goes_before(other, sale) and same_sale(sale, other)
    ]
    return min(found, key=lambda each: each[:2])[2] if found else None
