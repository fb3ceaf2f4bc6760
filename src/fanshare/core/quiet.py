"""Quiet hours: hours of the day in which nothing is mailed."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fanshare.core.instants import Instant, from_datetime, to_datetime


def quiet_until(now: Instant, tz: ZoneInfo, begin: int, end: int) -> Instant | None:
    """When the quiet that reigns at ``now`` ends, ``None`` outside of it.

    ``begin`` and ``end`` are whole hours of the day in ``tz``, 0 to 23; an end before the beginning is the next day's.
    """
    local = to_datetime(now).astimezone(tz)
    quiet = begin <= local.hour < end if begin < end else local.hour >= begin or local.hour < end
    if begin == end or not quiet:
        return None
    day = local.date() + timedelta(days=int(begin > end and local.hour >= begin))
    return max(from_datetime(datetime.combine(day, time(end), tz)), now + 1)
