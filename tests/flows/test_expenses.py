"""Expenses paid up front: agreed, confirmed once, in books, log, tax and statement as what they are."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY
from fanshare.core.invoices.self_billing import EARNED
from fanshare.core.ledger import AccountKind
from fanshare.core.sentences import opening_sentence
from fanshare.core.statement_check import verify
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.paid import payments
from fanshare.flows import expenses, openings, people
from fanshare.flows.expenses import Wish
from fanshare.flows.statements import make_statement
from fanshare.flows.tax_rules import rules
from fanshare.store import books, log_store, signing
from fanshare.store.queries import tax_years
from fanshare.verifier import fanshare_verify
from tests.flows.test_payout_runs import READY, story
from tests.support import paying
from tests.support.stories import Story

__all__ = ["story"]
FOR = "The train to the shoot in Lyon"
AMOUNT = 42_000_000


def wish(story: Story, amount: int = AMOUNT, words: str = FOR, *, receipt: bool = True) -> Wish:
    return Wish(story.cleo, "EUR", amount, words, receipt)


def ready(story: Story) -> int:
    return story.balance(story.cleo, AccountKind.AVAILABLE)


def owed_by_brand(story: Story) -> int:
    found = books.balances(story.access)
    return sum(amount for key, amount in found.items() if key.account.kind is AccountKind.OWED)


def refused(story: Story, line: int, *, seen: bool = True) -> str:
    try:
        expenses.confirm(story.programme, line, seen=seen, now=READY)
    except FanshareError as error:
        return error.code
    return ""


def test_agreeing_moves_nothing_and_confirming_owes_it_to_her_at_once(story: Story) -> None:
    before, owed = ready(story), owed_by_brand(story)
    line = expenses.agree(story.programme, wish(story), "k", READY)
    assert (ready(story), owed_by_brand(story)) == (before, owed)
    assert expenses.open_line(story.programme, line).words == FOR
    expenses.confirm(story.programme, line, seen=True, now=READY)
    assert (ready(story), owed_by_brand(story)) == (before + AMOUNT, owed - AMOUNT)
    [entry] = openings.entries(story.programme, story.cleo, log_store.tree(story.access).frontier.size)
    assert opening_sentence(entry.body).startswith("An expense that the brand paid back against a receipt on ")
    assert FOR not in json.dumps(entry.body), "what it is for is nobody's but hers and the brand's"
    [told] = expenses.of_party(story.programme, story.cleo)
    assert (told.row.paid, told.row.ended_at, told.words) == (True, READY, FOR)
    assert story.wrong(READY) == []


@pytest.mark.parametrize("receipt", [True, False])
def test_both_verifiers_read_her_statement(story: Story, tmp_path: Path, *, receipt: bool) -> None:
    line = expenses.agree(story.programme, wish(story, receipt=receipt), "k", READY)
    expenses.confirm(story.programme, line, seen=True, now=READY)
    signer = signing.load_or_create(tmp_path, f"shop.example/log/{story.tenant.public_id}")
    made = make_statement(story.programme, story.tenant, signer, story.cleo, READY)
    assert verify(made, signing.verify).ok
    assert fanshare_verify.verify(made, None, None).ok


def test_it_is_confirmed_once_and_not_after_it_was_taken_back(story: Story) -> None:
    first, second = (expenses.agree(story.programme, wish(story), key, READY) for key in "ab")
    before = ready(story)
    assert [refused(story, first), refused(story, first)] == ["", "expense_over"]
    expenses.drop(story.programme, second, READY)
    assert refused(story, second) == "expense_over"
    with pytest.raises(FanshareError, match="before"):
        expenses.drop(story.programme, first, READY)
    assert refused(story, 10**9) == "unknown_expense"
    assert ready(story) == before + AMOUNT
    assert story.wrong(READY) == []


def test_a_receipt_that_was_asked_for_has_to_be_seen(story: Story) -> None:
    asked = expenses.agree(story.programme, wish(story), "a", READY)
    without = expenses.agree(story.programme, wish(story, receipt=False), "b", READY)
    before = ready(story)
    assert refused(story, asked, seen=False) == "no_receipt"
    assert ready(story) == before
    assert refused(story, without, seen=False) == ""
    assert ready(story) == before + AMOUNT


def test_without_a_receipt_it_is_pay_and_stands_behind_sales_with_one_it_needs_none(story: Story) -> None:
    dana = people.add_creator(story.programme, people.Joiner("Dana"), READY)
    hers = replace(wish(story), creator=dana)
    with pytest.raises(FanshareError) as told:
        expenses.agree(story.programme, replace(hers, receipt=False), "a", READY)
    assert told.value.code == "no_sale"
    line = expenses.agree(story.programme, hers, "b", READY)
    expenses.confirm(story.programme, line, seen=True, now=READY)
    assert story.balance(dana, AccountKind.AVAILABLE) == AMOUNT


@pytest.mark.parametrize(
    ("more", "code"),
    [({"amount": 0}, "bad_amount"), ({"amount": -10_000}, "bad_amount"), ({"amount": 1}, "bad_amount"),
     ({"words": " "}, "words_missing"), ({"words": "x" * 301}, "bad_words"), ({"creator": 10**9}, "unknown_creator")],
)  # fmt: skip
def test_what_is_no_expense_is_refused_and_writes_nothing(story: Story, more: dict[str, object], code: str) -> None:
    with pytest.raises(FanshareError) as told:
        expenses.agree(story.programme, replace(wish(story), **more), "k", READY)  # type: ignore[arg-type]
    assert told.value.code == code
    assert expenses.of_party(story.programme, story.cleo) == []


def kinds_paid(story: Story) -> dict[TaxKind, int]:
    """What Cleo was paid, by kind."""
    moves = tax_years.movements(story.access, [story.cleo])[story.cleo]
    found: dict[TaxKind, int] = {}
    for one in payments(story.cleo, moves):
        for kind, amount in one.kinds.items():
            found[kind] = found.get(kind, 0) + amount
    return found


def test_paid_out_it_is_a_kind_of_its_own_which_no_report_and_no_credit_note_counts(story: Story) -> None:
    for key, receipt in (("a", True), ("b", False)):
        line = expenses.agree(story.programme, wish(story, receipt=receipt), key, READY)
        expenses.confirm(story.programme, line, seen=True, now=READY)
    paying.pay_what_is_ready(story.programme, READY)
    found = kinds_paid(story)
    assert (found[TaxKind.COMMISSION], found[TaxKind.EXPENSE]) == (5_664_000, AMOUNT)
    assert found[TaxKind.ALLOWANCE] == AMOUNT - 4_000, "the newest: a part of a cent of it waits for the next run"
    counted = {report.name: report.kinds for country in rules().countries.values() for report in country.reports}
    assert TaxKind.EXPENSE not in counted["1099-NEC"] | counted["DAC7"] | EARNED
    assert TaxKind.ALLOWANCE in counted["1099-NEC"] & counted["DAC7"], "nobody saw what it was spent on"
    assert TaxKind.ALLOWANCE not in EARNED
    assert story.wrong(READY) == []


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["confirm", "drop", "again"]), st.booleans()), max_size=6
    )
)
def test_whatever_is_sent_in_whatever_order_each_line_is_paid_once_or_never(
    story: Story, steps: list[tuple[str, str, bool]]
) -> None:
    before, known = ready(story), len(expenses.of_party(story.programme, story.cleo))
    lines: dict[str, int] = {}
    ended: dict[str, str] = {}
    for key, step, seen in steps:
        name = f"{known} {key}"
        lines[key] = expenses.agree(story.programme, wish(story), name, READY)
        if step == "confirm":
            code = refused(story, lines[key], seen=seen)
            assert code == ("expense_over" if key in ended else "" if seen else "no_receipt")
            ended |= {} if code else {key: "paid"}
        elif step == "drop" and key not in ended:
            expenses.drop(story.programme, lines[key], READY)
            ended[key] = "dropped"
    assert len(set(lines.values())) == len(lines), "a key agrees one line"
    assert ready(story) == before + AMOUNT * [*ended.values()].count("paid")
    assert story.wrong(READY) == []
    # Another example begins with other keys.
    expenses.agree(story.programme, wish(story), f"end {known}", READY)


def test_words_go_with_her_and_nothing_is_confirmed_any_more(story: Story) -> None:
    paid, waits = (expenses.agree(story.programme, wish(story), key, READY) for key in "ab")
    expenses.confirm(story.programme, paid, seen=True, now=READY)
    people.erase(story.programme, story.cleo, READY + DAY)
    assert {one.words for one in expenses.of_party(story.programme, story.cleo)} == {""}
    assert refused(story, waits) == "erased"
    assert story.wrong(READY + DAY) == []
