"""A NACHA file keeps the contract of rails; what its bank does not say is not concluded."""

from dataclasses import replace

import pytest

from fanshare.core.payout_item import Frozen, Rail, Said, State
from fanshare.integrations.nacha.rail import NachaFileRail, freeze
from fanshare.integrations.nacha.returns import Answer, read_answers
from fanshare.integrations.nacha.write import write
from tests.integrations import contract_rail
from tests.integrations.contract_rail import NOW
from tests.integrations.nacha.samples import answered, file

FIRST, SECOND = file().batches[0].entries
KEY = FIRST.identification


class Bank:
    """A bank that returns the first entry. ACH says nothing of what arrived."""

    confirms, amount, currency = False, 1_416_000_000, "USD"

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def rail(self) -> Rail:
        return NachaFileRail(file(), NOW, self.answers)

    def payment(self) -> Frozen:
        return freeze(FIRST)

    def other(self) -> Frozen:
        return freeze(SECOND)

    def pays(self) -> None:
        """ACH says nothing."""

    def pays_twice(self) -> None:
        """Neither then."""

    def gives_back(self, amount: int) -> None:
        answers = read_answers(answered(file(), [(KEY, "R02")]))
        self.answers += [replace(answer, micros=amount) for answer in answers]


@pytest.mark.parametrize("rule", contract_rail.RULES, ids=lambda rule: rule.__name__)
def test_a_nacha_file_keeps_the_contract(rule: contract_rail.Rule) -> None:
    rule(Bank())


def asked(code: str) -> Said:
    return NachaFileRail(file(), NOW, read_answers(answered(file(), [(KEY, code)]))).ask(KEY).said


@pytest.mark.parametrize(
    ("code", "expected"),
    [("R02", Said.CAME_BACK), ("C01", Said.ACCEPTED), ("R61", Said.SILENT), ("C61", Said.SILENT)],
)
def test_an_answer_says_no_more_than_the_bank_did(code: str, expected: Said) -> None:
    assert asked(code) is expected


def test_an_answer_to_an_entry_of_another_file_teaches_nothing() -> None:
    answers = read_answers(answered(file(), [(KEY, "R02")]))
    strange = [replace(answers[0], trace="121042880009999")]
    assert NachaFileRail(file(), NOW, strange).ask(KEY).said is Said.SILENT


def test_what_goes_out_for_an_entry_stands_in_the_file_as_it_is() -> None:
    assert freeze(FIRST).body in write(file())
    rail = NachaFileRail(file(), NOW)
    assert rail.holds(freeze(FIRST))
    assert not rail.holds(freeze(replace(FIRST, cents="1")))
    assert rail.submit(freeze(replace(FIRST, cents="1"))).said is Said.SILENT
    assert not rail.holds(freeze(replace(FIRST, identification="fs-9")))


def test_a_notification_of_change_leaves_a_payment_on_its_way() -> None:
    there = Bank()
    item = contract_rail.sent(there)
    there.answers = read_answers(answered(file(), [(KEY, "C02")]))
    assert contract_rail.asked(there, item).state is State.IN_TRANSIT
