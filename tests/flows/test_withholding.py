"""Parts held for the tax authority in the real books: with a run, back with a payment, handed on, and checked."""

from dataclasses import replace

import pytest

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY
from fanshare.core.invoices.self_billing import Taxed
from fanshare.core.invoices.totals import totals
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, paypal_account, tremendous_account
from fanshare.core.payout_item import Answer, Said, State
from fanshare.core.tax.forms import Asks, FormKind, form
from fanshare.core.tax.withholding import Part
from fanshare.flows import funding, gifts, payees, payout_runs, payouts, self_billing, tax_forms, withholding
from fanshare.flows.check import one_finding
from fanshare.flows.payout_runs import Told
from fanshare.flows.payouts import Begun
from fanshare.store import books
from fanshare.store.access import Access, Connection
from fanshare.store.directory import programme_with_id
from fanshare.store.queries import earnings
from fanshare.store.queries import payout_rails as rail_rows
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries import tax_forms as form_rows
from fanshare.store.queries import tax_years as rows
from tests.core.tax.test_tax_forms import W9
from tests.flows.test_payout_runs import READY, approved
from tests.flows.test_self_billing import CLEOS as CLEOS_WORD
from tests.flows.test_self_billing import ISSUER, agree, written
from tests.flows.test_tax_forms import TODAY
from tests.support.counting import Counting
from tests.support.stories import TERMS, Story, open_story

DOLLAR = 1_000_000
CLEOS, FINNS = 2_880 * DOLLAR, 720 * DOLLAR


@pytest.fixture
def story(conn: Connection) -> Story:
    """A brand in the United States that pays without a form; Cleo has 2,880 dollars ready, Finn 720."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    conn.execute("UPDATE programme SET country = 'US' WHERE id = %s", [made.access.programme_id])
    made.sold("1", 30_000 * DOLLAR, made.click(), currency="USD")
    made.settle(READY)
    tax_forms.ask(made.access, Asks.US, READY, withhold=True)
    return made


def programme(story: Story, kind: AccountKind) -> int:
    return books.balances(story.access).get(Balance(AccountKey(kind), "USD"), 0)


def sent(story: Story) -> tuple[int, dict[int, str]]:
    run = approved(story)
    items = payout_runs.send(story.programme, run, "Bea", READY)
    return run, {row.party: row.item.frozen.key for row in items if row.item.frozen}


def tell(story: Story, run: int, key: str, said: Said, now: int = READY + DAY) -> None:
    payout_runs.tell(story.programme, run, [Told(key, Answer(said, now, None, ""), "so")], "Bea", now)


def test_a_part_is_held_of_who_reaches_the_amount_and_of_nobody_else(story: Story) -> None:
    run, keys = sent(story)
    amounts = {row.party: row.item.amount for row in run_rows.items_of(story.access, run)}
    assert amounts == {story.cleo: CLEOS * 76 // 100, story.finn: FINNS}
    assert programme(story, AccountKind.TAX_HELD) == CLEOS * 24 // 100
    [part] = rows.parts(story.access)
    assert (part.party, part.rate, part.base, part.authority) == (story.cleo, 2400, CLEOS, "US")
    [purse] = earnings.purses(story.access, story.cleo)
    assert (purse.withheld, purse.earned) == (CLEOS * 24 // 100, CLEOS)
    assert {row.state for row in earnings.payouts(story.access, story.cleo)} == {"in_transit", "withheld"}
    assert story.wrong(READY) == []
    for key in keys.values():
        tell(story, run, key, Said.ARRIVED)
    assert story.balance(story.cleo, AccountKind.PAID) == CLEOS * 76 // 100
    assert story.wrong(READY + DAY) == []


@pytest.mark.parametrize("arrived", [False, True])
def test_a_payment_that_comes_back_brings_its_part_back(story: Story, arrived: bool) -> None:
    run, keys = sent(story)
    if arrived:
        tell(story, run, keys[story.cleo], Said.ARRIVED)
    tell(story, run, keys[story.cleo], Said.CAME_BACK, READY + 2 * DAY)
    assert programme(story, AccountKind.TAX_HELD) == 0
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == CLEOS
    assert story.wrong(READY + 2 * DAY) == []


def test_a_payment_that_was_refused_and_arrived_after_all_is_held_of_once_more(story: Story) -> None:
    run, keys = sent(story)
    tell(story, run, keys[story.cleo], Said.REFUSED, READY + DAY)
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == CLEOS
    tell(story, run, keys[story.cleo], Said.ARRIVED, READY + 2 * DAY)
    assert programme(story, AccountKind.TAX_HELD) == 0, "a person looks first"
    payout_runs.decide(story.programme, run, keys[story.cleo], True, "it is there", "Bea", READY + 3 * DAY)
    assert programme(story, AccountKind.TAX_HELD) == CLEOS * 24 // 100
    assert story.balance(story.cleo, AccountKind.PAID) == CLEOS * 76 // 100
    assert story.wrong(READY + 3 * DAY) == []


def test_a_credit_note_is_for_the_whole_of_which_a_part_was_held(story: Story) -> None:
    self_billing.set_issuer(story.programme, ISSUER, "Bea", READY)
    agree(story, story.cleo, replace(CLEOS_WORD, taxed=Taxed.SMALL))  # in dollars she may show no VAT
    run, keys = sent(story)
    tell(story, run, keys[story.cleo], Said.ARRIVED)
    [found] = written(story)
    assert found.paper is not None
    assert found.bill.amount == totals(found.paper).due == CLEOS, "she worked for all of it"
    assert story.wrong(READY + 2 * DAY) == []
    tell(story, run, keys[story.cleo], Said.CAME_BACK, READY + 3 * DAY)
    assert [one.bill.amount for one in written(story, READY + 4 * DAY)] == [CLEOS, CLEOS], "and what cancels it"
    assert story.wrong(READY + 4 * DAY) == []


def test_nothing_is_held_of_a_fans_gift(story: Story) -> None:
    gift = gifts.Wish(story.finn, "cleo-canary", "USD", 20 * DOLLAR)
    gifts.give(story.programme, gift, "k", READY)
    run, keys = sent(story)
    [part] = rows.parts(story.access)
    assert (part.party, part.base, part.amount) == (story.cleo, CLEOS, CLEOS * 24 // 100)
    amounts = {row.party: row.item.amount for row in run_rows.items_of(story.access, run)}
    assert amounts[story.cleo] == CLEOS * 76 // 100 + 20 * DOLLAR
    assert story.wrong(READY) == []
    tell(story, run, keys[story.cleo], Said.ARRIVED)
    tell(story, run, keys[story.cleo], Said.CAME_BACK, READY + 2 * DAY)
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == CLEOS + 20 * DOLLAR
    assert story.wrong(READY + 2 * DAY) == []


@pytest.mark.parametrize(("kind", "held"), [(Kind.PAYPAL, 0), (Kind.TREMENDOUS, CLEOS * 24 // 100)])
def test_what_a_provider_reports_by_itself_is_not_held_of(story: Story, kind: Kind, held: int) -> None:
    account = paypal_account("cleo@example.org", "USD")
    if kind is Kind.TREMENDOUS:
        account = tremendous_account("Cleo Canary", "cleo@example.org", "USD")
    tax_forms.ask(story.access, Asks.US, READY - 2 * WAIT, withhold=True)
    rail_rows.put(story.access, rail_rows.Row(kind, b"-", "Bea", READY - 3 * WAIT, "", None))
    payees.change(story.programme, story.cleo, account, READY - 2 * WAIT, adult=True)
    sent(story)
    assert sum(one.amount for one in rows.parts(story.access)) == held
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == 0
    assert story.wrong(READY) == []


def test_a_form_ends_it_and_one_that_wants_it_keeps_it_from_the_first_cent(story: Story) -> None:
    tax_forms.sign(story.programme, story.cleo, form(FormKind.W9, W9, TODAY), READY)
    tax_forms.sign(story.programme, story.finn, form(FormKind.W9, W9 | {"not_backup": ""}, TODAY), READY)
    sent(story)
    assert [(one.party, one.amount) for one in rows.parts(story.access)] == [(story.finn, FINNS * 24 // 100)]
    assert story.wrong(READY) == []


def test_a_form_that_was_refused_is_none(story: Story) -> None:
    id_ = tax_forms.sign(story.programme, story.cleo, form(FormKind.W9, W9, TODAY), READY)
    tax_forms.refuse(story.access, id_, "name and number", READY)
    sent(story)
    assert [one.party for one in rows.parts(story.access)] == [story.cleo]


def test_nothing_is_held_where_the_brand_waits_for_forms_or_asks_for_none(story: Story) -> None:
    tax_forms.ask(story.access, Asks.US, READY)
    assert not form_rows.pays_without(story.access)
    assert payout_runs.preview(story.access, READY).plan.items == ()
    tax_forms.ask(story.access, Asks.NOTHING, READY)
    sent(story)
    assert rows.parts(story.access) == []
    with pytest.raises(BadInputError, match="United States alone"):
        tax_forms.ask(story.access, Asks.RESIDENCE, READY, withhold=True)


def test_what_is_held_is_handed_on_once_and_no_more_than_there_is(story: Story) -> None:
    run, keys = sent(story)
    held = CLEOS * 24 // 100
    for amount, reference in ((held + 1, "EFT 1"), (0, "EFT 1"), (1, " "), (1, "x" * 101)):
        with pytest.raises((BadInputError, ConflictError)):
            withholding.hand_on(story.access, "USD", amount, reference, "Bea", READY)
    withholding.hand_on(story.access, "USD", held, "EFT 1", "Bea", READY)
    assert [(one.held, one.handed_on) for one in rows.held(story.access)] == [(0, held)]
    assert story.wrong(READY) == []
    tell(story, run, keys[story.cleo], Said.CAME_BACK)
    assert [(one.held, one.handed_on) for one in rows.held(story.access)] == [(-held, held)]
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == CLEOS, "she gets all of it; the authority owes the rest"
    assert story.wrong(READY + DAY) == []
    with pytest.raises(ConflictError):
        withholding.hand_on(story.access, "USD", 1, "EFT 2", "Bea", READY)


def test_the_same_reference_is_written_down_once(story: Story) -> None:
    sent(story)
    withholding.hand_on(story.access, "USD", 1, "EFT 1", "Bea", READY)
    with pytest.raises(ConflictError, match="already"):
        withholding.hand_on(story.access, "USD", 1, "EFT 1", "Bea", READY)


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("withheld", "UPDATE tax_withheld SET rate = 2401"),
        ("withheld", "UPDATE tax_withheld SET base = base / 2"),
        ("withheld", "UPDATE tax_withheld SET base = base / 2, rate = rate * 2"),
        ("withheld", "UPDATE tax_withheld SET base = base * 2, rate = rate / 2"),
        ("withheld", "UPDATE tax_withheld SET authority = 'DE'"),
        ("withheld", "DELETE FROM tax_withheld"),
        ("withheld", "UPDATE tax_deposit SET amount = amount + 1"),
        ("withheld", "DELETE FROM tax_deposit"),
        ("withheld", "UPDATE payout SET state = 'returned' WHERE state = 'withheld'"),
        ("withheld", "UPDATE account SET balance = balance + 1 WHERE kind = 'tax_held'"),
        ("payouts", "DELETE FROM transfer WHERE kind = 'withhold'"),
        ("payouts", "UPDATE payout SET amount = amount + 1 WHERE state = 'withheld'"),
    ],
)
def test_the_check_finds_what_was_edited_behind_its_back(story: Story, owner: Connection, name: str, lie: str) -> None:
    sent(story)
    withholding.hand_on(story.access, "USD", 5, "EFT 1", "Bea", READY)
    assert one_finding(name, story.programme, READY).ok
    with owner.transaction(force_rollback=True):
        for table in ("tax_withheld", "tax_deposit", "payout", "account", "transfer"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        assert (
            owner.execute(
                f"{lie}{' AND' if 'WHERE' in lie else ' WHERE'} programme_id = %s".encode(), [story.access.programme_id]
            ).rowcount
            == 1
        )
        seen = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
        assert not one_finding(name, seen, READY).ok


def test_a_sent_run_answers_the_same_again_and_holds_nothing_twice(story: Story) -> None:
    run, _ = sent(story)
    again = payout_runs.send(story.programme, run, "Bea", READY + DAY)
    assert {row.item.state for row in again} == {State.SUBMITTED}
    assert len(rows.parts(story.access)) == 1


def test_what_is_held_is_paid_from_what_the_brand_paid_in(story: Story, conn: Connection) -> None:
    conn.execute("UPDATE programme SET several_brands = true WHERE id = %s", [story.access.programme_id])
    tenant = programme_with_id(conn, story.access.programme_id)
    funding.switch_on(story.access, tenant, 0, READY)
    funding.book(story.programme, funding.Slip("USD", CLEOS + FINNS, "their transfer"), "T-1", "Bea", READY)
    sent(story)
    assert funding.free(story.access, READY) == {"USD": 0}
    assert story.wrong(READY) == []


def test_parts_of_many_payments_take_as_many_statements_as_of_one(story: Story) -> None:
    access = Counting(story.access.conn, story.access.programme_id, "test")

    def asked(payees: list[int]) -> int:
        before = access.asked
        with access.transaction():
            whole = payouts.begin_all(access, [Begun(one, "USD", DOLLAR) for one in payees], READY)
            held = {
                one.id: (withholding.Asked(one.party, "USD", DOLLAR, ""), Part(240_000, 2_400, DOLLAR)) for one in whole
            }
            assert len(withholding.begin(access, held, READY)) == len(payees)
            assert [one.base for one in rows.parts(access, payees)][-len(payees) :] == [DOLLAR] * len(payees)
        return access.asked - before

    assert asked([story.cleo, story.finn] * 10) == asked([story.cleo])
