"""Shop credit in the core: what may be turned, how a code is divided, and the ways of a credit."""

from fractions import Fraction
from itertools import product
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import shop_credits as credit
from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.money import MICROS

AMOUNTS = st.integers(min_value=-(10**13), max_value=10**13)
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF", *sorted(EXPONENTS)[:5]])


def whole(amount: Fraction, currency: str) -> Fraction:
    """The whole coins in an amount of major units, by fractions."""
    coins = 10 ** EXPONENTS[currency]
    return Fraction(floor(amount * coins), coins)


@given(AMOUNTS, CURRENCIES, st.integers(min_value=0, max_value=3_000 * MICROS))
def test_what_may_be_turned_is_every_whole_coin_that_is_ready_and_the_residue_stays(
    ready: int, currency: str, today: int
) -> None:
    most = min(ready, 2_000 * MICROS - today) if currency == "USD" else ready
    expected = max(Fraction(0), whole(Fraction(most, MICROS), currency))
    found = credit.turnable(ready, currency, today)
    assert Fraction(found, MICROS) == expected
    if found:
        assert found <= ready
        credit.check_amount(found, found, currency)
        with pytest.raises(ConflictError, match="more than may be turned"):
            credit.check_amount(found + 10 ** (6 - EXPONENTS[currency]), found, currency)


def test_the_first_cent_is_enough_and_half_a_cent_is_not() -> None:
    assert credit.turnable(10_000, "EUR") == 10_000
    assert credit.turnable(9_999, "EUR") == 0
    assert credit.turnable(1_999_999, "JPY") == 1_000_000
    assert credit.turnable(-5_000_000, "EUR") == 0


@pytest.mark.parametrize("amount", [0, -10_000, 9_999, 15_000])
def test_what_is_no_whole_coin_is_refused(amount: int) -> None:
    with pytest.raises(BadInputError, match="smallest coin"):
        credit.check_amount(amount, 10**12, "EUR")


@given(st.integers(min_value=1, max_value=10**7), st.lists(AMOUNTS, max_size=6), CURRENCIES)
def test_however_often_a_rest_is_spent_the_uses_and_the_last_rest_are_the_worth(
    coins: int, taken: list[int], currency: str
) -> None:
    worth = coins * 10 ** (6 - EXPONENTS[currency])
    used, rest = Fraction(0), worth
    for each in taken:
        found = credit.spent(rest, each, currency)
        wanted = whole(min(Fraction(rest, MICROS), max(Fraction(0), Fraction(each, MICROS))), currency)
        assert (Fraction(found.used, MICROS), found.used + found.rest) == (wanted, rest)
        used, rest = used + found.used, found.rest
    assert used + rest == worth
    assert rest >= 0


def test_each_way_is_open_and_no_other() -> None:
    for state, to in product(credit.WAYS, credit.WAYS):
        if to in credit.WAYS[state]:
            assert credit.move(state, to) == to
        else:
            with pytest.raises(ConflictError, match=f"is {state} can't become {to}"):
                credit.move(state, to)


def test_a_code_the_shop_may_know_is_ended_there_before_its_money_is_ready() -> None:
    assert credit.cancelled_from(credit.WANTED) == credit.CANCELLED
    for state in (credit.ASKED, credit.SHOWN, credit.USED):
        assert credit.cancelled_from(state) == credit.ENDING
    for state in (credit.ENDING, credit.CANCELLED, credit.FAILED):
        with pytest.raises(ConflictError):
            credit.cancelled_from(state)


def test_a_code_is_unused_when_every_order_that_took_it_came_to_nothing() -> None:
    assert credit.unused(0, 0)
    assert credit.unused(1, 1)  # the shop goes on counting a cancelled order
    assert credit.unused(0, 1)  # the shop does not
    assert not credit.unused(1, 0)
