"""Every rule of ACH has a file that breaks it and nothing else; a right file breaks none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fanshare.core.errors import BadInputError
from fanshare.integrations.nacha.document import Entry, File
from fanshare.integrations.nacha.read_file import read_file
from fanshare.integrations.nacha.rules import RULES, check, refuse_broken
from fanshare.integrations.nacha.write import write
from tests.integrations.nacha.samples import DAY, TODAY, file, with_entries
from tests.support.tree import ROOT

type Break = Callable[[File], File]

ADDENDA = "705" + "Thank you".ljust(80) + "00010000001"


def head(**changes: Any) -> Break:
    return lambda whole: replace(whole, **changes)


def sums(**changes: Any) -> Break:
    return lambda whole: replace(whole, totals=replace(whole.totals, **changes))


def batch(**changes: Any) -> Break:
    """The first batch changed, at its end as well where the end repeats it."""
    repeated = {
        key: value for key, value in changes.items() if key in ("service_class", "company_id", "odfi", "number")
    }

    def broken(whole: File) -> File:
        one, *others = whole.batches
        control = replace(one.control, **repeated)
        return replace(whole, batches=(replace(one, control=control, **changes), *others))

    return broken


def ends(**changes: Any) -> Break:
    def broken(whole: File) -> File:
        one, *others = whole.batches
        return replace(whole, batches=(replace(one, control=replace(one.control, **changes)), *others))

    return broken


def batch_sums(**changes: Any) -> Break:
    return lambda whole: ends(totals=replace(whole.batches[0].control.totals, **changes))(whole)


def first(**changes: Any) -> Break:
    """The first of two entries changed, and the sums put right where they can be."""

    def broken(whole: File) -> File:
        one, other = whole.batches[0].entries
        changed = replace(one, **changes)
        countable = changed.cents.isdecimal() and changed.routing[:8].isdecimal()
        made = with_entries(whole, (changed if countable else one, other))
        return made if countable else with_only(made, (changed, other))

    return broken


def with_only(whole: File, entries: tuple[Entry, ...]) -> File:
    return replace(whole, batches=(replace(whole.batches[0], entries=entries),))


def other_as_first(**changes: Any) -> Break:
    """The second entry is the first one again, with other ids and these changes."""

    def broken(whole: File) -> File:
        one, other = whole.batches[0].entries
        again = {"trace": other.trace, "identification": "fs-1-x", "name": "SOMEBODY", **changes}
        return with_entries(whole, (one, replace(one, **again)))

    return broken


def empty(whole: File) -> File:
    return with_entries(whole, ())


def two_numbered_alike(whole: File) -> File:
    one, other = whole.batches
    return replace(whole, batches=(one, replace(other, number="1", control=replace(other.control, number="1"))))


def swapped(whole: File) -> File:
    one, other = whole.batches[0].entries
    return with_entries(whole, (other, one))


NAME = file().batches[0].entries[0].name
BREAKS: list[tuple[str, Break]] = [
    ("destination", head(destination="121042881")),
    ("destination-name", head(destination_name="")),
    ("origin", head(origin="12345")),
    ("origin", head(origin="BEA")),
    ("origin-name", head(origin_name="")),
    ("creation-time", head(created="2612011062")),
    ("creation-time", head(created="")),
    ("modifier", head(modifier="a")),
    ("layout", head(layout="080101")),
    ("no-entries", empty),
    ("batch-count", head(batch_count="1")),
    ("block-count", head(block_count="2")),
    ("block-count", head(records=9)),
    ("file-entries", sums(entries="4")),
    ("file-hash", sums(entry_hash="12340003")),
    ("file-debit", sums(debit="1")),
    ("file-credit", sums(credit="144186")),
    ("batch-entries", batch_sums(entries="3")),
    ("batch-hash", batch_sums(entry_hash="1")),
    ("batch-debit", batch_sums(debit="5")),
    ("batch-credit", batch_sums(credit="141636")),
    ("batch-number", two_numbered_alike),
    ("batch-ends", ends(number="7")),
    ("batch-ends", ends(company_id="1234567891")),
    ("service-class", batch(service_class="200")),
    ("company", batch(company="")),
    ("company", batch(company="B" * 17)),
    ("company-id", batch(company_id="12345678")),
    ("entry-class", batch(entry_class="WEB")),
    ("description", batch(description="")),
    ("description-reserved", batch(description="PAYROLL")),
    ("description-reserved", batch(description="REVERSAL")),
    ("effective-date", batch(effective="261232")),
    ("effective-date", batch(effective="")),
    ("effective-past", batch(effective="261130")),
    ("effective-closed", batch(effective="261205")),
    ("effective-closed", batch(effective="261225")),
    ("effective-far", batch(effective="270302")),
    ("originator-status", batch(status="0")),
    ("transaction-code", first(kind="27")),
    ("routing", first(routing="021000022")),
    ("routing", first(routing="02100 021")),
    ("account", first(account="")),
    ("account", first(account="12 34")),
    ("amount-form", first(cents="12,50")),
    ("amount-zero", first(cents="0")),
    ("amount-limit", first(cents="10000000000")),
    ("identification", first(identification="")),
    ("identification", first(identification="x" * 16)),
    ("identification-twice", other_as_first(identification="fs-1-cleo")),
    ("name", first(name="")),
    ("name", first(name="C" * 23)),
    ("name-unreadable", first(name="...")),
    ("addenda", first(indicator="1")),
    ("addenda", first(addenda=(ADDENDA,))),
    ("addenda", first(indicator="1", addenda=(ADDENDA, ADDENDA))),
    ("trace", first(trace="021000020000001")),
    ("trace", first(trace="12104288000001")),
    ("trace-order", swapped),
    ("trace-order", other_as_first(trace="121042880000001")),
    ("characters", first(name="Cleo")),
    ("characters", batch(company="BÉA")),
    ("same-credit-twice", other_as_first(name=NAME)),
    ("odfi", lambda whole: replace(whole, destination="231380104")),
]
#: What does not fit a field can't stand in a file, and neither can a wrong number of lines, or another script.
UNWRITABLE = {"block-count", "company", "amount-limit", "identification", "name", "trace", "characters"}


@pytest.mark.parametrize(("rule", "broken"), BREAKS, ids=[f"{at}-{rule}" for at, (rule, _) in enumerate(BREAKS)])
def test_a_file_that_breaks_one_rule_is_told_that_rule_and_no_other(rule: str, broken: Break) -> None:
    made = broken(file())
    assert {finding.rule_id for finding in check(made, TODAY)} == {rule}
    if rule not in UNWRITABLE:
        assert {finding.rule_id for finding in check(read_file(write(made)), TODAY)} == {rule}


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert len(RULES) >= 30
    assert {rule for rule, _ in BREAKS} == set(RULES)


def test_a_right_file_breaks_no_rule_and_neither_does_one_with_addenda() -> None:
    assert check(file(), TODAY) == []
    assert check(read_file(write(first(indicator="1", addenda=(ADDENDA,))(file()))), TODAY) == []


def test_the_reference_lists_every_rule_with_its_source_and_advice() -> None:
    page = (ROOT / "docs" / "reference" / "rails.md").read_text("utf-8").partition("<!-- nacha rules -->")[2]
    rows = [row for row in page.splitlines() if row.startswith("| `")]
    told = [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in rows]
    rules = [(rule.rule_id, rule.source, rule.advice) for rule in RULES.values()]
    assert told[: len(rules)] == rules


def test_a_broken_file_is_refused_by_name_without_names() -> None:
    with pytest.raises(BadInputError, match=r"Entry 1: Ask the payee for her name.*") as caught:
        refuse_broken(first(name="...")(file()), TODAY)
    assert caught.value.code == "nacha_name_unreadable"
    refuse_broken(file(), TODAY)


def test_what_is_just_long_or_large_enough_breaks_no_rule() -> None:
    for changes in ({"cents": "9999999999"}, {"name": "C" * 22}, {"identification": "i" * 15}, {"account": "1" * 17}):
        assert check(first(**changes)(file()), TODAY) == []
    assert check(head(origin="123456789", destination_name="B" * 23)(file()), TODAY) == []
    assert check(batch(company="B" * 16, description="D" * 10)(file()), TODAY) == []


def test_today_may_be_the_day_of_payment_and_ninety_days_are_not_too_far() -> None:
    assert check(file(), DAY) == []
    assert check(file(), DAY - timedelta(days=90)) == []
