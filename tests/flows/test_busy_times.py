"""A calendar that was exported tells when she is busy, and nothing else of it gets anywhere."""

import random
from contextlib import suppress
from datetime import date

import pytest

from fanshare.core.errors import BadInputError
from fanshare.flows import busy_times
from tests.support.effort import effort

FIRST = date(2026, 11, 27)
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nBEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nTZOFFSETFROM:-0400\r\n"
    "TZOFFSETTO:-0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def event(*lines: str) -> str:
    uid = "".join(one for one in lines[0] if one.isdigit())
    body = "".join(f"{line}\r\n" for line in (f"UID:canary-{uid}", "SUMMARY:Canary dentist", *lines))
    return f"BEGIN:VEVENT\r\n{body}END:VEVENT\r\n"


def calendar(*events: str) -> bytes:
    return (HEAD + ZONE + "".join(events) + "END:VCALENDAR\r\n").encode()


def read(*events: str, whole_days: bool = True, zone: str = "Europe/Berlin") -> list[tuple[str, int]]:
    return busy_times.read(calendar(*events), FIRST, zone, whole_days=whole_days)


def test_times_of_every_kind_come_to_her_own_clock_and_overlaps_are_one() -> None:
    found = read(
        event("DTSTART:20261201T080000Z", "DTEND:20261201T093000Z"),
        event("DTSTART;TZID=America/New_York:20261202T090000", "DURATION:PT45M"),
        event("DTSTART:20261203T180000", "DTEND:20261203T190000"),
        event("DTSTART:20261203T183000", "DTEND:20261203T200000"),
        event("DTSTART:20261204T100015", "DTEND:20261204T103020"),
    )
    assert found == [
        ("2026-12-01T09:00", 90),
        ("2026-12-02T15:00", 45),
        ("2026-12-03T18:00", 120),
        ("2026-12-04T10:00", 31),
    ]


def test_what_recurs_comes_each_time_but_for_what_was_taken_out_and_over_the_change_of_the_clock() -> None:
    found = read(
        event(
            "DTSTART;TZID=America/New_York:20261102T090000",
            "DTEND;TZID=America/New_York:20261102T100000",
            "RRULE:FREQ=WEEKLY;UNTIL=20261215T000000Z",
            "EXDATE;TZID=America/New_York:20261207T090000",
        )
    )
    assert found == [("2026-11-30T15:00", 60), ("2026-12-14T15:00", 60)]
    daily = read(event("DTSTART;TZID=America/New_York:20200101T200000", "DURATION:PT1H", "RRULE:FREQ=DAILY"))
    # Three months of one hour a day, at two in the morning here; nothing before and nothing after them.
    assert (len(daily), daily[0], daily[-1]) == (92, ("2026-11-27T02:00", 60), ("2027-02-26T02:00", 60))


def test_what_is_free_cancelled_or_for_the_whole_day_is_judged() -> None:
    events = (
        event("DTSTART:20261201T080000Z", "DTEND:20261201T090000Z", "TRANSP:TRANSPARENT"),
        event("DTSTART:20261201T100000Z", "DTEND:20261201T110000Z", "STATUS:CANCELLED"),
        event("DTSTART;VALUE=DATE:20261205", "DTEND;VALUE=DATE:20261207"),
        event("DTSTART;VALUE=DATE:20261210"),
    )
    assert read(*events) == [("2026-12-05T00:00", 2_880), ("2026-12-10T00:00", 1_440)]
    assert read(*events, whole_days=False) == []


def test_what_is_longer_than_the_days_that_are_read_is_cut() -> None:
    assert read(event("DTSTART:20261120T000000", "DTEND:20261127T060000")) == [("2026-11-27T00:00", 360)]
    assert read(event("DTSTART:20260101T000000", "DTEND:20260102T000000")) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "calendar_missing"),
        (b"x" * 4_000_001, "calendar_too_large"),
        (b"%PDF-1.7", "not_a_calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "not_a_calendar"),
        (calendar(event("DTSTART:20261201T080000Z", "RRULE:FREQ=SECONDLY")), "calendar_too_large"),
        (calendar(event("DTSTART:20261201T080000Z", "RRULE:FREQ=HOURLY;BYMINUTE=0,10,20")), "calendar_too_large"),
    ],
)
def test_what_is_no_calendar_or_too_much_of_one_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as refused:
        busy_times.read(content, FIRST, "Europe/Berlin", whole_days=True)
    assert refused.value.code == code


@pytest.mark.soak_sized
def test_spoiled_calendars_are_read_or_refused_and_nothing_else_happens() -> None:
    dice, whole = (
        random.Random(7),
        calendar(event("DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")),
    )
    for _ in range(effort(6)):
        spoiled = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
        found: list[tuple[str, int]] = []
        with suppress(BadInputError):
            found = busy_times.read(bytes(spoiled), FIRST, "UTC", whole_days=True)
        assert all(minutes > 0 and at >= "2026-11-27T00:00" for at, minutes in found)
