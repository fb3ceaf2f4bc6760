"""Quiet hours: they end at the hour that was chosen, within a day, wherever the clocks change."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, HOUR, parse_rfc3339, to_datetime
from fanshare.core.quiet import quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = st.integers(0, 23)
INSTANTS = st.integers(parse_rfc3339("2026-01-01T00:00:00Z"), parse_rfc3339("2027-01-01T00:00:00Z"))


@given(now=INSTANTS, begin=HOURS, end=HOURS, zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))
def test_quiet_ends_at_its_hour_within_a_day_or_there_is_none(now: int, begin: int, end: int, zone: str) -> None:
    tz = ZoneInfo(zone)
    local = to_datetime(now).astimezone(tz)
    until = quiet_until(now, tz, begin, end)
    inside = begin != end and (local.hour - begin) % 24 < (end - begin) % 24
    assert (until is not None) is inside
    if until is not None:
        assert now < until <= now + DAY + HOUR
        after = to_datetime(until).astimezone(tz)
        assert after.hour in (end, (end + 1) % 24), "an hour that the clocks leave out ends with the next"
        assert quiet_until(until, tz, begin, end) is None or after.hour != end


def test_a_night_goes_over_midnight() -> None:
    late, early = parse_rfc3339("2026-11-26T22:30:00Z"), parse_rfc3339("2026-11-27T03:00:00Z")
    for now in (late, early):
        assert quiet_until(now, BERLIN, 22, 7) == parse_rfc3339("2026-11-27T06:00:00Z")
    assert quiet_until(parse_rfc3339("2026-11-27T06:00:00Z"), BERLIN, 22, 7) is None
