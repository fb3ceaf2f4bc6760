"""Points in time as integers: microseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX time).

One representation from the spool to the ledger and the log, so that no conversion can lose or shift anything.
Calendars (day, week, month of a programme's time zone) are computed here and nowhere else.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fanshare.core.errors import BadInputError, quoted

type Instant = int

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: Years 1970 to 9999: what RFC 3339 can write and what every store holds exactly.
LAST_INSTANT: Instant = 253_402_300_799 * SECOND + 999_999

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware ``datetime``. Raises ``BadInputError`` for a naive one or one before 1970."""
    if moment.tzinfo is None:
        raise BadInputError("naive_time", "This time has no time zone; add one, for example a trailing Z.")
    instant = (moment - _EPOCH) // timedelta(microseconds=1)
    if not 0 <= instant <= LAST_INSTANT:
        raise BadInputError("time_out_of_range", "This time lies outside the years 1970 to 9999.")
    return instant


def to_datetime(instant: Instant) -> datetime:
    """The aware UTC ``datetime`` of an instant. Raises ``BadInputError`` for one that no calendar has."""
    try:
        return _EPOCH + timedelta(microseconds=instant)
    except OverflowError:
        raise BadInputError("time_out_of_range", "This time lies outside the years 1970 to 9999.") from None


def parse_rfc3339(text: str, *, assume_utc: bool = False) -> Instant:
    """Read an RFC 3339 time; fractions beyond microseconds are cut.

    With ``assume_utc`` a missing offset means UTC (WooCommerce's ``*_gmt`` fields are written so).
    Raises ``BadInputError`` when the text is no such time or lies outside 1970 to 9999.
    """
    match = _RFC3339.fullmatch(text)
    if match is None or (match[8] is None and not assume_utc):
        raise BadInputError("bad_time", "%(text)s is not a time like 2026-11-14T10:02:00Z.", text=quoted(text))
    if len(text) == 20 and text[19] in "Zz" and text[11:13] < "24":  # without a fraction: most that are written here
        with suppress(ValueError):  # a day that does not exist is said below
            return from_datetime(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC))
    micros = int((match[7] or "").ljust(6, "0")[:6])
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    try:
        moment = datetime(year, month, day, hour, minute, second, micros, UTC)
    except ValueError as error:
        raise BadInputError("bad_time", "%(text)s names a moment that does not exist.", text=quoted(text)) from error
    offset = match[8] or "Z"
    if offset in "Zz":
        return from_datetime(moment)
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    try:
        return from_datetime(moment - shift if offset[0] == "+" else moment + shift)
    except OverflowError as error:
        raise BadInputError("time_out_of_range", "This time lies outside the years 1970 to 9999.") from error


def format_rfc3339(instant: Instant, *, whole: bool = False) -> str:
    """RFC 3339 in UTC; microseconds are written only where they are not zero, or always when ``whole`` is asked for."""
    days, rest = divmod(instant, DAY)
    minutes, micros = divmod(rest, MINUTE)
    seconds, micros = divmod(micros, SECOND)
    fraction = f".{micros:06d}" if micros or whole else ""
    return f"{_utc_day(days)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{fraction}Z"


def utc_day(instant: Instant) -> str:
    """The UTC day of an instant: ``2026-11-14``."""
    return _utc_day(instant // DAY)


@lru_cache(maxsize=1024)
def _utc_day(number: int) -> str:
    return to_datetime(number * DAY).date().isoformat()


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises ``BadInputError`` if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInputError(
            "unknown_time_zone", "%(name)s is not a time zone; try Europe/Berlin.", name=repr(name[:60])
        ) from error


def local_date(instant: Instant, tz: ZoneInfo) -> date:
    """The calendar date of an instant in a time zone."""
    return to_datetime(instant).astimezone(tz).date()


def day_period(day: date) -> str:
    """``2026-11-14``"""
    return day.isoformat()


def week_period(day: date) -> str:
    """The ISO 8601 week, named by its Monday: ``w2026-11-09``."""
    return "w" + (day - timedelta(days=day.weekday())).isoformat()


def day_begin(day: date, tz: ZoneInfo) -> Instant:
    """The first instant of a calendar day in a time zone, at the earliest 0."""
    return max(0, (datetime.combine(day, time(0), tz) - _EPOCH) // timedelta(microseconds=1))


def month_begin(instant: Instant, tz: ZoneInfo) -> Instant:
    """The first instant of the calendar month of a time zone in which an instant lies, at the earliest 0."""
    local = to_datetime(instant).astimezone(tz)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    return max(0, (first - _EPOCH) // timedelta(microseconds=1))


def month_period(day: date) -> str:
    """``2026-11``"""
    return day.isoformat()[:7]
