"""A month's budget: stops once, goes on with the month or a higher budget, and is never fooled by a refund."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.budget import TELLING, Month, Stop, Turn, forecast, left, runs_out, turn
from fanshare.core.instants import DAY

amounts = st.integers(0, 10**15)
budgets = st.none() | amounts
months = st.sampled_from(["2026-10", "2026-11", "2026-12"])
stops = st.none() | st.builds(Stop, st.integers(0, 10**16), months, amounts)


def after(budget: int | None, spent: int, stop: Stop | None, month: str) -> Stop | None:
    """The stop once it was done as the rule says."""
    asked = turn(budget, spent, stop, month)
    if asked is Turn.STOP:
        assert budget is not None
        return Stop(1, month, budget)
    return None if asked is Turn.GO_ON else stop


@given(budgets, amounts, stops, months)
def test_what_was_done_once_is_not_asked_for_again(
    budget: int | None, spent: int, stop: Stop | None, month: str
) -> None:
    done = after(budget, spent, stop, month)
    assert turn(budget, spent, done, month) is Turn.STAY


@given(amounts, st.lists(amounts, max_size=6), months)
def test_no_refund_ends_a_stop_within_its_month(budget: int, later: list[int], month: str) -> None:
    stop = Stop(1, month, budget)
    assert {turn(budget, spent, stop, month) for spent in later} <= {Turn.STAY}


@given(budgets, amounts, stops, months)
def test_links_go_on_only_below_a_budget_or_without_one(
    budget: int | None, spent: int, stop: Stop | None, month: str
) -> None:
    if after(budget, spent, stop, month) is None:
        assert budget is None or spent < budget


@given(amounts, amounts, stops)
def test_a_new_month_goes_on_when_there_is_something_to_spend(budget: int, spent: int, stop: Stop | None) -> None:
    assert (after(budget, spent, stop, "2027-01") is None) is (spent < budget)


@given(amounts, amounts, amounts)
def test_a_raised_budget_goes_on_and_a_lowered_one_does_not(reached: int, other: int, spent: int) -> None:
    asked = turn(other, spent, Stop(1, "2026-11", reached), "2026-11")
    assert (asked is Turn.GO_ON) is (other > reached and spent < other)


@given(amounts, amounts, st.integers(0, 31 * DAY - 1))
def test_the_forecast_is_never_below_what_is_spent_and_names_a_day_that_is_still_to_come(
    budget: int, spent: int, passed: int
) -> None:
    month = Month("2026-12", 7 * DAY, 38 * DAY, 7 * DAY + passed)
    expected, day = forecast(spent, month), runs_out(budget, spent, month)
    assert (expected is None) is (passed < TELLING)
    assert expected is None or expected >= spent
    if day is not None:
        assert month.now <= day <= month.end
    assert left(budget, spent) == max(0, budget - spent)


def test_half_a_month_at_half_the_budget_lasts_just_so() -> None:
    month = Month("2026-11", 0, 30 * DAY, 15 * DAY)
    assert forecast(500_000_000, month) == 1_000_000_000
    assert runs_out(1_000_000_000, 500_000_000, month) == 30 * DAY
    assert runs_out(750_000_000, 500_000_000, month) == 22 * DAY + DAY // 2
