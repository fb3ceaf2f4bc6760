"""How long a disk lasts: exact where it fills evenly, unmoved by a few odd days, silent where nothing is known."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.disk_forecast import LONGEST, Forecast, Measured, forecast
from fanshare.core.instants import DAY, HOUR

DISK = 1 << 40


def evenly(days: int, growth: int, filling: int, free: int = 10**10, total: int = DISK) -> list[Measured]:
    return [Measured(day * DAY, 10**11 + day * growth, free - day * filling, total) for day in range(days)]


@given(st.integers(4, 30), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(0, DISK))
def test_an_even_pace_is_found_exactly(days: int, growth: int, filling: int, free: int) -> None:
    fastest = max(growth, filling)
    full_in = free // fastest if fastest > 0 else None
    assert forecast(evenly(days, growth, filling), free) == Forecast(growth, filling, full_in)


@given(st.integers(1, 10**9), st.data())
def test_two_odd_days_of_a_fortnight_hardly_move_it(growth: int, data: st.DataObject) -> None:
    """Two of fourteen days spoil 25 of the 91 pairs: the median stays among the others, which all say the same."""
    days = evenly(14, growth, 0)
    for odd in data.draw(st.lists(st.integers(0, 13), max_size=2)):
        days[odd] = Measured(days[odd].at, data.draw(st.integers(0, DISK)), days[odd].free, DISK)
    found = forecast(days, 10**10)
    assert found is not None
    assert found.growth == growth


@given(st.permutations(evenly(8, 10**7, 3)))
def test_the_order_in_which_they_come_does_not_matter(days: list[Measured]) -> None:
    assert forecast(days, 10**10) == Forecast(10**7, 3, 1_000)


def test_before_three_days_nothing_is_said() -> None:
    assert forecast([], 1) is None
    assert forecast(evenly(3, 1, 1), 1) is None
    assert forecast([Measured(0, 1, 1, DISK), Measured(3 * DAY - 1, 1, 1, DISK)], 1) is None
    assert forecast([Measured(0, 1, 1, DISK), Measured(3 * DAY, 1, 1, DISK)], 1) is not None


def test_another_disk_begins_anew_and_what_is_long_ago_does_not_count() -> None:
    small, large = evenly(10, 10**9, 10**9, total=10**9), evenly(10, 1, 1)
    moved = [Measured(one.at + 10 * DAY, one.database, one.free, one.total) for one in large]
    assert forecast([*small, *moved], 100) == Forecast(1, 1, 100)
    old = [Measured(day * DAY, day * 10**9, 5, DISK) for day in range(10)]
    new = [Measured(LONGEST + (10 + day) * DAY, 10**9 + day, 5, DISK) for day in range(10)]
    assert forecast([*old, *new], 100) == Forecast(1, 0, 100)


def test_two_looks_at_one_moment_and_a_full_disk_are_no_error() -> None:
    twice = [*evenly(5, 10, 10), Measured(4 * DAY, 10**11 + 40, 7, DISK), Measured(4 * DAY + HOUR, 10**11, 0, DISK)]
    found = forecast(twice, -5)
    assert found is not None
    assert found.full_in == 0
