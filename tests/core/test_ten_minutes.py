"""Ten minutes a week: never more than three things or ten minutes, what is due first, and nothing dropped."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY
from fanshare.core.ten_minutes import MINUTES, MOST, Task, week

NOW = 1_000 * DAY
TASKS = st.lists(
    st.builds(Task, st.uuids().map(str), st.integers(1, 30), st.none() | st.integers(NOW - DAY, NOW + 20 * DAY)),
    max_size=12,
    unique_by=lambda task: task.name,
)


@given(tasks=TASKS)
def test_nothing_is_dropped_and_no_more_is_asked_than_was_promised(tasks: list[Task]) -> None:
    found = week(tasks, NOW)
    assert sorted([*found.now, *found.soon, *found.later]) == sorted(tasks)
    assert len(found.now) <= MOST
    assert found.minutes <= MINUTES or len(found.now) == 1
    assert all(task.due is not None and task.due < NOW + 7 * DAY for task in found.soon)
    assert all(task.due is None or task.due >= NOW + 7 * DAY for task in found.later)


@given(tasks=TASKS)
def test_what_may_wait_never_takes_the_place_of_what_may_not(tasks: list[Task]) -> None:
    found = week(tasks, NOW)
    alone = week([one for one in tasks if one.due is not None and one.due < NOW + 7 * DAY], NOW).now
    assert found.now[: len(alone)] == alone


@given(tasks=TASKS)
def test_a_week_is_empty_only_where_nothing_fits_it(tasks: list[Task]) -> None:
    if not week(tasks, NOW).now:
        assert all(task.minutes > MINUTES for task in tasks)


def test_what_is_due_comes_first_and_a_long_thing_is_passed_over_for_one_that_fits() -> None:
    long, short, due = Task("long", 9), Task("short", 3), Task("due", 5, NOW + 2 * DAY)
    found = week([long, short, due], NOW)
    assert found.now == (due, short)
    assert found.later == (long,)


def test_what_takes_longer_than_ten_minutes_is_done_when_it_can_not_wait() -> None:
    due = Task("due", 25, NOW + DAY)
    assert week([Task("short", 1), due], NOW).now == (due,)
    assert week([Task("short", 1), Task("long", 25)], NOW).now == (Task("short", 1),)


def test_with_nothing_to_do_there_is_nothing() -> None:
    assert week([], NOW) == ((), (), ())
