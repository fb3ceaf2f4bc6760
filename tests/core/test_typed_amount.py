"""Amounts as people type them: what can only be meant one way is taken, what could be a thousand or one is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.money import MICROS
from fanshare.core.typed_amount import in_field, typed_amount, typed_number

_CENT = MICROS // 100


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("15,90", 1590),
        ("15.9", 1590),
        (" 15 ", 1500),
        ("0,125", 12.5),
        ("0.001", 0.1),
        ("1.000,50", 100_050),
        ("1,000.50", 100_050),
        ("1 000,50", 100_050),
        ("1\u202f000", 100_000),
        ("1\u00a0000\u00a0000", 100_000_000),
        ("1'000.50", 100_050),
        ("1\u2019000", 100_000),
        ("1.000.000", 100_000_000),
        ("1,000,000", 100_000_000),
        ("1.000.000,5", 100_000_050),
        ("1500", 150_000),
        ("1500,5", 150_050),
        ("1234.567", 123_456.7),
        ("-2,50", -250),
    ],
)
def test_what_can_be_meant_in_one_way_is_taken(text: str, cents: float) -> None:
    assert typed_amount(text) == round(cents * _CENT)


@pytest.mark.parametrize("text", ["1.500", "1,500", "12.000", "999,999", "-1.500"])
def test_a_thousand_or_one_and_a_half_is_asked_back(text: str) -> None:
    with pytest.raises(BadInputError, match="two ways") as refused:
        typed_amount(text, "EUR")
    assert refused.value.code == "unclear_amount"
    assert text in str(refused.value)


def test_where_a_currency_has_three_digits_they_are_meant() -> None:
    assert typed_amount("1.500", "KWD") == typed_amount("1,500", "KWD") == 1_500_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1e9",
        "💶",
        "1.00.000",
        "1,0,0",
        "1.000,00,5",
        "15 90",
        "1.000 000",
        "٣",
        "--5",
        "1.",
        ",5",
        "NaN",
        "5 €",
    ],
)
def test_what_is_no_amount_is_said_as_it_was_typed(text: str) -> None:
    with pytest.raises(BadInputError) as refused:
        typed_amount(text)
    assert refused.value.code == "bad_amount"


def test_more_than_the_books_hold_is_refused() -> None:
    with pytest.raises(BadInputError, match="larger than the books"):
        typed_amount("9999999999999999999")


@given(st.integers(0, 9_000_000_000_000_00))
def test_an_amount_is_the_same_however_its_thousands_and_cents_are_written(cents: int) -> None:
    whole, rest = divmod(cents, 100)
    english = f"{whole:,}.{rest:02d}"
    german = english.translate(str.maketrans(",.", ".,"))
    ways = (english, german, german.replace(".", " "), f"{whole}.{rest:02d}", f"{whole},{rest:02d}")
    assert {typed_amount(way) for way in ways} == {cents * _CENT}


@given(st.integers(-(10**15), 10**15))
def test_what_a_field_holds_is_read_back_as_the_same(micros: int) -> None:
    assert typed_amount(in_field(micros)) == micros


def test_a_field_that_could_be_read_in_two_ways_gets_one_more_digit() -> None:
    assert (in_field(1_125_000), in_field(125_000), in_field(1_500_000)) == ("1.1250", "0.125", "1.50")


@pytest.mark.parametrize(
    ("text", "plain"), [("1.0876", "1.0876"), ("1.000,5", "1000.5"), ("0,0061234", "0.0061234"), (" 17 084 ", "17084")]
)
def test_a_number_keeps_every_digit_that_was_typed(text: str, plain: str) -> None:
    assert typed_number(text) == plain
