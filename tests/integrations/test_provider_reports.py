"""Providers' own reports as they are downloaded: read by the names of their columns, and everything else refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Said
from fanshare.core.provider_reports import ReportRow
from fanshare.integrations.provider_reports import read_report
from tests.support.provider_reports import PAYPAL, STRIPE, STRIPE_HISTORY, TREMENDOUS, report


def rows(*given: ReportRow) -> list[tuple[object, ...]]:
    return [(one.references, one.remote, one.said, one.amount, one.fee, one.currency) for one in given]


def test_stripes_balance_report_tells_transfers_and_reversals_and_passes_the_rest_over() -> None:
    raw = report(
        STRIPE,
        ("txn_1", "transfer", "tr_1", "eur", "-1.41", "0.00", "-1.41", ""),
        ("txn_2", "charge", "ch_1", "eur", "100.00", "3.20", "96.80", ""),
        ("txn_3", "transfer_reversal", "trr_1", "eur", "1.41", "0.00", "1.41", "prog-7"),
        ("txn_4", "payout", "po_1", "eur", "-95.39", "0.00", "-95.39", ""),
    )
    found = read_report(raw)
    assert found.kind is Kind.STRIPE
    assert rows(*found.rows) == [
        ((), "tr_1", Said.ARRIVED, 1_410_000, 0, "EUR"),
        (("prog-7",), "", Said.CAME_BACK, 1_410_000, 0, "EUR"),
    ]
    assert [one.line for one in found.rows] == [2, 4]


def test_stripes_balance_history_says_the_same() -> None:
    raw = report(
        STRIPE_HISTORY,
        ("txn_1", "transfer", "tr_1", "-1,200.50", "0.25", "-1200.75", "usd", "2026-11-01 10:00", "prog-8"),
        ("txn_2", "transfer_cancel", "tr_1", "1200.50", "0.00", "1200.50", "usd", "2026-11-02 10:00", "prog-8"),
        ("txn_3", "transfer", "tr_2", "5.00", "0.00", "5.00", "usd", "2026-11-02 10:00", ""),
    )
    found = read_report(raw)
    assert rows(*found.rows) == [
        (("prog-8",), "tr_1", Said.ARRIVED, 1_200_500_000, 250_000, "USD"),
        (("prog-8",), "", Said.CAME_BACK, 1_200_500_000, 0, "USD"),
        ((), "tr_2", None, 5_000_000, 0, "USD"),
    ]
    assert all(one.adds_up for one in found.rows)


def test_paypals_activity_report_tells_payouts_by_whichever_column_holds_our_reference() -> None:
    raw = report(
        PAYPAL,
        ("Mass Pay Payment", "Completed", "EUR", "-9.00", "-0.18", "-9.18", "7AB", "", "prog-1", ""),
        ("Mass Pay Payment", "Unclaimed", "EUR", "-8.00", "-0.16", "-8.16", "7AC", "prog-2", "", ""),
        ("Mass Pay Reversal", "Completed", "EUR", "8.00", "0.16", "8.16", "7AD", "prog-2", "", ""),
        ("Payout", "Denied", "EUR", "-7.00", "0.00", "-7.00", "7AE", "", "", "prog-3"),
        ("Mass Pay Payment", "Odd", "EUR", "-6.00", "0.00", "-5.00", "7AF", "", "prog-4", ""),
        ("Account Hold for Mass Pay", "Completed", "EUR", "-9.18", "0.00", "-9.18", "7AG", "", "prog-1", ""),
        ("Website Payment", "Completed", "EUR", "20.00", "-0.90", "19.10", "7AH", "", "", ""),
    )
    found = read_report(raw)
    assert found.kind is Kind.PAYPAL
    assert rows(*found.rows) == [
        (("prog-1", "7AB"), "", Said.ARRIVED, 9_000_000, 180_000, "EUR"),
        (("prog-2", "7AC"), "", Said.ACCEPTED, 8_000_000, 160_000, "EUR"),
        (("prog-2", "7AD"), "", Said.CAME_BACK, 8_000_000, -160_000, "EUR"),
        (("prog-3", "7AE"), "", Said.REFUSED, 7_000_000, 0, "EUR"),
        (("prog-4", "7AF"), "", None, 6_000_000, 0, "EUR"),
    ]
    assert [one.adds_up for one in found.rows] == [True] * 4 + [False]


def test_tremendous_rewards_go_by_our_external_id() -> None:
    raw = report(
        TREMENDOUS,
        ("prog-1", "ORD1", "10.00", "USD", "Delivered", "0.50"),
        ("prog-2", "ORD2", "10.00", "EUR", "CANCELED", "0.50"),
        ("", "ORD3", "5", "USD", "pending", ""),
        ("prog-4", "ORD4", "5", "USD", "lost", ""),
    )
    found = read_report(raw)
    assert found.kind is Kind.TREMENDOUS
    assert rows(*found.rows) == [
        (("prog-1",), "ORD1", Said.ARRIVED, 10_000_000, 500_000, "USD"),
        (("prog-2",), "ORD2", Said.CAME_BACK, 10_000_000, 0, "EUR"),
        ((), "ORD3", Said.ACCEPTED, 5_000_000, 0, "USD"),
        (("prog-4",), "ORD4", None, 5_000_000, 0, "USD"),
    ]
    assert [one.payment for one in found.rows] == [True, True, False, True]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_report"),
        (b"reference,amount\nx,1\n", "bad_report"),
        (b"\xff\xfe", "bad_report"),
        (report(STRIPE, ("txn_1", "transfer", "tr_1", "eur", "-1,41", "0.00", "-1.41", "")), "bad_row"),
        (report(STRIPE, ("txn_1", "transfer", "tr_1", "euro", "-1.41", "0.00", "-1.41", "")), "bad_row"),
        (report(STRIPE, ("txn_1", "transfer", "tr_1", "eur", "1e3", "0.00", "1", "")), "bad_row"),
        (report(STRIPE, ("txn_1", "transfer", "tr_1", "eur", "9" * 15, "0", "1", "")), "bad_row"),
        (report(STRIPE, ("txn_1", "transfer", "tr_1", "eur", "-1.41", "0.00", "-1.41", "", "more")), "bad_row"),
        (report(STRIPE).replace(b"fee", b"gross"), "bad_report"),
        (b'balance_transaction_id,"unclosed', "bad_report"),
    ],
)
def test_what_is_no_such_report_is_refused_whole(raw: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_report(raw)
    assert caught.value.code == code


def test_an_amount_with_a_comma_for_a_point_says_which_line() -> None:
    raw = report(PAYPAL, ("Payout", "Completed", "EUR", "-1.234,56", "0", "0", "7AB", "", "", ""))
    with pytest.raises(BadInputError, match="Line 2 of the report has no amount"):
        read_report(raw)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_nothing_that_is_uploaded_breaks_the_reader(raw: bytes) -> None:
    for head in (b"", ",".join(STRIPE).encode() + b"\n", ",".join(PAYPAL).encode() + b"\n"):
        with suppress(BadInputError):
            read_report(head + raw)
