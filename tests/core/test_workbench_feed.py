"""A plan as a calendar: what a reader of calendars reads, busy by default, and nothing of it without its address."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar

from fanshare.core.workbench.entries import Work
from fanshare.core.workbench.feed import calendar
from fanshare.core.workbench.schedule import blocks

at = datetime.fromisoformat
NAME = "Öl, Tee; und \\ viele lange Wörter, damit die Zeile gefaltet wird: " + "ä" * 60
WORK = Work(
    "w", NAME, at("2027-04-01").date(), "shoot:60:0,edit:90:0", placed="shoot@2027-03-27T18:00,edit@2027-03-28T18:00"
)
BERLIN, MADE = ZoneInfo("Europe/Berlin"), datetime(2026, 11, 27, 12, tzinfo=UTC)


def read(titles: dict[str, str], key: bytes = b"k") -> tuple[str, list[dict[str, object]]]:
    text = calendar(blocks([WORK]), BERLIN, MADE, key, titles)
    found = [
        {"title": str(one["SUMMARY"]), "begin": one["DTSTART"].dt, "end": one["DTEND"].dt, "uid": str(one["UID"])}
        for one in Calendar.from_ical(text).walk("VEVENT")
    ]
    return text, found


def test_a_calendar_says_busy_at_the_right_moments_over_the_change_of_the_clock() -> None:
    text, (shoot, edit) = read({"": "busy"})
    assert shoot["title"] == edit["title"] == "busy"
    assert (shoot["begin"], shoot["end"]) == (at("2027-03-27T17:00+00:00"), at("2027-03-27T18:00+00:00"))
    assert (edit["begin"], edit["end"]) == (at("2027-03-28T16:00+00:00"), at("2027-03-28T17:30+00:00"))
    assert "Tee" not in text


def test_titles_come_through_whole_and_lines_are_folded() -> None:
    text, (shoot, _) = read({"": "busy", "shoot": "Aufnahme", "edit": "Schnitt"})
    assert shoot["title"] == f"Aufnahme: {NAME}"
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_names_of_events_stay_and_are_others_under_another_address() -> None:
    names = [one["uid"] for one in read({"": "busy"})[1]]
    assert names == [one["uid"] for one in read({"": "belegt"})[1]]
    assert len({*names, *(one["uid"] for one in read({"": "busy"}, b"other")[1])}) == 4
