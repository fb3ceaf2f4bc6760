"""What is kept of the goods: exact, additive, never below zero."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.orders import Line, Refund
from fanshare.core.refunds import kept_goods
from tests.core.order_strategies import refunds

EUR = 1_000_000
CENT = 10_000
GOODS = (Line("1", 50 * EUR), Line("2", 30 * EUR))
BESIDES, PAID = 20 * EUR, 100 * EUR


def kept(*given: Refund) -> tuple[int, ...]:
    return kept_goods(GOODS, BESIDES, PAID, given)


def test_the_recorded_order_keeps_44_625822() -> None:
    goods = (Line("2", 75_480_000), Line("3", 11_340_000))
    shirt = Refund("15", 1, 44_910_000, (("2", 37_740_000),), 7_170_000)
    goodwill = Refund("17", 2, 5_830_000)
    result = kept_goods(goods, 22_330_000, 109_150_000, [goodwill, shirt])
    assert sum(result) == 44_625_822 == 86_820_000 - 37_740_000 - 4_454_178


def test_an_amount_alone_is_spread_over_all_the_order_holds() -> None:
    assert kept(Refund("1", 1, 10 * EUR)) == (45 * EUR, 27 * EUR)


def test_named_lines_lose_what_they_name_but_never_more_than_the_money_returned() -> None:
    assert kept(Refund("1", 1, 12 * EUR, (("1", 10 * EUR),), 2 * EUR)) == (40 * EUR, 30 * EUR)
    assert kept(Refund("1", 1, 6 * EUR, (("1", 10 * EUR),), 2 * EUR)) == (45 * EUR, 30 * EUR)


def test_goods_sent_back_without_money_stay_sold() -> None:
    assert kept(Refund("1", 1, 0, (("1", 50 * EUR),))) == (50 * EUR, 30 * EUR)


def test_shipping_returned_alone_takes_no_goods() -> None:
    assert kept(Refund("1", 1, 5 * EUR, (), 5 * EUR)) == (50 * EUR, 30 * EUR)


def test_what_a_line_no_longer_holds_is_taken_from_the_other_goods() -> None:
    assert kept(Refund("1", 1, 60 * EUR, (("1", 60 * EUR),))) == (0, 20 * EUR)
    assert kept(Refund("1", 1, 8 * EUR, (("gone", 8 * EUR),))) == (45 * EUR, 27 * EUR)


@pytest.mark.parametrize("money", [100 * EUR, 500 * EUR])
def test_when_all_the_money_went_back_nothing_is_kept(money: int) -> None:
    assert kept(Refund("1", 1, money)) == (0, 0)
    assert kept(Refund("1", 1, money, (("1", CENT),))) == (0, 0)
    assert kept(Refund("1", 1, money // 2), Refund("2", 2, money // 2)) == (0, 0)


def test_refunds_apply_by_time_and_then_by_number() -> None:
    named, spread = Refund("10", 5, 10 * EUR, (("1", 10 * EUR),)), Refund("9", 5, 18 * EUR)
    assert kept(named, spread) == kept(spread, named) == (31 * EUR, 24_600_000)


def test_the_micro_is_rounded_once_for_the_order() -> None:
    goods = (Line("1", 1), Line("2", 1), Line("3", 1))
    assert kept_goods(goods, 0, 3, [Refund("1", 1, 2)]) == (1, 0, 0)


@settings(max_examples=100)
@given(st.lists(st.integers(0, 9_000_000), min_size=1, max_size=5), st.lists(refunds(), max_size=6))
def test_lines_add_up_and_stay_between_nothing_and_what_was_sold(nets: list[int], given_back: list[Refund]) -> None:
    goods = tuple(Line(str(number), net) for number, net in enumerate(nets))
    result = kept_goods(goods, 3_000_000, sum(nets) + 3_000_000, given_back)
    assert all(0 <= rest <= line.net for rest, line in zip(result, goods, strict=True))


@settings(max_examples=80)
@given(st.lists(st.integers(1, 5_000 * CENT), max_size=8))
def test_amounts_alone_leave_goods_in_proportion_to_the_money_left(amounts: list[int]) -> None:
    """A closed form to check the fold against: the order of amount-only refunds does not matter at all."""
    result = kept(*(Refund(str(number), number, money) for number, money in enumerate(amounts)))
    left = max(Fraction(0), Fraction(PAID - sum(amounts), PAID))
    assert sum(result) == 80 * EUR - int(80 * EUR * (1 - left))


@settings(max_examples=80)
@given(refunds(), st.lists(refunds(), max_size=5))
def test_one_more_refund_never_gives_anything_back(last: Refund, before: list[Refund]) -> None:
    early = [Refund(r.id, r.created_at, r.money, r.lines, r.other) for r in before]
    late = Refund("last", 10**15, last.money, last.lines, last.other)
    assert sum(kept(*early, late)) <= sum(kept(*early))
