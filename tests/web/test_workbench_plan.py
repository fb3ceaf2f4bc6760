"""The plan in the pages: her limits, what has to be made, planned, done, planned again, and what does not fit."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fanshare.core.instants import HOUR, local_date, zone
from fanshare.flows import planning, staff, workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.queries import workbench
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.flows.test_busy_times import calendar, event
from tests.support.schema import schema_template
from tests.web.support.books import WORDS, add, make, send, unlock, words
from tests.web.support.canaries import backed_up, left_behind, overheard, seen_in
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]

#: Every day, the whole day: what a test says must not depend on the hour of the clock.
ALWAYS = {f"hours_{number}": "0-24" for number in range(7)}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("plan")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo with fresh books that are open; plans are made by the quick rule, a process of its own takes its time."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    monkeypatch.setattr(planning, "find_spec", lambda name: None)
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    device = company.device("cleo")
    make(device)
    return device


def today(company: Company) -> date:
    return local_date(company.house.now, zone(company.brand.tenant.time_zone))


def day(company: Company, later: int) -> str:
    return (today(company) + timedelta(days=later)).isoformat()


def limits(device: Device, **values: str) -> None:
    answer = send(device, "/workbench/plan/time", **{**ALWAYS, "week": "", "day": "", "rest": "0", **values})
    assert answer.status == 302, words(answer)


def kept(device: Device, kind: str) -> list[dict[str, Any]]:
    entries = json.loads(device.get("/workbench/copy").text)["entries"]
    return [one for one in entries if one["kind"] == kind]


def test_the_page_leads_from_nothing_to_a_plan_and_to_what_was_done(company: Company, cleo: Device) -> None:
    assert "First say when you can work" in words(cleo.get("/workbench/plan"))
    limits(cleo, week="10", day="4", rest="1")
    assert "Nothing has to be made." in words(cleo.get("/workbench/plan"))
    deal = add(cleo, "deal", name="Linen week", fee="300", day=day(company, 0)).rsplit("/", 1)[1]
    place = add(cleo, "work", name="Linen reel", deal=deal, due=day(company, 6), idea="", script="", review="")
    assert place == "/workbench/plan"
    page = words(cleo.get("/workbench/plan"))
    assert "Plan it" in page
    assert "To be made Linen reel" in page
    assert send(cleo, "/workbench/plan", do="plan").status == 302
    page = words(cleo.get("/workbench/plan")).replace("\xa0", " ")
    # 300.00 for two and a quarter hours.
    assert "Linen week: 133.33 € an hour, all of it done" in page
    assert re.search(r"Stop at \d\d:\d\d\. Then today is done\.", page)
    assert "This plan was put together quickly" in page
    assert "2:15 of 10:00" in page
    (work,) = kept(cleo, "work")
    assert send(cleo, "/workbench/plan", do="done", work=work["id"], step="shoot", took="1:20").status == 302
    (time,) = kept(cleo, "time")
    assert (time["minutes"], time["step"], time["deal"]) == (80, "shoot", deal)
    assert kept(cleo, "work")[0]["done"] == f"shoot@{today(company)}"
    for step in ("edit", "publish"):
        send(cleo, "/workbench/plan", do="done", work=work["id"], step=step, took="")
    assert len(kept(cleo, "time")) == 1
    (post,) = kept(cleo, "post")
    assert (post["words"], post["deal"], post["day"]) == ("Linen reel", deal, day(company, 0))
    assert "Nothing has to be made." in words(cleo.get("/workbench/plan"))
    gone = send(cleo, "/workbench/plan", do="done", work=work["id"], step="edit", took="")
    assert (gone.status, "not there any more" in words(gone)) == (422, True)


def test_what_does_not_fit_is_named_with_what_to_move_by_the_solver(
    company: Company, cleo: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    limits(cleo, day="4")
    for name in ("Apple", "Birch", "Cedar"):
        add(cleo, "work", name=name, due=day(company, 1), shoot="2:00", edit="1:00", idea="", script="", review="")
    assert send(cleo, "/workbench/plan", do="plan").status == 302
    page = words(cleo.get("/workbench/plan"))
    assert "These can’t all be in time within your limits. Move one of them." in page
    assert page.count("moving it alone is enough") == 3
    assert re.search(r"Left out of the plan: (Apple|Birch|Cedar) ", page)
    assert "put together quickly" not in page
    moved = next(one for one in kept(cleo, "work") if one["name"] == "Birch")
    path = f"/workbench/entries/{moved['id']}"
    form = dict(re.findall(r'<input id="f-([a-z_]+)" name="[a-z_]+"[^>]* value="([^"]*)"', cleo.get(path).text))
    assert form["shoot"] == "2:00"
    before = {one["name"]: one["placed"] for one in kept(cleo, "work")}
    assert send(cleo, path, **{**form, "deal": "", "due": day(company, 9)}).status == 302
    send(cleo, "/workbench/plan", do="plan")
    assert "can’t all be in time" not in words(cleo.get("/workbench/plan"))
    after = {one["name"]: one["placed"] for one in kept(cleo, "work")}
    stayed = [name for name, placed in before.items() if placed and name != "Birch"]
    assert all([part[:-6] for part in before[one].split(",")] == [part[:-6] for part in after[one].split(",")]
               for one in stayed)  # fmt: skip


def test_something_too_long_for_any_day_is_said_to_fit_by_itself_nowhere(
    company: Company, cleo: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    limits(cleo, day="1")
    add(cleo, "work", name="Long film", due=day(company, 5), shoot="5:00")
    send(cleo, "/workbench/plan", do="plan")
    assert "“Long film” does not fit by itself" in words(cleo.get("/workbench/plan"))


def test_what_was_planned_and_not_done_is_asked_for_and_finds_another_place(company: Company, cleo: Device) -> None:
    limits(cleo)
    add(cleo, "work", name="Tea reel", due=day(company, 9))
    send(cleo, "/workbench/plan", do="plan")
    (before,) = kept(cleo, "work")
    company.house.later(26 * HOUR)
    unlock(cleo)
    page = words(cleo.get("/workbench/plan"))
    assert "was planned; done?" in page
    assert "1 thing has no place in the plan yet. Plan again." in page
    send(cleo, "/workbench/plan", do="plan")
    assert "was planned; done?" not in words(cleo.get("/workbench/plan"))
    assert kept(cleo, "work")[0]["placed"] > before["placed"]


def test_a_week_that_is_worked_full_says_stop(company: Company, cleo: Device) -> None:
    limits(cleo, week="1.5")
    add(cleo, "work", name="Tea reel", due=day(company, 9))
    add(cleo, "time", minutes="1:30", day=day(company, 0))
    assert "You have worked the hours that you set for this week. Stop here." in words(cleo.get("/workbench/plan"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"hours_0": "21-18"}, "Write hours such as 18-21"),
        ({f"hours_{number}": "" for number in range(7)}, "Write for at least one day when you can work."),
        ({"week": "0"}, "Write hours such as 12 or 7.5."),
        ({"week": "12.25"}, "Write hours such as 12 or 7.5."),
        ({"rest": "8"}, "Write a whole number"),
        ({"day": "25:00"}, "Write a time such as 1:30"),
    ],
)
def test_limits_that_can_not_be_are_refused(cleo: Device, values: dict[str, str], said: str) -> None:
    answer = send(cleo, "/workbench/plan/time", **{**ALWAYS, "week": "", "day": "", "rest": "1", **values})
    assert (answer.status, said in words(answer)) == (422, True)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"idea": "", "script": "", "shoot": "", "edit": "", "review": "", "publish": ""}, "at least one step takes"),
        ({"due": "2026-12-01", "embargo": "2026-12-02"}, "The last day lies before the first."),
        ({"shoot": "soon"}, "Write a time such as 1:30"),
        ({"name": ""}, "Write something first."),
        ({"wait": "61"}, "Write a whole number"),
    ],
)
def test_works_that_can_not_be_are_refused(company: Company, cleo: Device, values: dict[str, str], said: str) -> None:
    usual = {"name": "x", "deal": "", "due": day(company, 3), "first": "", "embargo": "", "wait": "0", "shoot": "1"}
    answer = send(cleo, "/workbench/add/work", **{**usual, **values})
    assert (answer.status, said in words(answer)) == (422, True)


def test_nothing_of_a_plan_is_left_anywhere_nor_told_to_the_program_that_plans(
    monkeypatch: pytest.MonkeyPatch, company: Company, cleo: Device, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.undo()  # CP-SAT plans, in its own process
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    told = overheard(monkeypatch)
    limits(cleo)
    deal = add(cleo, "deal", name="Canary deal", day=day(company, 0), fee="7391.37").rsplit("/", 1)[1]
    add(cleo, "work", name="Canary reel", due=day(company, 9), deal=deal)
    send(cleo, "/workbench/plan", do="plan")
    assert any(b"plan_solver" in one for one in told), "the control: it was listened to"
    canaries = ("Canary reel", "Canary deal", "7391.37", "cleo@", WORDS)
    assert seen_in(told, canaries) == []
    company.house.work()
    assert seen_in(left_behind(company, backed_up(company), caplog.text, tmp_path), canaries) == []
    assert "Canary reel" in cleo.get("/workbench/plan").text
    rows = company.house.conn.execute("SELECT sealed FROM workbench_row").fetchall()
    assert rows
    assert not any(word in bytes(row[0]) for row in rows for word in (b"Canary", b"shoot", day(company, 9).encode()))
    send(cleo, "/workbench/lock")
    answer = cleo.get("/workbench/plan")
    assert (answer.status, answer.headers["location"]) == (302, "/workbench/unlock?next=/workbench/plan")


def test_the_pages_ask_the_database_at_most_a_dozen_times(company: Company, cleo: Device) -> None:
    limits(cleo)
    add(cleo, "work", name="Tea reel", due=day(company, 9))
    send(cleo, "/workbench/plan", do="plan")
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    unlock(device)
    for path in ("/workbench/plan", "/workbench/plan/time"):
        seen.clear()
        assert device.get(path).status == 200
        assert 0 < sum(one.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) for one in seen) <= 12


def taken(company: Company, later: int, *, clock: str = "000000", hours: int = 24) -> bytes:
    return calendar(event(f"DTSTART:{day(company, later).replace('-', '')}T{clock}", f"DURATION:PT{hours}H"))


def test_times_of_a_calendar_are_kept_without_their_words_and_nothing_is_planned_there(
    company: Company, cleo: Device
) -> None:
    limits(cleo)
    add(cleo, "work", name="Tea reel", due=day(company, 9))
    send(cleo, "/workbench/plan", do="plan")
    begun = kept(cleo, "work")[0]["placed"].split("@")[1][:10]
    later = (date.fromisoformat(begun) - today(company)).days
    content = taken(company, later)
    place = "/workbench/plan/time"
    assert cleo.upload(place, content, called="calendar", do="import", name="Job", whole="1").status == 302
    assert "Job · 1 time" in words(cleo.get(place))
    assert "now says that you are busy. Plan again." in words(cleo.get("/workbench/plan"))
    send(cleo, "/workbench/plan", do="plan")
    assert "now says that you are busy" not in words(cleo.get("/workbench/plan"))
    assert begun not in kept(cleo, "work")[0]["placed"]
    assert "Canary" not in cleo.get("/workbench/copy").text
    # The same name takes its place; another one stands beside it; and it can be forgotten.
    again = taken(company, later, hours=2)
    cleo.upload(place, again, called="calendar", do="import", name="Job", whole="1")
    cleo.upload(place, again, called="calendar", do="import", name="Family", whole="1")
    assert sorted((one["name"], one["times"]) for one in kept(cleo, "busy")) == [
        ("Family", f"{begun}T00:00+120"),
        ("Job", f"{begun}T00:00+120"),
    ]
    assert cleo.get(f"/workbench/entries/{kept(cleo, 'busy')[0]['id']}").status == 404
    assert send(cleo, place, do="forget", name="Job").status == 302
    assert [one["name"] for one in kept(cleo, "busy")] == ["Family"]


def test_a_file_that_is_no_calendar_is_refused_in_words_and_changes_nothing(company: Company, cleo: Device) -> None:
    limits(cleo)
    place = "/workbench/plan/time"
    cleo.upload(place, taken(company, 1), called="calendar", do="import", name="Job", whole="1")
    answer = cleo.upload(place, b"hello", called="calendar", do="import", name="Job", whole="1")
    assert (answer.status, "can’t be read as a calendar" in words(answer).replace("'", "’")) == (422, True)
    assert send(cleo, place, do="import", name="").status == 422
    assert len(kept(cleo, "busy")) == 1
    for number in range(4):
        cleo.upload(place, taken(company, 1), called="calendar", do="import", name=f"No {number}", whole="1")
    full = cleo.upload(place, taken(company, 1), called="calendar", do="import", name="Sixth", whole="1")
    assert (full.status, "Five calendars are kept already" in words(full)) == (422, True)


def address(device: Device) -> str:
    found = re.search(r"(/calendar/[A-Za-z0-9_-]{43}[.]ics)", device.get("/workbench/plan/time").text)
    assert found is not None
    return found[1]


def titles(company: Company, path: str) -> list[str]:
    """What a stranger's calendar program reads there."""
    answer = company.device().get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["cache-control"] == "private, no-store"
    return re.findall(r"SUMMARY:(.*?)\r?\n", answer.text)


def test_a_plan_can_be_subscribed_to_while_the_books_are_locked_and_says_busy_alone(
    company: Company, cleo: Device
) -> None:
    limits(cleo)
    add(cleo, "work", name="Canary reel", due=day(company, 9), idea="", script="", review="")
    send(cleo, "/workbench/plan", do="plan")
    place = "/workbench/plan/time"
    assert "/calendar/" not in cleo.get(place).text
    assert send(cleo, place, do="on").status == 302
    path = address(cleo)
    send(cleo, "/workbench/lock")
    assert titles(company, path) == ["busy"] * 3
    unlock(cleo)
    (work,) = kept(cleo, "work")
    send(cleo, "/workbench/plan", do="done", work=work["id"], step="shoot", took="")
    assert titles(company, path) == ["busy"] * 2
    # With titles under another address; the one before ends.
    send(cleo, place, do="on", titles="1")
    assert titles(company, address(cleo)) == ["Edit: Canary reel", "Publish: Canary reel"]
    assert company.device().get(path).status == 404
    # A changed plan is there at once, and nothing of it can be read in the database.
    add(cleo, "work", name="Second reel", due=day(company, 9), idea="", script="", review="")
    send(cleo, "/workbench/plan", do="plan")
    assert len(titles(company, address(cleo))) == 5
    row = company.house.conn.execute("SELECT sealed, address FROM workbench_feed").fetchone()
    assert row is not None
    assert b"Canary" not in bytes(row[0])
    assert address(cleo).split("/")[2][:43].encode() not in bytes(row[0]) + bytes(row[1])
    path = address(cleo)
    send(cleo, place, do="off")
    assert company.device().get(path).status == 404
    assert company.house.value("SELECT count(*) FROM workbench_feed") == 0


def test_an_address_ends_with_the_books(company: Company, cleo: Device) -> None:
    limits(cleo)
    send(cleo, "/workbench/plan/time", do="on")
    path = address(cleo)
    assert titles(company, path) == []
    with company.house.conn.transaction():
        workbench.erase(company.house.conn, staff.account_of(KEYS, "cleo@example.test"))
    assert company.device().get(path).status == 404


TODAY = "/creator/linen"


def test_today_joins_what_the_books_say_and_locked_says_only_what_she_allows(company: Company, cleo: Device) -> None:
    assert "From your books" not in words(cleo.get(TODAY)), "nothing when there is nothing"
    limits(cleo, week="10", day="4", rest="1")
    deal = add(cleo, "deal", name="Linen week", fee="300", day=day(company, 0)).rsplit("/", 1)[1]
    add(cleo, "work", name="Linen reel", deal=deal, due=day(company, 6), idea="", script="", review="")
    add(cleo, "invoice", name="2026-7", payer="Silk House", amount="500", sent=day(company, -40), due=day(company, -10))
    send(cleo, "/workbench/plan", do="plan")
    send(cleo, "/workbench/hours", do="start", step="shoot", deal=deal)
    page = words(cleo.get(TODAY)).replace("\xa0", " ")
    joined = page[page.index("From your books") :]
    for said in ("Silk House · 500.00 € 2026-7 · 10 days late", "The timer runs: 0 min. Shoot", "Linen reel",
                 "Linen week: 133.33 € an hour, all of it done", "Then today is done."):  # fmt: skip
        assert said in joined, joined
    assert "Go outside" not in page
    assert "From your books" not in words(cleo.get("/workbench")), "one Today, not two"
    add(cleo, "time", minutes="10", day=day(company, 0))
    joined = words(cleo.get(TODAY)).partition("From your books")[2]
    assert "You have worked the hours that you set for this week. Stop here." in joined
    assert "Linen reel" not in joined
    # Locked: nothing, until she allows it; then a count and no word.
    told = "SELECT count(*), coalesce(sum(number), 0) FROM workbench_due"
    assert company.house.conn.execute(told).fetchone() == (0, 0)
    send(cleo, "/workbench/lock")
    assert "From your books" not in words(cleo.get(TODAY))
    unlock(cleo)
    send(cleo, "/workbench/settings", zone="Europe/Berlin", rates="", own_rate="", tells="1")
    cleo.get(TODAY)
    send(cleo, "/workbench/lock")
    joined = words(cleo.get(TODAY)).partition("From your books")[2]
    assert joined.startswith(" Something is due: 4 things. Open your books"), joined
    assert not any(one in joined for one in ("Silk", "500", "2026-7", "Linen reel", "days late"))
    unlock(cleo)
    send(cleo, "/workbench/settings", zone="Europe/Berlin", rates="", own_rate="")
    cleo.get(TODAY)
    assert company.house.conn.execute(told).fetchone() == (0, 0), "and it ends at once"


def test_whoever_is_in_no_programme_finds_today_in_her_books(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    mia = company.device("mia")
    make(mia)
    assert "From your books" not in words(mia.get("/workbench"))
    add(mia, "invoice", name="7", payer="Silk House", amount="500", sent=day(company, -40), due=day(company, -1))
    assert "1 day late" in words(mia.get("/workbench")).partition("From your books")[2]
