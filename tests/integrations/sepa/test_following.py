"""Bookings that a bank writes alike, on several statements of a day: two where the statements follow each other."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import bank_files
from fanshare.integrations.sepa.following import Chain, Ends, ends
from fanshare.integrations.sepa.read_statement import Statement, read_statements
from fanshare.integrations.sepa.reconcile import Finding, Reconciliation, reconcile
from tests.integrations.sepa.bank import Booked, booked_file, statement
from tests.integrations.sepa.samples import order
from tests.integrations.sepa.test_statements import CLEO, FINN

TWICE = [(Finding.PAID_TWICE, CLEO), (Finding.PAID_TWICE, FINN)]


def told(*raw: bytes) -> list[tuple[Finding, str]]:
    """Read one after the other, each beside what those before told; what the last one finds."""
    before: list[bank_files.Booked] = []
    found = Reconciliation()
    for one in raw:
        found = reconcile(read_statements(one), [order()], before)
        before += found.booked
    return [(note.finding, note.reference) for note in found.notes]


def sheet(sequence: str, opening: str, closing: str, *entries: Booked) -> bytes:
    return statement(
        entries or [booked_file(order())], number=f"S-{sequence}", sequence=sequence, balances=(opening, closing)
    )


FIRST = sheet("7", "5000.00", "3583.63")


def test_the_next_statement_tells_another_booking_in_whatever_order_they_are_read() -> None:
    following = sheet("8", "3583.63", "2167.26")
    assert told(FIRST, following) == TWICE
    assert told(following, FIRST) == TWICE
    assert told(FIRST, following, FIRST) == told(FIRST, following, following) == TWICE, "and a third time is none"
    third = sheet("9", "2167.26", "750.89")
    assert told(FIRST, following, third) == TWICE


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(sheet("8", "5000.00", "3583.63"), id="made anew under the next number"),
        pytest.param(sheet("9", "3583.63", "2167.26"), id="a number is missing between them"),
        pytest.param(sheet("x8", "3583.63", "2167.26"), id="no number"),
        pytest.param(sheet("8", "3583.63", "2167.25"), id="it does not add up"),
        pytest.param(statement([booked_file(order())], number="S-8", sequence="8"), id="no balances"),
        pytest.param(
            sheet("8", "5100.00", "3583.63", booked_file(order()), Booked("100.00")), id="one that begins earlier"
        ),
    ],
)
def test_what_may_be_the_same_told_again_accuses_nobody(again: bytes) -> None:
    assert [one for one in told(FIRST, again) if one[0] is Finding.PAID_TWICE] == []
    assert [one for one in told(again, FIRST) if one[0] is Finding.PAID_TWICE] == []


def test_where_the_balance_did_not_change_nobody_can_tell() -> None:
    """The next number may be the same made anew: its beginning says nothing."""
    even = [booked_file(order()), Booked("1416.37", way="CRDT")]
    assert told(sheet("7", "5000.00", "5000.00", *even), sheet("8", "5000.00", "5000.00", *even)) == []


def test_the_same_reference_of_the_bank_is_the_same_booking_also_on_the_next_statement() -> None:
    one = booked_file(order(), reference="A")
    assert told(sheet("7", "5000.00", "3583.63", one), sheet("8", "3583.63", "2167.26", one)) == []


def test_statements_are_joined_over_those_between_them_and_never_to_themselves() -> None:
    chain, line = Chain(), [Ends(bytes([one]), bytes([one + 1])) for one in range(1, 6)]
    for one in line[::2]:
        chain.add(one)
    assert not chain.joins(line[0], line[4])
    for one in line[1::2]:
        chain.add(one)
    assert chain.joins(line[0], line[4])
    assert chain.joins(line[4], line[0])
    assert not chain.joins(line[2], line[2])
    circle = Ends(b"\x01", b"\x01")
    chain.add(circle)
    assert not chain.joins(line[4], circle), "what no bank can write ends all the same"


def exports(cuts: list[int], again: list[tuple[int, int, int]]) -> list[Statement]:
    """A day of equal bookings of Finn's payment, cut into statements; and exports over some of it, of other numbers."""
    parts = [(place + 7, *span) for place, span in enumerate(pairwise(cuts))]
    found = []
    for number, first, last in [*parts, *again]:
        balances = [f"{(100_000 - 37 * at) / 100:.2f}" for at in (first, last)]
        one = Booked("0.37", [(FINN, "0.37", "")])
        raw = statement(
            [one] * (last - first), number=f"N{number}", sequence=str(number), balances=(balances[0], balances[1])
        )
        found += read_statements(raw)
    return found


@given(st.data())
def test_never_more_is_found_than_was_booked_and_in_order_all_of_it(data: st.DataObject) -> None:
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, 6), min_size=1, max_size=4)))]
    spans = st.tuples(st.integers(0, 5), st.integers(1, 6)).filter(lambda one: one[0] < one[1] <= cuts[-1])
    numbers = iter(range(90, 99))
    again = [(next(numbers), *one) for one in data.draw(st.lists(spans, max_size=3)) if one[1] <= cuts[-1]]
    there = exports(cuts, again)
    before: list[bank_files.Booked] = []
    for one in there[: len(cuts) - 1]:
        before += reconcile([one], [order()], before).booked
    assert len(before) == cuts[-1]
    assert before[0].opens == ends(there[0]).opens != b""
    mixed = data.draw(st.permutations([*there, *there]))
    before = []
    for one in mixed:
        before += reconcile([one], [order()], before).booked
        assert len(before) <= cuts[-1]
