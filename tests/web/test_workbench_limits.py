"""Her own limits: the share of paid posts, tried before another deal, and words she never wants to stand for."""

import json
import re
from collections.abc import Iterator

import pytest

from fanshare.core.instants import DAY, local_date, zone
from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, unlock, words
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("limits")) as made:
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


def day(company: Company, ago: int = 0) -> str:
    return local_date(company.house.now - ago * DAY, zone(company.brand.tenant.time_zone)).isoformat()


def posted(company: Company, device: Device, *ago: int, deal: str = "") -> None:
    for days in ago:
        add(device, "post", day=day(company, days), platform="tiktok", words=f"post {days}", deal=deal)


def test_the_share_is_shown_against_her_limit_and_tried_before_another_deal(company: Company, cleo: Device) -> None:
    assert "Write down what you post" in words(cleo.get("/workbench/limits"))
    deal = add(cleo, "deal", name="Linen week", day=day(company)).rsplit("/", 1)[1]
    posted(company, cleo, 1, 2, 3, 4, 40)
    posted(company, cleo, 5, deal=deal)
    page = words(cleo.get("/workbench/limits")).replace("\xa0", " ")
    assert "1 of 5 posts of the last 30 days are paid for." in page
    assert "20 %" in page
    assert send(cleo, "/workbench/limits", do="keep", limit="40", window="10").status == 302
    page = words(cleo.get("/workbench/limits")).replace("\xa0", " ")
    assert "Your limit is 40 %." in page
    before = json.loads(cleo.get("/workbench/copy").text)
    tried = words(send(cleo, "/workbench/limits", do="try", posts="1", first=day(company), last="")).replace(
        "\xa0", " "
    )
    assert "Now 1 of 5 posts (20 %), then at most 1 of 1 post (100 %)" in tried
    assert "With 2 posts of your own more in those days you would keep it." in tried
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == before["entries"]
    for wrong in (
        {"do": "keep", "limit": "101", "window": "10"},
        {"do": "keep", "limit": "40", "window": "6"},
        {"do": "try", "posts": "0", "first": "", "last": ""},
        {"do": "try", "posts": "1", "first": day(company), "last": day(company, 1)},
    ):
        assert send(cleo, "/workbench/limits", **wrong).status == 422, wrong


def test_the_limit_survives_the_other_settings_and_they_survive_it(cleo: Device) -> None:
    send(cleo, "/workbench/settings", zone="Europe/Berlin", rates="DE", own_rate="")
    send(cleo, "/workbench/limits", do="keep", limit="25", window="14")
    send(cleo, "/workbench/settings", zone="Europe/Vienna", rates="AT", own_rate="")
    kept = json.loads(cleo.get("/workbench/copy").text)["settings"]
    assert (kept["zone"], kept["rates"], kept["limit"], kept["window"]) == ("Europe/Vienna", "AT", 2_500, 14)


def test_what_she_never_wants_is_found_in_contracts_and_deals_while_her_books_are_open(
    company: Company, cleo: Device
) -> None:
    place = add(cleo, "never", words="Bet-Now", why="no gambling")
    assert place == "/workbench/limits"
    said = "“Bet-Now” is on your list of what you never want. no gambling"
    read = send(cleo, "/workbench/check", text="An offer by BET NOW: 2 Reels.", fee="", wish="")
    assert said in words(read)
    deal = add(cleo, "deal", name="Bet now, autumn", day=day(company))
    assert said in words(cleo.get(deal))
    assert said not in words(cleo.get(add(cleo, "deal", name="Alphabet now", day=day(company))))
    send(cleo, "/workbench/lock")
    assert said not in words(send(cleo, "/workbench/check", text="An offer by BET NOW.", fee="", wish=""))
    unlock(cleo)
    listed = words(cleo.get("/workbench/limits"))
    assert "Bet-Now no gambling" in listed


def test_the_page_asks_the_database_at_most_a_dozen_times(company: Company, cleo: Device) -> None:
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    unlock(device)
    seen.clear()
    assert device.get("/workbench/limits").status == 200
    assert 0 < sum(one.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) for one in seen) <= 12


TRUST = "/workbench/trust"


def test_a_page_of_trust_shows_what_she_chose_once_she_published_it_until_she_takes_it_down(
    company: Company, cleo: Device
) -> None:
    add(cleo, "never", words="Gambling", why="my brother")
    add(cleo, "never", words="Fur", why="")
    deal = add(cleo, "deal", name="Linen week", fee="300").rsplit("/", 1)[1]
    for paid in (deal, "", ""):
        add(cleo, "post", words="A reel", deal=paid)
    send(cleo, "/workbench/limits", do="keep", limit="40", window="30")
    assert "Nothing is chosen yet." in words(cleo.get(TRUST))
    assert "Choose or write first" in words(send(cleo, TRUST, do="publish"))
    found = re.search(r'name="nevers" value="([0-9a-f-]+)"><span><bdi>Gambling', cleo.get(TRUST).text)
    assert found is not None
    chosen = {"name": "Cleo", "values": "Repair first\nNo <hurry>", "nevers": found[1], "labels": "Ad stands first"}
    assert send(cleo, TRUST, do="look", share="1", **chosen).status == 302
    before = words(cleo.get(TRUST))
    said = "1 of 3 posts of the 30 days before were paid for (33.34 %). The limit I set myself: 40 %."
    for one in ("Repair first", "No <hurry>", "Gambling", said, "Ad stands first", "Publish this"):
        assert one in before.replace("\xa0", " "), (one, before)
    assert company.house.conn.execute("SELECT count(*) FROM trust_page").fetchone() == (0,), "looking publishes nothing"
    send(cleo, TRUST, do="publish")
    address = re.search(r'href="(/trust/[A-Za-z0-9_-]{22})"', cleo.get(TRUST).text)
    assert address is not None
    read = company.device().get(address[1])
    page = words(read).replace("\xa0", " ")
    assert all(one in page for one in ("Cleo", "Repair first", "No <hurry>", "Gambling", said, "Ad stands first"))
    assert not any(one in read.text for one in ("Fur", "brother", "Linen week", "A reel"))
    assert (read.headers["x-robots-tag"], read.headers["cache-control"]) == ("noindex", "private, no-store")
    assert '<meta name="robots" content="noindex">' in read.text
    german = company.device().get(address[1], HTTP_ACCEPT_LANGUAGE="de")
    assert "1 von 3 Beiträgen der 30 Tage davor sind bezahlt" in words(german)
    # What she writes later is not shown until she publishes it; she is told.
    add(cleo, "post", words="Another", deal=deal)
    assert "What stands in your books is not what is shown." in words(cleo.get(TRUST))
    assert "2 of 4" not in words(company.device().get(address[1]))
    send(cleo, TRUST, do="look", listed="1", **{**chosen, "name": ""})
    send(cleo, TRUST, do="publish")
    listed = company.device().get(address[1])
    assert "x-robots-tag" not in listed.headers
    assert "noindex" not in listed.text
    assert "not what is shown" not in words(cleo.get(TRUST))
    send(cleo, TRUST, do="move")
    moved = re.search(r'href="(/trust/[A-Za-z0-9_-]{22})"', cleo.get(TRUST).text)
    assert moved is not None
    assert [company.device().get(one).status for one in (address[1], moved[1], f"/trust/{'x' * 22}")] == [404, 200, 404]
    # Taken down at once, also while the books are locked.
    send(cleo, "/workbench/lock")
    send(cleo, f"{TRUST}/down")
    assert company.device().get(moved[1]).status == 404
    assert company.house.conn.execute("SELECT count(*) FROM trust_page").fetchone() == (0,)
