"""The matrix of refunds through the books: accepted, ruled, settled, paid and checked in PostgreSQL.

The rows are those of ``tests/core/test_refund_matrix.py`` for a few beneficiaries; an order in each currency at once.
"""

import os
from dataclasses import dataclass, field

import pytest

from fanshare.core import clickid
from fanshare.core.instants import DAY, Instant
from fanshare.core.ledger import AccountKind
from fanshare.core.orders import Evidence
from fanshare.flows import links, people, rulings
from fanshare.flows.accept import accept
from fanshare.flows.payments import attach
from fanshare.store import books
from fanshare.store.access import Connection
from tests.support import paying
from tests.support.pg_books import BEFORE, LABEL, add_party, add_shop, insert_clicks, visit
from tests.support.refund_matrix import AT_LARGE, BUYER, CURRENCIES, FAN, RATE, Purse, Row, expected
from tests.support.refund_stories import at, told
from tests.support.sales import EPOCH
from tests.support.stories import Story, open_story

TERMS = {
    "commission": [{"id": "standard", "percent": f"{RATE / 100:.2f}"}],
    "terms": {"policy": "linear", "window_days": 60},
    "fans": {"default_percent": f"{FAN // 100}", "buyer_percent": f"{BUYER // 100}"},
    "settlement": {"hold_days": 30},
}
BUYER_PARTY = 9_000_000_001


@dataclass
class Cast:
    """The people of a row and the links that the buyer followed; parties by what they are to the sale."""

    story: Story
    row: Row
    parties: dict[str, list[int]] = field(default_factory=dict)
    links: list[int] = field(default_factory=list)

    def join(self) -> None:
        programme = self.story.programme
        for number in range(self.row.creators):
            creator = owner = people.add_creator(programme, people.Joiner(f"C{number}"), BEFORE)
            if number < self.row.fans:
                owner = people.add_fan(programme, people.Joiner(f"F{number}"), BEFORE)
                self.parties.setdefault("fan", []).append(owner)
            self.parties.setdefault("creator of a fan" if owner != creator else "creator", []).append(creator)
            new = links.NewLink(creator, owner, "https://shop.example/", LABEL)
            self.links.append(links.add_link(programme, new, BEFORE)[0])
        if self.row.has_buyer:
            add_party(programme, BUYER_PARTY, "buyer")
            self.parties["buyer"] = [BUYER_PARTY]

    def clicks(self) -> tuple[str, ...]:
        """One of each link, of nobody else."""
        programme, when = self.story.programme, EPOCH - 2 * DAY
        made = [
            visit(clickid.mint(link, when + nth, os.urandom(6), programme.secrets.click_id), link, when + nth)
            for nth, link in enumerate(self.links)
        ]
        insert_clicks(programme, made, when)
        return tuple(one.click_id for one in made)

    def tell(self, number: int, evidence: dict[str, Evidence], now: Instant) -> None:
        """A step of the row in every currency, twice, as shops do."""
        story, programme = self.story, self.story.programme
        if self.row.steps[number].pay:
            paying.pay_what_is_ready(programme, now)
        rows = [Row(self.row.way, self.row.beneficiaries, currency) for currency in CURRENCIES]
        reports = [told(row, number, evidence[row.currency], row.currency) for row in rows]
        for _ in range(2):
            with story.access.transaction():
                accept(story.access, story.shop, reports, programme.book, programme.secrets, now)
            attach(programme, now)
            story.settle(now)
        if number == 0 and self.row.has_buyer:
            for currency in CURRENCIES:
                rulings.claim_order(programme, rulings.find_order(story.access, currency), BUYER_PARTY, now)
            story.settle(now)

    def check(self, currency: str, wanted: dict[str, Purse]) -> None:
        for kind, parties in self.parties.items():
            for party in parties:
                found = books.balances(self.story.access, party)
                have = {key.account.kind: amount for key, amount in found.items() if key.currency == currency}
                ready, held, paid = (
                    have.get(one, 0) for one in (AccountKind.AVAILABLE, AccountKind.HELD, AccountKind.PAID)
                )
                assert Purse(ready, held, paid) == wanted[kind], (str(self.row), currency, kind)


@pytest.mark.parametrize("beneficiaries", [1, 3, 8])
@pytest.mark.parametrize("way", AT_LARGE)
def test_the_books_say_to_the_micro_what_fractions_say(conn: Connection, way: str, beneficiaries: int) -> None:
    row = Row(way, beneficiaries, "EUR")
    terms = TERMS if row.has_buyer else {**TERMS, "fans": {"default_percent": f"{FAN // 100}"}}
    cast = Cast(open_story(conn, terms), row)
    cast.join()
    if way.startswith("dispute"):
        # Where a shop is connected, no order begins with a payment.
        cast.story.access.execute("UPDATE connection SET state = 'off' WHERE programme_id = %(programme_id)s")
        cast.story.shop = add_shop(cast.story.access, kind="stripe")
    evidence = {currency: Evidence(cast.clicks(), whole_path=True) for currency in CURRENCIES}
    wanted = {currency: list(expected(Row(way, beneficiaries, currency))) for currency in CURRENCIES}
    for number in range(len(row.steps)):
        cast.tell(number, evidence, at(number))
        for currency in CURRENCIES:
            cast.check(currency, wanted[currency][number])
    assert cast.story.wrong(at(len(row.steps))) == []
