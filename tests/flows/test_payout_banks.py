"""Runs and banks: only who has an account is paid, the file names it, and what the bank says moves the payments."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from psycopg import errors

from fanshare.core import bank_files
from fanshare.core.bank_files import iban_debtor, us_debtor
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY
from fanshare.core.ledger import open_with
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, iban_account, us_account
from fanshare.core.payout_item import Answer, Said, State
from fanshare.core.payout_runs import Why
from fanshare.flows import payees, payout_banks, payout_runs, people
from fanshare.flows.check import one_finding
from fanshare.integrations.bank_files import Banks
from fanshare.integrations.nacha.read_file import read_file
from fanshare.integrations.sepa.document import Order
from fanshare.integrations.sepa.read_order import read_order
from fanshare.store.access import Access, Connection, connect
from fanshare.store.ledger import post_logged
from fanshare.store.queries import payees as named
from fanshare.store.queries import payout_records as records
from fanshare.store.queries import payout_runs as rows
from fanshare.store.server import Database
from tests.flows.test_payee_runs import blocked, other
from tests.flows.test_payout_runs import READY, approved, money, states
from tests.integrations.nacha.samples import answered
from tests.integrations.sepa.bank import Booked, booked_file, returned, statement, status_report
from tests.integrations.sepa.samples import schema_errors
from tests.support.stories import TERMS, Story, open_story

BANKS = Banks()
CLEOS = iban_account("Cleo Canary", "FR1420041010050500013M02606")
FINNS = iban_account("Finn Fox", "AT611904300234573201")
NEW = iban_account("Finn Fox", "BE68539007547034")
BEA = iban_debtor("Bea & Söhne", "DE89370400440532013000", "", "Leinenweg 1", "10115", "Berlin", "de")
SWISS = iban_account("Finn Fox", "CH9300762011623852957", "UBSWCHZH80A")
INC = us_debtor("Bea Inc", "121042882", "My Bank", "1234567890", "1234567890")


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


def sent(story: Story, now: int = READY) -> tuple[int, Order]:
    """A run that was sent, and its file as the bank reads it."""
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", now)
    return run, read_order(payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, now))


def code(work: Callable[[], object]) -> str:
    with pytest.raises(FanshareError) as error:
        work()
    return error.value.code


def test_the_file_of_a_run_keeps_the_schema_and_names_the_accounts(story: Story) -> None:
    run = approved(story)
    assert code(lambda: payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY)) == "not_sent"
    items = payout_runs.send(story.programme, run, "Bea", READY)
    raw = payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY)
    assert schema_errors("pain.001.001.09", raw) == []
    order = read_order(raw)
    paid = {one.creditor.iban: (one.amount, one.end_to_end_id) for one in order.payments[0].transfers}
    key = {row.party: row.item.frozen.key for row in items if row.item.frozen}
    assert paid == {FINNS.number: ("1.41", key[story.finn]), CLEOS.number: ("5.66", key[story.cleo])}
    assert order.payments[0].debtor.iban == BEA.number
    assert raw == payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY), "taken again it is the same"
    assert order.message_id != sent_again(story).message_id
    assert one_finding("payout runs", story.programme, READY).ok


def sent_again(story: Story) -> Order:
    """Another run: its file is another one to the bank."""
    post_logged(story.access, [open_with(story.finn, 2_000_000, "EUR", waiting=False)], at=READY)
    for run in rows.listed(story.access):
        for row in rows.items_of(story.access, run.id):
            if row.item.state is State.SUBMITTED and row.item.frozen:
                arrived = payout_runs.Told(row.item.frozen.key, Answer(Said.ARRIVED, READY))
                payout_runs.tell(story.programme, run.id, [arrived], "Bea", READY)
    return sent(story)[1]


def test_who_has_named_no_account_waits_and_is_told_so(story: Story) -> None:
    fay = people.add_fan(story.programme, people.Joiner("Fay"), READY)
    post_logged(story.access, [open_with(fay, 3_000_000, "EUR", waiting=False)], at=READY)
    left = payout_runs.preview(story.access, READY).plan.left
    assert [(one.party, one.why) for one in left] == [(fay, Why.NO_ACCOUNT)]
    payout_banks.end_debtor(story.programme, Kind.IBAN, READY)
    assert payout_runs.preview(story.access, READY).plan.left == (), "by hand the brand knows where to"


def test_an_account_outside_the_economic_area_is_paid_with_the_address_of_who_pays(story: Story) -> None:
    payees.change(story.programme, story.finn, SWISS, READY - WAIT)
    _run, order = sent(story)
    assert {one.creditor.bic for one in order.payments[0].transfers} == {"", "UBSWCHZH80A"}
    address = order.payments[0].debtor.address
    assert address is not None
    assert (address.town, address.country, address.street) == ("Berlin", "DE", "Leinenweg 1")
    for typed in (("", "", "", "DE"), ("", "", "Berlin", "Germany"), ("x" * 71, "", "Berlin", "DE")):
        with pytest.raises(BadInputError) as error:
            iban_debtor("Bea", BEA.number, "", *typed)
        assert error.value.code == "bad_address"


def test_an_account_that_was_named_after_planning_and_waited_is_where_the_money_goes(story: Story) -> None:
    run = approved(story)
    payees.change(story.programme, story.finn, NEW, READY)
    payout_runs.send(story.programme, run, "Bea", READY + WAIT)
    raw = payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY + WAIT)
    assert NEW.number.encode() in raw
    assert FINNS.number.encode() not in raw


def test_what_was_sent_goes_where_it_was_sent_whatever_is_named_afterwards(story: Story, owner: Connection) -> None:
    run, _order = sent(story)
    row = next(one for one in rows.items_of(story.access, run) if one.party == story.finn)
    assert row.item.frozen is not None
    assert row.item.frozen.body.decode().endswith(f",account-{row.account}")
    for days in (1, 9, 20):
        payees.change(story.programme, story.finn, NEW, READY + days * DAY)
    assert row.account not in {one.id for one in named.alive(story.access, story.finn)}
    assert FINNS.number.encode() in payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY + 21 * DAY)
    with pytest.raises(errors.RestrictViolation):
        owner.execute("UPDATE payout_item SET account_id = account_id + 1 WHERE id = %s", [row.id])


def test_the_banks_answer_and_its_statement_move_the_payments(story: Story) -> None:
    run, order = sent(story)
    first, second = (one.end_to_end_id for one in order.payments[0].transfers)
    party = {row.item.frozen.key: row.party for row in rows.items_of(story.access, run) if row.item.frozen}

    def heard(raw: bytes) -> list[tuple[str, str]]:
        found = payout_banks.hear(story.programme, run, raw, BANKS, "Bea", READY + DAY)
        return [(one.reference, one.what) for one in found.odd]

    each = [(first, "ACSP", ""), (second, "RJCT", "AC04"), ("stranger", "ACSP", "")]
    assert heard(status_report(order, each=each)) == [("stranger", "not_of_this_run")]
    assert states(story, run) == {party[first]: State.IN_TRANSIT, party[second]: State.FAILED}
    refused = next(row for row in rows.items_of(story.access, run) if row.party == party[second])
    assert refused.reason == "The account is closed."
    assert code(lambda: payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY)) == "bank_has_it"
    one = order.payments[0].transfers[0]
    booked = Booked(one.amount, [(first, one.amount, "")])
    for _ in range(2):
        assert heard(statement([booked])) == []
    assert states(story, run)[party[first]] is State.FINAL
    assert heard(statement([booked, returned(one)], number="S-2")) == []
    assert states(story, run)[party[first]] is State.RETURNED
    assert story.wrong(READY + DAY) == []
    assert money(story, party[first])[1:] == (0, 0)


def test_a_file_that_was_paid_twice_is_found_and_waits_for_a_person(story: Story) -> None:
    run, order = sent(story)
    twice = statement([booked_file(order, reference="A"), booked_file(order, reference="B")])
    found = payout_banks.hear(story.programme, run, twice, BANKS, "Bea", READY + DAY)
    assert {one.what for one in found.odd} == {"paid_twice"}
    assert set(states(story, run).values()) == {State.MISMATCH}
    assert story.wrong(READY + DAY) == []


def days(story: Story, run: int, *statements: bytes) -> list[set[str]]:
    """What is odd in statements that are read one after the other, day by day."""
    read = [
        payout_banks.hear(story.programme, run, raw, BANKS, "Bea", READY + day * DAY)
        for day, raw in enumerate(statements, start=1)
    ]
    assert story.wrong(READY + 10 * DAY) == []
    return [{one.what for one in found.odd} for found in read]


def test_a_file_that_was_paid_twice_on_two_days_is_found_by_the_second_statement(story: Story) -> None:
    run, order = sent(story)
    first, second = (
        statement([booked_file(order, day=f"2026-11-{day}", reference=name)], number=f"S-{day}")
        for day, name in ((27, "A"), (28, "B"))
    )
    assert days(story, run, first, first, second) == [set(), set(), {"paid_twice"}]
    assert set(states(story, run).values()) == {State.MISMATCH}


def test_statements_that_were_read_before_bookings_were_kept_are_told_of_when_they_are_read_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, order = sent(story)
    told = [
        statement([booked_file(order, day=f"2026-11-{day}", reference=day)], number=day, version="08")
        for day in ("27", "28")
    ]
    with monkeypatch.context() as before:
        before.setattr(records, "add_bookings", lambda *_: None)
        assert days(story, run, *told) == [set(), set()]
    assert records.odd(story.access, run) == []
    assert days(story, run, *told, *told) == [set(), *[{"paid_twice"}] * 3]
    assert [one.what for one in records.odd(story.access, run)] == ["paid_twice"] * 2, "once for each payment"


@pytest.mark.parametrize("reference", ["", "A"])
def test_a_booking_that_a_later_statement_tells_again_is_no_second_one(story: Story, reference: str) -> None:
    run, order = sent(story)
    booked = booked_file(order, reference=reference)
    one = order.payments[0].transfers[0]
    whole = statement([booked, returned(one)], number="S-2")
    assert days(story, run, statement([booked]), whole, whole) == [set()] * 3
    assert Counter(states(story, run).values()) == {State.FINAL: 1, State.RETURNED: 1}


def test_a_file_that_was_booked_twice_on_a_day_without_references_is_found_by_the_statement_that_follows(
    story: Story,
) -> None:
    run, order = sent(story)
    one, two, third = (
        statement([booked_file(order)], number=f"S-{number}", sequence=number, balances=balances)
        for number, balances in (("7", ("9.00", "1.93")), ("8", ("1.93", "-5.14")), ("8", ("9.00", "1.93")))
    )
    assert days(story, run, one, third, one) == [set()] * 3, "made anew under the next number"
    assert days(story, run, two, two, one) == [{"paid_twice"}] * 3
    assert len(records.bookings(story.access, run)) == 4


def test_a_return_and_a_debit_after_it_are_told_apart_over_statements(story: Story) -> None:
    run, order = sent(story)
    one = order.payments[0].transfers[0]
    again = Booked(one.amount, [(one.end_to_end_id, one.amount, "")], day="2026-11-30", reference="C")
    told = (
        statement([booked_file(order, reference="A")], number="S-1"),
        statement([returned(one)], number="S-2"),
        statement([again], number="S-3"),
    )
    assert days(story, run, *told) == [set(), set(), {"debited_again"}]


def test_two_statements_that_are_read_at_once_count_together(story: Story, shared_database: Database) -> None:
    run, order = sent(story)
    told = [statement([booked_file(order, reference=name)], number=name) for name in "AB"]
    conn, programme = other(shared_database, story)
    watch = connect(shared_database.dsn())
    odd: list[str] = []

    def read() -> None:
        odd.extend(one.what for one in payout_banks.hear(programme, run, told[1], BANKS, "Otto", READY + DAY).odd)

    with conn, watch:
        with story.access.transaction():
            assert not payout_banks.hear(story.programme, run, told[0], BANKS, "Bea", READY + DAY).odd
            thread = blocked(watch, read)
        thread.join()
    assert odd == ["paid_twice"] * 2


def test_an_answer_to_another_run_is_refused_and_moves_nothing(story: Story) -> None:
    run, order = sent(story)
    other = status_report(Order("09", "other", order.created_at, "0", "0", "x", order.payments), group="RJCT")
    assert code(lambda: payout_banks.hear(story.programme, run, other, BANKS, "Bea", READY)) == "other_file"
    assert set(states(story, run).values()) == {State.SUBMITTED}
    for wrong in (b"<a/>", b"<!DOCTYPE a><a/>", b"101 nothing", b""):
        with pytest.raises(BadInputError):
            payout_banks.hear(story.programme, run, wrong, BANKS, "Bea", READY)


def test_who_left_is_in_no_file_and_what_comes_back_from_her_is_unclaimed(story: Story) -> None:
    run, order = sent(story)
    people.erase(story.programme, story.finn, READY)
    assert code(lambda: payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY)) == "account_gone"
    finns = next(row for row in rows.items_of(story.access, run) if row.party == story.finn)
    assert finns.item.frozen is not None
    transfer = next(one for one in order.payments[0].transfers if one.end_to_end_id == finns.item.frozen.key)
    raw = statement([booked_file(order), returned(transfer)])
    found = payout_banks.hear(story.programme, run, raw, BANKS, "Bea", READY + DAY)
    assert found.odd == ()
    assert states(story, run) == {story.finn: State.RETURNED, story.cleo: State.FINAL}


def test_dollars_go_by_ach_and_its_returns_come_back(story: Story) -> None:
    programme = story.programme
    payees.change(programme, story.finn, us_account("Finn Fox", "021000021", "000123456789"), READY - 2 * WAIT)
    payees.change(programme, story.cleo, us_account("Cleo Canary", "011401533", "98-76543"), READY - 2 * WAIT)
    payout_banks.set_debtor(programme, INC, "Bea", READY)
    dollars = [open_with(party, 7_000_000, "USD", waiting=False) for party in (story.finn, story.cleo)]
    post_logged(story.access, dollars, at=READY)
    run, _euros = sent(story)
    raw = payout_banks.file_of(programme, run, Kind.US, BANKS, READY)
    file = read_file(raw)
    entries = {entry.account: entry for entry in file.batches[0].entries}
    assert {one.cents for one in entries.values()} == {"700"}
    assert set(entries) == {"000123456789", "9876543"}
    assert b"FR14" not in raw
    back = entries["000123456789"]
    answer = answered(file, [(back.identification, "R03")])
    found = payout_banks.hear(programme, run, answer, BANKS, "Bea", READY + DAY)
    assert (len(found.heard), found.odd) == (1, ())
    row = next(one for one in rows.items_of(story.access, run) if str(one.id) == back.identification)
    assert (row.item.state, row.party, row.item.currency) == (State.RETURNED, story.finn, "USD")
    assert row.reason
    assert code(lambda: payout_banks.hear(programme, run, raw, BANKS, "Bea", READY)) == "no_answers"


def test_a_run_in_which_trace_numbers_begin_again_has_a_file() -> None:
    around = range(9_999_998, 10_000_003)
    accounts = {number: us_account("Finn Fox", "021000021", f"1234{number}") for number in around}
    payments = [bank_files.Payment(one, f"key-{one}", 10_000 * (one % 97 + 1), "USD", accounts[one]) for one in around]
    order = bank_files.Order("run-7", 7, READY, INC, tuple(payments))
    [batch] = read_file(BANKS.write(order, READY)).batches
    assert [(one.trace[8:], one.identification) for one in batch.entries] == [
        (f"{number % 10**7:07d}", str(number)) for number in (10_000_000, 10_000_001, 10_000_002, 9_999_998, 9_999_999)
    ]


OTHER = iban_debtor("Bea & Söhne", "BE68539007547034", "", "Leinenweg 1", "10115", "Berlin", "de")


def test_a_file_that_was_taken_is_paid_from_the_same_account_whichever_one_is_named_afterwards(story: Story) -> None:
    run, first = sent(story)
    payout_banks.set_debtor(story.programme, OTHER, "Bea", READY + 1)
    again = read_order(payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY))
    assert again == first, "a bank that never had it would pay it a second time"
    bounced = [booked_file(first), *map(returned, first.payments[0].transfers)]
    payout_banks.hear(story.programme, run, statement(bounced), BANKS, "Bea", READY + DAY)
    _, new = sent(story)
    assert new.payments[0].debtor.iban == "BE68539007547034"


def test_what_comes_back_is_read_also_after_the_brand_stopped_paying_by_its_bank(story: Story) -> None:
    run, order = sent(story)
    payout_banks.end_debtor(story.programme, Kind.IBAN, READY + 1)
    entries = [booked_file(order), *map(returned, order.payments[0].transfers)]
    assert not payout_banks.hear(story.programme, run, statement(entries), BANKS, "Bea", READY + DAY).odd
    assert set(states(story, run).values()) == {State.RETURNED}


def test_the_account_that_is_paid_from_is_sealed_and_shown_short(story: Story) -> None:
    access = story.access
    stored = access.value("SELECT sealed FROM payout_debtor WHERE programme_id = %(programme_id)s")
    assert BEA.number.encode() not in bytes(stored)
    assert bank_files.shown(payout_banks.debtors(story.programme)[Kind.IBAN]) == "Bea + Soehne, DE … 3000"
    assert BEA.number not in repr(BEA)
    wrong = [("", "121042882", "B", "1" * 10, "1" * 10), ("Bea", "121042883", "B", "1" * 10, "1" * 10)]
    wrong += [("Bea", "121042882", "", "1" * 10, "1" * 10), ("Bea", "121042882", "B", "1", "1" * 10)]
    wrong += [("Bea", "121042882", "B", "1" * 10, "1" * 9), ("Bea" * 6, "121042882", "B", "1" * 10, "1" * 10)]
    codes = [code(lambda typed=typed: us_debtor(*typed)) for typed in wrong]  # type: ignore[misc]
    assert codes == ["bad_company", "bad_routing", "bad_bank", "bad_origin", "bad_company_id", "bad_company"]
    payout_banks.end_debtor(story.programme, Kind.IBAN, READY)
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    assert code(lambda: payout_banks.file_of(story.programme, run, Kind.IBAN, BANKS, READY)) == "no_debtor"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            "UPDATE payee_account SET set_at = set_at + 1e12::bigint, usable_at = usable_at + 1e12::bigint",
            "counts from",
        ),
        ("UPDATE payee_account SET kind = 'us', currency = 'USD'", "'USD'"),
        (
            "UPDATE payee_account a SET party_id = (SELECT min(id) FROM party WHERE programme_id = a.programme_id)",
            "'EUR'",
        ),
        ("UPDATE payee_account SET undone_at = usable_at - 1", "undone at"),
    ],
)
def test_a_payment_to_an_account_that_could_not_be_paid_to_is_found(
    story: Story, owner: Connection, edit: str, said: str
) -> None:
    sent(story)
    assert one_finding("payout runs", story.programme, READY).ok
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE payee_account DISABLE TRIGGER named_is_kept")
        owner.execute(f"{edit} WHERE programme_id = {story.access.programme_id}".encode())
        books = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
        found = one_finding("payout runs", books, READY)
    assert found.offence is not None
    assert "its account" in found.message
    assert said in found.message
