"""Intervals hold as often as they say, shrink with more data, and never leave what is possible."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.intervals import MILLION, Interval, apart, count, rate

numbers = st.integers(0, 10**7)


@given(numbers, numbers)
def test_a_rate_contains_what_was_seen_and_stays_between_never_and_always(hits: int, misses: int) -> None:
    found = rate(hits, hits + misses)
    assert 0 <= found.low <= found.high <= MILLION
    if hits + misses:
        assert found.low * (hits + misses) <= hits * MILLION <= found.high * (hits + misses)


@given(st.integers(0, 10**5), st.integers(0, 10**5))
def test_hits_and_misses_are_told_alike(hits: int, misses: int) -> None:
    one, other = rate(hits, hits + misses), rate(misses, hits + misses)
    assert (one.low, one.high) == (MILLION - other.high, MILLION - other.low)


@given(st.integers(0, 10**4), st.integers(1, 10**4), st.integers(2, 50))
def test_more_of_the_same_makes_surer(hits: int, misses: int, times: int) -> None:
    little, much = rate(hits, hits + misses), rate(hits * times, (hits + misses) * times)
    assert much.high - much.low <= little.high - little.low + 2


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_rates_are_those_of_the_books(hits: int, trials: int, low: float, high: float) -> None:
    """Wilson's interval as published, for 81 of 263 by Newcombe, Statistics in Medicine 17 (1998) 857-872."""
    found = rate(hits, trials)
    assert (round(found.low / MILLION, 4), round(found.high / MILLION, 4)) == (low, high)


@pytest.mark.parametrize("trials", [30, 200])
def test_a_rate_holds_in_nineteen_of_twenty_on_the_average_of_all_rates(trials: int) -> None:
    held = []
    intervals = [rate(hits, trials) for hits in range(trials + 1)]
    for thousandth in range(5, 1000, 5):
        p = thousandth / 1000
        held.append(
            sum(
                math.comb(trials, hits) * p**hits * (1 - p) ** (trials - hits)
                for hits, one in enumerate(intervals)
                if one.low <= p * MILLION <= one.high
            )
        )
    assert sum(held) / len(held) > 0.949


@given(numbers)
def test_a_count_contains_what_was_seen(seen: int) -> None:
    found = count(seen)
    assert 0 <= found.low <= seen < found.high


@pytest.mark.parametrize(
    ("seen", "interval"), [(0, (0, 4)), (3, (0, 9)), (5, (1, 12)), (10, (4, 19)), (20, (12, 31)), (100, (81, 122))]
)
def test_counts_are_those_of_the_books(seen: int, interval: tuple[int, int]) -> None:
    """Exact Poisson limits (Garwood, Biometrika 28, 1936), rounded outwards."""
    assert count(seen) == Interval(*interval)


@pytest.mark.parametrize("expected", [0.3, 0.99, 1.7, 2.5, 4.05, 7.3, 11.9, 18.2, 31.4, 60.1])
def test_a_count_holds_in_nineteen_of_twenty_whatever_is_expected(expected: float) -> None:
    held = sum(
        math.exp(seen * math.log(expected) - expected - math.lgamma(seen + 1))
        for seen in range(200)
        if count(seen).low <= expected <= count(seen).high
    )
    assert held >= 0.95


def test_intervals_that_touch_are_not_told_apart() -> None:
    assert not apart(Interval(1, 3), Interval(3, 5))
    assert apart(Interval(1, 3), Interval(4, 5))
    assert apart(Interval(4, 5), Interval(1, 3))


@pytest.mark.parametrize(("hits", "trials"), [(-1, 3), (4, 3)])
def test_what_cannot_happen_is_refused(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="a rate needs"):
        rate(hits, trials)
    with pytest.raises(ValueError, match="less than never"):
        count(-1)
