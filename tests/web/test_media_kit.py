"""A media kit: shown when she says so, made of statements that held, taken away without a trace."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.canonical import parse_json
from fanshare.core.statement_check import verify
from fanshare.flows import paper_files
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.flows.statements import make_statement
from fanshare.store import signing
from fanshare.store.server import Server
from fanshare.web.public import kits
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
HERS = "/creator/linen/page/kit"


@pytest.fixture(scope="module")
def everybody(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("kit")) as made:
        yield made


@pytest.fixture
def company(everybody: Company) -> Company:
    """The company without a kit."""
    for table in ("media_kit_source", "media_kit"):
        everybody.house.conn.execute(f"DELETE FROM {table}".encode())
    return everybody


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, do: str, content: bytes | None = None, **values: str) -> Answer:
    device.get("/sign-out")
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "do": do, **values}
    if content is None:
        return device.post(HERS, form)
    return device.upload(HERS, content, called="statement", **form)


def path(device: Device) -> str:
    found = re.search(r'href="(/kit/linen/[A-Za-z0-9_-]{22})"', device.get(HERS).text)
    assert found is not None
    return found[1]


def anybody(company: Company, where: str) -> Answer:
    return Device(company.app()).get(where)


def elsewhere(company: Company) -> bytes:
    """A statement of another programme, whose log is kept at another place."""
    other, house = company.other, company.house
    signer = signing.load_or_create(house.home / "elsewhere", f"other.example/log/{other.tenant.public_id}")
    return json.dumps(make_statement(other.programme, other.tenant, signer, other.cleo, house.now)).encode()


def test_nothing_is_shown_before_she_shows_it_and_then_what_she_sold_with_its_proof(company: Company) -> None:
    cleo = company.device("cleo")
    assert "nobody sees it before you show it" in words(cleo.get(HERS))
    assert send(cleo, "show").status == 302
    where = path(cleo)
    page = anybody(company, where)
    said = words(page)
    assert page.status == 200
    assert re.search(r"\d+ orders? kept, paid in EUR, placed between", said)
    assert "too few to tell, below 20 orders" in said
    assert "sealed records of this site" in said
    assert "Results of a creator" in said
    assert "Cleo" not in said, "she shows it without a name"
    assert "Goods kept" not in said
    assert "What was sold here comes from a statement that this site signed; clicks were counted by it." in said
    assert "whoever makes a key" not in said, "nothing of others stands there"
    assert re.search(r"As of \w+ \d+ Nov 20\d\d,", said), "what is printed is read in another year"
    assert page.headers["x-robots-tag"] == "noindex"
    assert page.headers["cache-control"] == "private, no-store"


def test_she_chooses_name_worth_and_search_engines(company: Company) -> None:
    cleo = company.device("cleo")
    assert send(cleo, "show", named="yes", goods="yes", listed="yes").status == 302
    page = anybody(company, path(cleo))
    assert "Goods kept of them:" in words(page)
    name = company.house.value("SELECT display_name FROM party WHERE id = %s", company.brand.cleo)
    assert str(name) in words(page)
    assert "x-robots-tag" not in page.headers
    assert json.loads(cleo.get("/account/linen/data").text)["page"]["media_kit"]["with_the_worth_of_goods"] is True


def test_another_address_ends_the_one_before_and_taking_away_leaves_nothing(company: Company) -> None:
    cleo = company.device("cleo")
    send(cleo, "show")
    first = path(cleo)
    assert send(cleo, "move").status == 302
    second = path(cleo)
    assert first != second
    assert (anybody(company, first).status, anybody(company, second).status) == (404, 200)
    assert send(cleo, "hide").status == 302
    assert anybody(company, second).status == 404
    assert company.house.value("SELECT count(*) FROM media_kit_source") == 0
    assert send(cleo, "hide").status == 302, "again changes nothing"


def test_a_statement_of_another_site_is_checked_told_as_theirs_and_taken_out(company: Company) -> None:
    cleo = company.device("cleo")
    assert "Show your media kit first" in words(send(cleo, "add", elsewhere(company)))
    send(cleo, "show")
    assert send(cleo, "add", elsewhere(company)).status == 302
    said = words(anybody(company, path(cleo)))
    assert "other.example" in said
    assert "That its key is theirs was not proved here" in said
    assert "whoever makes a key can sign anything with it" in said
    assert company.house.value("SELECT count(*) FROM media_kit_source WHERE clicks IS NOT NULL AND NOT own") == 0
    assert send(cleo, "add", elsewhere(company)).status == 302, "the same again replaces itself"
    number = company.house.value("SELECT id FROM media_kit_source WHERE NOT own")
    carla = company.device("carla")
    send(carla, "show")
    assert send(carla, f"out {number}").status == 422, "it is none of hers"
    assert send(cleo, f"out {number}").status == 302
    assert "other.example" not in words(anybody(company, path(cleo)))


def test_a_statement_that_was_changed_is_refused_with_what_does_not_hold(company: Company) -> None:
    cleo = company.device("cleo")
    send(cleo, "show")
    sound = parse_json(elsewhere(company))
    assert isinstance(sound, dict)
    assert isinstance(sound["programme"], dict)
    changed = json.dumps({**sound, "programme": {**sound["programme"], "name": "Better"}}).encode()
    answer = send(cleo, "add", changed)
    assert (answer.status, "changed after it was sealed" in words(answer)) == (422, True)
    for content in (b"", b"{", b"[]", b'{"format": 1}', b"[" * 100_000, json.dumps({"a": 1.5}).encode()):
        assert send(cleo, "add", content).status == 422
    assert send(cleo, "add").status == 422
    own = cleo.get("/creator/linen/statement").text.encode()
    assert "bring it up to date" in words(send(cleo, "add", own))
    assert company.house.value("SELECT count(*) FROM media_kit_source") == 1


def test_a_key_of_her_own_making_can_not_speak_for_this_site(company: Company) -> None:
    cleo, other, house = company.device("cleo"), company.other, company.house
    send(cleo, "show")
    sound = parse_json(elsewhere(company))
    assert isinstance(sound, dict)
    name = f"shop.example/log/{other.tenant.public_id}"
    signer = signing.load_or_create(house.home / "forged", name)
    size, root = sound["checkpoint"].split("\n")[1:3]  # type: ignore[union-attr]
    note = signer.sign_checkpoint(int(size), b64decode(root), 1, [])
    forged = signer.seal(
        {**{k: v for k, v in sound.items() if k != "seal"}, "checkpoint": note, "keys": [str(signer.keys[-1])]}
    )
    assert verify(forged, signing.verify).ok, "it holds in itself"
    answer = send(cleo, "add", json.dumps(forged).encode())
    assert (answer.status, "names a programme of this site" in words(answer)) == (422, True)


def test_a_rate_is_not_told_where_orders_are_more_than_clicks_and_it_says_why(company: Company) -> None:
    cleo = company.device("cleo")
    send(cleo, "show")
    company.house.conn.execute("UPDATE media_kit_source SET clicks = 45, clicked = 60")
    said = words(anybody(company, path(cleo)))
    assert "More orders than clicks" in said
    assert "too few to tell" not in said
    company.house.conn.execute("UPDATE media_kit_source SET clicks = 1000, clicked = 60")
    assert "Between 4.68 % and 7.65 % of clicks lead to an order" in words(anybody(company, path(cleo)))


def test_an_older_statement_does_not_replace_a_newer_one(company: Company) -> None:
    cleo, house = company.device("cleo"), company.house
    send(cleo, "show")
    older = elsewhere(company)
    house.later(1_000_000)
    assert send(cleo, "add", elsewhere(company)).status == 302
    answer = send(cleo, "add", older)
    assert (answer.status, "A newer statement" in words(answer)) == (422, True)


def test_a_fans_statement_is_refused(company: Company) -> None:
    cleo = company.device("cleo")
    send(cleo, "show")
    fans = company.device("finn").get("/fan/linen/statement").text.encode()
    assert "statement of a fan" in words(send(cleo, "add", fans))


def test_it_is_there_as_a_paper_too(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    cleo = company.device("cleo")
    send(cleo, "show", goods="yes")
    paper = Device(company.app()).get(path(cleo) + ".pdf")
    assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
    assert paper.headers["x-robots-tag"] == "noindex"
    with monkeypatch.context() as broken:
        broken.delattr(kits, "paper_of")
        assert Device(company.app())._send(path(cleo) + ".pdf", method="HEAD").status == 200, "nobody writes a paper"
    assert paper_files._program.turn.acquire(blocking=False)
    try:
        send(cleo, "show", named="yes")
        busy = anybody(company, path(cleo) + ".pdf")
    finally:
        paper_files._program.turn.release()
    assert (busy.status, "try again in a minute" in words(busy)) == (503, True)
    assert anybody(company, "/kit/linen/" + "x" * 22 + ".pdf").status == 404


def test_whoever_is_erased_shows_nothing_any_more(company: Company) -> None:
    brand, house = company.brand, company.house
    with house.conn.transaction():
        party = add_creator(brand.programme, Joiner("Zoe", "zoe@example.test", "zoe"), house.now)
    zoe = company.device("zoe")
    assert send(zoe, "show", named="yes").status == 302
    where = path(zoe)
    assert "Zoe" in words(anybody(company, where))
    erase(brand.programme, party, house.now)
    assert anybody(company, where).status == 404
    assert house.value("SELECT count(*) FROM media_kit WHERE party_id = %s", party) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_she_shows_it_on_her_phone_without_script(browser: Browser, company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base, script=False) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        seen.press(seen.page.get_by_role("button", name="Sign in"))
        seen.page.goto(base + "/creator/linen/page")
        seen.press(seen.page.get_by_role("link", name="Media kit"))
        seen.page.get_by_label("what the goods were worth").check()
        seen.press(seen.page.get_by_role("button", name="Show my media kit"))
        expect(seen.page.get_by_text("Whoever has this address can read it.")).to_be_visible()
        seen.press(seen.page.locator("#address + p a"))
        expect(seen.page.get_by_text("Goods kept of them").first).to_be_visible()
        assert seen.complaints() == []


@pytest.mark.parametrize(("widths", "language"), [((360,), "en"), ((1280, 360), "de")])
def test_the_public_page_is_quiet_and_accessible(
    browser: Browser, company: Company, widths: tuple[int, ...], language: str
) -> None:
    cleo = company.device("cleo")
    send(cleo, "show", named="yes", goods="yes")
    send(cleo, "add", elsewhere(company))
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base) as seen:
        seen.page.context.add_cookies([{"name": "fanshare_language", "value": language, "url": base}])
        seen.open(path(cleo))
        seen.unfold()
        seen.fit_in(f"public-kit-{language}", widths)
        assert seen.page.locator("html").get_attribute("lang") == language
        assert seen.complaints() == []
