"""Sellers: parties of one person put together, who of them is reported, and what is missing before she can be.

Nothing here says in its representation who anybody is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from fanshare.core.tax.dpi.figures import Figures, added
from fanshare.core.tax.forms import Form, FormKind, establishments, names
from fanshare.core.tax.tins import COUNTRIES

#: Postcodes as the member states write them, before the name of a town.
_POSTCODE = re.compile(
    r"((?:[A-Z]{1,2}-)?(?:\d{2}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|\d{4}-\d{3}|\d{4,5}))(?:,? )\s*(\S.*)", re.ASCII
)
_PLACE = re.compile(r"(.*\S)\s*[,(]\s*([A-Za-z]{2})\)?")


class Lack(StrEnum):
    """What is missing before somebody can be reported."""

    FORM = "form"  # she gave none, or the one that she gave was refused or has ended
    FAMILY = "family"  # her name has one word
    BIRTH = "birth"
    BIRTH_PLACE = "birth_place"  # with the two letters of its country: needed where there is no tax number
    TIN = "tin"
    MONEY = "money"  # more was kept back than there was to report


class Excluded(StrEnum):
    """Why somebody is not reported."""

    NOTHING = "nothing"  # what she got is no pay: rebates, gifts of others
    OUTSIDE = "outside"  # she lives in no member state, and none gave her a number


class Bank(NamedTuple):
    """An account that she was paid to; ``holder`` where it is somebody else's name."""

    number: str
    kind: str
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a seller is, as she signed it. A person has ``first`` and ``last``, a company ``name`` alone."""

    company: bool = field(repr=False)
    name: str = field(repr=False)
    first: str = field(repr=False)
    last: str = field(repr=False)
    street: str = field(repr=False)
    postcode: str = field(repr=False)
    city: str = field(repr=False)
    country: str = field(repr=False)
    tin: str = field(repr=False)
    tin_country: str = field(repr=False)
    vat: str = field(repr=False)
    register: str = field(repr=False)
    birth: str = field(repr=False)
    birth_city: str = field(repr=False)
    birth_country: str = field(repr=False)
    establishments: tuple[str, ...] = field(repr=False)

    def residences(self, union: frozenset[str]) -> tuple[str, ...]:
        """Where she lives, and the member state that gave her number (Annex V, section II, part D)."""
        given = self.tin_country if self.tin and self.tin_country in union else self.country
        return (self.country,) if given == self.country else (self.country, given)

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """What its form leaves open."""
        if self.company:
            return () if self.tin else (Lack.TIN,)
        found = [] if self.first and self.last else [Lack.FAMILY]
        found += [] if self.birth else [Lack.BIRTH]
        if not self.tin and not (self.birth_city and self.birth_country):
            found.append(Lack.BIRTH_PLACE)
        return tuple(found)


def identity_of(form: Form) -> Identity:
    """Who somebody is by her form, whichever it is."""
    company = form.get("entity") == "company" or form.get("class") not in ("", "individual")
    first, last = ("", "") if company else names(form)
    postcode, city = _town(form.get("city"))
    place = _PLACE.fullmatch(form.get("birth_place"))
    known = place is not None and place[2].upper() in COUNTRIES
    country = "US" if form.kind is FormKind.W9 else form.get("country")
    return Identity(
        company,
        form.get("business") or form.get("name"),
        first,
        last,
        form.get("street"),
        postcode,
        city,
        country,
        form.get("tin"),
        form.get("tin_country") or country,
        form.get("vat"),
        form.get("register"),
        form.get("birth"),
        place[1].rstrip(", (") if place and known else "",
        place[2].upper() if place and known else "",
        establishments(form),
    )


def _town(text: str) -> tuple[str, str]:
    found = _POSTCODE.fullmatch(text)
    return ("", text) if found is None else (found[1], found[2])


@dataclass(frozen=True, slots=True)
class Part:
    """What a party of one programme brings: what she got, and who she is where that is known.

    ``account``: what stands for the address that she signs in with, empty where nobody does.
    """

    programme: int
    party: int
    figures: Figures
    identity: Identity | None = None
    signed_at: int = 0
    account: str = field(default="", repr=False)
    banks: frozenset[Bank] = field(default=frozenset(), repr=False)

    @property
    def key(self) -> str:
        """Who she is: her number and the state that gave it; without one her account, or the party alone."""
        if self.identity is not None and self.identity.tin:
            return f"tin {self.identity.tin_country} {self.identity.tin}"
        return f"account {self.account}" if self.account else f"party {self.programme} {self.party}"


@dataclass(frozen=True, slots=True)
class Seller:
    """One person with everything that she got here. ``parts`` in the order of programmes and parties."""

    key: str = field(repr=False)
    parts: tuple[Part, ...]

    def __add__(self, other: "Seller") -> "Seller":
        parts = {(one.programme, one.party): one for one in (*self.parts, *other.parts)}
        return replace(self, parts=tuple(parts[place] for place in sorted(parts)))

    @property
    def identity(self) -> Identity | None:
        """What she signed last."""
        known = [one for one in self.parts if one.identity is not None]
        if not known:
            return None
        return max(known, key=lambda one: (one.signed_at, one.programme, one.party)).identity

    @property
    def figures(self) -> Figures:
        """All that she got."""
        return added(*(one.figures for one in self.parts))

    @property
    def banks(self) -> tuple[Bank, ...]:
        """All accounts that she was paid to."""
        return tuple(sorted(frozenset[Bank]().union(*(one.banks for one in self.parts))))

    def excluded(self, union: frozenset[str]) -> Excluded | None:
        """Why she is not reported; ``None`` where she is, or would be if nothing was missing."""
        if not any(quarter.paid for year in self.figures.values() for quarter in year):
            return Excluded.NOTHING
        who = self.identity
        outside = who is not None and not union.intersection(who.residences(union))
        return Excluded.OUTSIDE if outside else None

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """What is missing before she can be reported."""
        who = self.identity
        found = (Lack.FORM,) if who is None else who.lacks
        below = any(quarter.consideration < 0 for year in self.figures.values() for quarter in year)
        return (*found, Lack.MONEY) if below else found


def merged(parts: Iterable[Part]) -> dict[str, Seller]:
    """Sellers by their key. Nobody is put together by name: a number or an account is the same, or it is another."""
    return joined({}, *({part.key: Seller(part.key, (part,))} for part in parts))


def joined(*several: Mapping[str, Seller]) -> dict[str, Seller]:
    """Sellers of several lists as one list."""
    found: dict[str, Seller] = {}
    for sellers in several:
        for key, seller in sellers.items():
            found[key] = found[key] + seller if key in found else seller
    return found


type Places = frozenset[tuple[int, int]]


def places(seller: Seller) -> Places:
    """The parties that a seller is put together of: programme and number."""
    return frozenset((one.programme, one.party) for one in seller.parts)


def known_as(known: Mapping[str, Places], now: Mapping[str, Places]) -> dict[str, str]:
    """Under which key an earlier report knows sellers, by their key now: where a number or an account was another one.

    One whose key is new and whose parties were reported under a key that is nobody's any more is the same seller, so
    that she is corrected instead of deleted and told anew. All others are known by their own key.
    """
    free = {key: parties for key, parties in sorted(known.items()) if key not in now}
    found = {}
    for key, parties in sorted(now.items()):
        before = next((one for one, theirs in free.items() if theirs & parties), "") if key not in known else ""
        free.pop(before, None)
        found[key] = before or key
    return found
