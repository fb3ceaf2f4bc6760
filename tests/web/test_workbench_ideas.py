"""Ideas: written down, found by a tag, made something to make by one button; and what still works of what she made."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from fanshare.core import clickid
from fanshare.core.instants import from_datetime, local_date, utc_day, zone
from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.queries import edge
from fanshare.store.queries.edge import NewClick
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, words
from tests.web.support.company import Company, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]
PAGE = "/workbench/ideas"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("ideas")) as made:
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


def test_an_idea_is_found_by_its_tag_and_made_by_one_button(cleo: Device) -> None:
    assert "Write an idea down when it comes" in words(cleo.get(PAGE))
    add(cleo, "idea", words="Linen in rain", tags="Linen, autumn", notes="ask Bea for the grey one")
    assert add(cleo, "idea", words="Tea & honey", tags="autumn").endswith(PAGE)
    page = words(cleo.get(f"{PAGE}?tag=Linen"))
    assert "Linen in rain" in page
    assert "Tea & honey" not in page
    idea = re.search(r'name="idea" value="([0-9a-f-]+)"', cleo.get(f"{PAGE}?tag=Linen").text)
    assert idea is not None
    answer = send(cleo, PAGE, idea=idea[1])
    assert answer.status == 302
    assert "Linen in rain" in cleo.get(answer.headers["location"]).text, "its form: days and steps can be changed"
    assert "Linen in rain" in words(cleo.get("/workbench/plan"))
    after = words(cleo.get(PAGE))
    assert after.index("Linen in rain") < after.index("taken up on")


def test_what_is_no_idea_can_not_be_taken_up(cleo: Device) -> None:
    other = add(cleo, "deal", name="Tea week").rsplit("/", 1)[1]
    before = json.loads(cleo.get("/workbench/copy").text)["entries"]
    for wrong in (other, "", "no-such-thing"):
        assert send(cleo, PAGE, idea=wrong).status == 404
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == before


def test_an_idea_that_was_taken_up_keeps_that_when_it_is_changed(cleo: Device) -> None:
    add(cleo, "idea", words="Linen in rain")
    idea = re.search(r'name="idea" value="([0-9a-f-]+)"', cleo.get(PAGE).text)
    assert idea is not None
    send(cleo, PAGE, idea=idea[1])
    assert send(cleo, f"/workbench/entries/{idea[1]}", do="keep", words="Linen in snow").status == 302
    after = words(cleo.get(PAGE))
    assert after.index("Linen in snow") < after.index("taken up on")


AGAIN = "/workbench/again"


def came(company: Company, link: int, visits: list[tuple[int, int, int]]) -> None:
    """Visitors by (weeks ago, hour of the day in Berlin, number), all on the weekday of today."""
    access, tz = company.brand.access, zone("Europe/Berlin")
    today = local_date(company.house.now, tz)
    rows, days = [], Counter[tuple[int, str, str]]()
    for weeks, hour, number in visits:
        for one in range(number):
            at = from_datetime(datetime.combine(today - timedelta(days=7 * weeks), time(hour), tz)) + one
            id_ = clickid.mint(link, at, os.urandom(clickid.RANDOM_BYTES), company.brand.programme.secrets.click_id)
            rows.append(NewClick(id_, at, link, "counted", os.urandom(16), "", None, False, ""))
            days[link, utc_day(at), "counted"] += 1
    edge.insert_clicks(access, rows, company.house.now)
    edge.count_clicks(access, days)


def test_old_posts_say_what_they_still_bring_and_hours_when_people_come(company: Company, cleo: Device) -> None:
    page = words(cleo.get(AGAIN))
    assert "Nothing yet. Write down with a post which of your links and codes stand in it" in page
    assert "Too few to tell: 0 visitors in the last 12 weeks." in page
    found = company.house.conn.execute("SELECT code FROM link WHERE id = %s", [company.brand.link]).fetchone()
    code = found[0] if found else ""
    long_ago = (local_date(company.house.now, zone("Europe/Berlin")) - timedelta(days=100)).isoformat()
    add(cleo, "post", words="Linen in spring", day=long_ago, carries=f"https://shop.example/r/{code}?x=1")
    add(cleo, "post", words="Nothing in it", day=long_ago)
    nights = [(1, hour, 1) for hour in range(8)]
    came(company, company.brand.link, [*((weeks, 19, 4) for weeks in range(1, 9)), *nights])
    came(company, company.brand.fan_link, [(weeks, 7, 9) for weeks in range(1, 9)])
    page = words(cleo.get(AGAIN)).replace("\xa0", " ")
    assert "Linen in spring · Instagram · 100 days old show it again 40 visits → 3 kept sales, " in page
    assert re.search(r"between 0 and 9 sales are to be expected\. Of a hundred visits between \d and 2\d buy\.", page)
    assert "1 post carries none of your links or codes Nothing in it" in page
    assert "19–20 32 visitors" in page, page[page.index("When people come") :][:600]
    assert "19–20 32 visitors, in 8 weeks between" in page
    assert "7–8" not in page, "links of her fans are not hers"
    assert "40 visitors of the last 12 weeks, on your clock (Europe/Berlin), each once a day." in page
    (row,) = json.loads(cleo.get(f"{AGAIN}?as=json").text)["rows"]
    assert (row["visits"], row["sales"], row["sales_high"], row["show_again"]) == (40, 3, 9, "yes")
    hours = cleo.get(f"{AGAIN}?what=hours&as=csv").text.splitlines()
    assert len(hours) == 1 + 7 * 24
    assert sum(line.endswith("yes") for line in hours) == 1
    # Her own limit: one paid post of two would be more than a third of them.
    add(cleo, "post", words="Own", carries="")
    send(cleo, "/workbench/limits", do="keep", limit="33", window="30")
    page = words(cleo.get(AGAIN))
    assert "Today none can be shown again: 0 of 1 post of the last 30 days is paid for" in page
    assert "show it again" not in page
    mia = company.device("mia")
    make(mia)
    assert "Too few to tell: 0 visitors" in words(mia.get(AGAIN)), "who is in no programme has no links"
