"""A programme's life in any order of events, through the real flows on PostgreSQL; every invariant after every step."""

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fanshare.core import clickid
from fanshare.core.debts import BORNE_AFTER
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.flows import assets, close, debts, leaving, links, payouts, people, rulings, seal, unclaimed
from fanshare.flows.accept import Shop, accept
from fanshare.flows.appeals import appeal
from fanshare.flows.check import check, findings
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.groups import set_group
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.settle import settle
from fanshare.store import books, log_store
from fanshare.store.access import Connection
from fanshare.store.queries.parts import NO_CREDIT
from tests.support import paying
from tests.support.borne_once import nothing_is_borne_twice
from tests.support.effort import effort
from tests.support.pg_books import BEFORE, KEYS, LABEL, add_shop, found_programme, insert_clicks, visit
from tests.support.sales import EPOCH, UNIT

CHEAP = ("balances", "zero sum", "floors", "positions")
picks = st.integers(0, 1_000)
prices = st.integers(1, 90 * UNIT)
#: 0 is withheld, 1 to 3 are the fans' own addresses, the others strangers.
buyers = st.integers(0, 6)


def terms(percent: int, cap: int = 20, fan: int = 20) -> dict[str, Any]:
    """A document of terms with a cap per month and for ever."""
    return {
        "terms": {"policy": "linear", "notice_days": 10, "groups": ["gold"]},
        "commission": [
            {"id": "standard", "percent": str(percent)},
            {"id": "new", "percent": "15", "buyers": "new"},
            {"id": "gold", "percent": "18", "groups": ["gold"], "months": 1},
        ],
        "bonuses": [{"id": "welcome", "new_buyer": "1", "currency": "EUR"}],
        "margin": {"max_percent": "30"},
        "operator": {"fee_percent": "3"},
        "fans": {"default_percent": str(fan), "buyer_percent": "5"},
        "caps": [{"per": "month", "amount": str(cap), "currency": "EUR"}],
        "settlement": {"hold_days": 14},
    }


@dataclass
class Link:
    """A link, its code, and whose it is."""

    id: int
    code: str
    owner: int
    creator: int


class Life(RuleBasedStateMachine):
    """One programme. ``conn`` is set by the test that runs it."""

    conn: Connection

    @initialize(
        clicks=st.lists(picks, min_size=4, max_size=8),
        placed=st.lists(st.tuples(st.lists(picks, min_size=1, max_size=3), buyers, prices), min_size=3, max_size=6),
    )
    def found(self, clicks: list[int], placed: list[tuple[list[int], int, int]]) -> None:
        self._found()
        for pick in clicks:
            self.somebody_clicks(pick, human=True, late=pick % 4 == 0)
        for picked, buyer, net in placed:
            self.now += HOUR
            self.an_order_is_placed(picked, buyer, net, code=net % 3 == 0, paid=net % 7 > 0)

    def _found(self) -> None:
        self.now: Instant = EPOCH
        self.access, self.tenant = found_programme(self.conn, BEFORE)
        publish_terms(self.access, terms(12), BEFORE, effective_at=BEFORE)
        self.shop: Shop = add_shop(self.access)
        joined = [people.add_creator(self.programme, people.Joiner(name), BEFORE) for name in ("Cleo", "Mia")]
        fans = [people.add_fan(self.programme, people.Joiner(f"Finn {n}"), BEFORE) for n in range(3)]
        self.creators, self.fans = joined, fans
        pairs = [
            (joined[0], joined[0]),
            (joined[0], fans[0]),
            (joined[0], fans[1]),
            (joined[1], joined[1]),
            (joined[1], fans[2]),
        ]
        made = links.add_links(
            self.programme,
            [links.NewLink(creator, owner, "https://shop.example/", LABEL) for creator, owner in pairs],
            BEFORE,
        )
        self.links = [
            Link(id_, code, owner, creator) for (id_, code), (creator, owner) in zip(made, pairs, strict=True)
        ]
        links.add_code(self.programme, links.NewCode(joined[0], fans[0], "FINN", LABEL, single_use=True), BEFORE)
        self.clicks: list[str] = []
        self.late: list[tuple[str, int, Instant]] = []
        self.orders: dict[str, list[OrderState]] = {}
        self.sent: list[int] = []
        self.leaves = 0

    @property
    def programme(self) -> Programme:
        return open_programme(self.access, self.tenant.public_id, KEYS)

    def tell(self, state: OrderState) -> None:
        """The shop reports a state of an order, twice."""
        self.orders.setdefault(state.order_id, []).append(state)
        programme = self.programme
        with self.access.transaction():
            accept(self.access, self.shop, [state, state], programme.book, programme.secrets, self.now)

    def newest(self, pick: int) -> OrderState:
        number = sorted(self.orders)[pick % len(self.orders)]
        return self.orders[number][-1]

    def order_id(self, pick: int) -> int:
        rows = self.access.fetch("SELECT id FROM shop_order WHERE programme_id = %(programme_id)s ORDER BY id")
        return int(rows[pick % len(rows)][0])

    def change(self, pick: int, **changes: Any) -> None:
        self.now += HOUR
        self.tell(replace(self.newest(pick), modified_at=self.now, **changes))

    @rule(pick=picks, human=st.booleans(), late=st.booleans())
    def somebody_clicks(self, pick: int, human: bool, late: bool) -> None:
        link, at = self.links[pick % len(self.links)], self.now - HOUR
        click = clickid.mint(link.id, at, os.urandom(6), self.programme.secrets.click_id)
        self.clicks.append(click)
        if late:
            self.late.append((click, link.id, at))
        else:
            insert_clicks(self.programme, [visit(click, link.id, at, "counted" if human else "bot")], self.now)

    @precondition(lambda self: self.late)
    @rule()
    def late_clicks_arrive(self) -> None:
        insert_clicks(self.programme, [visit(*one) for one in self.late], self.now)
        self.late = []

    @precondition(lambda self: self.clicks)
    @rule(picked=st.lists(picks, max_size=3), buyer=buyers, net=prices, code=st.booleans(), paid=st.booleans())
    def an_order_is_placed(self, picked: list[int], buyer: int, net: int, code: bool, paid: bool) -> None:
        address = f"finn{buyer - 1}@example.test"
        email = self.programme.pseudonym("email", address) if buyer else ""
        named = tuple(dict.fromkeys(self.clicks[pick % len(self.clicks)] for pick in picked))
        self.tell(
            OrderState(
                order_id=str(len(self.orders) + 1),
                birth="one",
                modified_at=self.now,
                placed_at=self.now,
                status=Status.CAPTURED if paid else Status.OPEN,
                currency="EUR",
                lines=(Line("1", net),),
                total=net,
                buyer=Buyer(email=email),
                evidence=Evidence(named, ("finn",) if code else (), whole_path=True),
                fetched=True,
            )
        )

    @precondition(lambda self: self.orders)
    @rule(pick=picks, money=st.integers(1, 60 * UNIT))
    def a_refund(self, pick: int, money: int) -> None:
        old = self.newest(pick).refunds
        self.change(pick, refunds=(*old, Refund(f"r{len(old)}", self.now, money)))

    @precondition(lambda self: self.orders)
    @rule(pick=picks)
    def refunds_undone(self, pick: int) -> None:
        self.change(pick, refunds=())

    @precondition(lambda self: self.orders)
    @rule(
        pick=picks,
        status=st.sampled_from([Status.CAPTURED, Status.CANCELLED, Status.DELETED]),
        test=st.sampled_from([False, False, True]),
    )
    def the_order_changes(self, pick: int, status: Status, test: bool) -> None:
        self.change(pick, status=status, test=test)

    @precondition(lambda self: self.orders)
    @rule(pick=picks)
    def it_ships(self, pick: int) -> None:
        self.change(pick, fulfilled_at=self.now)

    @precondition(lambda self: self.orders)
    @rule(pick=picks, kind=st.sampled_from(["denied", "held", "released", "reassigned"]), whole=st.booleans())
    def somebody_decides(self, pick: int, kind: str, whole: bool) -> None:
        creator = self.creators[pick % 2]
        new = rulings.NewRuling(kind, "because", order=self.order_id(pick), creator=None if whole else creator)
        if kind == "held":
            new = replace(new, until=self.now + 20 * DAY)
        if kind == "reassigned":
            new = replace(new, to_creator=self.creators[(pick + 1) % 2])
        rulings.rule(self.programme, new, self.now)

    @precondition(lambda self: self.orders)
    @rule(pick=picks, kind=st.sampled_from(["upheld", "released", ""]))
    def somebody_appeals_and_is_answered(self, pick: int, kind: str) -> None:
        order, party = self.order_id(pick), [*self.creators, *self.fans][pick % 5]
        self.now += HOUR
        with suppress(FanshareError):
            made = appeal(self.programme, order, party, "look again", self.now)
            if kind:
                rulings.rule(self.programme, rulings.NewRuling(kind, "seen", order=order, answers=(made,)), self.now)

    @rule(pick=picks, name=st.sampled_from(["gold", ""]))
    def a_creator_changes_her_group(self, pick: int, name: str) -> None:
        self.now += HOUR
        set_group(self.programme, self.creators[pick % 2], name, self.now)

    @rule(pick=picks)
    def two_accounts_are_one_payee(self, pick: int) -> None:
        self.now += HOUR
        merged, into = self.fans[pick % 3], self.fans[(pick + 1) % 3]
        rulings.rule(self.programme, rulings.NewRuling("merged", "one person", party=merged, to_party=into), self.now)

    @precondition(lambda self: self.orders)
    @rule(pick=picks)
    def a_buyer_claims(self, pick: int) -> None:
        rulings.claim_order(self.programme, self.order_id(pick), self.fans[pick % 3], self.now)

    @rule(pick=picks)
    def an_identity_is_learned(self, pick: int) -> None:
        people.know_identity(self.programme, self.fans[pick % 3], "email", f"finn{pick % 3}@example.test", self.now)

    @rule(percent=st.sampled_from([5, 12, 20]), cap=st.sampled_from([5, 20, 50]))
    def new_terms(self, percent: int, cap: int) -> None:
        self.now += HOUR
        published = publish_terms(self.access, terms(percent, cap), self.now)
        if published.lowered:
            assert published.terms.effective_at >= self.now + DAY

    @rule(pick=picks, bps=st.sampled_from([0, 1000, 3000]))
    def the_creator_chooses(self, pick: int, bps: int) -> None:
        self.now += HOUR
        link = self.links[pick % len(self.links)]
        with suppress(FanshareError):
            links.choose_fan_part(self.programme, link.creator, bps, self.now, link_id=link.id if pick % 2 else None)

    @rule(pick=picks, state=st.sampled_from(["active", "paused"]))
    def a_link_is_paused_or_resumed(self, pick: int, state: str) -> None:
        self.now += HOUR
        with suppress(ConflictError):  # of somebody who leaves it has ended
            assets.set_link_state(self.programme, self.links[pick % len(self.links)].code, state, self.now)

    @rule(pick=picks, to=st.integers(0, 4))
    def a_link_changes_hands(self, pick: int, to: int) -> None:
        self.now += HOUR
        link, owner = self.links[pick % len(self.links)], [*self.creators, *self.fans][to]
        with suppress(ConflictError):
            assets.give_link(self.programme, link.code, owner, self.now)
            link.owner, link.creator = owner, owner if to < 2 else link.creator

    @rule(days=st.sampled_from([1, 4, 15, 40]))
    def time_passes(self, days: int) -> None:
        self.now += days * DAY

    def told(self, creator: int, orders: list[int]) -> int:
        """How many of these orders have a part of a creator's that was ever explained and not withdrawn."""
        found: int = self.programme.access.value(
            "SELECT count(*) FROM part WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s"
            " AND order_id = ANY(%(orders)s) AND document->>'print' <> %(withdrawn)s",
            {"creator": creator, "orders": orders, "withdrawn": NO_CREDIT},
        )
        return found

    @rule()
    def months_close(self) -> None:
        close.close_all(self.programme, self.now)
        left = [close.close_one(self.programme, creator, "EUR", self.now) for creator in self.creators]
        # Months in which nothing was ever worth anything are left open until a later one closes: there is no part of
        # them to seal.
        worthless = [one for one in left if one is not None]
        assert not any(one.pieces for one in worthless), "a month that could close was taken for one that can't"
        assert not any(self.told(one.creator, list(one.frozen)) for one in worthless)

    @rule()
    def days_are_sealed(self) -> None:
        seal.seal(self.programme, self.now)

    @rule()
    def payouts_are_sent(self) -> None:
        for payout in paying.plan(self.programme, self.now):
            paying.send(self.programme, payout, self.now)
            self.sent.append(payout)

    @precondition(lambda self: self.sent)
    @rule(pick=picks, back=st.booleans())
    def a_payout_ends(self, pick: int, back: bool) -> None:
        payout = self.sent[pick % len(self.sent)]
        with suppress(FanshareError):
            if back:
                payouts.came_back(self.programme, payout, "account closed", self.now)
            else:
                payouts.arrived(self.programme, payout, self.now)

    @rule(pick=picks)
    def the_brand_absorbs_a_debt(self, pick: int) -> None:
        party = [*self.creators, *self.fans][pick % 5]
        rulings.absorb_debt(self.programme, party, "EUR", "left to the brand", self.now)

    @rule(later=st.booleans())
    def the_brand_bears_what_is_old(self, later: bool) -> None:
        self.now += (BORNE_AFTER + DAY) * later
        debts.bear(self.programme, self.now)
        assert debts.bear(self.programme, self.now) == 0

    @rule(pick=st.integers(0, 10))
    def somebody_leaves_and_whoever_is_paid_has_left(self, pick: int) -> None:
        self.now += HOUR
        if pick < 4:
            with suppress(FanshareError):
                leaving.ask(self.programme, [*self.fans, self.creators[1]][pick], self.now)
        leaving.finish(self.programme, self.now)
        assert leaving.finish(self.programme, self.now) == 0

    @rule(pick=st.integers(0, 20))
    def somebody_is_erased(self, pick: int) -> None:
        if pick < 3:
            people.erase(self.programme, self.fans[pick], self.now)
        unclaimed.sweep(self.programme, self.now)
        assert unclaimed.sweep(self.programme, self.now) == 0

    @invariant()
    def the_books_are_sound(self) -> None:
        if not hasattr(self, "leaves"):
            return
        programme = self.programme
        while settle(self.access, programme.book, programme.holders, self.now, batch=3).orders:
            pass
        for number, finding in enumerate(findings(programme, self.now, first=CHEAP)):
            assert finding.ok, finding.message
            if number + 1 == len(CHEAP):
                break
        nothing_is_borne_twice(programme, self.now)
        size = log_store.tree(self.access).frontier.size
        assert size >= self.leaves
        self.leaves = size
        self._settled_again_nothing_moves(programme, size)

    def _settled_again_nothing_moves(self, programme: Programme, size: int) -> None:
        before = books.balances(self.access)
        self.access.execute(
            "INSERT INTO settle_due (programme_id, order_id, reason, due_at) SELECT programme_id, id, 'again', 0"
            " FROM shop_order WHERE programme_id = %(programme_id)s ON CONFLICT DO NOTHING"
        )
        assert settle(self.access, programme.book, programme.holders, self.now).transfers == 0
        assert books.balances(self.access) == before
        assert log_store.tree(self.access).frontier.size == size

    def teardown(self) -> None:
        if hasattr(self, "leaves"):
            wrong = [one.message for one in check(self.programme, self.now) if not one.ok and one.name != "checkpoints"]
            assert wrong == []


@pytest.mark.soak_sized
def test_no_life_of_a_programme_breaks_an_invariant(conn: Connection) -> None:
    machine = type("LifeHere", (Life,), {"conn": conn})
    # A failure is not made smaller: every step costs a round trip, and the printed steps are few enough.
    found = settings(max_examples=effort(15), stateful_step_count=50, deadline=None, phases=(Phase.generate,))
    run_state_machine_as_test(machine, settings=found)
