"""The fair share of one pool: exact, floored to fan and buyer, the rest to the creator."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.money import MAX_MICROS
from fanshare.core.sharing import Shares, share

pools = st.integers(0, MAX_MICROS)
fan_rates, buyer_rates = st.integers(0, 3000), st.integers(0, 2000)


@given(pools, fan_rates, buyer_rates, st.booleans(), st.booleans())
def test_shares_sum_to_the_pool_and_follow_the_fractions(pool: int, b: int, g: int, fan: bool, buyer: bool) -> None:
    found = share(pool, b, g, introduced=fan, by_fan=buyer)
    assert sum(found) == pool
    assert min(found) >= 0
    assert found.fan == (Fraction(pool * b, 10_000).__floor__() if fan else 0)
    assert found.buyer == (Fraction(pool * g, 10_000).__floor__() if buyer else 0)
    assert 2 * found.creator >= pool


@given(pools, st.integers(0, MAX_MICROS), fan_rates, buyer_rates)
def test_a_larger_pool_lowers_no_fans_or_buyers_share_and_the_creators_by_a_micro_at_most(
    pool: int, more: int, b: int, g: int
) -> None:
    small = share(pool, b, g, introduced=True, by_fan=True)
    large = share(pool + more, b, g, introduced=True, by_fan=True)
    assert large.fan >= small.fan
    assert large.buyer >= small.buyer
    assert large.creator >= small.creator - 1


def test_one_micro_more_of_a_pool_may_be_one_for_the_fan_and_one_for_the_buyer() -> None:
    """The residual claimant pays the difference: the price of floors that reward no split."""
    assert share(4, 2000, 2000, introduced=True, by_fan=True) == Shares(4, 0, 0)
    assert share(5, 2000, 2000, introduced=True, by_fan=True) == Shares(3, 1, 1)


@pytest.mark.parametrize(("pool", "b", "g"), [(-1, 0, 0), (1, -1, 0), (1, 3001, 0), (1, 0, 2001), (1, 0, -1)])
def test_what_lies_outside_the_limits_is_refused(pool: int, b: int, g: int) -> None:
    with pytest.raises(ValueError, match="limits"):
        share(pool, b, g, introduced=True, by_fan=True)


def test_the_worked_case() -> None:
    assert share(7_080_000, 2000, 500, introduced=True, by_fan=True) == Shares(5_310_000, 1_416_000, 354_000)
    assert share(4_680_000, 2000, 500, introduced=True, by_fan=True) == Shares(3_510_000, 936_000, 234_000)
    assert share(7_080_000, 2000, 500, introduced=False, by_fan=False) == Shares(7_080_000, 0, 0)
