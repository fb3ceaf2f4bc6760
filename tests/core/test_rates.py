"""Rates are exact fractions, and what they give follows from what was published, against fractions as a reference."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import rates
from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS, exponent
from fanshare.core.rates import ECB, Converted, DayRates, Quote, day_for, exactly, is_rate, is_sound, most, quote

DAY = DayRates("2026-11-26", {"USD": "1.1583", "JPY": "180.93", "HUF": "381.63", "KWD": "0.35602"})
CODES = ("EUR", "USD", "JPY", "HUF", "KWD", "CLF")


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    """A quote between two currencies at any published rates."""
    origin, target = draw(st.permutations(CODES))[:2]
    numbers = st.tuples(st.integers(1, 10**9), st.integers(0, 9)).map(lambda pair: decimal(*pair))
    told = DayRates("2026-11-26", {code: draw(numbers) for code in CODES if code != "EUR"})
    return quote(ECB, told, origin, target)


def decimal(digits: int, scale: int) -> str:
    text = str(digits).rjust(scale + 1, "0")
    return f"{text[: len(text) - scale]}.{text[len(text) - scale :]}" if scale else text


def worth(of: Quote) -> Fraction:
    return Fraction(of.target_per) / Fraction(of.origin_per)


def minor(currency: str) -> int:
    return int(10 ** (6 - exponent(currency)))


@given(quotes(), st.integers(0, MAX_MICROS))
def test_what_comes_out_is_the_most_whole_minor_units_and_nothing_more_goes_in_than_they_are_worth(
    of: Quote, ready: int
) -> None:
    unit, rate = minor(of.target), worth(of)
    got = ready * rate // unit * unit
    found = most(of, ready)
    if found is None:
        assert got == 0 or got > MAX_MICROS
        return
    assert found.got == got
    assert found.given <= ready
    assert 0 <= found.given * rate - found.got < rate  # by less than one micro of what goes in
    assert (ready - found.given) * rate < unit + rate  # what stays is worth less than a minor unit and a micro
    assert is_sound(found)


@given(quotes(), st.integers(1, 10**12), st.sampled_from([-2, -1, 1, 2]))
def test_another_amount_or_rate_is_not_sound(of: Quote, got: int, by: int) -> None:
    right = exactly(of, got)
    assert is_sound(right)
    assert not is_sound(Converted(of, right.given + by, got))


@given(quotes())
def test_through_the_base_and_back_is_one(of: Quote) -> None:
    back = Quote(of.source, of.day, of.target, of.origin, of.target_per, of.origin_per)
    (one, other), (third, fourth) = of.fraction(), back.fraction()
    assert one * third == other * fourth


@given(quotes(), st.integers(1, 10**15))
def test_there_and_back_never_gains(of: Quote, ready: int) -> None:
    there = most(of, ready)
    if there is not None:
        back = most(Quote(of.source, of.day, of.target, of.origin, of.target_per, of.origin_per), there.got)
        assert back is None or back.got <= there.given


def test_a_sale_in_dollars_is_worth_this_in_euros_and_yen() -> None:
    euros = most(quote(ECB, DAY, "USD", "EUR"), 20_000_000)
    assert euros == Converted(Quote(ECB, "2026-11-26", "USD", "EUR", "1.1583", "1"), 19_992_258, 17_260_000)
    yen = most(quote(ECB, DAY, "USD", "JPY"), 20_000_000)
    assert yen is not None
    assert (yen.quote.origin_per, yen.quote.target_per, yen.got) == ("1.1583", "180.93", 3_124_000_000)
    assert most(quote(ECB, DAY, "HUF", "EUR"), 3_000_000) is None  # 3 HUF are less than a cent
    assert most(quote(ECB, DAY, "HUF", "EUR"), -5) is None


@pytest.mark.parametrize(
    ("change", "sound"),
    [
        ({}, True),
        ({"source": "nobody"}, False),
        ({"target_per": "2"}, False),
        ({"origin": "EUR"}, False),
        ({"target": "USD"}, False),
        ({"origin_per": "0"}, False),
        ({"origin_per": "1.1584"}, False),
    ],
)
def test_a_rate_that_nobody_published_is_not_sound(change: dict[str, str], sound: bool) -> None:
    told = {"source": ECB, "day": "2026-11-26", "origin": "USD", "target": "EUR", "origin_per": "1.1583"}
    right = exactly(Quote(**told, target_per="1"), 17_260_000)
    assert is_sound(Converted(Quote(**{**told, "target_per": "1", **change}), right.given, right.got)) is sound


def test_what_was_not_published_has_no_rate() -> None:
    for origin, target, code in (("USD", "USD", "same_currency"), ("USD", "CLF", "no_rate"), ("BGN", "EUR", "no_rate")):
        with pytest.raises(BadInputError) as caught:
            quote(ECB, DayRates("2025-12-31", {**DAY.per, "BGN": "1.9558"}), origin, target)
        assert caught.value.code == code


@pytest.mark.parametrize("text", ["", "0", "0.000", "-1", "1.", ".5", "1e3", "1,5", "NaN", "\u0661", "1" * 13, " 1"])
def test_what_is_no_decimal_above_zero_is_no_rate(text: str) -> None:
    assert not is_rate(text)


def test_a_weekend_uses_the_last_day_and_an_old_one_is_used_no_more() -> None:
    days = ["2026-03-31", "2026-04-02", "2026-11-26"]  # a Thursday before Easter
    assert day_for(days, "2026-04-02") == "2026-04-02"
    assert day_for(days, "2026-04-01") == "2026-03-31"
    assert day_for(days, "2026-04-07") == "2026-04-02"
    assert day_for(days, "2026-04-08") is None
    assert day_for([], "2026-04-08") is None
    assert rates.too_old(ECB, "2026-04-08", None).code == "no_rates"
    assert "2026-04-02, more than 5 days before 2026-04-08" in rates.too_old(ECB, "2026-04-08", "2026-04-02").message
