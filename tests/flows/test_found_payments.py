"""Books older than the world: what was paid since is found at the bank and the provider, and nothing is paid twice.

What is done inside ``lost`` is undone in the books and not outside: afterwards they are those of a backup from before.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.found_payments import Outside
from fanshare.core.instants import DAY, HOUR, MINUTE
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import Why
from fanshare.flows import found_payments, payees, payout_banks, payout_holds, payout_runs
from fanshare.integrations.bank_files import Banks
from fanshare.integrations.rails import Called
from fanshare.jobs.payout_calls import work_calls
from fanshare.store.access import Connection
from fanshare.store.queries import found_payments as rows
from fanshare.store.queries import payout_runs as run_rows
from fanshare.world.woo_server import Fault
from tests.flows.test_payout_banks import BEA, CLEOS, FINNS, sent
from tests.flows.test_payout_calls import Play, play
from tests.flows.test_payout_runs import CLEOS as CLEOS_PART
from tests.flows.test_payout_runs import FINNS as FINNS_PART
from tests.flows.test_payout_runs import READY, approved, money, states
from tests.flows.test_payout_runs import sent as sent_by_hand
from tests.flows.test_paypal_calls import ByPayPal, by_paypal
from tests.flows.test_tremendous_calls import chosen
from tests.integrations.contract_http_rail import HASTY
from tests.integrations.sepa.bank import Booked, booked_file, statement
from tests.support.stories import TERMS, Story, open_story
from tests.support.tremendous import Tremendous

__all__ = ["by_paypal", "play"]
BANKS, COMPARED = Banks(), "the bank and Stripe since May"


@contextmanager
def lost(story: Story) -> Iterator[None]:
    """What happens here is in no book afterwards, and payouts wait as after a restore."""
    with story.access.conn.transaction(force_rollback=True):
        yield
    payout_holds.hold(story.access, READY - DAY, READY)


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 ready and Cleo 5.664, both have had an account for long; Bea pays by her bank."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    for party, account in ((made.finn, FINNS), (made.cleo, CLEOS)):
        payees.change(made.programme, party, account, READY - 2 * WAIT, adult=True)
    payout_banks.set_debtor(made.programme, BEA, "Bea", READY - 2 * WAIT)
    return made


def test_what_stripe_was_told_after_the_backup_is_found_and_not_paid_again(play: Play) -> None:
    story = play.story
    with lost(story):
        sent_by_hand(story)
        play.work()
    assert play.paid() == FINNS_PART
    assert money(story, story.finn) == (1_416_000, 0, 0), "the books know nothing of it"
    with pytest.raises(ConflictError, match="restored from a backup"):
        payout_runs.plan(story.programme, "Bea", READY)
    looked = found_payments.ask_providers(story.programme, play.drivers, "Bea", play.now)
    assert (looked.booked, looked.open, looked.foreign) == (1, 0, 0)
    assert money(story, story.finn) == (6_000, 0, FINNS_PART)
    again = found_payments.ask_providers(story.programme, play.drivers, "Bea", play.now)
    assert (again.booked, again.open) == (0, 0), "told twice it is one payment"
    payout_holds.release(story.access, "Bea", COMPARED, play.now)
    run = approved(story)
    assert [row.party for row in run_rows.items_of(story.access, run)] == [story.cleo]
    payout_runs.send(story.programme, run, "Bea", READY)
    play.work(after=HOUR)
    assert play.paid() == FINNS_PART
    assert story.wrong(play.now) == []


def test_without_the_hold_the_same_money_goes_out_a_second_time(play: Play) -> None:
    """The negative control: numbers went on, so neither key nor bytes are those that Stripe has seen."""
    story = play.story
    with lost(story):
        sent_by_hand(story)
        play.work()
    payout_holds.release(story.access, "Bea", "nothing at all, alas", READY)
    sent_by_hand(story)
    play.work(after=MINUTE)
    assert play.paid() == 2 * FINNS_PART


def test_nothing_is_concluded_from_a_provider_that_does_not_tell_all(play: Play) -> None:
    story = play.story
    with lost(story):
        sent_by_hand(story)
        play.work()
    for fault in (Fault.ERROR, Fault.TORN, Fault.LOST):
        play.there.misbehave(fault)
        with pytest.raises(FanshareError) as refused:
            found_payments.ask_providers(story.programme, play.drivers, "Bea", play.now)
        assert refused.value.code == "rail_silent"
        play.there.server.behave()
    assert rows.listed(story.access) == []
    play.there.transfers[0]["amount_reversed"] = play.there.transfers[0]["amount"]
    assert found_payments.ask_providers(story.programme, play.drivers, "Bea", play.now).booked == 0, "it is back there"


def test_a_payment_that_the_books_know_goes_out_to_nobody_while_they_are_compared(play: Play) -> None:
    """It was submitted in the backup: Stripe is asked for it, and it is not made."""
    story = play.story
    run, _keys = sent_by_hand(story)
    payout_holds.hold(story.access, READY - DAY, READY)
    play.work()
    assert (play.paid(), play.finns(run).item.state) == (0, State.UNKNOWN)
    payout_holds.release(story.access, "Bea", COMPARED, play.now)
    play.work(after=HOUR)
    assert play.paid() == FINNS_PART


def test_a_statement_of_the_bank_finds_payments_by_account_and_asks_about_the_rest(story: Story) -> None:
    with lost(story):
        _run, file = sent(story)
    cleos, finns = sorted(file.payments[0].transfers, key=lambda one: one.amount, reverse=True)
    booked = booked_file(file, payees={cleos.end_to_end_id: CLEOS.number})
    others = Booked("12.00", [("RENT-11", "12.00", "")])
    looked = found_payments.read_statement(story.programme, statement([booked, others]), BANKS, "Bea", READY)
    assert (looked.booked, looked.open, looked.foreign) == (1, 1, 1)
    assert money(story, story.cleo) == (4_000, 0, CLEOS_PART)
    assert money(story, story.finn) == (1_416_000, 0, 0), "his account stands on no statement"
    with pytest.raises(ConflictError, match="whose it was"):
        payout_holds.release(story.access, "Bea", COMPARED, READY)
    [waits, _done] = rows.listed(story.access)
    assert waits.reference == finns.end_to_end_id
    found_payments.assign(story.programme, waits.id, story.finn, "Bea", READY)
    assert money(story, story.finn) == (6_000, 0, FINNS_PART)
    with pytest.raises(ConflictError, match="decided already"):
        found_payments.assign(story.programme, waits.id, story.finn, "Bea", READY)
    payout_holds.release(story.access, "Bea", COMPARED, READY)
    with pytest.raises(ConflictError) as refused:
        payout_runs.plan(story.programme, "Bea", READY)
    assert refused.value.code == "empty_run"
    assert story.wrong(READY) == []


def test_a_file_that_the_bank_tells_as_one_sum_waits_for_a_person(story: Story) -> None:
    with lost(story):
        _run, file = sent(story)
    whole = Booked("7.07", batch=(file.message_id, ""))
    looked = found_payments.read_statement(story.programme, statement([whole]), BANKS, "Bea", READY)
    assert (looked.booked, looked.open) == (0, 1)
    [one] = rows.listed(story.access)
    for party, amount, name in ((story.cleo, CLEOS_PART, "c"), (story.finn, FINNS_PART, "f")):
        told = Outside(f"{one.reference} {name}", "", "", amount, "EUR")
        found_payments.add(story.programme, "bank", told, party, "Bea", READY)
    found_payments.dismiss(story.access, one.id, "told apart, person by person", "Bea", READY)
    payout_holds.release(story.access, "Bea", COMPARED, READY)
    assert {row.why for row in payout_runs.preview(story.access, READY).plan.left} == {Why.BELOW_UNIT}
    assert story.wrong(READY) == []


def test_a_payment_of_a_run_that_the_backup_still_plans_is_not_sent_any_more(story: Story) -> None:
    run = approved(story)
    with lost(story):
        payout_runs.send(story.programme, run, "Bea", READY)
        keys = {row.party: row.item.frozen.key for row in run_rows.items_of(story.access, run) if row.item.frozen}
    booked = Booked("1.41", [(keys[story.finn], "1.41", "")])
    assert found_payments.read_statement(story.programme, statement([booked]), BANKS, "Bea", READY).booked == 1
    assert states(story, run) == {story.finn: State.FAILED, story.cleo: State.APPROVED}
    payout_holds.release(story.access, "Bea", COMPARED, READY)
    payout_runs.send(story.programme, run, "Bea", READY)
    assert money(story, story.finn) == (6_000, 0, FINNS_PART)
    assert money(story, story.cleo) == (4_000, CLEOS_PART, 0)
    assert story.wrong(READY) == []


def test_paypal_shows_no_list_so_a_person_books_what_its_report_says(by_paypal: ByPayPal) -> None:
    story = by_paypal.story
    with lost(story):
        sent_by_hand(story)
        by_paypal.work()
    looked = found_payments.ask_providers(story.programme, by_paypal.drivers, "Bea", by_paypal.now)
    assert looked == found_payments.Looked(unlisted=("paypal",))
    told = Outside("BATCH-1", "", "", FINNS_PART, "EUR")
    found_payments.add(story.programme, "paypal", told, story.finn, "Bea", READY)
    with pytest.raises(ConflictError, match="found already"):
        found_payments.add(story.programme, "paypal", told, story.finn, "Bea", READY)
    for wrong in (told._replace(amount=1), told._replace(reference=""), told._replace(currency="XXX")):
        with pytest.raises(BadInputError):
            found_payments.add(story.programme, "paypal", wrong, story.finn, "Bea", READY)
    payout_holds.release(story.access, "Bea", COMPARED, READY)
    sent_by_hand(story)
    work_calls(story.programme, by_paypal.drivers, lambda: by_paypal.now + HOUR)
    assert money(story, story.finn) == (6_000, 0, FINNS_PART)
    assert story.wrong(READY) == []


def test_more_was_paid_than_the_books_have_ready(story: Story) -> None:
    """An order that the backup lacks was paid out as well: the balance is below zero until the shop has told it."""
    payout_holds.hold(story.access, READY - DAY, READY)
    told = Outside("later", "", "", 3_000_000, "EUR")
    found_payments.add(story.programme, "bank", told, story.finn, "Bea", READY)
    assert money(story, story.finn) == (-1_584_000, 0, 3_000_000)
    assert story.wrong(READY) == []


def test_what_tremendous_mailed_after_the_backup_is_found_on_whatever_page_it_stands(conn: Connection) -> None:
    with Tremendous() as there:
        drivers = Called({Kind.TREMENDOUS: there.url}, HASTY)
        story = chosen(conn, drivers, 59_000_000)
        with lost(story):
            sent_by_hand(story)
            work_calls(story.programme, drivers, lambda: READY)
        [ours] = there.orders
        there.orders[:0] = [{**ours, "id": f"R{number}", "external_id": f"prize {number}"} for number in range(25)]
        looked = found_payments.ask_providers(story.programme, drivers, "Bea", READY)
        assert (looked.booked, looked.foreign) == (1, 25)
        assert money(story, story.finn) == (6_000, 0, FINNS_PART)
        assert story.wrong(READY) == []
