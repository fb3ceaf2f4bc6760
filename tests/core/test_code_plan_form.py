"""A plan as it is typed: read and shown again it is the same, and what can't be is refused before anything is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.code_plan_form import FIELDS, read, saved, typed
from fanshare.core.code_plans import SHOP, STOCK, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.errors import BadInputError

CENT = 10_000
EMPTY = dict.fromkeys(FIELDS, "") | {"name": "fans", "gives": "percent", "value": "15", "currency": "EUR"}


@st.composite
def plans(draw: st.DrawFn) -> CodePlan:
    percent = draw(st.integers(0, 10_000))
    discount = Discount(
        draw(st.sampled_from(("EUR", "USD", "GBP"))),
        percent_bps=percent,
        amount=0 if percent else CENT * draw(st.integers(1, 10**6)),
        minimum=CENT * draw(st.integers(0, 10**6)),
        uses=draw(st.none() | st.integers(1, 10**6)),
        once_per_buyer=draw(st.booleans()),
        products=tuple(draw(st.lists(st.integers(1, 10**9).map(str), max_size=4, unique=True))),
    )
    return CodePlan(
        draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)),
        discount,
        draw(st.just("") | st.from_regex(r"[A-Z0-9][A-Z0-9_-]{0,15}", fullmatch=True)),
        draw(st.sampled_from((SHOP, STOCK))),
        draw(st.integers(1, 1_000)),
        draw(st.integers(1, 500)),
        draw(st.integers(0, 3_650)),
    )


@given(plans())
def test_what_the_form_shows_is_read_as_the_same_plan(plan: CodePlan) -> None:
    assert set(typed(plan)) == set(FIELDS)
    assert read(typed(plan)) == plan


@given(plans(), st.integers(0, 10**12))
def test_nobody_saves_more_than_the_basket_and_nothing_below_the_least_one(plan: CodePlan, basket: int) -> None:
    off = saved(plan.discount, basket)
    assert 0 <= off <= basket
    if basket < plan.discount.minimum:
        assert off == 0
    if plan.discount.percent_bps == 10_000 and basket >= plan.discount.minimum:
        assert off == basket


def test_empty_fields_are_as_usual_and_people_write_as_they_do() -> None:
    plan = read(EMPTY)
    assert (plan.per_owner, plan.batch, plan.days, plan.source, plan.discount.uses) == (1, 50, 0, SHOP, None)
    assert read({**EMPTY, "value": "12,5 %"}).discount.percent_bps == 1_250
    assert read({**EMPTY, "gives": "amount", "value": "5,50", "currency": "eur"}).discount.amount == 550 * CENT
    assert read({**EMPTY, "prefix": " bea "}).prefix == "BEA"
    assert read({**EMPTY, "products": "7, 8 7"}).discount.products == ("7", "8")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("value", "", "bad_percent"),
        ("value", "101", "bad_discount"),
        ("value", "0", "bad_discount"),
        ("value", "1e1", "bad_percent"),
        ("value", "-5", "bad_percent"),
        ("value", "１５", "bad_percent"),
        ("name", "Fans", "bad_plan"),
        ("currency", "EURO", "unknown_currency"),
        ("minimum", "30.0051", "bad_discount"),
        ("minimum", "30.005", "unclear_amount"),
        ("minimum", "much", "bad_amount"),
        ("uses", "many", "bad_plan"),
        ("uses", "1000001", "bad_discount"),
        ("per_owner", "0", "bad_plan"),
        ("batch", "501", "bad_plan"),
        ("days", "3651", "bad_plan"),
        ("prefix", "BEA BEA", "bad_plan"),
        ("products", "linen", "bad_discount"),
        ("source", "sky", "bad_plan"),
    ],
)
def test_what_can_not_be_is_refused(field: str, value: str, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read({**EMPTY, field: value})
    assert caught.value.code == code
