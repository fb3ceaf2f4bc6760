"""Files that are composed: what stands in them, that the schema takes them, and that they read back as they are."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.iban import LENGTHS, SEPA, with_check_digits
from fanshare.core.instants import DAY as ONE_DAY
from fanshare.core.target_days import next_target_day
from fanshare.integrations.sepa.compose import Frame, Item, compose
from fanshare.integrations.sepa.document import VERSIONS, Address, Order, Party
from fanshare.integrations.sepa.read_order import read_order
from fanshare.integrations.sepa.rules import check
from fanshare.integrations.sepa.write import write
from tests.integrations.sepa.samples import BEA, CREATED, DAY, TODAY, frame, items, order, schema_errors

LETTERS = st.text(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=90)
IDS = st.text(st.sampled_from("abcXYZ0123456789-.:"), min_size=1, max_size=35)


@st.composite
def parties(draw: st.DrawFn) -> Party:
    country = draw(st.sampled_from(sorted(SEPA)))
    digits = draw(st.text(st.sampled_from("0123456789"), min_size=LENGTHS[country] - 4, max_size=LENGTHS[country] - 4))
    lines = tuple(draw(st.lists(st.text(st.sampled_from("ab 1,"), max_size=70), max_size=2)))
    address = Address(country, "Städtchen " + draw(st.sampled_from(["", "am See", "<&>"])), "", "", "", lines)
    lived = draw(st.sampled_from([None, address]))
    return Party("Cleo " + draw(WORDS), with_check_digits(country, digits), f"ABCD{country}2A", lived)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    references = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    made = [
        Item(name, draw(st.integers(1, 99_999_999_999)) * 10_000, "EUR", draw(parties()), f"{number} {draw(WORDS)}")
        for number, name in enumerate(references)
    ]
    day = next_target_day(TODAY + timedelta(days=draw(st.integers(0, 80))))
    version = draw(st.sampled_from(VERSIONS))
    return compose(Frame(draw(IDS), CREATED + draw(st.integers(0, ONE_DAY)), day, BEA, version), made)


@settings(max_examples=150, deadline=None)
@given(orders())
def test_whatever_is_composed_of_sound_payees_keeps_schema_and_rules_and_reads_back(made: Order) -> None:
    raw = write(made)
    assert schema_errors(f"pain.001.001.{made.version}", raw) == []
    assert check(made, TODAY) == []
    assert read_order(raw) == made


def test_the_schema_refuses_what_is_no_such_file() -> None:
    raw = write(order()).replace(b"<NbOfTxs>2</NbOfTxs>", b"")
    assert schema_errors("pain.001.001.09", raw)
    assert schema_errors("pain.001.001.03", write(order("09")))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bank_that_is_not_named_and_text_with_marks_keep_the_schema(version: str) -> None:
    made = order(version)
    nameless = replace(made.payments[0], debtor=made.payments[0].debtor._replace(bic=""))
    raw = write(replace(made, payments=(nameless,)))
    assert b"NOTPROVIDED" in raw
    assert schema_errors(f"pain.001.001.{version}", raw) == []
    assert read_order(raw).payments[0].debtor.bic == ""


def test_the_same_order_is_the_same_bytes() -> None:
    assert write(order()) == write(order())


def test_names_are_written_in_sepas_characters_and_amounts_to_the_cent() -> None:
    text = write(order()).decode()
    assert "<Nm>Cleo Mueller</Nm>" in text
    assert "<TwnNm>Zuerich</TwnNm>" in text
    assert '<InstdAmt Ccy="EUR">1416.00</InstdAmt>' in text
    assert text.count("<CtrlSum>1416.37</CtrlSum>") == 2


def test_parts_of_a_cent_are_refused_and_not_lost() -> None:
    part = items()[0]._replace(micros=1_416_999_999)
    assert [finding.rule_id for finding in check(compose(frame(), [part]), TODAY)] == ["amount-form"]


def test_ten_thousand_transfers_sum_exactly() -> None:
    one = items()[0]
    many = [one._replace(reference=f"fs-{n}", micros=10_000 * n, purpose=f"No {n}") for n in range(1, 10_001)]
    made = compose(frame(), many)
    assert Decimal(made.control_sum) == Decimal(10_000 * 10_001) / 2 / 100
    assert check(made, TODAY) == []


def test_a_file_for_today_is_as_good_as_one_for_tomorrow() -> None:
    assert check(compose(replace(frame(), day=TODAY), items()), TODAY) == []
    assert frame().day == DAY
