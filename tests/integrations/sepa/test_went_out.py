"""Money that went out by a bank's statement: named the same however often it is told, and not where it came back."""

from fanshare.core.found_payments import Outside
from fanshare.integrations.sepa.read_statement import read_statements
from fanshare.integrations.sepa.went_out import went_out
from tests.integrations.sepa.bank import Booked, statement


def read(*entries: Booked) -> list[Outside]:
    return went_out(read_statements(statement(entries)))


def test_each_transfer_is_told_with_its_reference_and_where_it_went() -> None:
    both = Booked("3.00", [("p-1", "1.00", ""), ("p-2", "2.00", "")], payees={"p-2": "AT611904300234573201"})
    assert read(both) == [
        Outside("p-1", "p-1", "", 1_000_000, "EUR"),
        Outside("p-2", "p-2", "AT611904300234573201", 2_000_000, "EUR"),
    ]


def test_the_same_reference_paid_twice_is_two_payments_with_names_of_their_own() -> None:
    one = Booked("1.00", [("p-1", "1.00", "")])
    assert [one.reference for one in read(one, one)] == ["p-1", "p-1 2"]


def test_money_that_came_in_came_back_or_is_only_announced_is_left_out() -> None:
    gone, back = Booked("1.00", [("p-1", "1.00", "")]), Booked("1.00", [("p-1", "1.00", "AC04")], "CRDT")
    announced = Booked("1.00", [("p-3", "1.00", "")], status="PDNG")
    assert read(gone, back, Booked("5.00", [("p-2", "5.00", "")], "CRDT"), announced) == []


def test_a_file_of_which_the_bank_tells_no_parts_goes_by_its_own_reference() -> None:
    assert read(Booked("7.07", batch=("p-run-3", ""))) == [Outside("p-run-3", "p-run-3", "", 7_070_000, "EUR")]


def test_a_copy_of_a_statement_and_a_booking_that_two_statements_tell_count_once() -> None:
    gone = Booked("1.00", [("p-1", "1.00", "")], reference="B-77")
    first, second = (read_statements(statement([gone], number=name)) for name in ("S-1", "S-2"))
    copy = read_statements(statement([gone], number="S-3", duplicate=True))
    unnamed = read_statements(statement([Booked("2.00", [("p-2", "2.00", "")])], number="S-4"))
    assert [one.key for one in went_out([*first, *second, *copy, *unnamed, *unnamed])] == ["p-1", "p-2"]
