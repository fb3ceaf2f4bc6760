"""What sales leave a brand: sums that add up, costs never too low, and what is unknown never taken as zero."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.margin import CostRate, Sold, cost_of, margin, rate_at

amounts = st.integers(0, 10**14)
rates = st.integers(0, 99_999)
rows = st.builds(
    Sold,
    orders=st.integers(1, 10**6),
    goods=amounts,
    commission=amounts,
    fee=amounts,
    discount=amounts,
    told=st.booleans(),
    cost_bps=st.none() | rates,
)
said = st.lists(st.builds(CostRate, st.integers(0, 50), st.none() | rates), max_size=8)


@given(st.lists(rows, max_size=6), amounts, amounts)
def test_everything_that_is_taken_off_comes_to_the_goods(sold: list[Sold], by_hand: int, expenses: int) -> None:
    found = margin("EUR", sold, by_hand, expenses)
    taken = found.commission + found.fee + by_hand + expenses
    assert found.before_cost + taken == sum(one.goods for one in sold)
    if found.left is not None:
        assert found.left + found.cost == found.before_cost


@given(st.lists(rows, max_size=6))
def test_one_order_of_unknown_cost_leaves_the_rest_unknown(sold: list[Sold]) -> None:
    found = margin("EUR", sold)
    assert (found.left is None) == any(one.cost_bps is None for one in sold)
    assert (found.discount is None) == any(not one.told for one in sold)
    assert found.uncosted == sum(one.orders for one in sold if one.cost_bps is None)


@given(amounts, rates, st.lists(amounts, max_size=5))
def test_costs_are_never_too_low_and_at_most_a_micro_too_high(goods: int, bps: int, others: list[int]) -> None:
    assert 0 <= cost_of(goods, bps) * 10_000 - goods * bps < 10_000
    apart = sum(cost_of(one, bps) for one in others)
    assert 0 <= apart - cost_of(sum(others), bps) <= len(others)


@given(said, st.integers(0, 60))
def test_the_latest_rate_that_has_begun_holds_and_of_two_the_one_said_last(found: list[CostRate], at: int) -> None:
    begun = [(one.since, number, one.bps) for number, one in enumerate(found) if one.since <= at]
    assert rate_at(found, at) == (max(begun)[2] if begun else None)


@given(said, st.integers(0, 49), st.none() | rates)
def test_another_rate_changes_nothing_before_its_day(found: list[CostRate], since: int, bps: int | None) -> None:
    after = [*found, CostRate(since, bps)]
    assert all(rate_at(after, at) == rate_at(found, at) for at in range(since))
    assert rate_at(after, since) == bps
