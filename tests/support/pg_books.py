"""A world's deliveries through the real flows: accepted, resolved and settled in PostgreSQL.

``PgBooks.founded`` founds a programme for a world and makes what the world's evidence speaks of: people, links, codes,
identities, clicks with genuine ids. ``world`` is then the same world under the ids of the database, so that the books
in memory (``in_memory``) and the books in PostgreSQL speak of the same things.
"""

import hashlib
import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fanshare.config.keys import Keys
from fanshare.core import clickid
from fanshare.core.facts import OrderFacts, Ruling
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.orders import OrderState
from fanshare.core.terms_document import document
from fanshare.core.touches import Touch, TouchKind
from fanshare.flows.accept import Accepted, Shop, accept, resolve_again
from fanshare.flows.assets import set_link_state
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.groups import names, set_group
from fanshare.flows.links import Label, NewCode, NewLink, add_code, add_links
from fanshare.flows.people import know_identity
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.rulings import NewRuling, claim_order, rule
from fanshare.flows.settle import BATCH, settle
from fanshare.store import books, directory
from fanshare.store.access import Access, Connection
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import edge
from tests.support.worlds import EPOCH, Books, Snapshot, World, WorldOrder

KEYS = Keys(b"only for the tests of fanshare!!")
BEFORE: Instant = EPOCH - 100 * DAY
LABEL = Label("DE", "blog", "Anzeige")
LONGEST_HOLD = 89 * DAY

_PARTY = """
INSERT INTO party (programme_id, id, kind, public_id, person_id, created_at) OVERRIDING SYSTEM VALUE
VALUES (%(programme_id)s, %(id)s, %(kind)s, %(public_id)s, %(person)s, %(now)s)
"""
_SHOP = """
INSERT INTO connection (programme_id, kind, endpoint, sealed_secrets, reports_fulfilment, created_at)
VALUES (%(programme_id)s, %(kind)s, %(endpoint)s, '', %(ships)s, %(now)s) RETURNING id
"""
_ORDERS = "SELECT external_id, id, touches::text, waiting FROM shop_order WHERE programme_id = %(programme_id)s"


class RealBooks(Books):
    """Books in memory whose orders come from the two connections that the database knows."""

    shops: dict[bool, int]

    def _made(self, order: WorldOrder, *rest: Any) -> OrderFacts:
        facts = super()._made(order, *rest)
        return replace(facts, key=facts.key._replace(connection_id=self.shops[order.ships]))


def found_programme(conn: Connection, at: Instant, keys: Keys = KEYS) -> tuple[Access, Tenant]:
    """A programme of Bea's with a name nobody else uses, without terms."""
    new = directory.NewProgramme(f"bea-{os.urandom(6).hex()}", "Bea's shop", "DE", "EUR", "Europe/Berlin")
    tenant = directory.found_programme(conn, new, at, "test")
    return Access(conn, tenant.id, "test"), tenant


def add_shop(access: Access, *, ships: bool = False, now: Instant = BEFORE, kind: str = "generic") -> Shop:
    """A connection, of a generic shop unless told; ``ships``: it reports fulfilment."""
    endpoint = f"gen-{os.urandom(6).hex()}"
    made: int = access.value(_SHOP, {"kind": kind, "endpoint": endpoint, "ships": ships, "now": now})
    return Shop(made, endpoint)


def add_party(programme: Programme, party: int, kind: str, now: Instant = BEFORE) -> None:
    """A person under a party id of the test's choice."""
    person = programme.vault.add_person(now)
    values = {"id": party, "kind": kind, "public_id": directory.public_id(), "person": person, "now": now}
    programme.access.execute(_PARTY, values)


def insert_clicks(programme: Programme, clicks: Sequence[edge.NewClick], now: Instant) -> None:
    """Drained clicks, and what the drain does with orders that wait for them."""
    with programme.access.transaction():
        fresh = edge.insert_clicks(programme.access, clicks, now)
        waiting = edge.orders_waiting_for(programme.access, fresh)
        if waiting:
            resolve_again(programme.access, waiting, programme.book, programme.secrets, now)


def visit(click: str, link: int, at: Instant, verdict: str = "counted") -> edge.NewClick:
    """A drained click without anything special about it."""
    return edge.NewClick(click, at, link, verdict, b"v", "", None, False, "")


@dataclass
class PgBooks:
    """One world in PostgreSQL. ``world`` has the ids of the database; order ids stay the world's own."""

    programme: Programme
    tenant: Tenant
    world: World
    shops: dict[bool, Shop]
    clicks: list[edge.NewClick] = field(default_factory=list)

    @classmethod
    def founded(cls, conn: Connection, world: World) -> "PgBooks":
        access, tenant = found_programme(conn, BEFORE)
        for terms in world.book:
            publish_terms(access, document(terms), BEFORE, effective_at=terms.effective_at)
        shops = {ships: add_shop(access, ships=ships) for ships in (False, True)}
        programme = open_programme(access, tenant.public_id, KEYS)
        made = cls(programme, tenant, world, shops)
        made._people()
        made._groups()
        made._realise()
        return made

    @property
    def access(self) -> Access:
        return self.programme.access

    def in_memory(self, now: Instant) -> Books:
        """The same world's books without a database."""
        found = RealBooks(self.world, now)
        found.shops = {ships: shop.connection_id for ships, shop in self.shops.items()}
        return found

    def accept(self, deliveries: Iterable[tuple[int, OrderState]], now: Instant) -> Accepted:
        """Accept deliveries as they come, each shop's in a transaction of its own, as they are taken."""
        orders = {order.id: order for order in self.world.orders}
        batches: dict[bool, list[OrderState]] = {False: [], True: []}
        for number, state in deliveries:
            batches[orders[number].ships].append(state)
        total = Accepted()
        secrets = self.programme.secrets
        for ships, states in batches.items():
            if states:
                with self.access.transaction():
                    found = accept(self.access, self.shops[ships], states, self.programme.book, secrets, now)
                total.changed |= found.changed
                total.new_states += found.new_states
                total.refused |= found.refused
        return total

    def decide(self, order: WorldOrder, now: Instant) -> None:
        """Everything people do to an order: rulings, and the buyer who claims it."""
        row = self.order_ids()[str(order.id)]
        for one in order.rulings:
            rule(self.programme, _new_ruling(one, row), one.at)
            due = "UPDATE settle_due SET due_at = %(now)s WHERE programme_id = %(programme_id)s AND reason = 'ruling'"
            self.access.execute(due, {"now": now})
        if order.buyer_party is not None:
            claim_order(self.programme, row, order.buyer_party, now)

    def drain(self, clicks: Sequence[edge.NewClick], now: Instant) -> None:
        insert_clicks(self.programme, clicks, now)

    def settle(self, now: Instant, *, batch: int = BATCH) -> int:
        """Settle until nothing is due; how many transfers that took."""
        transfers = 0
        while True:
            done = settle(self.access, self.programme.book, self.programme.holders, now, batch=batch)
            if not done.orders:
                return transfers
            transfers += done.transfers

    def deliver(self, dice: random.Random, now: Instant, *, batch: int = BATCH) -> None:
        """Everything there is, in a random order with duplicates, in random batches, settled in between or not."""
        queue = list(self.world.deliveries)
        queue += dice.choices(queue, k=4)
        dice.shuffle(queue)
        clicks = dice.sample(self.clicks, len(self.clicks))
        undecided = {order.id: order for order in self.world.orders}
        while queue or clicks:
            size = dice.randint(1, 4)
            taken, queue = queue[:size], queue[size:]
            drained, clicks = clicks[: 2 * size], clicks[2 * size :]
            if clicks_first := dice.random() < 0.5:
                self.drain(drained, now)
            self.accept(taken, now)
            if not clicks_first:
                self.drain(drained, now)
            for number in {number for number, _ in taken}:
                if number in undecided and dice.random() < 0.5:
                    self.decide(undecided.pop(number), now)
            if dice.random() < 0.5:
                self.settle(now, batch=batch)
        for order in undecided.values():
            self.decide(order, now)
        self.settle(now, batch=batch)

    def order_ids(self) -> dict[str, int]:
        """The database's order ids by the shop's own."""
        return {row[0]: row[1] for row in self.access.fetch(_ORDERS)}

    def snapshot(self) -> Snapshot:
        """Every position that is not zero, under the world's order ids."""
        numbers = {id_: int(external) for external, id_ in self.order_ids().items()}
        found = books.positions(self.access, list(numbers))
        return {key._replace(order=numbers[key.order]): one.placed for key, one in found.items() if one.placed.amount}

    def fees(self) -> dict[tuple[int, int, str], int]:
        """The operator's fee as posted, by order (the world's), creator and currency."""
        numbers = {id_: int(external) for external, id_ in self.order_ids().items()}
        found = books.fees(self.access)
        return {(numbers[key.order], key.creator, key.currency): amount for key, amount in found.items()}

    def touches_as_recorded(self) -> dict[str, str]:
        """The resolved touches of every order, as JSON."""
        return {row[0]: row[2] for row in self.access.fetch(_ORDERS)}

    def _people(self) -> None:
        creators = {touch.creator for order in self.world.orders for touch in order.touches} | {1, 2, 3}
        owners = {touch.owner for order in self.world.orders for touch in order.touches}
        owners |= {party for order in self.world.orders for party, _ in order.payers}
        owners |= {one.to_owner for order in self.world.orders for one in order.rulings if one.to_owner is not None}
        buyers = {order.buyer_party for order in self.world.orders if order.buyer_party is not None}
        for party in sorted(creators | owners | buyers):
            add_party(self.programme, party, "creator" if party in creators else "fan" if party in owners else "buyer")

    def _groups(self) -> None:
        """Who joins which group. One that no terms in force or to come know changes nothing."""
        for one in self.world.memberships:
            if not one.name or one.name in names(self.programme, one.since):
                set_group(self.programme, one.creator, one.name, one.since)

    def _realise(self) -> None:
        """Make links, clicks and codes for the evidence, and give the world their ids."""
        clicks = {
            touch.id: touch for order in self.world.orders for touch in order.touches if touch.kind is TouchKind.LINK
        }
        touches = {touch.id: touch for touch in self._links([clicks[key] for key in sorted(clicks)])}
        by_old = dict(zip(sorted(clicks), touches.values(), strict=True))
        book = open_programme(self.access, self.tenant.public_id, KEYS).book
        orders = tuple(self._real_order(order, by_old) for order in self.world.orders)
        self.world = World(self.world.seed, book, orders, self.world.memberships)

    def _links(self, clicks: list[Touch]) -> list[Touch]:
        news = [
            NewLink(one.creator, one.owner, "https://shop.example/", LABEL, link_class=str(one.link_class))
            for one in clicks
        ]
        made = add_links(self.programme, news, BEFORE)
        touches = []
        for (link, code), old in zip(made, clicks, strict=True):
            if not old.live:
                set_link_state(self.programme, code, "paused", BEFORE + HOUR)
            pin = "UPDATE link SET pinned_live = %(pin)s WHERE programme_id = %(programme_id)s AND id = %(link)s"
            self.access.execute(pin, {"pin": old.pinned_live, "link": link})
            id_ = clickid.mint(link, old.at, os.urandom(clickid.RANDOM_BYTES), self.programme.secrets.click_id)
            touches.append(replace(old, id=id_, asset=link))
            verdict = "counted" if old.human else "bot"
            self.clicks.append(
                visit(id_, link, old.at, verdict)._replace(
                    user_activation=old.user_activation, checkout_referrer=old.checkout_referrer
                )
            )
        return touches

    def _real_order(self, order: WorldOrder, clicks: dict[str, Touch]) -> WorldOrder:
        touches, codes = [], []
        for touch in order.touches:
            if touch.kind is TouchKind.LINK:
                touches.append(clicks[touch.id])
                continue
            text = f"Save{order.id}"
            new = NewCode(touch.creator, touch.owner, text, LABEL, single_use=touch.single_use)
            touches.append(replace(touch, id=f"code:{text.lower()}", asset=add_code(self.programme, new, BEFORE)))
            codes.append(text)
        payment = self._identities(order)
        states = tuple(_real_state(state, clicks, codes, payment) for state in order.states)
        rulings = tuple(_with_short_hold(one) for one in order.rulings)
        return replace(order, touches=tuple(touches), states=states, rulings=rulings)

    def _identities(self, order: WorldOrder) -> str:
        """The fingerprint of the order's payment, known as that of the world's payers."""
        value = f"card of order {order.id}"
        for party, known_at in order.payers:
            know_identity(self.programme, party, "payment", value, known_at)
        return self.programme.pseudonym("payment", value) if order.payers else ""


def _real_state(state: OrderState, clicks: dict[str, Touch], codes: list[str], payment: str) -> OrderState:
    named = tuple(clicks[click].id for click in state.evidence.clicks)
    email = hashlib.sha256(state.buyer.email.encode()).hexdigest()[:32] if state.buyer.email else ""
    return replace(
        state,
        evidence=replace(state.evidence, clicks=named, codes=tuple(codes)),
        buyer=replace(state.buyer, email=email, payment=payment),
    )


def _with_short_hold(one: Ruling) -> Ruling:
    """A hold as long as people may set one."""
    return one if one.until is None else replace(one, until=min(one.until, one.at + LONGEST_HOLD))


def _new_ruling(one: Ruling, order: int) -> NewRuling:
    return NewRuling(
        str(one.kind),
        one.reason,
        order=order,
        creator=one.creator,
        party=one.party,
        line=one.line or None,
        to_creator=one.to_creator,
        to_party=one.to_owner,
        until=one.until,
    )
