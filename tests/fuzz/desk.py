"""A desk at which commands are given, and the chance that spoils what is said there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg

from fanshare.core.code_plans import CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.flows import connections, joining, links, rulings
from fanshare.flows.context import Programme
from fanshare.store.access import Connection
from tests.fuzz import spoil

#: How deep a command stands in transactions of the campaign: that of its batch, and its own.
COMMAND = 2
NUMBERS = (0, -1, 1, 7, 2**31, 2**63 - 1, -(2**63))
MOMENTS = (0, 1, -1, 2**53, 2**63 - 1)
#: Pages and API let through no zero character and no half one, and no number that 64 bits do not hold.
_CELLS = [text for text in spoil.CELLS if "\0" not in text and text == text.encode("utf-8", "ignore").decode()]


#: What is good for what.
WORDS: dict[str, list[str]] = {
    "name": ["Nora", "Zoë Ö"],
    "address": ["nora@example.test"],
    "slug": ["nora", "cleo"],
    "url": ["https://shop.example/a"],
    "class": ["standard", "coupon"],
    "state": ["active", "paused", "ended"],
    "country": ["DE", "AT"],
    "platform": ["instagram"],
    "label": ["Werbung"],
    "identity": ["email", "customer", "payment"],
    "currency": ["EUR", "JPY"],
    "reason": ["it looks odd"],
    "number": ["1", "2", "bea-shop/3"],
    "basis": ["own", "receipt", "buyer"],
    "plan": ["ten"],
    "prefix": ["TEN"],
    "source": ["shop", "stock"],
    "shop": ["woocommerce", "generic"],
    "secret": ["whsec_QmVhcyBzZWNyZXQgb2YgMjQgYnl0ZXM="],
    "host": ["shop.example"],
    "mark": ["abc"],
    "type": ["shares.changed", "payout.changed"],
    "scope": ["read", "links:write"],
    "group": [""],
    "hex": ["ab" * 16],
    "joining": ["fan", "creator", "application", "claim"],
    "percent": ["20", "12.5"],
    "page": ["imprint", "privacy"],
    "language": ["de", "en"],
    "key": ["k" * 32],
    "zone": ["Europe/Berlin"],
    "six": ["123456"],
    "passkey": ['{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","signature":"AA"}}'],
    "iban": ["DE89370400440532013000", "fr14 2004 1010 0505 0001 3M02 606", "CH9300762011623852957"],
    "routing": ["021000021", "121042882"],
    "ruling": ["denied", "held", "released", "reassigned", "merged", "upheld"],
}


class Till(psycopg.Connection[Any]):
    """A connection inside a transaction of the campaign, in which each single statement is one of its own.

    As outside: what a command writes without a transaction stays, whatever is refused afterwards.
    """

    depth = 0

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        if self.depth != COMMAND:
            return super().execute(query, params, **more)
        with super().transaction():
            return super().execute(query, params, **more)

    @contextmanager
    def transaction(self, *args: Any, **more: Any) -> Iterator[psycopg.Transaction]:
        self.depth += 1
        try:
            with super().transaction(*args, **more) as opened:
                yield opened
        finally:
            self.depth -= 1


@dataclass
class Desk:
    """Where commands are given: the programme, what there is in it, and the chance that spoils what is said."""

    chance: Random
    conn: Connection
    programme: Programme
    now: Instant
    #: Ids of what there is, by kind; ``stray`` are those of another programme.
    known: dict[str, list[int]]
    words: dict[str, list[str]]

    def id(self, kind: str) -> int:
        """Mostly an id of that kind, else one of something else or of nothing."""
        if self.chance.random() < 0.65:
            return self.chance.choice(self.known[kind])
        return self.chance.choice([*NUMBERS, *self.known["stray"], *self.known[self.chance.choice(list(self.known))]])

    def maybe(self, kind: str) -> int | None:
        """The same, or nothing."""
        return None if self.chance.random() < 0.5 else self.id(kind)

    def text(self, kind: str = "") -> str:
        """Mostly a text that is good for that, else anything."""
        if kind and self.chance.random() < 0.65:
            return self.chance.choice(self.words[kind])
        others = self.words[self.chance.choice([*self.words])]
        said: str = self.chance.choice([*_CELLS, "Zoë", "x", "x" * 3_000, *others])
        return said

    def number(self, *good: int) -> int:
        return self.chance.choice(good if good and self.chance.random() < 0.6 else NUMBERS)

    def moment(self) -> Instant:
        return self.now + self.chance.choice((HOUR, DAY, -DAY, 0)) if self.chance.random() < 0.8 else self._odd()

    def _odd(self) -> Instant:
        return self.chance.choice(MOMENTS)

    def flag(self) -> bool:
        return self.chance.random() < 0.5

    def label(self) -> links.Label:
        return links.Label(self.text("country"), self.text("platform"), self.text("label"))

    def amount(self) -> int:
        return self.number(0, 5_000_000)

    def discount(self) -> Discount:
        return Discount(
            self.text("currency"), self.number(0, 1_000), self.amount(), self.amount(),
            self.chance.choice([None, self.number(1)]), self.flag(), self.chance.choice([None, self.moment()]),
            tuple(self.text() for _ in range(self.chance.choice((0, 0, 2)))),
        )  # fmt: skip

    def plan(self) -> CodePlan:
        return CodePlan(
            self.text("plan"), self.discount(), self.text("prefix"), self.text("source"), self.number(1, 5),
            self.number(50), self.number(0, 30),
        )  # fmt: skip

    def shop(self) -> connections.Connection:
        return self.chance.choice(connections.connections(self.programme))

    def draft(self) -> joining.Draft:
        return joining.Draft(
            self.text("joining"), self.text("address"), self.text("name"), self.text("slug"), self.text("country"),
            self.text(), self.text(), self.text(),
        )  # fmt: skip

    def ruling(self) -> rulings.NewRuling:
        return rulings.NewRuling(
            self.text("ruling"), self.text("reason"), self.maybe("order"), self.maybe("party"), self.maybe("party"),
            self.chance.choice([None, self.text()]), self.maybe("party"), self.maybe("party"),
            self.chance.choice([None, self.moment()]), {"code": self.text()}, self.chance.choice(["", self.text()]),
            (self.id("appeal"),) if self.flag() else (),
        )  # fmt: skip
