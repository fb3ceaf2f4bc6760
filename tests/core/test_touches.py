"""Touches are judged one by one: which count, and why the others do not."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, MINUTE, SECOND
from fanshare.core.touches import LinkClass, Purchase, Skip, Touch, in_window, judge, stands_down
from tests.support.sales import EPOCH, click, typed

WINDOW = 30 * DAY
PURCHASE = Purchase(EPOCH, frozenset())


def verdict(touch: Touch, purchase: Purchase = PURCHASE) -> Skip | None:
    """Why a touch is skipped; ``None`` when it counts."""
    judged = judge([touch], purchase, window=WINDOW, stand_down=30 * MINUTE)
    return judged.skipped[0][1] if judged.skipped else None


def coupon(at: int = EPOCH - DAY, **changes: Any) -> Touch:
    return click(1, at, 1, link_class=LinkClass.COUPON, **changes)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (EPOCH - WINDOW - 1, Skip.OUT_OF_WINDOW),
        (EPOCH - WINDOW, None),
        (EPOCH, None),
        (EPOCH + 300 * SECOND, None),
        (EPOCH + 300 * SECOND + 1, Skip.OUT_OF_WINDOW),
    ],
)
def test_the_window_reaches_from_its_length_before_the_order_to_300_seconds_after_it(
    at: int, reason: Skip | None
) -> None:
    assert verdict(click(1, at, 1)) is reason


def test_a_preview_or_bot_does_not_count() -> None:
    assert verdict(click(1, EPOCH, 1, human=False)) is Skip.NOT_HUMAN


def test_a_link_that_was_not_live_does_not_count() -> None:
    assert verdict(click(1, EPOCH, 1, live=False)) is Skip.NOT_LIVE


@pytest.mark.parametrize("payer", [1, 11])
def test_who_pays_for_an_order_did_not_bring_its_buyer(payer: int) -> None:
    """Neither the fan herself nor the creator whose fan it was."""
    assert verdict(click(1, EPOCH, 1, 11), Purchase(EPOCH, frozenset({payer}))) is Skip.OWN_PURCHASE
    assert verdict(click(1, EPOCH, 2, 12), Purchase(EPOCH, frozenset({payer}))) is None


def test_of_several_reasons_the_first_in_a_fixed_order_is_told() -> None:
    """Not live, not human, out of the window, stood down, own purchase."""
    payers = Purchase(EPOCH, frozenset({1}))
    touch = coupon(EPOCH - WINDOW - 1, human=False, live=False, checkout_referrer=True)
    reasons = []
    for cure in ({"live": True}, {"human": True}, {"at": EPOCH - DAY}, {"checkout_referrer": False}):
        reasons.append(verdict(touch, payers))
        touch = replace(touch, **cure)
    assert [*reasons, verdict(touch, payers)] == [
        Skip.NOT_LIVE,
        Skip.NOT_HUMAN,
        Skip.OUT_OF_WINDOW,
        Skip.STOOD_DOWN,
        Skip.OWN_PURCHASE,
    ]


# -- stand-down


@pytest.mark.parametrize("kind", [LinkClass.COUPON, LinkClass.EXTENSION])
@pytest.mark.parametrize(
    "changes",
    [{"user_activation": False}, {"checkout_referrer": True}, {"at": EPOCH - 30 * MINUTE}, {"at": EPOCH + SECOND}],
    ids=["nobody pressed", "from the checkout", "at the checkout", "after the order"],
)
def test_a_link_that_only_jumps_in_at_the_checkout_stands_down(kind: LinkClass, changes: dict[str, Any]) -> None:
    touch = replace(coupon(), link_class=kind, **changes)
    assert verdict(touch) is Skip.STOOD_DOWN
    assert verdict(replace(touch, link_class=LinkClass.STANDARD)) is None
    assert verdict(replace(touch, pinned_live=True)) is None


def test_a_coupon_link_that_led_to_the_shop_before_the_checkout_counts() -> None:
    assert verdict(coupon(EPOCH - 30 * MINUTE - 1)) is None
    assert verdict(coupon(user_activation=True)) is None
    assert verdict(coupon(user_activation=None)) is None


def test_the_known_start_of_the_checkout_replaces_the_guess_of_thirty_minutes() -> None:
    began = Purchase(EPOCH, frozenset(), checkout_started_at=EPOCH - DAY)
    assert verdict(coupon(EPOCH - DAY), began) is Skip.STOOD_DOWN
    assert verdict(coupon(EPOCH - DAY - 1), began) is None
    late = Purchase(EPOCH, frozenset(), checkout_started_at=EPOCH - MINUTE)
    assert verdict(coupon(EPOCH - 20 * MINUTE), late) is None


def test_a_typed_code_never_stands_down() -> None:
    code = typed("SAVE", EPOCH, 1, link_class=LinkClass.COUPON, checkout_referrer=True)
    assert not stands_down(code, PURCHASE, 30 * MINUTE)


# -- any touches

touches = st.builds(
    lambda number, back, owner, human, live: click(number, EPOCH - back, 1, owner, human=human, live=live),
    st.integers(1, 40),
    st.integers(-2 * 300 * SECOND, 2 * WINDOW),
    st.sampled_from([1, 11, 21]),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(touches, max_size=8))
def test_every_touch_is_judged_once_and_what_counts_comes_in_order_of_time(found: list[Touch]) -> None:
    purchase = Purchase(EPOCH, frozenset({11}))
    judged = judge(found, purchase, window=WINDOW, stand_down=0)
    everything = [*judged.valid, *(touch for touch, _ in judged.skipped)]
    assert sorted(everything, key=repr) == sorted(found, key=repr)
    assert list(judged.valid) == sorted(judged.valid, key=lambda touch: (touch.at, touch.id))
    assert all(in_window(touch.at, EPOCH, WINDOW) and touch.human and touch.live for touch in judged.valid)
    assert all(touch.owner != 11 for touch in judged.valid)


@given(st.lists(touches, max_size=8, unique_by=lambda touch: touch.id), st.randoms(use_true_random=False))
def test_touches_can_come_in_any_order(found: list[Touch], dice: Random) -> None:
    mixed = list(found)
    dice.shuffle(mixed)
    assert judge(mixed, PURCHASE, window=WINDOW, stand_down=0) == judge(found, PURCHASE, window=WINDOW, stand_down=0)
