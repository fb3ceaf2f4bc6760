"""A SEPA file keeps the contract of rails, and says what its bank's answers are worth."""

import pytest

from fanshare.core.errors import ConflictError
from fanshare.core.payout_item import Frozen, Rail, Said, State, again
from fanshare.integrations.sepa.compose import decimal_text
from fanshare.integrations.sepa.rail import SepaFileRail, freeze
from fanshare.integrations.sepa.read_statement import read_statements
from fanshare.integrations.sepa.read_status import read_status
from fanshare.integrations.sepa.write import write
from tests.integrations import contract_rail
from tests.integrations.contract_rail import NOW
from tests.integrations.sepa import bank
from tests.integrations.sepa.samples import order

FIRST, SECOND = order().payments[0].transfers
KEY = FIRST.end_to_end_id


class Bank:
    """A bank on paper that books the first transfer."""

    confirms, amount, currency = True, 1_416_000_000, "EUR"

    def __init__(self) -> None:
        self.entries: list[bank.Booked] = []

    def rail(self) -> Rail:
        return SepaFileRail(order(), NOW, statements=read_statements(bank.statement(self.entries)))

    def payment(self) -> Frozen:
        return freeze(FIRST, "09")

    def other(self) -> Frozen:
        return freeze(SECOND, "09")

    def pays(self) -> None:
        self.entries.append(bank.Booked(FIRST.amount, [(KEY, FIRST.amount, "")]))

    def pays_twice(self) -> None:
        self.pays()

    def gives_back(self, amount: int) -> None:
        self.entries.append(bank.returned(FIRST, amount=decimal_text(amount)))


@pytest.mark.parametrize("rule", contract_rail.RULES, ids=lambda rule: rule.__name__)
def test_a_sepa_file_keeps_the_contract(rule: contract_rail.Rule) -> None:
    rule(Bank())


def test_a_rail_that_forgets_returns_breaks_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SepaFileRail, "_from_bookings", lambda self, debits, returns: self.submit(Bank().payment()))
    with pytest.raises(AssertionError):
        contract_rail.what_came_back_is_returned_even_after_it_was_final(Bank())


def said(*codes: str) -> Said:
    reports = [read_status(bank.status_report(order(), each=[(KEY, code, "")])) for code in codes]
    return SepaFileRail(order(), NOW, reports).ask(KEY).said


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((), Said.SILENT),
        (("RCVD",), Said.SILENT),
        (("ACTC",), Said.ACCEPTED),
        (("RCVD", "ACSP"), Said.ACCEPTED),
        (("ACSC",), Said.ACCEPTED),
        (("RJCT",), Said.REFUSED),
        (("ACCP", "RJCT"), Said.REFUSED),
        (("ACSC", "RJCT"), Said.SILENT),
        (("RJCT", "ODD"), Said.SILENT),
    ],
)
def test_an_answer_says_no_more_than_the_bank_did(codes: tuple[str, ...], expected: Said) -> None:
    assert said(*codes) is expected


def test_a_statement_goes_before_an_answer() -> None:
    reports = [read_status(bank.status_report(order(), group="RJCT"))]
    statements = read_statements(bank.statement([bank.booked_file(order())]))
    assert SepaFileRail(order(), NOW, reports, statements).ask(KEY).said is Said.ARRIVED


def test_a_return_on_a_statement_that_begins_after_the_debit_is_a_return() -> None:
    statements = read_statements(bank.statement([bank.returned(FIRST)]))
    answer = SepaFileRail(order(), NOW, statements=statements).ask(KEY)
    assert (answer.said, answer.amount, answer.currency) == (Said.CAME_BACK, 1_416_000_000, "EUR")


def test_another_currency_does_not_match() -> None:
    there = Bank()
    item = contract_rail.sent(there)
    there.entries.append(bank.Booked(FIRST.amount, [(KEY, FIRST.amount, "")], currency="CHF"))
    assert contract_rail.asked(there, item).state is State.MISMATCH


def test_what_goes_out_for_a_transfer_stands_in_the_file_as_it_is() -> None:
    assert freeze(FIRST, "09").body in write(order())
    rail = SepaFileRail(order(), NOW)
    assert rail.holds(freeze(FIRST, "09"))
    assert not rail.holds(freeze(FIRST._replace(amount="1416.01"), "09"))


def test_a_payment_that_the_file_does_not_have_is_not_held_and_not_refused_for_another_file_may_pay_it() -> None:
    rail = SepaFileRail(order(), NOW)
    stranger = freeze(FIRST._replace(end_to_end_id="fs-9"), "09")
    assert not rail.holds(stranger)
    assert rail.submit(stranger).said is Said.SILENT


def test_a_file_is_never_sent_again() -> None:
    item = contract_rail.sent(Bank())
    with pytest.raises(ConflictError, match="ask what became"):
        again(item, SepaFileRail(order(), NOW).window, NOW)
