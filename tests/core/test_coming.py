"""Late is what a day of paying passed by, though whoever earned it has done everything; never what waits for her."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.coming import brands, day_of_run, days_late, passed
from fanshare.core.payment_clock import Clock, Step, Wait, Waiting
from fanshare.core.payout_schedule import Every, Schedule

SCHEDULES = st.one_of(
    st.builds(Schedule, st.just(Every.MONTH), st.integers(1, 28)),
    st.builds(Schedule, st.just(Every.WEEK), st.integers(1, 7)),
)
DAYS = st.dates(date(2025, 1, 1), date(2030, 12, 31))
HERS = {Wait.NO_ACCOUNT, Wait.NO_FORM, Wait.NO_RAIL, Wait.BELOW_MINIMUM, Wait.BELOW_UNIT, Wait.CHANGED, Wait.STOPPED,
        Wait.NEGATIVE, Wait.ERASED, Wait.UNDERWAY}  # fmt: skip


@given(schedule=SCHEDULES, since=DAYS, later=st.integers(-40, 80))
def test_a_day_passed_if_and_only_if_one_lies_between_the_last_that_was_planned_and_today(
    schedule: Schedule, since: date, later: int
) -> None:
    today = since + timedelta(days=later)
    between = [day for n in range(1, later) if schedule.on_or_after(day := since + timedelta(days=n)) == day]
    assert passed(schedule, since, today) == (between[0] if between else None)
    assert passed(None, since, today) is None
    assert passed(schedule, None, today) is None


@given(schedule=SCHEDULES, planned=DAYS)
def test_a_run_is_for_the_day_that_came_or_the_next_where_a_person_planned_it(
    schedule: Schedule, planned: date
) -> None:
    mine, hers = (day_of_run(schedule, planned, by_schedule=one) for one in (True, False))
    assert mine is not None
    assert hers is not None
    assert mine <= planned <= hers
    assert day_of_run(None, planned, by_schedule=True) is None


@pytest.mark.parametrize("why", list(Wait))
def test_what_waits_for_her_is_never_late(why: Wait) -> None:
    day, today = date(2026, 11, 1), date(2026, 11, 9)
    known = Clock(Step.READY, waits=(Waiting(why),))
    theirs = why in {Wait.DAY, Wait.RUN, Wait.UNFUNDED, Wait.NO_RATE, Wait.APPROVAL, Wait.SENDING, Wait.FROZEN}
    assert days_late(known, day, today) == (8 if theirs else 0)
    assert not (why in HERS and brands(known.waits))


@pytest.mark.parametrize(
    ("step", "late"), [(Step.READY, 8), (Step.PLANNED, 8), (Step.LEAVING, 0), (Step.WAITING, 0), (Step.CHECKED, 0)]
)
def test_what_was_sent_or_is_not_ready_is_not_late(step: Step, late: int) -> None:
    assert days_late(Clock(step), date(2026, 11, 1), date(2026, 11, 9)) == late
    assert days_late(Clock(step), date(2026, 11, 10), date(2026, 11, 9)) == 0
    assert days_late(Clock(step), None, date(2026, 11, 9)) == 0
