"""Payments over PayPal: a repeat is known by its refusal, and what nobody claims comes back."""

from collections.abc import Iterator

import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, paypal_account
from fanshare.core.payout_item import Answer, Said, State
from fanshare.flows import payees, payout_calls, payout_rails, payout_runs
from fanshare.flows.payout_runs import Told
from fanshare.integrations.rails import Called
from fanshare.jobs.payout_calls import work_calls
from fanshare.store.access import Connection
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row
from fanshare.world.woo_server import Fault
from tests.flows.test_payout_runs import READY, money, sent
from tests.integrations.contract_http_rail import HASTY
from tests.support.paypal_payouts import APP, PayPal
from tests.support.paypal_payouts import FINN as FINNS_MAIL
from tests.support.stories import TERMS, Story, open_story


class ByPayPal:
    """Finn chose PayPal long ago."""

    def __init__(self, story: Story, there: PayPal) -> None:
        self.story, self.there, self.now = story, there, READY
        there.now = lambda: self.now
        self.drivers = Called({Kind.PAYPAL: there.url}, HASTY)
        typed = {"client_id": APP[0], "key": APP[1], "place": "sandbox"}
        payout_rails.connect(story.programme, Kind.PAYPAL, typed, self.drivers, "Bea", READY)
        payees.change(story.programme, story.finn, paypal_account(FINNS_MAIL, "EUR"), READY - 2 * WAIT, adult=True)

    def work(self, *, after: int = 0) -> None:
        self.now += after
        work_calls(self.story.programme, self.drivers, lambda: self.now)

    def finns(self, run: int) -> Row:
        [row] = [row for row in rows.items_of(self.story.access, run) if row.party == self.story.finn]
        return row


@pytest.fixture
def by_paypal(conn: Connection) -> Iterator[ByPayPal]:
    """Finn has 1.416 ready and Cleo 5.664."""
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    story.sold("1", 59_000_000, story.click())
    story.settle(READY)
    with PayPal() as there:
        yield ByPayPal(story, there)


def test_a_payment_over_paypal_is_found_by_its_repeat_and_comes_back_unclaimed(by_paypal: ByPayPal) -> None:
    by_paypal.there.misbehave(None, Fault.LOST)
    run, keys = sent(by_paypal.story)
    by_paypal.work()
    assert by_paypal.finns(run).item.state is State.UNKNOWN
    by_paypal.work(after=HOUR)
    assert by_paypal.finns(run).item.state is State.IN_TRANSIT
    by_paypal.there.become(keys[by_paypal.story.finn], "UNCLAIMED")
    by_paypal.work(after=DAY)
    assert by_paypal.finns(run).item.state is State.IN_TRANSIT
    by_paypal.there.become(keys[by_paypal.story.finn], "RETURNED")
    by_paypal.work(after=30 * DAY)
    row = by_paypal.finns(run)
    assert (row.item.state, row.reason) == (State.RETURNED, "Nobody claimed it at PayPal within 30 days.")
    assert money(by_paypal.story, by_paypal.story.finn) == (1_416_000, 0, 0)
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_a_repeat_that_paypal_refuses_says_nothing_of_what_was_paid_before(by_paypal: ByPayPal) -> None:
    by_paypal.there.misbehave(None, Fault.LOST)
    run, _ = sent(by_paypal.story)
    by_paypal.work()
    by_paypal.there.closed = True
    by_paypal.work(after=HOUR)
    assert by_paypal.finns(run).item.state is State.UNKNOWN, "it may have been paid"
    [rail] = payout_rails.connected(by_paypal.story.programme).values()
    assert "Whether an earlier attempt went through isn't known" in rail.trouble
    by_paypal.there.closed = False
    by_paypal.work(after=HOUR)
    assert by_paypal.finns(run).item.state is State.IN_TRANSIT
    assert len(by_paypal.there.batches) == 1


def test_after_a_restore_no_attempt_is_the_first(by_paypal: ByPayPal) -> None:
    run, _ = sent(by_paypal.story)
    payout_calls.after_restore(by_paypal.story.access)
    by_paypal.there.closed = True
    by_paypal.work()
    assert by_paypal.finns(run).item.state is State.UNKNOWN, "the provider may be ahead of the books"


def test_a_first_attempt_that_paypal_refuses_is_ready_again(by_paypal: ByPayPal) -> None:
    by_paypal.there.closed = True
    run, _ = sent(by_paypal.story)
    by_paypal.work()
    row = by_paypal.finns(run)
    assert (row.item.state, row.reason) == (State.FAILED, "The brand's balance at PayPal did not suffice.")
    assert money(by_paypal.story, by_paypal.story.finn) == (1_416_000, 0, 0)


def test_paypal_is_not_asked_to_pay_after_thirty_days_and_a_person_says_what_became(by_paypal: ByPayPal) -> None:
    by_paypal.there.misbehave(None, Fault.LOST, *[Fault.ERROR] * 500)
    run, keys = sent(by_paypal.story)
    for _ in range(12):
        by_paypal.work(after=3 * DAY)
    by_paypal.there.server.behave()
    by_paypal.work(after=DAY)
    assert (by_paypal.finns(run).item.state, len(by_paypal.there.batches)) == (State.UNKNOWN, 1)
    told = Told(keys[by_paypal.story.finn], Answer(Said.ARRIVED, by_paypal.now))
    payout_runs.tell(by_paypal.story.programme, run, [told], "Bea", by_paypal.now)
    assert by_paypal.finns(run).item.state is State.FINAL
    assert by_paypal.story.wrong(by_paypal.now) == []
