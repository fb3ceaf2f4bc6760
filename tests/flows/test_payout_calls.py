"""Payments over a rail that is called: frozen, sent once, heard; whatever breaks in between."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from psycopg import errors

from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY, HOUR, MINUTE
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, iban_account, stripe_account
from fanshare.core.payout_item import Answer, Frozen, Said, State
from fanshare.core.payout_runs import Why
from fanshare.core.rails import Order
from fanshare.flows import own_data, payees, payout_calls, payout_files, payout_rails, payout_runs, people, unclaimed
from fanshare.flows.check import one_finding
from fanshare.flows.payout_runs import Told
from fanshare.integrations.rails import Called
from fanshare.jobs.payout_calls import work_calls
from fanshare.store.access import Access, Connection
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row
from fanshare.store.server import Database
from fanshare.world.woo_server import Fault
from tests.faults.sim_database import open_breakable
from tests.faults.sim_loop import Crash
from tests.flows.test_payout_runs import CLEOS, FINNS, READY, approved, money, sent, states
from tests.integrations.contract_http_rail import HASTY
from tests.support.stories import TERMS, Story, open_story
from tests.support.stripe_connect import CLEO, FINN, KEY, StripeConnect

TO = stripe_account(FINN, "EUR")


class Play:
    """Finn chose Stripe long ago, and Cleo nothing. ``now`` is everybody's clock."""

    def __init__(self, story: Story, there: StripeConnect) -> None:
        self.story, self.there, self.now = story, there, READY
        there.now = lambda: self.now
        self.drivers = Called({Kind.STRIPE: there.url}, HASTY)
        self.connect()
        payees.change(story.programme, story.finn, TO, READY - 2 * WAIT, adult=True)

    def connect(self, key: str = KEY) -> None:
        payout_rails.connect(self.story.programme, Kind.STRIPE, {"key": key}, self.drivers, "Bea", self.now)

    def work(self, *, after: int = 0) -> int:
        """One turn of the worker; how many payments it looked at."""
        self.now += after
        return work_calls(self.story.programme, self.drivers, lambda: self.now).looked

    def finns(self, run: int) -> Row:
        [row] = [row for row in rows.items_of(self.story.access, run) if row.party == self.story.finn]
        return row

    def paid(self) -> int:
        """What Stripe has moved to Finn, in micros."""
        units: int = sum(one["amount"] - one["amount_reversed"] for one in self.there.transfers)
        return units * 10_000


@pytest.fixture
def play(conn: Connection) -> Iterator[Play]:
    """Finn has 1.416 ready and Cleo 5.664."""
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    story.sold("1", 59_000_000, story.click())
    story.settle(READY)
    with StripeConnect() as there:
        yield Play(story, there)


def test_a_payment_goes_over_stripe_and_the_other_by_hand(play: Play) -> None:
    run, keys = sent(play.story)
    assert play.work() == 1
    assert (play.finns(run).item.state, play.paid()) == (State.IN_TRANSIT, FINNS)
    assert play.work() == 0, "it is asked again after a while"
    assert play.work(after=MINUTE) == 1
    assert play.finns(run).item.state is State.FINAL
    assert money(play.story, play.story.finn) == (6_000, 0, FINNS)
    assert states(play.story, run)[play.story.cleo] is State.SUBMITTED
    file = payout_files.written(rows.items_of(play.story.access, run), {})
    assert keys[play.story.cleo] in file
    assert keys[play.story.finn] not in file, "whoever pays by hand would pay her twice"
    assert play.story.wrong(play.now) == []


def test_what_goes_out_is_sealed_while_it_may_be_sent_again_and_forgotten_then(play: Play) -> None:
    play.there.misbehave(None, Fault.LOST)
    run, _ = sent(play.story)
    row = play.finns(run)
    play.work()
    kinds = "SELECT count(*) FROM vault_item WHERE programme_id = %(programme_id)s AND kind LIKE 'payout_order:%%'"
    assert (play.finns(run).item.state, play.story.access.value(kinds)) == (State.UNKNOWN, 1)
    assert row.item.frozen is not None
    assert FINN.encode() not in row.item.frozen.body, "lines are kept for ever"
    copy = str(own_data.copy(play.story.programme, play.story.finn, play.now, whole=False))
    assert FINN not in copy
    play.work(after=HOUR)
    assert (play.finns(run).item.state, play.story.access.value(kinds)) == (State.FINAL, 0)
    assert play.paid() == FINNS


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.TORN, Fault.ERROR, Fault.THROTTLE, Fault.CUT, Fault.STALL])
def test_whatever_answer_is_lost_it_is_paid_once(fault: Fault, play: Play) -> None:
    for before in range(4):  # the question or the payment of each turn
        play.there.misbehave(*[None] * before, fault)
    run, _ = sent(play.story)
    for _ in range(12):
        play.work(after=20 * MINUTE)
    play.there.server.behave()
    play.work(after=HOUR)
    assert (play.finns(run).item.state, play.paid()) == (State.FINAL, FINNS)
    assert play.story.wrong(play.now) == []


def test_a_provider_that_is_away_for_days_is_asked_and_not_paid_late(play: Play) -> None:
    play.there.misbehave(*[Fault.ERROR] * 200)
    run, _ = sent(play.story)
    while play.now < READY + 2 * DAY:
        play.work(after=3 * HOUR)
    play.there.server.behave()
    play.work(after=6 * HOUR)
    assert (play.finns(run).item.state, play.paid()) == (State.UNKNOWN, 0), "asked, and once not found"
    play.work(after=12 * HOUR)
    assert play.finns(run).item.state is State.UNKNOWN
    play.work(after=13 * HOUR)
    assert (play.finns(run).item.state, play.paid()) == (State.FAILED, 0)
    assert money(play.story, play.story.finn) == (1_416_000, 0, 0), "ready again, for the next run"
    assert play.story.wrong(play.now) == []


def test_a_payment_that_was_made_before_the_provider_went_away_is_found_when_it_is_back(play: Play) -> None:
    play.there.misbehave(None, Fault.LOST, *[Fault.ERROR] * 200)
    run, _ = sent(play.story)
    while play.now < READY + 2 * DAY:
        play.work(after=3 * HOUR)
    play.there.server.behave()
    play.work(after=7 * HOUR)
    assert (play.finns(run).item.state, play.paid()) == (State.FINAL, FINNS)


def test_books_that_are_older_than_the_provider_find_what_was_paid(play: Play) -> None:
    run, keys = sent(play.story)
    play.there.transfer(FINNS // 10_000, "eur", FINN, keys[play.story.finn])
    play.work(after=30 * MINUTE)
    assert (play.finns(run).item.state, play.paid()) == (State.FINAL, FINNS)


def test_what_is_refused_is_ready_again_with_the_reason(play: Play) -> None:
    play.there.closed.add(FINN)
    run, _ = sent(play.story)
    play.work()
    row = play.finns(run)
    assert (row.item.state, row.reason) == (State.FAILED, "The account at Stripe is not ready to be paid.")
    assert money(play.story, play.story.finn) == (1_416_000, 0, 0)
    play.there.closed.clear()
    for _ in range(12):
        play.work(after=5 * DAY)
    assert play.paid() == 0, "it is not sent again by itself"
    assert play.story.wrong(play.now) == []


def test_what_the_brand_takes_back_at_stripe_is_ready_again_at_any_age(play: Play) -> None:
    run, _ = sent(play.story)
    play.work()
    play.work(after=MINUTE)
    for _ in range(20):
        play.work(after=5 * DAY)
    assert play.finns(run).item.state is State.FINAL
    play.there.reverse("tr_1", None)
    play.work(after=8 * DAY)
    row = play.finns(run)
    assert (row.item.state, row.reason) == (State.RETURNED, "The brand took this transfer back at Stripe.")
    assert money(play.story, play.story.finn) == (1_416_000, 0, 0)
    assert (row.due, play.work(after=400 * DAY)) == (None, 0)
    assert play.story.wrong(play.now) == []


def test_a_second_transfer_of_the_same_key_is_for_a_person(play: Play) -> None:
    run, keys = sent(play.story)
    play.work()
    play.there.transfer(FINNS // 10_000, "eur", FINN, keys[play.story.finn])
    play.work(after=MINUTE)
    assert play.finns(run).item.state is State.MISMATCH
    payout_runs.decide(play.story.programme, run, keys[play.story.finn], True, "one was reversed", "Bea", play.now)
    assert play.finns(run).item.state is State.FINAL


def test_nobody_says_that_it_failed_while_it_may_still_be_sent(play: Play) -> None:
    run, keys = sent(play.story)
    for said in (Said.CAME_BACK, Said.REFUSED):
        told = Told(keys[play.story.finn], Answer(said, play.now), "by hand")
        with pytest.raises(ConflictError, match="still being asked"):
            payout_runs.tell(play.story.programme, run, [told], "Bea", play.now)
    told = Told(keys[play.story.cleo], Answer(Said.CAME_BACK, play.now), "by hand")
    payout_runs.tell(play.story.programme, run, [told], "Bea", play.now)
    play.there.misbehave(*[Fault.ERROR] * 200)
    play.now += DAY
    told = Told(keys[play.story.finn], Answer(Said.REFUSED, play.now), "Stripe says so on the telephone")
    payout_runs.tell(play.story.programme, run, [told], "Bea", play.now)
    play.there.server.behave()
    for _ in range(10):
        play.work(after=DAY)
    assert play.paid() == 0


def test_an_attempt_is_not_made_for_what_was_heard_meanwhile(play: Play) -> None:
    run, keys = sent(play.story)
    row = play.finns(run)
    told = Told(keys[play.story.finn], Answer(Said.ARRIVED, play.now))
    payout_runs.tell(play.story.programme, run, [told], "Bea", play.now)
    assert payout_calls.attempt(play.story.programme, row.id, {"key": KEY}, play.drivers, play.now) is None


def test_what_goes_out_is_the_same_bytes_however_the_program_changes(play: Play) -> None:
    run, _ = sent(play.story)
    row = play.finns(run)

    class Newer(Called):
        def freeze(self, kind: Kind, secret: Mapping[str, str], order: Order) -> Frozen:
            raise AssertionError("it was frozen before")

    first = payout_calls.attempt(play.story.programme, row.id, {"key": KEY}, play.drivers, play.now)
    again = payout_calls.attempt(play.story.programme, row.id, {"key": KEY}, Newer(), play.now + HOUR)
    assert first == again
    assert first is not None
    assert payout_calls.attempt(play.story.programme, row.id, {"key": KEY}, Newer(), play.now + DAY) is None


def test_whoever_is_erased_in_between_is_not_paid_and_her_money_is_unclaimed(play: Play) -> None:
    run, _ = sent(play.story)
    people.erase(play.story.programme, play.story.finn, play.now)
    for _ in range(8):
        play.work(after=12 * HOUR)
    assert (play.finns(run).item.state, play.paid()) == (State.FAILED, 0)
    unclaimed.sweep(play.story.programme, play.now)
    assert money(play.story, play.story.finn)[0] == 0
    assert play.story.wrong(play.now) == []


def test_a_key_that_is_not_taken_is_trouble_that_the_brand_reads(play: Play) -> None:
    run, _ = sent(play.story)
    play.there.key = "sk_test_another00"
    play.work()
    [rail] = payout_rails.connected(play.story.programme).values()
    assert rail.trouble == "Stripe does not accept our key for this."
    assert KEY not in repr(rail)
    play.connect("sk_test_another00")
    play.work(after=HOUR)
    [rail] = payout_rails.connected(play.story.programme).values()
    assert (rail.trouble, play.finns(run).item.state) == ("", State.IN_TRANSIT)


def test_another_account_at_the_provider_waits_until_no_payment_is_open(play: Play) -> None:
    play.there.misbehave(None, Fault.LOST)
    run, _ = sent(play.story)
    play.work()
    play.there.account = "acct_1Another"
    steps: list[Callable[[], None]] = [
        play.connect,
        lambda: payout_rails.end(play.story.programme, Kind.STRIPE, play.now),
    ]
    for step in steps:
        with pytest.raises(ConflictError) as caught:
            step()
        assert caught.value.code == "payments_open"
    play.work(after=HOUR)
    assert play.finns(run).item.state is State.FINAL
    play.connect()
    payout_rails.end(play.story.programme, Kind.STRIPE, play.now)
    assert payout_rails.connected(play.story.programme) == {}


def test_a_provider_that_the_brand_left_keeps_money_ready_with_the_reason(play: Play) -> None:
    run = approved(play.story)
    payout_rails.end(play.story.programme, Kind.STRIPE, play.now)
    payout_runs.send(play.story.programme, run, "Bea", play.now)
    row = play.finns(run)
    assert (row.item.state, row.reason) == (State.FAILED, "the provider that was chosen is not paid by any more")
    left = payout_runs.preview(play.story.access, play.now).plan.left
    assert [one.why for one in left if one.party == play.story.finn] == [Why.NO_RAIL]
    with pytest.raises(ConflictError, match="does not pay"):
        payees.change(play.story.programme, play.story.cleo, stripe_account(CLEO, "EUR"), play.now, adult=True)


def test_another_way_in_the_same_currency_waits_and_keeps_everything_back(play: Play) -> None:
    iban = iban_account("Finn Fox", "DE89370400440532013000")
    first = payees.change(play.story.programme, play.story.finn, iban, play.now)
    [shown] = payees.shown(play.story.programme, play.story.finn, play.now)
    assert (shown.currency, shown.kind, shown.standing, shown.waiting) == (
        "EUR", Kind.IBAN, "Stripe … eFan", "DE … 3000",
    )  # fmt: skip
    left = payout_runs.preview(play.story.access, play.now).plan.left
    assert [(one.why, one.until) for one in left if one.party == play.story.finn] == [(Why.CHANGED, play.now + WAIT)]
    payees.undo(play.story.programme, play.story.finn, first, play.now + HOUR)
    run, _ = sent(play.story)
    assert play.finns(run).kind == "stripe"


def test_a_kill_at_any_statement_of_the_worker_pays_once(play: Play, shared_database: Database) -> None:
    run, _ = sent(play.story)
    deaths = 0
    for at in range(1, 200):
        broken = open_breakable(shared_database)
        broken.passed, broken.places, broken.fail_at, broken.how = Counter(), 0, at, "crash"
        programme = replace(play.story.programme, access=Access(broken, play.story.access.programme_id, "test"))
        play.now += payout_calls.LEASE
        try:
            work_calls(programme, play.drivers, lambda: play.now)
        except Crash:
            deaths += 1
        finally:
            broken.close()
        assert play.paid() <= FINNS
        assert one_finding("payout runs", play.story.programme, play.now).ok
        if play.finns(run).item.state is State.FINAL:
            break
    play.work(after=DAY)
    assert deaths > 20
    assert (play.finns(run).item.state, play.paid()) == (State.FINAL, FINNS)
    assert play.story.wrong(play.now) == []


def test_two_workers_take_a_payment_one_after_the_other(play: Play) -> None:
    sent(play.story)
    first = payout_calls.lease(play.story.programme, Kind.STRIPE, play.now)
    assert first is not None
    assert payout_calls.lease(play.story.programme, Kind.STRIPE, play.now) is None
    again = payout_calls.lease(play.story.programme, Kind.STRIPE, play.now + payout_calls.LEASE)
    assert again is not None, "who took it may have died"
    assert again.id == first.id


def test_the_database_keeps_what_the_provider_called_it(play: Play, owner: Connection) -> None:
    run, _ = sent(play.story)
    play.work()
    row = play.finns(run)
    with pytest.raises(errors.RestrictViolation):
        owner.execute("UPDATE payout_item SET remote = 'tr_9' WHERE id = %s", [row.id])


def test_cleo_is_paid_over_stripe_too(play: Play) -> None:
    payees.change(play.story.programme, play.story.cleo, stripe_account(CLEO, "EUR"), READY - 2 * WAIT, adult=True)
    sent(play.story)
    assert play.work() == 2
    assert play.paid() == FINNS + CLEOS
