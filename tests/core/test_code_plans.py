"""What a code looks like, and what a plan may say."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.canonical import canonical
from fanshare.core.code_plans import ALPHABET, CodePlan, check_plan, check_wish, draw, wished
from fanshare.core.discounts import Discount
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, SECOND

PLAN = CodePlan("fans", Discount("EUR", percent_bps=1500), prefix="LINEN-")
ONCE = replace(PLAN, discount=replace(PLAN.discount, uses=1))


@given(st.randoms(use_true_random=False))
def test_a_drawn_code_begins_with_the_prefix_and_has_no_look_alikes(dice: random.Random) -> None:
    text = draw(PLAN, dice.randrange)
    assert text.startswith("LINEN-")
    assert not set(text.removeprefix("LINEN-")) & set("01OILU")
    assert wished(PLAN, text.lower()) == text


def test_a_drawn_code_is_hard_to_guess() -> None:
    assert len(ALPHABET) ** 8 > 6 * 10**11
    assert len({char.casefold() for char in ALPHABET}) == len(ALPHABET)
    dice = random.Random(5)
    assert len({draw(PLAN, dice.randrange).casefold() for _ in range(20_000)}) == 20_000


@pytest.mark.parametrize("text", ["MIRA15", "LINEN-", "LINEN-MÜ", "LINEN-A B", "LINEN-" + "X" * 40, "", "LINEN-\x00"])
def test_a_wish_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        wished(replace(PLAN, prefix="") if text == "LINEN-" else PLAN, "abc" if text == "LINEN-" else text)
    assert caught.value.code == "bad_code"


def test_codes_that_work_once_are_drawn() -> None:
    check_wish(PLAN)
    with pytest.raises(BadInputError):
        check_wish(ONCE)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Fans"},
        {"name": ""},
        {"prefix": "lin"},
        {"prefix": "X" * 17},
        {"prefix": "-X"},
        {"source": "air"},
        {"per_owner": 0},
        {"batch": 501},
        {"days": -1},
        {"discount": Discount("EUR")},
    ],
)
def test_a_plan_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    check_plan(PLAN)
    with pytest.raises(BadInputError):
        check_plan(replace(PLAN, **change))  # type: ignore[arg-type]


def test_every_part_of_a_plan_is_in_its_document() -> None:
    plain = canonical(PLAN.document())
    for change in (
        {"name": "others"},
        {"prefix": "X"},
        {"source": "stock"},
        {"per_owner": 2},
        {"batch": 9},
        {"days": 7},
        *({"discount": replace(PLAN.discount, **one)} for one in _CHANGES),
    ):
        assert canonical(replace(PLAN, **change).document()) != plain  # type: ignore[arg-type]


_CHANGES: tuple[dict[str, Any], ...] = (
    {"currency": "USD"},
    {"percent_bps": 1501},
    {"amount": 10_000},
    {"minimum": 10_000},
    {"uses": 3},
    {"once_per_buyer": True},
    {"ends_at": 5 * DAY},
    {"products": ("1",)},
)


def test_the_earlier_end_counts_and_falls_on_a_second() -> None:
    now = 100 * DAY + 3
    assert PLAN.ends_at(now) is None
    assert replace(PLAN, days=7).ends_at(now) == 107 * DAY
    fixed = replace(PLAN, days=7, discount=replace(PLAN.discount, ends_at=103 * DAY + 5 * SECOND + 1))
    assert fixed.ends_at(now) == 103 * DAY + 5 * SECOND
