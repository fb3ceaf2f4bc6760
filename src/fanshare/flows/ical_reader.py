"""The program that reads a calendar which somebody exported: when she is busy, and nothing else of it.

A process of its own, with little memory and time: one line of a file can ask for an event every second for ever. The
file comes in, what comes out is JSON: pairs of a beginning on her own clock and minutes. Titles, places and guests are
never written anywhere. Answers 3 for what is no calendar, 4 where there is more than a creator's calendar holds.
"""

import json
import logging
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SECONDS = 20
_MEMORY = 1 << 30
#: So many times are read at most, and one at most so long.
MOST, _LONGEST = 3_000, timedelta(days=60)
UNREADABLE, TOO_MUCH = 3, 4
_DAY = timedelta(days=1)
#: What nobody's calendar says, and what would be counted for ever.
_ENDLESS = re.compile(rb"FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE)


def busy(content: bytes, first: date, days: int, zone: ZoneInfo, *, whole_days: bool) -> list[tuple[datetime, int]]:
    """What is taken in ``days`` days from ``first`` on, in order, what overlaps put together.

    Events that leave the time free, or were cancelled, take nothing. A time without a zone is one of ``zone``.
    """
    import recurring_ical_events
    from icalendar import Calendar

    begin = datetime.combine(first, datetime.min.time(), zone)
    found: list[tuple[datetime, datetime]] = []
    for calendar in Calendar.from_ical(content, multiple=True):
        if calendar.name != "VCALENDAR":
            raise ValueError(calendar.name)
        # The clocks of other zones are up to a day away.
        for event in recurring_ical_events.of(calendar).between(begin - _DAY, begin + (days + 1) * _DAY):
            if _takes(event, whole_days=whole_days):
                found.append(_span(event, zone))
            if len(found) > MOST:
                sys.exit(TOO_MUCH)
    last = first + timedelta(days=days)
    return list(_minutes(_merged(_clipped(found, datetime.combine(first, datetime.min.time()), last))))


def _takes(event: Any, *, whole_days: bool) -> bool:
    if (
        str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT"
        or str(event.get("STATUS", "")).upper() == "CANCELLED"
    ):
        return False
    return whole_days or isinstance(event["DTSTART"].dt, datetime)


def _span(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when on her own clock."""
    begin = _local(event["DTSTART"].dt, zone)
    if "DTEND" in event:
        end = _local(event["DTEND"].dt, zone)
    elif "DURATION" in event:
        end = begin + event["DURATION"].dt
    else:
        end = begin if isinstance(event["DTSTART"].dt, datetime) else begin + _DAY
    return begin, min(end, begin + _LONGEST)


def _local(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, datetime.min.time())
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).replace(tzinfo=None)


def _clipped(
    spans: list[tuple[datetime, datetime]], first: datetime, last: date
) -> Iterator[tuple[datetime, datetime]]:
    end = datetime.combine(last, datetime.min.time())
    for begin, until in sorted(spans):
        if max(begin, first) < min(until, end):
            yield max(begin, first), min(until, end)


def _merged(spans: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for begin, end in spans:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _minutes(spans: list[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, int]]:
    """Beginnings to the minute before, and whole minutes that hold all of it."""
    for begin, end in spans:
        at = begin.replace(second=0, microsecond=0)
        yield at, -(-int((end - at).total_seconds()) // 60)


def main(first: str, days: str, zone: str, whole: str) -> None:
    """Read, within bounds, and write."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable(logging.CRITICAL)
    content = sys.stdin.buffer.read()
    if _ENDLESS.search(content):
        sys.exit(TOO_MUCH)
    try:
        found = busy(content, date.fromisoformat(first), int(days), ZoneInfo(zone), whole_days=whole == "1")
    except Exception:
        sys.exit(UNREADABLE)
    json.dump([[at.isoformat(timespec="minutes"), minutes] for at, minutes in found], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
