"""What a code gives: checked, compared, and said."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.discounts import Discount, check_discount, differences, sentence
from fanshare.core.errors import BadInputError
from fanshare.core.instants import parse_rfc3339

SOON = parse_rfc3339("2026-12-24T18:00:00Z")

percentages = st.builds(Discount, st.just("EUR"), percent_bps=st.integers(1, 10_000))
amounts = st.builds(Discount, st.just("EUR"), amount=st.integers(1, 10**6).map(lambda cents: cents * 10_000))
discounts = st.builds(
    lambda plain, minimum, uses, once, ends, products: replace(
        plain, minimum=minimum * 10_000, uses=uses, once_per_buyer=once, ends_at=ends, products=tuple(products)
    ),
    percentages | amounts,
    st.integers(0, 10**6),
    st.none() | st.integers(1, 1000),
    st.booleans(),
    st.none() | st.just(SOON),
    st.lists(st.integers(1, 10**9).map(str), max_size=5, unique=True),
)


@given(discounts)
def test_a_whole_discount_is_accepted_equals_itself_and_can_be_said(discount: Discount) -> None:
    check_discount(discount)
    assert differences(discount, discount) == ()
    assert differences(discount, replace(discount, products=discount.products[::-1])) == ()
    assert "off" in sentence(discount)


@given(discounts, discounts)
def test_any_difference_is_found(asked: Discount, found: Discount) -> None:
    same = all(
        sorted(getattr(asked, one.name)) == sorted(getattr(found, one.name))
        if one.name == "products"
        else getattr(asked, one.name) == getattr(found, one.name)
        for one in fields(Discount)
    )
    assert (differences(asked, found) == ()) == same


def test_a_currency_matters_where_there_is_an_amount() -> None:
    percent = Discount("EUR", percent_bps=1000)
    assert differences(percent, replace(percent, currency="USD")) == ()
    amount = Discount("EUR", amount=5_000_000)
    assert differences(amount, replace(amount, currency="USD")) == ("currency USD instead of EUR",)


@pytest.mark.parametrize(
    "discount",
    [
        Discount("EUR"),
        Discount("EUR", percent_bps=1000, amount=1_000_000),
        Discount("EUR", percent_bps=10_001),
        Discount("EUR", percent_bps=-5),
        Discount("EUR", amount=-1_000_000),
        Discount("EUR", amount=1_005_000),
        Discount("JPY", amount=1_500_000),
        Discount("EUR", percent_bps=1000, minimum=-10_000),
        Discount("EUR", percent_bps=1000, uses=0),
        Discount("EUR", percent_bps=1000, uses=1_000_001),
        Discount("EUR", percent_bps=1000, products=("shirt",)),
        Discount("EUR", percent_bps=1000, products=("1",) * 101),
        Discount("XXQ", percent_bps=1000),
    ],
)
def test_what_no_shop_can_make_is_refused(discount: Discount) -> None:
    with pytest.raises(BadInputError):
        check_discount(discount)


def test_it_is_said_in_one_line() -> None:
    whole = Discount("EUR", 1250, 0, 30_000_000, 40, once_per_buyer=True, ends_at=SOON, products=("7",))
    assert sentence(whole) == (
        "12.5 % off, from 30.00 EUR, works 40 times in all, once per customer, for one product,"
        " until 2026-12-24T18:00:00Z"
    )
    assert sentence(Discount("JPY", amount=500_000_000, uses=1)) == "500 JPY off, works once"
