"""What an hour brings: typed into forms, with the ledger's commission, shown exactly, legible to nobody else."""

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanshare.core.instants import DAY, HOUR, MINUTE, local_date, zone
from fanshare.core.payout_schedule import Every, Schedule
from fanshare.flows import payout_schedule, workbench_books, workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.flows.test_busy_times import calendar, event
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, unlock, words
from tests.web.support.canaries import backed_up, left_behind, opened_by_passkey, seen_in
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("books")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo with fresh books that are open."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    device = company.device("cleo")
    make(device)
    return device


def today(company: Company, ago: int = 0) -> str:
    """A day as Linen has them."""
    return local_date(company.house.now - ago * DAY, zone(company.brand.tenant.time_zone)).isoformat()


def test_two_revisions_more_make_less_of_an_hour(company: Company, cleo: Device) -> None:
    day = today(company)
    place = add(cleo, "deal", name="Linen week", day=day, fee="267,30", product="50", platform="tiktok")
    deal = place.rsplit("/", 1)[1]
    assert add(cleo, "time", minutes="14:00", day=day, deal=deal) == place
    add(cleo, "cost", amount="50", day=day, deal=deal, category="material", words="props")
    page = words(cleo.get(place)).replace("\xa0", " ")
    assert "19.09 € an hour" in page
    assert "came in 317.30 €" in page
    assert "left 267.30 €" in page
    assert "hours 14:00" in page
    asked = words(cleo.get(f"{place}?revisions=2&each=2&costs=&wish=20")).replace("\xa0", " ")
    assert "2 revisions more: 14.85 € an hour." in asked
    assert "For 20.00 € an hour it has to bring 92.70 € more." in asked
    assert "It brings 10.00 € an hour already." in words(cleo.get(f"{place}?wish=10")).replace("\xa0", " ")
    assert cleo.get(f"{place}?revisions=99").status == 422
    assert cleo.get(f"{place}?revisions=1&each=never").status == 422


def test_commission_comes_from_the_ledger_and_belongs_to_the_deal_that_names_its_programme(
    company: Company, cleo: Device
) -> None:
    before = words(cleo.get("/workbench/deals")).replace("\xa0", " ")
    assert "for no deal – 24.74 €" in before
    place = add(cleo, "deal", name="Linen", day=today(company), programme="linen", since=today(company, 10))
    page = words(cleo.get(place)).replace("\xa0", " ")
    assert "came in 22.34 €" in page
    assert "for no deal – 2.40 €" in words(cleo.get("/workbench/deals")).replace("\xa0", " ")


def test_every_kind_of_entry_is_written_changed_and_removed(company: Company, cleo: Device) -> None:
    day = today(company)
    send(cleo, "/workbench/settings", zone="Europe/Berlin", rates="DE", own_rate="")
    for kind, values in (
        ("deal", {"name": "A", "day": day}),
        ("time", {"minutes": "0:30", "day": day}),
        ("cost", {"amount": "3", "day": day}),
        ("recurring", {"amount": "12", "first": day, "every": "1"}),
        ("equipment", {"price": "1200", "bought_on": day, "months": "36", "percent": "50", "words": "camera"}),
        ("trip", {"distance": "12.5", "day": day, "words": "to the studio"}),
        ("invoice", {"name": "7", "payer": "Linen", "amount": "80", "sent": day, "due": day}),
        ("post", {"day": day, "platform": "blog", "words": "linen in the rain"}),
        ("never", {"words": "gambling", "why": "my brother"}),
    ):
        add(cleo, kind, **values)
    page = words(cleo.get("/workbench/costs")).replace("\xa0", " ")
    for said in (
        "3.00 €",
        "12.00 € · Material and props",
        "· every month",
        "1,200.00 € · camera",
        "3.75 € · to the studio",
    ):
        assert said in page, said
    shown = words(cleo.get("/workbench")).replace("\xa0", " ")
    assert "Costs 35.41 €" in shown  # 3 + 12 + 600 / 36 + 3.75, rounded down
    copied = json.loads(cleo.get("/workbench/copy").text)
    assert sorted(one["kind"] for one in copied["entries"]) == [
        "cost", "deal", "equipment", "invoice", "never", "post", "recurring", "time", "trip",
    ]  # fmt: skip
    for one in copied["entries"]:
        place = f"/workbench/entries/{one['id']}"
        assert send(cleo, place, do="keep").status == 422
        same = add_again(cleo, place)
        assert same.status == 302, words(same)
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == copied["entries"]
    for one in copied["entries"]:
        assert send(cleo, f"/workbench/entries/{one['id']}", do="remove").status == 302
        assert cleo.get(f"/workbench/entries/{one['id']}").status == 404
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == []


def add_again(device: Device, place: str) -> Answer:
    """The form as it stands, sent as it is."""
    page = device.get(place).text
    values = dict(re.findall(r'<input id="f-[a-z_]+" name="([a-z_]+)"[^>]*? value="([^"]*)"', page))
    values |= {
        name: next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
        for name, options in re.findall(r'<select id="f-[a-z_]+" name="([a-z_]+)"[^>]*>(.*?)</select>', page)
    }
    return send(device, place, do="keep", **values)


def test_the_timer_runs_while_the_books_are_locked(company: Company, cleo: Device) -> None:
    assert send(cleo, "/workbench/hours", do="start", step="edit", deal="").status == 302
    assert "The timer runs since" in words(cleo.get("/workbench"))
    company.house.later(HOUR + 20 * MINUTE)
    assert cleo.get("/workbench/hours").status == 302
    unlock(cleo)
    assert "1:20 so far. Edit" in words(cleo.get("/workbench/hours"))
    send(cleo, "/workbench/hours", do="stop")
    page = words(cleo.get("/workbench/hours"))
    assert "1:20 · Edit" in page
    assert "The timer runs" not in page
    send(cleo, "/workbench/hours", do="stop")
    send(cleo, "/workbench/hours", do="start", step="shoot", deal="")
    send(cleo, "/workbench/hours", do="forget")
    assert len(json.loads(cleo.get("/workbench/copy").text)["entries"]) == 1
    assert send(cleo, "/workbench/hours", do="start", step="nothing", deal="").status == 422


_OWED = {"name": "7", "payer": "L", "amount": "8", "sent": "2026-11-20", "due": "2026-11-21"}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("deal", {"name": " ", "day": "2026-11-20"}),
        ("deal", {"name": "A", "day": "1999-12-31"}),
        ("deal", {"name": "A", "day": "2026-11-20", "fee": "-1"}),
        ("deal", {"name": "A", "day": "2026-11-20", "fee": "1.500"}),
        ("deal", {"name": "A", "day": "2026-11-20", "platform": "moon"}),
        ("deal", {"name": "A", "day": "2026-11-20", "programme": "wool"}),
        ("deal", {"name": "A", "day": "2026-11-20", "since": "2026-12-02", "until": "2026-12-01"}),
        ("deal", {"name": "x" * 121, "day": "2026-11-20"}),
        ("time", {"minutes": "24:01", "day": "2026-11-20"}),
        ("time", {"minutes": "0", "day": "2026-11-20"}),
        ("time", {"minutes": "1:30", "day": "2026-11-20", "deal": "3f0c1d1e-0000-4000-8000-000000000000"}),
        ("cost", {"amount": "0", "day": "2026-11-20"}),
        ("cost", {"amount": "1e3", "day": "2026-11-20"}),
        ("cost", {"amount": "100000000.01", "day": "2026-11-20"}),
        ("recurring", {"amount": "1", "first": "2026-11-20", "every": "2"}),
        ("equipment", {"price": "9", "bought_on": "2026-11-20", "months": "0", "percent": "50", "words": "x"}),
        ("equipment", {"price": "9", "bought_on": "2026-11-20", "months": "9", "percent": "101", "words": "x"}),
        ("trip", {"distance": "0", "day": "2026-11-20"}),
        ("post", {"day": "", "platform": "tiktok"}),
        ("post", {"day": "2026-11-20", "platform": "moon"}),
        ("never", {"words": " "}),
        ("invoice", {"name": "7", "payer": "L", "amount": "8", "sent": "2026-11-20", "due": "2026-11-19"}),
        ("invoice", {**_OWED, "law": "GB"}),
        ("invoice", {**_OWED, "reference": "99"}),
        ("invoice", {**_OWED, "paid": "2026-11-19"}),
    ],
)
def test_what_cannot_be_meant_is_refused_and_what_was_typed_stays(
    cleo: Device, kind: str, values: dict[str, str]
) -> None:
    usual = {"platform": "", "programme": "", "deal": "", "step": "shoot", "category": "other", "every": "1",
             "vehicle": "car", "law": ""}  # fmt: skip
    answer = send(cleo, f"/workbench/add/{kind}", **{**usual, **values})
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == []


def test_what_is_owed_says_how_late_it_is_what_the_law_adds_and_how_to_remind(company: Company, cleo: Device) -> None:
    late, soon = today(company, 20), today(company, -7)
    place = add(
        cleo, "invoice", name="2026-7", payer="Wool Ltd", amount="1000", sent=today(company, 50), due=late, law="DE"
    )
    add(cleo, "invoice", name="2026-8", payer="Silk", amount="50", sent=late, due=soon)
    listed = words(cleo.get("/workbench/due")).replace("\xa0", " ")
    assert listed.index("1,000.00 € · Wool Ltd 20 days late") < listed.index("50.00 € · Silk due in 7 days")
    page = words(cleo.get(place)).replace("\xa0", " ")
    assert "The reference rate of these days is not in the table yet" in page
    assert "has been due since" in page
    assert "By law" not in page
    changed = send(
        cleo, place.replace("due", "entries"), do="keep", name="2026-7", payer="Wool Ltd", amount="1000", paid="",
        sent=today(company, 50), due=late, law="DE", reference="1,27", deal="",
    )  # fmt: skip
    assert changed.headers["location"] == place
    page = words(cleo.get(place)).replace("\xa0", " ")
    assert "interest so far 5.62 €" in page  # 10.27 % of 1,000 for 20 days of 365, rounded down
    assert "once, for collecting it 40.00 €" in page
    assert "By law interest of 10.27 % a year runs since then, 5.62 € so far" in page
    assert send(cleo, place, paid="never").status == 422
    assert send(cleo, place, paid=today(company)).headers["location"] == "/workbench/due"
    paid = words(cleo.get("/workbench/due?state=paid")).replace("\xa0", " ")
    assert "1,000.00 € · Wool Ltd paid on" in paid
    assert "Silk due" not in paid
    assert "A reminder to copy" not in words(cleo.get(place))
    assert "came in 1,000" not in words(cleo.get("/workbench"))


def test_what_comes_from_a_programme_stands_among_her_invoices_by_date(company: Company, cleo: Device) -> None:
    add(cleo, "invoice", name="7", payer="Silk", amount="50", sent=today(company), due=today(company, -400))
    page = words(cleo.get("/workbench/due")).replace("\xa0", " ")
    parts = ("12.74 € · Linen's shop waiting until Mon 14 Dec", "9.60 € · Linen's shop being checked until Mon 14 Dec",
             "50.00 € · Silk due in 400 days", "2.40 € · Linen's shop ready; in the next payout")  # fmt: skip
    assert all(one in page for one in parts), page
    assert [page.index(one) for one in parts] == sorted(page.index(one) for one in parts)
    assert "Silk" not in words(cleo.get("/workbench/due?q=linen"))
    rows = json.loads(cleo.get("/workbench/due?as=json&q=commission").text)["rows"]
    assert [(one["amount"], one["state"], one["waits_for"]) for one in rows] == [
        ("12.744000", "waiting", "maturity"), ("9.600000", "checked", "maturity check"),
        ("2.400000", "ready", "run"),
    ]  # fmt: skip


def test_files_are_balanced_and_run_nothing(company: Company, cleo: Device) -> None:
    day = today(company)
    add(cleo, "deal", name='=HYPERLINK("x")', day=day, fee="100")
    add(cleo, "cost", amount="30", day=day, words="+cmd|x", category="software")
    answer = cleo.get("/workbench/export?what=journal&as=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {(row["debit"], row["credit"]) for row in rows} >= {
        ("Receivables: not yet invoiced", "Income: fees not yet invoiced"), ("Costs: software", "Bank"),
        ("Receivables: commission", "Income: commission"),
    }  # fmt: skip
    assert all(float(row["amount"]) > 0 and row["currency"] == "EUR" for row in rows)
    lines = cleo.get("/workbench/export?what=lines&as=csv").text
    assert "'=HYPERLINK" in answer.text
    assert "'+cmd|x" in lines
    assert json.loads(cleo.get("/workbench/export?what=lines&as=json").text)["complete"]
    assert cleo.get("/workbench/export?since=never").status == 400
    old = cleo.get(f"/workbench/export?what=lines&since={today(company, 30)}&until={today(company, 20)}").text
    assert "HYPERLINK" not in old


def test_settings_are_kept_and_refused_where_they_make_no_sense(cleo: Device) -> None:
    for bad in (
        {"zone": "Europe/Atlantis", "rates": "", "own_rate": ""},
        {"zone": "UTC", "rates": "GB", "own_rate": ""},
        {"zone": "UTC", "rates": "own", "own_rate": ""},
    ):
        assert send(cleo, "/workbench/settings", **bad).status == 422
    assert send(cleo, "/workbench/settings", zone="UTC", rates="own", own_rate="0.38").status == 302
    assert 'value="0.38"' in cleo.get("/workbench/settings").text


def test_books_hold_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch, cleo: Device) -> None:
    monkeypatch.setattr(workbench_books, "MOST_ROWS", 2)
    add(cleo, "deal", name="A", day="2026-11-20")
    answer = send(cleo, "/workbench/add/deal", name="B", day="2026-11-20", platform="", programme="")
    assert answer.status == 422
    assert "no more fit in" in words(answer)


def test_an_entry_that_somebody_else_changed_hides_none_of_the_others(company: Company, cleo: Device) -> None:
    add(cleo, "deal", name="Kept whole", day="2026-11-20")
    place = add(cleo, "deal", name="Turned", day="2026-11-20")
    company.house.conn.execute(
        "UPDATE workbench_row SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE row_id = %s",
        [place.rsplit("/", 1)[1]],
    )
    page = words(cleo.get("/workbench"))
    assert "1 entry of these books can’t be opened" in page
    assert "Kept whole" in page
    assert "Turned" not in page
    assert cleo.get(place).status == 404


@pytest.mark.parametrize("path", ["", "/deals", "/hours", "/costs", "/due", "/settings", "/lock", "/copy"])
def test_a_page_asks_the_database_at_most_a_dozen_times(company: Company, cleo: Device, path: str) -> None:
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    unlock(device)
    seen.clear()
    assert device.get(f"/workbench{path}").status == 200
    asked = [one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))]
    assert 0 < len(asked) <= 12, "\n".join(" ".join(one.split())[:110] for one in asked)


CANARIES = (
    "Canarybird week",
    "7391.37",
    "7391370000",
    "Canary props",
    "813.99",
    "Canary way",
    "Canary vice",
    "Canary why",
    "Canary rain idea",
    "canarytag",
    "48213.37",
    "Canary values of hers",
    "Canary calendar",
    "Canary dentist",
    "Canary sought",
    "canary phrase of hers",
)


def test_what_she_writes_stands_nowhere_in_clear(
    monkeypatch: pytest.MonkeyPatch, company: Company, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    cleo, day = company.device("cleo"), today(company)
    code = make(cleo, CANARIES[-1])
    place = add(cleo, "deal", name=CANARIES[0], day=day, fee=CANARIES[1])
    add(cleo, "cost", amount=CANARIES[4], day=day, words=CANARIES[3], deal=place.rsplit("/", 1)[1])
    add(cleo, "trip", distance="12", day=day, words=CANARIES[5])
    add(cleo, "never", words=CANARIES[6], why=CANARIES[7])
    add(cleo, "idea", words=CANARIES[8], tags=CANARIES[9])
    assert send(cleo, "/workbench/aside", country="DE", other=CANARIES[10]).status == 302
    assert send(cleo, "/workbench/trust", do="look", name="", values=CANARIES[11], labels="").status == 302
    busy = event(f"DTSTART:{day.replace('-', '')}T100000", "DURATION:PT1H")
    assert CANARIES[13] in busy
    told = {"do": "import", "name": CANARIES[12], "whole": "1"}
    assert cleo.upload("/workbench/plan/time", calendar(busy), called="calendar", **told).status == 302
    for page in ("costs", "due", "ideas"):
        cleo.get(f"/workbench/{page}?q={CANARIES[14].replace(' ', '+')}")
    send(cleo, "/workbench/hours", do="start", step="edit", deal=place.rsplit("/", 1)[1])
    send(cleo, "/workbench/add/cost", amount="canary-of-a-mistake", words=CANARIES[3])
    send(cleo, "/workbench/unlock", passphrase_of_the_books=CANARIES[-1] + "x")
    by_passkey = opened_by_passkey(company, cleo, CANARIES[-1])
    assert all(one in words(cleo.get(place)) for one in (CANARIES[0], CANARIES[3], "7,391.37"))
    company.house.work()
    wanted = [*(one.encode() for one in CANARIES), code.encode(), b"canary-of-a-mistake", *by_passkey]
    dumped = backed_up(company)
    assert b"workbench_row" in dumped
    assert b"workbench_passkey" in dumped
    assert seen_in(left_behind(company, dumped, caplog.text, tmp_path), wanted) == []


def test_a_canary_that_is_not_sealed_would_be_found(company: Company) -> None:
    dumped = backed_up(company)
    assert b"Carla Quince" in dumped


def test_a_day_of_paying_that_passed_unpaid_is_late_here_and_on_today(company: Company, cleo: Device) -> None:
    brand, house = company.brand, company.house
    weekday = local_date(house.now + 2 * DAY, zone(brand.tenant.time_zone)).isoweekday()
    payout_schedule.choose(brand.access, brand.tenant, Schedule(Every.WEEK, weekday), house.now)
    assert "has not been paid" not in words(cleo.get("/creator/linen"))
    house.later(5 * DAY)
    later = company.device("cleo")
    unlock(later)
    said = "3 days late: the day of paying was"
    assert f"2.40 € · Linen's shop {said}" in words(later.get("/workbench/due?state=late")).replace("\xa0", " ")
    assert f"2.40 € has not been paid: {said}" in words(later.get("/creator/linen")).replace("\xa0", " ")
    mia = company.device("mia")
    make(mia)
    empty = words(mia.get("/workbench/due"))
    assert "Nobody owes you anything that is written down here." in empty
    assert "programme" not in empty.partition("written down here")[2].partition("Something owed")[0]
