"""One programme with a cast, in which a test tells a single story of money through the real flows."""

import os
from dataclasses import dataclass, field, replace
from typing import Any

from fanshare.core import clickid
from fanshare.core.instants import DAY, Instant
from fanshare.core.ledger import AccountKind
from fanshare.core.orders import Evidence, Line, OrderState, Status
from fanshare.flows import links, people, rulings
from fanshare.flows.accept import Shop, accept
from fanshare.flows.check import check
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.settle import settle
from fanshare.store import books
from fanshare.store.access import Access, Connection
from fanshare.store.directory import Programme as Tenant
from tests.support.pg_books import BEFORE, KEYS, LABEL, add_shop, found_programme, insert_clicks, visit
from tests.support.sales import EPOCH

NOW = EPOCH
TERMS: dict[str, Any] = {
    "commission": [{"id": "standard", "percent": "12"}],
    "fans": {"default_percent": "20", "buyer_percent": "5"},
    "settlement": {"hold_days": 30},
}


@dataclass
class Story:
    """Bea's programme with Cleo and her fan Finn."""

    access: Access
    tenant: Tenant
    shop: Shop
    cleo: int = 0
    finn: int = 0
    link: int = 0
    code: str = ""
    #: A word that stands nowhere but in Finn's name and address.
    canary: str = field(default_factory=lambda: f"canary{os.urandom(6).hex()}")
    told: dict[str, OrderState] = field(default_factory=dict)

    @property
    def programme(self) -> Programme:
        return open_programme(self.access, self.tenant.public_id, KEYS)

    def click(self, at: Instant = NOW - DAY, *, drained: bool = True) -> str:
        made = clickid.mint(self.link, at, os.urandom(6), self.programme.secrets.click_id)
        if drained:
            self.drain(made, at)
        return made

    def drain(self, click: str, at: Instant, verdict: str = "counted") -> None:
        insert_clicks(self.programme, [visit(click, self.link, at, verdict)], at)

    def sold(self, number: str, net: int, *clicks: str, now: Instant = NOW, **changes: Any) -> int:
        """An order is placed, accepted and settled; returns its id."""
        changes = {"placed_at": now, "lines": (Line("1", net),), **changes}
        state = OrderState(
            order_id=number,
            birth="b",
            modified_at=now,
            status=Status.CAPTURED,
            total=net,
            fetched=True,
            **{"currency": "EUR", "evidence": Evidence(clicks, whole_path=True), **changes},
        )
        return self.tell(state, now)

    def typed(self, number: str, code: str, now: Instant) -> int:
        """An order of 50.00 with a code typed at checkout."""
        return self.sold(number, 50_000_000, now=now, evidence=Evidence(codes=(code,), whole_path=True))

    def changed(self, number: str, now: Instant, **changes: Any) -> int:
        return self.tell(replace(self.told[number], modified_at=now, **changes), now)

    def tell(self, state: OrderState, now: Instant) -> int:
        self.told[state.order_id] = state
        programme = self.programme
        with self.access.transaction():
            accept(self.access, self.shop, [state], programme.book, programme.secrets, now)
        self.settle(now)
        return rulings.find_order(self.access, state.order_id)

    def settle(self, now: Instant) -> None:
        programme = self.programme
        while settle(self.access, programme.book, programme.holders, now).orders:
            pass

    def shares(self, order: int) -> dict[str, tuple[int, str]]:
        """Role -> amount and bucket."""
        found = books.positions(self.access, [order])
        return {
            key.role: (one.placed.amount, str(one.placed.bucket)) for key, one in found.items() if one.placed.amount
        }

    def earners(self, order: int) -> set[int | None]:
        """Who has a share of an order."""
        return {key.party for key, one in books.positions(self.access, [order]).items() if one.placed.amount}

    def balance(self, party: int, kind: AccountKind) -> int:
        found = books.balances(self.access, party)
        return sum(amount for key, amount in found.items() if key.account.kind is kind)

    def wrong(self, now: Instant) -> list[str]:
        return [one.message for one in check(self.programme, now) if not one.ok and one.name != "checkpoints"]


def open_story(conn: Connection, terms: dict[str, Any] = TERMS) -> Story:
    """Bea's programme under these terms, with a link of Finn's for Cleo."""
    access, tenant = found_programme(conn, BEFORE)
    publish_terms(access, terms, BEFORE, effective_at=BEFORE)
    made = Story(access, tenant, add_shop(access))
    made.cleo = people.add_creator(made.programme, people.Joiner("Cleo Canary", "cleo.canary@example.test"), BEFORE)
    made.finn = people.add_fan(
        made.programme, people.Joiner(f"Finn {made.canary}", f"{made.canary}@example.test"), BEFORE
    )
    new = links.NewLink(made.cleo, made.finn, "https://shop.example/", LABEL)
    made.link, made.code = links.add_link(made.programme, new, BEFORE)
    return made
