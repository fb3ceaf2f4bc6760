"""Money: exact micros from what a shop writes, and back; whatever is no amount is refused with a stable code."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor, trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import money
from fanshare.core.currencies import EXPONENTS, REPLACED
from fanshare.core.errors import BadInputError, quoted
from fanshare.core.money import MAX_MICROS, MICROS, parse_amount, spread

amounts = st.integers(-MAX_MICROS, MAX_MICROS)
some_currency = st.sampled_from(["EUR", "JPY", "KWD", "CLF"])


def refusal(text: object) -> tuple[str, str]:
    """Code and sentence with which an amount is refused."""
    with pytest.raises(BadInputError) as caught:
        parse_amount(text)  # type: ignore[arg-type]
    return caught.value.code, caught.value.message


def test_the_minor_units_are_those_of_iso_4217() -> None:
    assert {code: money.exponent(code) for code in ("EUR", "JPY", "KWD", "CLF", "LAK", "HUF")} == {
        "EUR": 2,
        "JPY": 0,
        "KWD": 3,
        "CLF": 4,
        "LAK": 2,
        "HUF": 2,
    }
    assert Counter(EXPONENTS.values()) == {0: 17, 2: 139, 3: 7, 4: 2}
    assert all(len(code) == 3 and code.isupper() for code in EXPONENTS)


@pytest.mark.parametrize(("code", "shown"), [("XAU", "'XAU'"), ("XAU" + "x" * 50, "This"), ("me@x", "This")])
def test_a_currency_that_can_not_be_booked_is_named_when_it_can_be_nobodys_name(code: str, shown: str) -> None:
    with pytest.raises(BadInputError) as caught:
        money.exponent(code)
    assert caught.value.code == "unknown_currency"
    assert caught.value.message == f"{shown} is not a currency of ISO 4217 that we can book."


def test_a_currency_that_was_replaced_says_by_which_since_when_and_at_which_rate() -> None:
    with pytest.raises(BadInputError) as caught:
        money.exponent("BGN")
    assert caught.value.code == "currency_replaced"
    assert "replaced by EUR on 2026-01-01, 1.95583 to one" in caught.value.message
    for code, gone in REPLACED.items():
        assert code not in EXPONENTS, "what is no more is not booked"
        assert gone.by in EXPONENTS
        assert Decimal(gone.per) > 0
        date.fromisoformat(gone.on)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("109.15", 109_150_000),
        ("-0.000001", -1),
        ("0.0000019", 1),
        ("-0.0000019", -1),
        (5, 5_000_000),
        (Decimal("37.739496"), 37_739_496),
        (Decimal("1e3"), 1_000_000_000),
        (Decimal("1e-6"), 1),
        (Decimal("1e-7"), 0),
        (Decimal("-1.5e-6"), -1),
        (Decimal("9e-1000"), 0),
        (Decimal("9" * 12 + "." + "9" * 40), 999_999_999_999_999_999),
        ("9000000000000", MAX_MICROS),
        ("-9000000000000.000000", -MAX_MICROS),
        (Decimal("9e12"), MAX_MICROS),
        ("0000000000000000001." + "0" * 29 + "1", MICROS),
    ],
)
def test_an_amount_is_read_exactly_and_cut_toward_zero(text: str | int | Decimal, micros: int) -> None:
    assert parse_amount(text) == micros


@pytest.mark.parametrize("digits", [395, 500, 5_000])
def test_no_number_has_too_many_digits_after_the_point_to_be_cut(digits: int) -> None:
    assert parse_amount(Decimal("-1." + "9" * digits)) == -1_999_999


def test_a_number_with_an_absurd_exponent_is_cut_without_computing_it() -> None:
    assert parse_amount(Decimal((0, (9,) * 500, -100_000))) == 0
    assert parse_amount(Decimal((0, (9,) * 380, -379))) == 9_999_999


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-9 * 10**12, max_value=9 * 10**12))
def test_any_decimal_is_cut_as_the_exact_fraction_is(amount: Decimal) -> None:
    assert parse_amount(amount) == trunc(Fraction(amount) * MICROS)


@pytest.mark.parametrize("text", [True, False, 1.0, None, b"1", [1]])
def test_what_is_no_text_or_number_is_no_amount(text: object) -> None:
    assert refusal(text) == ("bad_amount", "An amount must be a decimal number written in digits.")


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "+1", "1.", ".5", "1,5", "1e5", "0x10", "1_000", "\u0661", "NaN", "1\n", "9" * 20]
)
def test_what_is_not_written_in_plain_digits_is_refused(text: str) -> None:
    assert refusal(text) == ("bad_amount", f"{quoted(text)} is not an amount such as 109.15.")


def test_a_text_that_could_be_a_name_is_not_repeated() -> None:
    assert refusal("1,5")[1] == "'1,5' is not an amount such as 109.15."
    assert refusal("Bea Birke")[1] == refusal("x" * 90)[1] == "This is not an amount such as 109.15."
    assert refusal("0." + "1" * 31)[0] == "bad_amount"


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1e19", "1e400"])
def test_a_number_that_is_not_finite_or_absurd_is_refused(number: str) -> None:
    assert refusal(Decimal(number)) == ("bad_amount", "An amount must be a finite number.")


@pytest.mark.parametrize(
    "amount", ["9000000000000.000001", "-9000000000000.000001", 9 * 10**12 + 1, -(10**30), Decimal("9.5e18")]
)
def test_what_the_books_can_not_hold_is_refused(amount: str | int | Decimal) -> None:
    assert refusal(amount) == ("amount_too_large", "This amount is larger than the books can hold.")


@given(amounts)
def test_what_is_written_is_read_again(micros: int) -> None:
    assert parse_amount(money.format_micros(micros)) == micros
    assert parse_amount(money.format_trimmed(micros)) == micros


@pytest.mark.parametrize(
    ("micros", "exact", "trimmed"),
    [
        (1_416_000, "1.416000", "1.416"),
        (7_080_000, "7.080000", "7.08"),
        (-1, "-0.000001", "-0.000001"),
        (0, "0.000000", "0.00"),
        (-1_500_000, "-1.500000", "-1.50"),
    ],
)
def test_the_exact_amount_has_six_digits_and_needs_at_least_two(micros: int, exact: str, trimmed: str) -> None:
    assert (money.format_micros(micros), money.format_trimmed(micros)) == (exact, trimmed)


def test_a_rate_is_written_without_needless_zeros() -> None:
    assert [money.format_percent(bps) for bps in (0, 5, 1250, 2000, 10_000, 1)] == [
        "0",
        "0.05",
        "12.5",
        "20",
        "100",
        "0.01",
    ]


@given(amounts, some_currency)
def test_minor_units_are_never_more_than_is_there(micros: int, currency: str) -> None:
    unit = 10 ** (6 - money.exponent(currency))
    units = money.minor_units(micros, currency)
    assert units == floor(Fraction(micros, unit))
    assert money.from_minor_units(units, currency) == units * unit <= micros


@pytest.mark.parametrize(
    ("micros", "currency", "shown"),
    [
        (1_416_000, "EUR", "1.41"),
        (7_900_000, "JPY", "7"),
        (-1_410_000, "EUR", "-1.41"),
        (-1_410_001, "EUR", "-1.42"),
        (1_050_000, "EUR", "1.05"),
        (-7_000_001, "JPY", "-8"),
        (1_023_456, "KWD", "1.023"),
        (1_002_345, "CLF", "1.0023"),
        (0, "EUR", "0.00"),
    ],
)
def test_a_screen_shows_the_floor(micros: int, currency: str, shown: str) -> None:
    assert money.format_minor(micros, currency) == shown


@given(st.integers(0, MAX_MICROS), st.integers(0, 10_000))
def test_basis_points_are_rounded_down(amount: int, rate: int) -> None:
    assert money.basis_points(amount, rate) == floor(Fraction(amount * rate, 10_000))


@given(st.integers(0, MAX_MICROS), st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any))
def test_what_is_spread_adds_up_and_follows_the_weights(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for place in range(len(weights)):
        assert sum(parts[: place + 1]) == floor(Fraction(total * sum(weights[: place + 1]), whole))


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [2, -1], [-1]])
def test_weights_are_not_negative_and_not_all_zero(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"^weights must not be negative and not all zero$"):
        spread(10, weights)


def test_one_weight_of_one_takes_everything() -> None:
    assert spread(10, [1]) == [10]
    assert spread(10, [0, 1]) == [0, 10]


def test_weights_of_which_some_are_zero_are_fine() -> None:
    assert spread(10, [0, 1, 0, 1]) == [0, 5, 0, 5]
