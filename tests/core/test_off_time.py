"""Off time adds up: by day, over midnights, whatever the history of the switch looks like."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, HOUR, SECOND, parse_rfc3339
from fanshare.core.off_time import Switched, off_seconds, off_spans

MIDNIGHT = parse_rfc3339("2026-11-22T00:00:00Z")

histories = st.lists(
    st.builds(Switched, st.integers(0, 5 * DAY // SECOND).map(lambda at: MIDNIGHT + at * SECOND), st.booleans()),
    max_size=12,
    unique_by=lambda one: one.at,
)
ends = st.integers(0, 8 * DAY // SECOND).map(lambda at: MIDNIGHT + at * SECOND)


def test_a_pause_over_midnight_is_divided_at_midnight() -> None:
    history = [Switched(MIDNIGHT + 22 * HOUR, on=False), Switched(MIDNIGHT + DAY + HOUR, on=True)]
    assert off_seconds(history, MIDNIGHT + 3 * DAY) == {"2026-11-22": 7_200, "2026-11-23": 3_600}


def test_a_pause_that_lasts_counts_until_now() -> None:
    history = [Switched(MIDNIGHT, on=False)]
    assert off_seconds(history, MIDNIGHT + HOUR) == {"2026-11-22": 3_600}
    assert off_spans(history, MIDNIGHT) == []


def test_a_connection_that_was_never_switched_was_never_off() -> None:
    assert off_seconds([], MIDNIGHT) == {}
    assert off_seconds([Switched(MIDNIGHT, on=True)], MIDNIGHT + DAY) == {}


@given(histories, ends)
def test_the_days_add_up_to_what_a_clock_would_have_counted(history: list[Switched], until: int) -> None:
    total, on, since = 0, True, 0
    for one in [*sorted(history, key=lambda each: each.at), Switched(max(until, 10 * DAY + MIDNIGHT), on=True)]:
        if not on:
            total += max(0, min(one.at, until) - min(since, until))
        on, since = one.on, one.at
    days = off_seconds(history, until)
    assert sum(days.values()) == total // SECOND
    assert all(0 < seconds <= DAY // SECOND for seconds in days.values())
