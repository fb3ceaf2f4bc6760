"""Replaced currencies in the real books: once, to the micro, by two legs each, whoever stops or comes at once."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fanshare.core.currencies import REPLACED
from fanshare.core.errors import BadInputError
from fanshare.core.funding import Standing
from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.orders import Refund
from fanshare.core.payment_clock import Step as Step_
from fanshare.core.payment_clock import Wait
from fanshare.core.payout_item import State
from fanshare.core.replaced import since, worth
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.paid import payments
from fanshare.flows import (
    coming,
    debts,
    funding,
    payee_currency,
    payment_clock,
    payout_runs,
    payouts,
    people,
    replaced,
    unclaimed,
)
from fanshare.flows.check import one_finding
from fanshare.flows.earned import earned
from fanshare.flows.funding import Slip
from fanshare.flows.payment_clock import Earned
from fanshare.flows.payouts import Step
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.statements import make_statement
from fanshare.store import books, signing
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import conversions as rows
from fanshare.store.queries import earnings, tax_years
from fanshare.store.queries import funding as entries
from fanshare.store.queries import payee_currency as offers
from fanshare.store.server import Database
from tests.core.statement_verifiers import Verifier, each_verifier
from tests.flows.test_payout_runs import READY
from tests.support.stories import NOW, TERMS, Story, open_story

#: What 59.00 leva of goods bring: Cleo 5.664, Finn 1.416; and in euro.
CLEOS, FINNS = 5_664_000, 1_416_000
ENDED = since("BGN") or 0


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 BGN ready and Cleo 5.664: from an order of its time that ripened after it."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click(), currency="BGN")
    made.settle(READY)
    return made


def on(story: Story, kind: AccountKind, currency: str, party: int | None = None) -> int:
    return books.balances(story.access).get(Balance(AccountKey(kind, party), currency), 0)


def ready(story: Story, party: int) -> tuple[int, int]:
    return on(story, AccountKind.AVAILABLE, "BGN", party), on(story, AccountKind.AVAILABLE, "EUR", party)


def refund(story: Story, number: str, now: int, micros: int) -> None:
    story.changed(number, now, refunds=(Refund(f"r{micros}", now, micros),))


def test_what_is_ready_becomes_the_next_currency_at_the_rate_of_the_law(story: Story) -> None:
    assert replaced.convert(story.programme, READY) == 2
    assert ready(story, story.cleo) == (0, worth("BGN", CLEOS)) == (0, 2_895_957)
    assert ready(story, story.finn) == (0, worth("BGN", FINNS)) == (0, 723_989)
    assert rows.liquidity(story.access) == {"BGN": CLEOS + FINNS, "EUR": -(2_895_957 + 723_989)}
    assert [one.converted.quote.source for one in rows.every(story.access)] == ["LAW", "LAW"]
    assert story.wrong(READY) == []


def test_again_it_does_nothing_and_before_its_day_it_does_nothing(story: Story) -> None:
    assert replaced.convert(story.programme, ENDED - 1) == 0
    replaced.convert(story.programme, READY)
    before = books.balances(story.access)
    assert replaced.convert(story.programme, READY + HOUR) == 0
    assert books.balances(story.access) == before


@pytest.mark.parametrize("converted_first", [True, False])
def test_a_refund_takes_back_exactly_what_was_given(story: Story, converted_first: bool) -> None:
    if converted_first:
        replaced.convert(story.programme, READY)
    refund(story, "1", READY + DAY, 59_000_000)
    replaced.convert(story.programme, READY + DAY)
    assert ready(story, story.cleo) == ready(story, story.finn) == (0, 0)
    assert rows.liquidity(story.access) == {}
    assert story.wrong(READY + DAY) == []


def test_refunds_in_parts_come_to_what_what_remains_is_worth(story: Story) -> None:
    story.sold("2", 33_333_333, story.click(), currency="BGN")
    story.settle(READY + DAY)
    for days, micros in enumerate((1, 13_370_011, 20_000_003), start=2):
        replaced.convert(story.programme, READY + days * DAY)
        refund(story, "1", READY + days * DAY, micros)
    replaced.convert(story.programme, READY + 6 * DAY)
    for party in (story.cleo, story.finn):
        left = sum(one.amount for one in lots(story, party))
        assert ready(story, party) == (0, worth("BGN", left))
    assert story.wrong(READY + 6 * DAY) == []


def lots(story: Story, party: int) -> list[Any]:
    orders = [row[0] for row in story.access.fetch("SELECT id FROM shop_order WHERE programme_id = %(programme_id)s")]
    return [one.placed for key, one in books.positions(story.access, orders).items() if key.party == party]


def test_what_was_paid_out_before_stays_paid_and_a_refund_of_it_is_a_debt_in_the_next_currency(story: Story) -> None:
    """The payment left in leva; what a refund takes beyond what is ready is netted in euro."""
    access = story.access
    with access.transaction():
        payout = payouts.begin(access, story.cleo, "BGN", CLEOS, ENDED - 2 * DAY)
        payouts.walk(story.programme, [Step(payout, "in_transit")], ENDED - 2 * DAY)
        payouts.walk(story.programme, [Step(payouts.find(access, payout.id), "final")], ENDED - DAY)
    replaced.convert(story.programme, READY)
    assert ready(story, story.cleo) == (0, 0)
    refund(story, "1", READY + DAY, 59_000_000)
    replaced.convert(story.programme, READY + DAY)
    assert ready(story, story.cleo) == (0, -worth("BGN", CLEOS))
    story.sold("2", 59_000_000, story.click(READY), now=READY + DAY)
    story.settle(READY + 40 * DAY)
    assert ready(story, story.cleo) == (0, CLEOS - worth("BGN", CLEOS))
    assert story.wrong(READY + 40 * DAY) == []


def test_a_payment_that_comes_back_after_the_day_is_ready_in_the_next_currency(story: Story) -> None:
    access = story.access
    with access.transaction():
        payout = payouts.begin(access, story.cleo, "BGN", CLEOS, ENDED - DAY)
        payouts.walk(story.programme, [Step(payout, "in_transit")], ENDED - DAY)
    replaced.convert(story.programme, READY)
    payouts.came_back(story.programme, payout.id, "unknown account", READY + DAY)
    assert ready(story, story.cleo) == (CLEOS, 0)
    replaced.convert(story.programme, READY + DAY)
    assert ready(story, story.cleo) == (0, worth("BGN", CLEOS))
    assert story.wrong(READY + DAY) == []


def test_what_waits_is_changed_on_the_day_on_which_it_is_ready(story: Story) -> None:
    late = READY - DAY
    story.sold("2", 59_000_000, story.click(late - HOUR), currency="BGN", now=late)
    replaced.convert(story.programme, READY)
    assert on(story, AccountKind.PENDING, "BGN", story.cleo) == CLEOS
    story.settle(late + 31 * DAY)
    replaced.convert(story.programme, late + 31 * DAY)
    assert ready(story, story.cleo) == (0, worth("BGN", 2 * CLEOS))
    assert story.wrong(late + 31 * DAY) == []


def test_what_is_worth_nothing_stays_and_goes_with_what_comes_next(conn: Connection) -> None:
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    story.sold("1", 40_000, story.click(), currency="BYR")  # 0.004800 and its fifth
    story.settle(READY)
    assert replaced.convert(story.programme, READY) == 0
    story.sold("2", 40_000, story.click(), currency="BYR")
    story.settle(READY + DAY)
    assert replaced.convert(story.programme, READY + DAY) == 1
    assert on(story, AccountKind.AVAILABLE, "BYN", story.cleo) == worth("BYR", 2 * 3_840) == 1
    assert story.wrong(READY + DAY) == []


def test_two_workers_at_once_change_it_once(story: Story, shared_database: Database) -> None:
    def work(_: int) -> int:
        with connect(shared_database.dsn()) as conn:
            access = Access(conn, story.access.programme_id, "job:replaced")
            other = Story(access, story.tenant, story.shop)
            return replaced.convert(other.programme, READY)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(8))) == 2
    assert ready(story, story.cleo) == (0, worth("BGN", CLEOS))
    assert story.wrong(READY) == []


#: A worker that is killed while it changes the second of two balances: posted, and not yet committed.
_KILLED = """
import os, signal, sys
from fanshare.flows import payouts, replaced
from fanshare.flows.context import open_programme
from fanshare.store.access import Access, connect
from fanshare.store.directory import programme_with_id
from tests.support.pg_books import KEYS

walk, walked = payouts.walk, []

def dying(*given):
    walk(*given)
    walked.append(1)
    if len(walked) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

payouts.walk, replaced.AT_ONCE = dying, 1
dsn, programme, now = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with connect(dsn) as conn:
    tenant = programme_with_id(conn, programme)
    replaced.convert(open_programme(Access(conn, programme, "job:replaced"), tenant.public_id, KEYS), now)
"""


def test_who_is_killed_in_the_middle_has_changed_whole_balances_and_another_goes_on(
    story: Story, shared_database: Database
) -> None:
    asked = (shared_database.dsn(), str(story.access.programme_id), str(READY))
    ended = subprocess.run([sys.executable, "-c", _KILLED, *asked], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(rows.every(story.access)) == 1
    assert story.wrong(READY) == []
    assert replaced.convert(story.programme, READY) == 1
    assert ready(story, story.cleo) == (0, worth("BGN", CLEOS))
    assert ready(story, story.finn) == (0, worth("BGN", FINNS))
    assert story.wrong(READY) == []


@each_verifier
def test_her_statement_holds_the_change_and_verifies(story: Story, tmp_path: Path, check: Verifier) -> None:
    replaced.convert(story.programme, READY)
    refund(story, "1", READY + DAY, 20_000_000)
    replaced.convert(story.programme, READY + DAY)
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    for party in (story.cleo, story.finn):
        made = make_statement(story.programme, story.tenant, signer, party, READY + 2 * DAY)
        said = check(made)
        assert said["ok"] == "True", said
        assert [one["currency"] for one in made["currencies"]] == ["BGN", "EUR"]


def test_no_run_pays_in_it_and_one_that_was_planned_before_leaves_it_out(story: Story) -> None:
    _, plan = payout_runs.plan(story.programme, "Bea", ENDED - HOUR)
    assert {one.currency for one in plan.items} == {"BGN"}
    [run] = [row[0] for row in story.access.fetch("SELECT id FROM payout_run WHERE programme_id = %(programme_id)s")]
    payout_runs.approve(story.programme, run, "Ada", ENDED - HOUR)
    sent = payout_runs.send(story.programme, run, "Ada", READY)
    assert {row.item.state for row in sent} == {State.FAILED}
    assert {row.reason for row in sent} == {
        "its currency was replaced by another one; what is ready of it is paid in that"
    }
    assert payout_runs.preview(story.access, READY).plan.items == ()
    replaced.convert(story.programme, READY)
    items = payout_runs.preview(story.access, READY).plan.items
    assert {(one.party, one.currency, one.amount) for one in items} == {
        (story.cleo, "EUR", 2_890_000),
        (story.finn, "EUR", 720_000),
    }


def test_who_chose_it_is_paid_in_the_currency_of_the_sale(story: Story) -> None:
    offers.offer(story.access, ["BGN", "USD"])
    offers.choose(story.access, story.cleo, "BGN", NOW)
    replaced.convert(story.programme, READY)
    assert payee_currency.choices(story.access) == ["USD"]
    assert {one.currency for one in payout_runs.preview(story.access, READY).plan.items} == {"EUR"}


def test_somebody_erased_is_left_alone_but_for_what_takes_back_what_was_changed(story: Story) -> None:
    replaced.convert(story.programme, READY)
    story.sold("2", 59_000_000, story.click(), currency="BGN")
    people.erase(story.programme, story.cleo, READY)
    unclaimed.sweep(story.programme, READY)
    story.settle(READY + DAY)
    unclaimed.sweep(story.programme, READY + DAY)
    assert on(story, AccountKind.UNCLAIMED, "EUR") == worth("BGN", CLEOS)
    refund(story, "1", READY + 2 * DAY, 59_000_000)
    replaced.convert(story.programme, READY + 2 * DAY)
    unclaimed.sweep(story.programme, READY + 2 * DAY)
    assert on(story, AccountKind.UNCLAIMED, "EUR") == 0
    assert ready(story, story.cleo) == (0, 0)
    assert story.wrong(READY + 2 * DAY) == []


def test_the_tax_counts_it_in_the_currency_that_was_paid_with_its_kinds(story: Story) -> None:
    replaced.convert(story.programme, READY)
    access, got = story.access, 2_890_000
    with access.transaction():
        payout = payouts.begin(access, story.cleo, "EUR", got, READY)
        payouts.walk(story.programme, [Step(payout, "in_transit")], READY)
        payouts.walk(story.programme, [Step(payouts.find(access, payout.id), "final")], READY)
    moves = tax_years.movements(access, [story.cleo])[story.cleo]
    [one] = payments(story.cleo, moves, tax_years.beside(access, [story.cleo]))
    assert (one.currency, one.kinds, one.paid_at) == ("EUR", {TaxKind.COMMISSION: got}, READY)
    assert [order for _, order in one.sales] != [0], "it is known of which sales it was"
    assert earned(access, [story.cleo]) == {payout.id: got}


def test_a_version_of_terms_may_keep_naming_it_and_not_begin_to(story: Story) -> None:
    late = {**TERMS, "commission": [{"id": "a", "flat": "1.00", "currency": "BGN"}, *TERMS["commission"]]}
    with pytest.raises(BadInputError, match="BGN was replaced by EUR") as caught:
        publish_terms(story.access, late, READY)
    assert caught.value.code == "currency_replaced"


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("conversions", "UPDATE payout_exchange SET origin_per = '1.95584'"),
        ("conversions", "UPDATE payout_exchange SET day = '2026-01-02'"),
        ("payouts", "UPDATE payout_exchange SET day = '2026-01-02'"),
        ("conversions", f"UPDATE payout_exchange SET frozen_at = {ENDED - 1}"),
        ("conversions", "UPDATE payout SET amount = amount + 1 WHERE state = 'received'"),
        ("conversions", "UPDATE payout SET amount = amount + 3 WHERE state = 'received'"),
        ("conversions", "UPDATE payout SET state = 'returned' WHERE state = 'received'"),
        ("conversions", "DELETE FROM payout_exchange"),
    ],
)
def test_whatever_is_changed_of_it_is_found(story: Story, owner: Connection, name: str, lie: str) -> None:
    replaced.convert(story.programme, READY)
    assert one_finding(name, story.programme, READY).ok
    with owner.transaction(force_rollback=True):
        for table in ("payout_exchange", "payout", "account", "transfer"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        tied = f"{lie}{' AND' if 'WHERE' in lie else ' WHERE'} programme_id = %s"
        assert owner.execute(tied.encode(), [story.access.programme_id]).rowcount
        seen = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
        assert not one_finding(name, seen, READY).ok


def test_earnings_say_what_was_changed_and_what_came_of_it(story: Story) -> None:
    replaced.convert(story.programme, READY)
    purses = {purse.currency: purse for purse in earnings.purses(story.access, story.cleo)}
    assert (purses["BGN"].earned, purses["BGN"].exchanged, purses["BGN"].ready) == (CLEOS, CLEOS, 0)
    assert (purses["EUR"].earned, purses["EUR"].received, purses["EUR"].ready) == (0, 2_895_957, 2_895_957)
    assert REPLACED["BGN"].by == "EUR"


def test_a_debt_keeps_its_age(story: Story) -> None:
    """Taken in leva 100 days before they were changed, it is borne when 180 are over, and not 180 after the change."""
    access = story.access
    with access.transaction():
        payout = payouts.begin(access, story.cleo, "BGN", CLEOS, READY)
        payouts.walk(story.programme, [Step(payout, "in_transit")], READY)
    refund(story, "1", READY + DAY, 59_000_000)
    replaced.convert(story.programme, READY + 101 * DAY)
    assert debts.bear(story.programme, READY + 180 * DAY) == 0
    assert ready(story, story.cleo) == (0, -worth("BGN", CLEOS))
    assert debts.bear(story.programme, READY + 182 * DAY) == 1
    assert ready(story, story.cleo) == (0, 0)
    assert story.wrong(READY + 182 * DAY) == []


def test_what_a_brand_paid_in_is_there_in_the_next_currency(story: Story) -> None:
    access = story.access
    funding.switch_on(access, replace(story.tenant, several_brands=True), 1_000, ENDED - 10 * DAY)
    entries.add(access, "BGN", 10_000_000, "", "Bea", ENDED - DAY)
    found = funding.free(access, READY)
    assert found == {"EUR": worth("BGN", 10_000_000)}
    assert funding.free(access, ENDED - 1) == {"BGN": 10_000_000}
    assert funding.standing(access, "BGN", READY) is Standing.FUNDED
    held = funding.accounts(access, READY)
    assert held is not None
    [account] = held[1]
    assert (account.currency, account.owed.ready) == ("EUR", worth("BGN", CLEOS + FINNS))
    replaced.convert(story.programme, READY)
    assert funding.free(access, READY) == found
    slip = Slip("EUR", -worth("BGN", 10_000_000))
    assert funding.book(story.programme, slip, "back", "Bea", READY)
    assert funding.free(access, READY) == {"EUR": 0}
    funding.switch_off(access, READY)


def test_the_clock_of_a_share_in_it_is_that_of_the_next_currency(story: Story) -> None:
    tenant = story.tenant
    told = coming.coming(story.access, tenant, story.cleo, READY)
    assert [(one.currency, one.clock.step) for one in told] == [("BGN", Step_.READY)]
    replaced.convert(story.programme, READY)
    position = story.access.value(
        "SELECT id FROM position WHERE programme_id = %(programme_id)s AND party_id = %(party)s", {"party": story.cleo}
    )
    share = Earned(position, story.cleo, "BGN", CLEOS, "available", READY - DAY, None)
    [clock] = payment_clock.clocks(story.access, tenant, [share], READY).clocks
    assert (clock.step, [one.why for one in clock.waits]) == (Step_.READY, [Wait.RUN])
    run, _ = payout_runs.plan(story.programme, "Bea", READY)
    [clock] = payment_clock.clocks(story.access, tenant, [share], READY).clocks
    assert (clock.step, clock.run) == (Step_.PLANNED, run)
    assert {one.currency for one in coming.coming(story.access, tenant, story.cleo, READY)} == {"EUR"}
