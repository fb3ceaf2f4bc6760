"""Money that was paid in, in the real books: runs take no more, in turn, whatever happens in between."""

import secrets
import threading
from dataclasses import replace

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

from fanshare.core.bank_files import Incoming
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.funding import Standing, reference
from fanshare.core.instants import DAY, HOUR
from fanshare.core.payment_clock import Wait
from fanshare.core.payout_item import UNDERWAY, Answer, Said, State
from fanshare.core.payout_runs import Planned, Why
from fanshare.flows import funding, payment_clock, payout_runs
from fanshare.flows.funding import Slip
from fanshare.flows.payout_runs import Told
from fanshare.store.access import Connection, connect
from fanshare.store.directory import programme_with_id
from fanshare.store.queries import funding as rows
from fanshare.store.queries import payout_runs as runs
from fanshare.store.queries import payout_steps
from fanshare.store.server import Database
from tests.flows.test_payee_runs import blocked, other
from tests.flows.test_payout_runs import CLEOS, FINNS, READY, approved, money, states, story, told
from tests.support.effort import effort
from tests.support.stories import TERMS, Story, open_story

__all__ = ["story"]

BEFORE = READY - DAY


def hold(story: Story, reserve: int = 0) -> None:
    funding.switch_on(story.access, replace(story.tenant, several_brands=True), reserve, BEFORE)


def pay_in(story: Story, amount: int) -> None:
    assert funding.book(story.programme, Slip("EUR", amount), secrets.token_hex(8), "Otto", BEFORE)


def on_account(story: Story, now: int = READY) -> int:
    found = funding.accounts(story.access, now, "EUR")
    assert found is not None
    return found[1][0].money.on_account


def test_a_brand_alone_knows_none_of_it(story: Story) -> None:
    with pytest.raises(ConflictError, match="only one here"):
        funding.switch_on(story.access, story.tenant, 0, READY)
    with pytest.raises(ConflictError, match="pays its people itself"):
        pay_in(story, 1)
    assert funding.standing(story.access, "EUR", READY) is None
    assert len(payout_runs.preview(story.access, READY).plan.items) == 2


def test_a_run_takes_only_what_is_funded_in_turn_and_the_rest_waits(story: Story) -> None:
    hold(story)
    assert {row.why for row in payout_runs.preview(story.access, READY).plan.left} == {Why.UNFUNDED}
    assert funding.standing(story.access, "EUR", READY) is Standing.UNFUNDED
    pay_in(story, CLEOS + 500_000)
    assert funding.standing(story.access, "EUR", READY) is Standing.PARTLY
    run = approved(story)  # both became ready at once, and Cleo was here first
    payout_runs.send(story.programme, run, "Bea", READY)
    assert (money(story, story.cleo)[1], money(story, story.finn)[1]) == (CLEOS, 500_000)
    assert on_account(story) == 0
    pay_in(story, 10_000_000)
    tenant = programme_with_id(story.access.conn, story.access.programme_id)
    waits, _ = payment_clock.balances(story.access, tenant, [(story.finn, "EUR")], READY)[story.finn, "EUR"]
    assert [one.why for one in waits] == [Wait.UNDERWAY]
    assert story.wrong(READY) == []


def test_the_clock_says_that_money_is_missing(story: Story) -> None:
    hold(story)
    tenant = programme_with_id(story.access.conn, story.access.programme_id)
    asked = [(story.finn, "EUR")]
    assert [one.why for one in payment_clock.balances(story.access, tenant, asked, READY)[asked[0]][0]] == [
        Wait.UNFUNDED
    ]
    pay_in(story, 100_000_000)
    assert payment_clock.balances(story.access, tenant, asked, READY)[asked[0]][0] == ()


def test_money_that_went_back_since_the_plan_is_not_paid(story: Story) -> None:
    hold(story)
    pay_in(story, 10_000_000)
    run = approved(story)
    pay_in(story, -4_340_000)
    with pytest.raises(FanshareError, match="no more can go back"):
        pay_in(story, -CLEOS - 1)
    payout_runs.send(story.programme, run, "Bea", READY)
    assert states(story, run) == {story.cleo: State.SUBMITTED, story.finn: State.FAILED}
    failed = next(row for row in runs.items_of(story.access, run) if row.party == story.finn)
    assert (failed.reason, money(story, story.finn)[1]) == ("the brand has not paid in enough for everybody", 0)
    assert story.wrong(READY) == []


def test_what_comes_back_is_there_again_and_a_part_is_kept_back_for_refunds(story: Story) -> None:
    hold(story, reserve=1_000)
    pay_in(story, 20_000_000)
    run = approved(story)
    items = payout_runs.send(story.programme, run, "Bea", READY)
    found = funding.accounts(story.access, READY)
    assert found is not None
    [account] = found[1]
    assert (account.kept_back, account.free) == (707_000, 20_000_000 - CLEOS - FINNS - 707_000)
    later = funding.accounts(story.access, READY + 181 * DAY)
    assert later is not None
    assert later[1][0].kept_back == 0
    [key] = [row.item.frozen.key for row in items if row.party == story.finn and row.item.frozen]
    payout_runs.tell(story.programme, run, [told(key, Said.CAME_BACK, reason="closed")], "Bea", READY)
    assert on_account(story) == 20_000_000 - CLEOS
    with pytest.raises(ConflictError, match="still here"):
        funding.switch_off(story.access, READY)
    pay_in(story, -on_account(story))
    funding.switch_off(story.access, READY)
    assert rows.rule(story.access) is None


def test_what_is_sent_twice_is_booked_once_and_something_else_under_its_reference_is_refused(story: Story) -> None:
    hold(story)
    slip = Slip("EUR", 5_000_000, "their transfer")
    assert [funding.book(story.programme, slip, "T-1", "Otto", BEFORE + at) for at in range(3)] == [True, False, False]
    for other_slip in (slip._replace(amount=-5_000_000), slip._replace(currency="USD"), slip._replace(note="")):
        with pytest.raises(ConflictError, match="Something else was booked"):
            funding.book(story.programme, other_slip, " T-1 ", "Otto", BEFORE)
    assert on_account(story) == 5_000_000
    assert funding.book(story.programme, slip, "T-2", "Otto", BEFORE), "the same sum may well come twice"
    assert on_account(story) == 10_000_000
    for bad in ("", " ", "x" * 101, "a\nb"):
        with pytest.raises(FanshareError, match="A reference has"):
            funding.book(story.programme, slip, bad, "Otto", BEFORE)


def test_a_booking_that_was_refused_leaves_its_reference_free(story: Story) -> None:
    hold(story)
    with pytest.raises(FanshareError, match="no more can go back"):
        funding.book(story.programme, Slip("EUR", -1), "T-1", "Otto", BEFORE)
    assert funding.book(story.programme, Slip("EUR", 1), "T-1", "Otto", BEFORE)


def test_two_presses_at_once_book_once(story: Story, shared_database: Database) -> None:
    hold(story)
    conn, programme = other(shared_database, story)
    slip, second = Slip("EUR", 5_000_000), list[bool]()
    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            assert funding.book(story.programme, slip, "T-1", "Otto", BEFORE)
            thread: threading.Thread = blocked(
                watch, lambda: second.append(funding.book(programme, slip, "T-1", "Otto", BEFORE))
            )
        thread.join()
    assert second == [False]
    assert on_account(story) == 5_000_000


def test_a_statement_is_booked_by_reference_and_once(story: Story) -> None:
    hold(story)
    mine = reference(story.tenant.public_id)
    lines = [
        Incoming("a" * 64, 5_000_000, "EUR", f"Linen {mine[:4]} {mine[4:]}"),
        Incoming("b" * 64, 7_000_000, "EUR", "RF18 5390 0754 7034"),
    ]
    assert funding.take_in(story.access, story.tenant, lines, "Otto", BEFORE) == (1, 0, 1)
    assert funding.take_in(story.access, story.tenant, lines, "Otto", BEFORE) == (0, 1, 1)
    assert on_account(story) == 5_000_000
    assert [one.by_bank for one in rows.entries(story.access)] == [True]


def test_two_runs_sent_at_once_share_what_is_there(story: Story, shared_database: Database) -> None:
    hold(story)
    pay_in(story, CLEOS)
    conn, programme = other(shared_database, story)
    first = approved(story)
    with conn, connect(shared_database.dsn()) as watch:
        runs.stop(story.access, story.cleo, "waits", READY)
        second = payout_steps.add(story.access, "manual", "Bea", [_planned(story)], READY)
        payout_runs.approve(story.programme, second, "Bea", READY)
        runs.go_on(story.access, story.cleo)
        with story.access.transaction():
            payout_runs.send(story.programme, first, "Bea", READY)
            thread: threading.Thread = blocked(watch, lambda: payout_runs.send(programme, second, "Bea", READY))
        thread.join()
    assert money(story, story.cleo)[1] == CLEOS
    assert states(story, second) == {story.finn: State.FAILED}
    assert on_account(story) == 0


def _planned(story: Story) -> Planned:
    return Planned(story.finn, "EUR", FINNS, 0)


class Funds(RuleBasedStateMachine):
    """A brand that pays in and takes out while orders are sold, paid and come back. ``conn`` is set by the test."""

    conn: Connection

    @initialize(reserve=st.sampled_from([0, 500, 5_000]))
    def begin(self, reserve: int) -> None:
        self.story = open_story(self.conn, {**TERMS, "fans": {"default_percent": "20"}})
        self.now, self.sold, self.keys, self.reserve = READY, 0, list[tuple[int, str]](), reserve
        self.paid_in = 0
        hold(self.story, reserve)

    @rule(net=st.integers(1, 90))
    def an_order(self, net: int) -> None:
        self.sold += 1
        self.story.sold(str(self.sold), net * 1_000_000, self.story.click(self.now - DAY), now=self.now)

    @rule(days=st.sampled_from([1, 31, 190]))
    def time_passes(self, days: int) -> None:
        self.now += days * DAY
        self.story.settle(self.now)

    @rule(amount=st.integers(-20_000_000, 20_000_000))
    def money_moves(self, amount: int) -> None:
        there = on_account(self.story, self.now)
        try:
            funding.book(self.story.programme, Slip("EUR", amount), secrets.token_hex(8), "Otto", self.now)
        except FanshareError:
            assert amount == 0 or there + amount < min(0, there)
        else:
            self.paid_in += amount

    @rule(between=st.integers(-20_000_000, 20_000_000))
    def a_run(self, between: int) -> None:
        story, free = self.story, funding.free(self.story.access, self.now) or {}
        found = payout_runs.preview(story.access, self.now).plan
        assert sum(one.amount for one in found.items) <= free.get("EUR", 0)
        if not found.items:
            return
        run, _ = payout_runs.plan(story.programme, "Bea", self.now)
        payout_runs.approve(story.programme, run, "Bea", self.now)
        self.money_moves(between)
        free = funding.free(story.access, self.now) or {}
        sent = payout_runs.send(story.programme, run, "Bea", self.now)
        keys = [row.item.frozen.key for row in sent if row.item.frozen]
        assert sum(row.item.amount for row in sent if row.item.frozen) <= free.get("EUR", 0)
        self.keys += [(run, key) for key in keys]

    @precondition(lambda self: self.keys)
    @rule(pick=st.integers(0, 99), said=st.sampled_from([Said.ARRIVED, Said.CAME_BACK, Said.REFUSED]))
    def an_answer(self, pick: int, said: Said) -> None:
        run, key = self.keys[pick % len(self.keys)]
        answer = Told(key, Answer(said, self.now + HOUR, None, "EUR"), "so")
        payout_runs.tell(self.story.programme, run, [answer], "Bea", self.now)

    @invariant()
    def the_account_is_what_came_in_less_what_is_out(self) -> None:
        if not hasattr(self, "story"):
            return
        rows_ = [row for run in runs.listed(self.story.access) for row in runs.items_of(self.story.access, run.id)]
        out = sum(row.item.amount for row in rows_ if row.item.state in (*UNDERWAY, State.FINAL))
        assert on_account(self.story, self.now) == self.paid_in - out >= 0
        assert self.story.wrong(self.now) == []


@pytest.mark.soak_sized
def test_whatever_happens_runs_take_no_more_than_was_paid_in(conn: Connection) -> None:
    machine = type("Here", (Funds,), {"conn": conn})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=effort(4), stateful_step_count=12, deadline=None, phases=[Phase.generate, Phase.shrink]
        ),
    )
