"""What a credit note is over, by which word of hers it is due, and that who leaves gets it first."""

from dataclasses import replace

import pytest

from fanshare.core.instants import DAY
from fanshare.core.invoices import self_billing as core
from fanshare.core.invoices.self_billing import Taxed
from fanshare.core.invoices.totals import totals
from fanshare.core.payout_item import Said
from fanshare.core.tax.kinds import TaxKind
from fanshare.flows import gifts, leaving, payout_runs, people, rulings, self_billing
from fanshare.flows.check import one_finding
from fanshare.store.access import Connection
from fanshare.store.queries import own_data
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries import self_bills as rows
from fanshare.store.queries.earnings import purses
from tests.flows.test_payout_runs import READY
from tests.flows.test_self_billing import (
    CLEOS,
    FINNS,
    ISSUER,
    agree,
    paid,
    person,
    reason,
    story,
    told,
    written,
)  # fmt: skip
from tests.support.pg_books import BEFORE
from tests.support.stories import TERMS, Story, open_story

__all__ = ["story"]

GONE = READY + 31 * DAY


def given(story: Story, amount: int, key: str) -> None:
    """Finn gives Cleo something of what he has ready."""
    gifts.give(story.programme, gifts.Wish(story.finn, "cleo-canary", "EUR", amount), key, READY)


def amounts(found: list[self_billing.Document]) -> list[int]:
    """What documents are over; on paper it is the same as in the row."""
    assert [totals(one.paper).due for one in found if one.paper] == [one.bill.amount for one in found]
    return [one.bill.amount for one in found]


def test_a_fans_gift_is_in_no_document_though_it_was_paid_with_the_rest(story: Story) -> None:
    agree(story, story.cleo)
    given(story, 1_000_000, "k")
    run = paid(story)
    [purse] = purses(story.access, story.cleo)
    assert purse.paid == 6_660_000
    found = written(story)
    assert amounts(found) == [5_660_000], "5.664 was commission, and 0.996 of the rest Finn's gift"
    assert story.wrong(READY + 2 * DAY) == []
    told(story, run, Said.CAME_BACK, READY + 3 * DAY, story.cleo)
    assert amounts(written(story, READY + 4 * DAY)) == [5_660_000, 5_660_000], "and what cancels it"
    assert story.wrong(READY + 4 * DAY) == []


def test_a_payment_of_gifts_alone_has_none_and_the_reason_is_said(story: Story) -> None:
    agree(story, story.cleo)
    run_rows.stop(story.access, story.finn, "asks for another account", READY)
    paid(story)
    before = written(story)
    assert amounts(before) == [5_660_000]
    run_rows.go_on(story.access, story.finn)
    given(story, 1_000_000, "k")
    run = paid(story)
    assert written(story) == before
    assert reason(story, run, story.cleo) == "nothing_earned"
    assert rows.series(story.access) == {2026: len(before)}


def test_the_check_finds_a_document_over_a_gift(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(story, story.cleo)
    given(story, 1_000_000, "k")
    paid(story)
    [found] = written(story)
    assert one_finding("credit notes", story.programme, READY).ok
    monkeypatch.setattr(rows, "everything", lambda _: [found.bill._replace(amount=6_660_000)])
    assert not one_finding("credit notes", story.programme, READY).ok


def test_a_buyers_rebate_is_in_no_document(conn: Connection) -> None:
    """Gil bought something by Finn's link, and proved that he did."""
    made = open_story(conn, TERMS)
    gil = people.add_fan(made.programme, people.Joiner("Gil", "gil@example.test"), BEFORE)
    order = made.sold("1", 59_000_000, made.click())
    assert rulings.claim_order(made.programme, order, gil, READY - DAY)
    made.settle(READY)
    assert made.shares(order)["buyer"] == (354_000, "available")
    assert gil in made.earners(order)
    self_billing.set_issuer(made.programme, ISSUER, "Bea", READY)
    agree(made, gil, FINNS)
    agree(made, made.finn, FINNS)
    run = paid(made)
    [found] = written(made)
    assert found.bill.party == made.finn
    assert reason(made, run, gil) == "nothing_earned"
    assert made.wrong(READY + 2 * DAY) == []


@pytest.mark.parametrize(
    ("earned", "note"), [(5_664_999, 5_660_000), (5_665_000, 5_670_000), (4_999, 0), (0, 0), (6_660_000, 6_660_000)]
)
def test_a_part_of_a_cent_is_rounded_to_the_nearest(earned: int, note: int) -> None:
    kinds = {TaxKind.COMMISSION: earned, TaxKind.GIFT: 6_660_000 - earned, TaxKind.REBATE: 70_000}
    assert core.earned(kinds, "EUR") == note


@pytest.mark.parametrize("kind", [TaxKind.SHARE, TaxKind.EARLIER, TaxKind.CLAIMED])
def test_what_else_was_earned_counts_as_a_commission_does(kind: TaxKind) -> None:
    assert core.earned({kind: 10_000}, "EUR") == 10_000


def test_what_she_states_anew_loses_no_document_that_is_due(story: Story) -> None:
    agree(story, story.cleo)
    run = paid(story)
    moved = replace(CLEOS, party=replace(CLEOS.party, street="Weg 9"))
    self_billing.agree(story.programme, story.cleo, person(story, story.cleo), moved, READY + DAY)
    assert reason(story, run, story.cleo) == ""
    [found] = written(story)
    assert found.paper is not None
    assert found.paper.seller.street == "Weg 9", "the newest word is what she states"


def test_who_took_it_back_agrees_anew_for_what_comes_after(story: Story) -> None:
    agree(story, story.cleo)
    who = person(story, story.cleo)
    self_billing.take_back(story.programme, story.cleo, who, READY)
    run = paid(story)
    assert reason(story, run, story.cleo) == "not_agreed"
    self_billing.agree(story.programme, story.cleo, who, CLEOS, READY + DAY)
    self_billing.agree(story.programme, story.cleo, who, CLEOS, READY + DAY)
    assert written(story) == []
    assert reason(story, run, story.cleo) == "agreed_later"


def test_of_who_agreed_and_was_erased_it_is_not_said_that_she_had_not(story: Story) -> None:
    agree(story, story.cleo)
    run = paid(story)
    self_billing.end_issuer(story.programme, READY)
    for party in (story.cleo, story.finn):
        people.erase(story.programme, party, READY + DAY)
    self_billing.set_issuer(story.programme, ISSUER, "Bea", READY + DAY)
    assert written(story) == []
    assert [reason(story, run, party) for party in (story.cleo, story.finn)] == ["payee_left", "not_agreed"]


def erased(story: Story) -> bool:
    return own_data.party(story.access, story.finn) is None


def test_who_leaves_once_she_is_paid_waits_for_the_document(story: Story) -> None:
    agree(story, story.finn, FINNS)
    leaving.ask(story.programme, story.finn, READY)
    paid(story)
    assert leaving.finish(story.programme, GONE) == 0
    assert not erased(story)
    [found] = written(story, GONE)
    assert found.bill.party == story.finn
    assert leaving.finish(story.programme, GONE) == 1
    assert erased(story)


@pytest.mark.parametrize("why", ["not in business", "no issuer", "gone back"])
def test_who_leaves_waits_for_no_document_that_can_not_be_written(story: Story, why: str) -> None:
    agree(story, story.finn, replace(FINNS, taxed=Taxed.PRIVATE) if why == "not in business" else FINNS)
    leaving.ask(story.programme, story.finn, READY)
    paid(story)
    if why == "no issuer":
        self_billing.end_issuer(story.programme, READY)
    if why == "gone back":
        self_billing.take_back(story.programme, story.finn, person(story, story.finn), READY + DAY)
    assert leaving.finish(story.programme, GONE) == 1
    assert erased(story)


def test_a_document_behind_many_that_can_not_be_written_keeps_who_leaves(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her first payment was in dollars, in which she may show no VAT; only one of them is looked at at a time."""
    monkeypatch.setattr(self_billing, "_BATCH", 1)
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    self_billing.set_issuer(story.programme, ISSUER, "Bea", READY)
    agree(story, story.cleo)
    for number, currency in (("1", "USD"), ("2", "EUR")):
        story.sold(number, 59_000_000, story.click(), currency=currency)
        story.settle(READY)
        run, _ = payout_runs.plan(story.programme, "Bea", READY)
        payout_runs.approve(story.programme, run, "Bea", READY)
        payout_runs.send(story.programme, run, "Bea", READY)
        told(story, run, Said.ARRIVED, READY)
    [first] = rows.lacking(story.access, 0, 1, story.cleo)
    assert first.currency == "USD"
    leaving.ask(story.programme, story.cleo, READY)
    assert leaving.finish(story.programme, GONE) == 0
    assert [one.bill.currency for one in written(story)] == ["EUR"]
    assert leaving.finish(story.programme, GONE) == 1
