"""Statements beside files: paid to the cent, twice, returned, not there; and what is no such thing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core import bank_files
from fanshare.core.errors import BadInputError
from fanshare.integrations.sepa.compose import compose
from fanshare.integrations.sepa.read_statement import read_statements
from fanshare.integrations.sepa.reconcile import Finding, Reconciliation, reconcile
from tests.integrations.sepa.bank import STATEMENT_VERSIONS, Booked, booked_file, returned, statement
from tests.integrations.sepa.samples import frame, items, order, schema_errors

CLEO, FINN = "fs-1-cleo", "fs-1-finn"
FIRST, SECOND = order().payments[0].transfers
each_version = pytest.mark.parametrize("version", STATEMENT_VERSIONS)


def reconciled(*files: bytes) -> Reconciliation:
    return reconcile([one for raw in files for one in read_statements(raw)], [order()])


def told(found: Reconciliation) -> list[tuple[Finding, str]]:
    return [(note.finding, note.reference) for note in found.notes]


@each_version
def test_a_file_that_was_booked_is_paid_to_the_cent(version: str) -> None:
    raw = statement([booked_file(order())], version=version, balances=("2000.00", "583.63"))
    assert schema_errors(f"camt.053.001.{version}", raw) == []
    found = reconciled(raw)
    assert [(one.micros, str(one.day)) for one in found.debits[CLEO]] == [(1_416_000_000, "2026-11-27")]
    assert (found.notes, found.open, found.returns) == ([], [], {})
    assert found.paid(FINN)


@each_version
def test_the_same_file_paid_twice_is_found(version: str) -> None:
    raw = statement([booked_file(order(), reference="A"), booked_file(order(), reference="B")], version=version)
    assert schema_errors(f"camt.053.001.{version}", raw) == []
    assert told(reconciled(raw)) == [(Finding.PAID_TWICE, CLEO), (Finding.PAID_TWICE, FINN)]


def test_the_same_file_paid_twice_on_two_statements_is_found() -> None:
    days = [statement([booked_file(order(), reference=name)], number=name) for name in ("A", "B")]
    assert told(reconciled(*days)) == [(Finding.PAID_TWICE, CLEO), (Finding.PAID_TWICE, FINN)]


def test_statements_that_are_read_day_by_day_find_what_they_find_together() -> None:
    moves = [
        booked_file(order(), reference="A"),
        returned(FIRST),
        booked_file(order(), reference="B", day="2026-11-30"),
    ]
    days = [read_statements(statement([one], number=str(day))) for day, one in enumerate(moves)]
    together = reconcile([one for day in days for one in day], [order()])
    before: list[bank_files.Booked] = []
    for day in days:
        found = reconcile(day, [order()], before)
        before += found.booked
    assert told(found) == told(together) == [(Finding.DEBITED_AGAIN, CLEO), (Finding.PAID_TWICE, FINN)]
    assert reconcile(days[-1], [order()], before).booked == []
    assert told(reconcile(days[-1], [order()])) == []  # alone it says that everything is well


def test_twice_in_one_statement_is_twice_even_under_one_bank_reference() -> None:
    raw = statement([booked_file(order(), reference="A"), booked_file(order(), reference="A")])
    assert told(reconciled(raw)) == [(Finding.PAID_TWICE, CLEO), (Finding.PAID_TWICE, FINN)]


@pytest.mark.parametrize("batch", [("fs-run-1", ""), ("", "fs-run-1")])
def test_a_sum_without_parts_stands_for_the_whole_payment_and_twice_is_found(batch: tuple[str, str]) -> None:
    entry = Booked("1416.37", batch=batch)
    raw = statement([entry])
    assert schema_errors("camt.053.001.08", raw) == []
    found = reconciled(raw)
    assert found.paid(CLEO)
    assert found.paid(FINN)
    assert found.notes == []
    assert told(reconciled(statement([entry, entry]))) == [(Finding.PAID_TWICE, CLEO), (Finding.PAID_TWICE, FINN)]
    back = replace(entry, way="CRDT", reversal=True)
    assert not reconciled(statement([entry, back])).paid(CLEO)


def test_a_sum_of_another_amount_pays_nobody() -> None:
    found = reconciled(statement([Booked("1416.36", batch=("fs-run-1", ""))]))
    assert told(found) == [(Finding.OTHER_AMOUNT, "fs-run-1")]
    assert found.open == [CLEO, FINN]
    assert told(reconciled(statement([Booked("1416.37", batch=("fs-run-1", ""), way="CRDT")]))) == [
        (Finding.CREDIT_UNCLEAR, "fs-run-1")
    ]


def test_a_statement_that_comes_again_counts_once() -> None:
    raw = statement([booked_file(order())])
    assert reconciled(raw, raw).notes == []
    copy = statement([booked_file(order())], duplicate=True)
    assert reconciled(copy, raw).notes == []


def test_a_booking_that_stands_on_two_statements_counts_once_by_the_banks_reference() -> None:
    files = [statement([booked_file(order(), reference="A")], number=number) for number in ("S-1", "S-2")]
    assert reconciled(*files).notes == []


@each_version
def test_a_return_is_read_with_its_reason_and_a_debit_after_it_is_noted(version: str) -> None:
    raw = statement([booked_file(order()), returned(FIRST)], version=version)
    assert schema_errors(f"camt.053.001.{version}", raw) == []
    found = reconciled(raw)
    assert [(one.reason, one.micros) for one in found.returns[CLEO]] == [("AC04", 1_416_000_000)]
    assert not found.paid(CLEO)
    assert found.paid(FINN)
    again = Booked("1416.00", [(CLEO, "1416.00", "")])
    for entries in ([booked_file(order()), returned(FIRST), again], [returned(FIRST), again, booked_file(order())]):
        assert told(reconciled(statement(entries))) == [(Finding.DEBITED_AGAIN, CLEO)]
    assert told(reconciled(statement([booked_file(order()), again]))) == [(Finding.PAID_TWICE, CLEO)]


def test_a_return_of_less_or_without_a_debit_is_noted() -> None:
    assert told(reconciled(statement([booked_file(order()), returned(FIRST, amount="1411.00")]))) == [
        (Finding.OTHER_AMOUNT, CLEO)
    ]
    assert told(reconciled(statement([returned(SECOND)]))) == [(Finding.RETURN_WITHOUT_DEBIT, FINN)]


@pytest.mark.parametrize("reason", ["MS03", ""])
def test_a_reversal_by_the_bank_is_a_return_even_without_a_reason(reason: str) -> None:
    back = Booked("0.37", [(FINN, "0.37", reason)], "CRDT", reversal=True)
    assert not reconciled(statement([booked_file(order()), back])).paid(FINN)


def test_money_that_came_in_under_our_reference_without_being_a_return_is_for_a_person() -> None:
    found = reconciled(statement([booked_file(order()), Booked("0.37", [(FINN, "0.37", "")], "CRDT")]))
    assert told(found) == [(Finding.CREDIT_UNCLEAR, FINN)]
    assert found.paid(FINN)


def test_another_amount_or_currency_is_noted() -> None:
    assert told(reconciled(statement([Booked("0.38", [(FINN, "0.38", "")])]))) == [(Finding.OTHER_AMOUNT, FINN)]
    assert told(reconciled(statement([Booked("0.37", [(FINN, "0.37", "")], currency="CHF")]))) == [
        (Finding.OTHER_AMOUNT, FINN)
    ]


def test_what_is_only_announced_is_not_paid() -> None:
    found = reconciled(statement([booked_file(order(), status="PDNG")]))
    assert found.open == [CLEO, FINN]


def test_other_peoples_bookings_are_passed_over_and_strangers_in_our_file_are_not() -> None:
    rent = Booked("900.00", [("rent-11", "900.00", "")])
    assert told(reconciled(statement([rent, Booked("5.00"), Booked("7.00", batch=("salaries", ""))]))) == []
    stranger = statement([rent]).replace(b"<Refs>", b"<Refs><MsgId>fs-run-1</MsgId>")
    assert schema_errors("camt.053.001.08", stranger) == []
    assert told(reconciled(stranger)) == [(Finding.STRANGER, "rent-11")]


def test_balances_that_do_not_add_up_are_noted() -> None:
    found = reconciled(statement([booked_file(order())], balances=("100.00", "-1316.36")))
    assert [(note.finding, note.micros) for note in found.notes] == [(Finding.STATEMENT_SUM, 10_000)]
    assert reconciled(statement([booked_file(order())], balances=("100.00", "-1316.37"))).notes == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"camt.053", b"camt.054", "not_a_statement"),
        (b">1416.37<", b">1.416,37<", "bad_amount"),
        (b">1416.37<", b">-1416.37<", "bad_amount"),
        (b">1416.37<", b">99999999999999.00<", "bad_amount"),
        (b"DBIT", b"BOTH", "bad_statement"),
        (b"2026-11-27", b"2026-11-31", "bad_statement"),
    ],
)
def test_what_is_no_statement_is_refused(old: bytes, new: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_statements(statement([booked_file(order())]).replace(old, new))
    assert caught.value.code == code


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30),
    st.sampled_from(STATEMENT_VERSIONS),
)
def test_debits_and_returns_are_judged_by_their_numbers_in_whatever_order(
    cents: Sequence[int], acts: Sequence[tuple[int, bool]], version: str
) -> None:
    one = items()[0]
    made = compose(frame(), [one._replace(reference=f"r-{n}", micros=c * 10_000) for n, c in enumerate(cents)])
    transfers = made.payments[0].transfers
    chosen = [(transfers[at % len(transfers)], back) for at, back in acts]
    entries = [
        returned(transfer) if back else Booked(transfer.amount, [(transfer.end_to_end_id, transfer.amount, "")])
        for transfer, back in chosen
    ]
    found = reconcile(read_statements(statement(entries, version=version)), [made])
    expected = []
    for transfer in transfers:
        reference = transfer.end_to_end_id
        gone, back = (sum(one is transfer and way is told for one, way in chosen) for told in (False, True))
        assert (len(found.debits.get(reference, [])), len(found.returns.get(reference, []))) == (gone, back)
        assert found.paid(reference) == (gone > back)
        expected += [(Finding.PAID_TWICE, reference)] if gone - back > 1 else []
        expected += [(Finding.DEBITED_AGAIN, reference)] if gone > 1 >= gone - back else []
        expected += [(Finding.RETURN_WITHOUT_DEBIT, reference)] if back > gone else []
    assert told(found) == expected


def test_a_bank_that_repeats_only_the_ids_of_file_and_payment_says_the_sum() -> None:
    part = Booked("1416.37", [("NOTPROVIDED", "1416.37", "")])
    named = statement([part]).replace(b"<Refs>", b"<Refs><MsgId>fs-run-1</MsgId>")
    assert schema_errors("camt.053.001.08", named) == []
    assert reconciled(named).paid(CLEO)
    assert reconciled(named.replace(b"<MsgId>fs-run-1</MsgId>", b"<PmtInfId>fs-run-1</PmtInfId>")).paid(FINN)
    batch = Booked("1416.37", [("NOTPROVIDED", "1416.37", "")], batch=("fs-run-1", ""))
    assert reconciled(statement([batch])).paid(FINN)
    assert reconciled(statement([part])).open == [CLEO, FINN]


def test_a_sum_with_single_transfers_in_it_is_not_counted_as_both() -> None:
    assert reconciled(statement([booked_file(order(), batch=("fs-run-1", ""))])).notes == []


def test_a_sum_of_another_number_of_transfers_pays_nobody() -> None:
    raw = statement([Booked("1416.37", batch=("fs-run-1", ""))])
    told_count = raw.replace(b"</MsgId></Btch>", b"</MsgId><NbOfTxs>%d</NbOfTxs></Btch>")
    assert schema_errors("camt.053.001.08", told_count % 2) == []
    assert reconciled(told_count % 2).paid(CLEO)
    assert told(reconciled(told_count % 3)) == [(Finding.OTHER_AMOUNT, "fs-run-1")]


def test_bookings_without_a_reference_of_the_bank_count_on_each_statement() -> None:
    files = [statement([booked_file(order())], number=number) for number in ("S-1", "S-2")]
    assert len(reconciled(*files).notes) == 2


@pytest.mark.parametrize(
    "seal", [b"<LglSeqNb>8</LglSeqNb>", b"<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"]
)
def test_another_number_or_page_of_a_statement_is_another_statement(seal: bytes) -> None:
    first = statement([booked_file(order())]).replace(b"<ElctrncSeqNb>7</ElctrncSeqNb>", b"")
    second = first.replace(b"<Id>S-1</Id>", b"<Id>S-1</Id>" + seal)
    assert schema_errors("camt.053.001.08", second) == []
    assert len(reconciled(first, second).notes) == 2


def test_a_duplicate_without_its_original_is_read() -> None:
    assert reconciled(statement([booked_file(order())], duplicate=True)).paid(CLEO)
    original = statement([booked_file(order(), status="PDNG")])
    copy = statement([booked_file(order())], duplicate=True)
    assert not reconciled(copy, original).paid(CLEO)


def test_money_that_came_in_counts_in_the_balances() -> None:
    entries = [booked_file(order()), Booked("50.00", way="CRDT"), Booked("9.00", status="PDNG")]
    assert reconciled(statement(entries, balances=("2000.00", "633.63"))).notes == []


def test_a_single_transfer_has_the_amount_of_its_entry() -> None:
    raw = statement([Booked("0.37", [(FINN, "0.40", "")])])
    assert reconciled(raw).notes == []


def test_a_return_within_a_sum_is_told_by_its_own_direction() -> None:
    mixed = statement([Booked("1415.63", [(CLEO, "1416.00", ""), (FINN, "0.37", "AC04")])])
    end = mixed.rindex(b"<CdtDbtInd>DBIT")
    mixed = mixed[:end] + mixed[end:].replace(b"DBIT", b"CRDT", 1)
    found = reconciled(statement([booked_file(order())]), mixed.replace(b"S-1", b"S-2"))
    assert told(found) == [(Finding.PAID_TWICE, CLEO)]
    assert [one.reason for one in found.returns[FINN]] == ["AC04"]


@pytest.mark.parametrize(
    ("old", "new", "day"),
    [
        (
            b"<BookgDt><Dt>2026-11-27</Dt></BookgDt>",
            b"<BookgDt><DtTm>2026-11-27T23:59:00+01:00</DtTm></BookgDt>",
            "2026-11-27",
        ),
        (b"BookgDt>", b"ValDt>", "2026-11-27"),
        (b"<BookgDt><Dt>2026-11-27</Dt></BookgDt>", b"", "None"),
    ],
)
def test_the_day_is_that_of_booking_or_else_of_value(old: bytes, new: bytes, day: str) -> None:
    raw = statement([booked_file(order())]).replace(old, new)
    assert schema_errors("camt.053.001.08", raw) == []
    assert str(reconciled(raw).debits[CLEO][0].day) == day


def test_an_entry_without_an_amount_is_refused() -> None:
    raw = statement([booked_file(order())]).replace(b'<Ntry><Amt Ccy="EUR">1416.37</Amt>', b"<Ntry>")
    with pytest.raises(BadInputError, match="no amount"):
        read_statements(raw)


def test_parts_without_amounts_are_noted_where_they_are_ours_and_passed_over_where_they_are_not() -> None:
    raw = statement([booked_file(order()), Booked("9.00", [("rent-1", "4.00", ""), ("rent-2", "5.00", "")])])
    for amount in (b"0.37", b"1416.00", b"4.00"):
        raw = raw.replace(b'<Amt Ccy="EUR">%b</Amt>' % amount, b"")
    assert schema_errors("camt.053.001.08", raw) == []
    found = reconciled(raw)
    assert told(found) == [(Finding.NO_AMOUNT, CLEO), (Finding.NO_AMOUNT, FINN)]
    assert found.open == [CLEO, FINN]
