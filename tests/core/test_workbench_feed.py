"""A plan as a calendar: what a reader of calendars reads, busy by default, and nothing of it without its address."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar

from fanshare.core.workbench.entries import Work
from fanshare.core.workbench.feed import MOST, calendar
from fanshare.core.workbench.schedule import blocks

at = datetime.fromisoformat
NAME = "Öl, Tee; und \\ viele lange Wörter, damit die Zeile gefaltet wird: " + "ä" * 60
WORK = Work(
    "w", NAME, at("2027-04-01").date(), "shoot:60:0,edit:90:0", placed="shoot@2027-03-27T18:00,edit@2027-03-28T18:00"
)
BERLIN, MADE = ZoneInfo("Europe/Berlin"), datetime(2026, 11, 27, 12, tzinfo=UTC)


def read(titles: dict[str, str], key: bytes = b"k") -> tuple[str, list[dict[str, object]]]:
    text, cut = calendar(blocks([WORK]), BERLIN, MADE, key, titles)
    assert cut == 0
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


def test_a_calendar_that_would_grow_too_large_holds_the_next_steps_and_counts_the_others() -> None:
    days = [MADE.date() + timedelta(days=number) for number in range(-20, 40)]
    works = [Work(f"w{day}", NAME, day, "shoot:60:0", placed=f"shoot@{day}T18:00") for day in days]
    whole = calendar(blocks(works), BERLIN, MADE, b"k", {"": "busy"})
    assert whole.cut == 0
    size = len(whole.text.encode())
    for most in (size, size - 1, size // 2, size // 4, 300):
        text, cut = calendar(blocks(works), BERLIN, MADE, b"k", {"": "busy"}, most)
        begins = [one["DTSTART"].dt.date() for one in Calendar.from_ical(text).walk("VEVENT")]
        assert (len(text.encode()) <= most, len(begins) + cut) == (True, 60)
        assert begins == sorted(begins)
        ahead = [one for one in begins if one >= MADE.date()]
        assert ahead == [one for one in days if one >= MADE.date()][: len(ahead)]
        # What is over stands there only where everything that comes does, the last of it.
        over = [one for one in begins if one < MADE.date()]
        assert not over or (len(ahead), over) == (40, days[20 - len(over) : 20])
    assert calendar(blocks(works), BERLIN, MADE, b"k", {"": "busy"}, size - 1).cut == 1


def test_titles_of_the_longest_letters_are_counted_by_their_octets() -> None:
    works = [
        Work(f"w{number}", "\U0001f9f5" * 120, MADE.date(), "shoot:60:0", placed="shoot@2026-12-01T18:00")
        for number in range(400)
    ]
    text, cut = calendar(blocks(works), BERLIN, MADE, b"k", {"": "busy", "shoot": "Shoot"})
    assert MOST - 1_000 < len(text.encode()) <= MOST
    assert 0 < cut < 400
