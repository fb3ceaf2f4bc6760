"""Days of paying: told before, met on the day, made up for once when nothing ran, wherever clocks change."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, HOUR, local_date, parse_rfc3339
from fanshare.core.payout_schedule import Every, Schedule, due, takes

SCHEDULES = st.one_of(
    st.builds(Schedule, st.just(Every.MONTH), st.integers(1, 28)),
    st.builds(Schedule, st.just(Every.WEEK), st.integers(1, 7)),
)
DAYS = st.dates(date(2025, 1, 1), date(2030, 12, 31))
INSTANTS = st.integers(parse_rfc3339("2026-01-01T00:00:00Z"), parse_rfc3339("2028-01-01T00:00:00Z"))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "America/Sao_Paulo"]).map(ZoneInfo)


def fits(schedule: Schedule, day: date) -> bool:
    return (day.day if schedule.every is Every.MONTH else day.isoweekday()) == schedule.day


@given(schedule=SCHEDULES, day=DAYS)
def test_the_days_around_a_day_are_the_nearest_that_fit(schedule: Schedule, day: date) -> None:
    after, before = schedule.on_or_after(day), schedule.on_or_before(day)
    assert after == next(one for n in range(40) if fits(schedule, one := day + timedelta(days=n)))
    assert before == next(one for n in range(40) if fits(schedule, one := day - timedelta(days=n)))


@given(schedule=SCHEDULES, start=INSTANTS, ready_in=st.integers(0, 90 * DAY), tz=ZONES, data=st.data())
def test_what_people_are_told_is_the_day_whose_run_takes_it(
    schedule: Schedule, start: int, ready_in: int, tz: ZoneInfo, data: st.DataObject
) -> None:
    """A worker that looks every few hours plans a run; the first one at which the amount is ready is the one told."""
    ready, since, now = start + ready_in, local_date(start, tz), start
    told = takes(schedule, ready, start, tz, since)
    for _ in range(2_000):
        day = due(schedule, since, now, tz)
        if day is not None:
            since = day
            if ready <= now:
                assert day <= told, "never later than was told"
                assert told - day <= timedelta(days=31)
                if ready <= now - 12 * HOUR:
                    assert day == told
                return
        now += data.draw(st.integers(HOUR, 5 * HOUR)) if now < start + 3 * DAY else 6 * HOUR
    raise AssertionError("no run came")


@given(schedule=SCHEDULES, set_on=INSTANTS, off=st.integers(0, 400 * DAY), tz=ZONES)
def test_days_that_went_by_are_made_up_for_by_one_run(schedule: Schedule, set_on: int, off: int, tz: ZoneInfo) -> None:
    since, now = local_date(set_on, tz), set_on + off
    day = due(schedule, since, now, tz)
    if day is None:
        assert schedule.on_or_after(since + timedelta(days=1)) > local_date(now, tz)
    else:
        assert since < day <= local_date(now, tz)
        assert due(schedule, day, now, tz) is None


@pytest.mark.parametrize(("every", "day"), [(Every.MONTH, 0), (Every.MONTH, 29), (Every.WEEK, 0), (Every.WEEK, 8)])
def test_a_day_that_some_months_lack_is_refused(every: Every, day: int) -> None:
    with pytest.raises(BadInputError, match="from 1 to 28"):
        Schedule(every, day)


def test_the_first_of_a_month_takes_what_is_ready_when_it_begins() -> None:
    berlin, monthly = ZoneInfo("Europe/Berlin"), Schedule(Every.MONTH, 1)
    now = parse_rfc3339("2026-11-27T12:00:00Z")
    midnight = parse_rfc3339("2026-11-30T23:00:00Z")
    assert takes(monthly, midnight, now, berlin) == date(2026, 12, 1)
    assert takes(monthly, midnight + 1, now, berlin) == date(2027, 1, 1)
    assert takes(monthly, now - 90 * DAY, midnight, berlin) == date(2026, 12, 1)
    assert takes(monthly, now - 90 * DAY, midnight, berlin, date(2026, 12, 1)) == date(2027, 1, 1)
