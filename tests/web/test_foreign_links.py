"""Links to other sites on a creator's page: labelled as not paid here, and known to nobody who counts or credits."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core import clickid
from fanshare.core.errors import FanshareError
from fanshare.core.instants import SECOND
from fanshare.flows import foreign_links as flow
from fanshare.flows.foreign_links import Adding
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support import hostile
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import HOST, Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
HERS, PUBLIC = "/creator/linen/page/elsewhere", "/c/linen/cleo"
VIDEO = "https://video.example/watch?v=1"


@pytest.fixture(scope="module")
def everybody(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("elsewhere")) as made:
        yield made


@pytest.fixture
def company(everybody: Company) -> Company:
    """The company without sections on its pages."""
    for table in ("foreign_link", "page_product", "page_shelf"):
        everybody.house.conn.execute(f"DELETE FROM {table}".encode())
    return everybody


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, do: str, **values: str) -> Answer:
    device.get("/sign-out")
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "do": do, **values}
    return device.post(HERS, form)


def add(device: Device, address: str = VIDEO, text: str = "My talk", **more: str) -> Answer:
    values = {"address": address, "words": text, "gets": "nothing", "country": "DE", "heading": "Elsewhere", **more}
    return send(device, "add", **values)


def public(company: Company) -> Answer:
    return Device(company.app()).get(PUBLIC)


def there(answer: Answer) -> list[tuple[str, str, str]]:
    """Address, rel and words of each link to another site."""
    found = re.findall(r'<a class="link-card" href="(https://[^"]+)" rel="([^"]+)">(.*?)</a>', answer.text, re.DOTALL)
    return [
        (unescape(href), rel, " ".join(unescape(re.sub(r"<[^>]+>", " ", inner)).split())) for href, rel, inner in found
    ]


def number(company: Company, address: str = VIDEO) -> int:
    return int(company.house.value("SELECT id FROM foreign_link WHERE address = %s", address))


def test_a_link_to_another_site_stands_there_as_what_it_is(company: Company) -> None:
    cleo = company.device("cleo")
    assert "No link to another site stands on your page yet" in words(cleo.get(HERS))
    assert add(cleo).status == 302
    page = public(company)
    assert there(page) == [(VIDEO, "nofollow noopener", "My talk video.example · another site, not paid here")]
    assert "Nothing is paid for them here, and nobody counts here who opens them" in words(page)
    assert "My talk video.example" in words(cleo.get(HERS))
    assert json.loads(cleo.get("/account/linen/data").text)["page"]["links_to_other_sites"] == [
        {"section": "Elsewhere", "words": "My talk", "address": VIDEO, "label": ""}
    ]
    assert "1 link to another site stands here" in words(cleo.get("/creator/linen/page/products"))


def test_what_she_gets_something_for_elsewhere_carries_its_advertising_label(company: Company) -> None:
    cleo = company.device("cleo")
    assert "Say whether you get anything" in words(add(cleo, gets=""))
    assert add(cleo, gets="something", country="GB").status == 302
    ((_, rel, said),) = there(public(company))
    assert rel == "sponsored nofollow noopener"
    assert said == "Ad My talk video.example · another site, not paid here; I get something for it elsewhere"
    assert "no advertising label" in words(add(cleo, "https://b.example/", gets="something", country="XX"))


def test_no_click_of_one_is_ours_so_it_can_credit_nobody(company: Company) -> None:
    """Neither a tracked link nor a click comes of it, and an address that carries a click of ours is refused."""
    cleo, house = company.device("cleo"), company.house
    before = house.rows("SELECT (SELECT count(*) FROM link), (SELECT count(*) FROM directory)")
    assert add(cleo).status == 302
    assert house.rows("SELECT (SELECT count(*) FROM link), (SELECT count(*) FROM directory)") == before
    click = clickid.mint(1, house.now, b"\x07" * 6, company.brand.programme.secrets.click_id)
    www = "https://www.shop.example/"
    for address in (f"{www}?fs={click}", f"{www}#{click.upper()}", f"{www}?x=%2566s%3D{click}", f"{www}{click}/a"):
        assert "carries the number of a click" in words(add(cleo, address)), address
    escaped = "".join(f"%25{ord(char):02X}" for char in click)
    assert "carries the number of a click" in words(add(cleo, f"{www}?fs={escaped}"))
    assert add(cleo, f"{www}?fs={click[:-1]}{'0' if click[-1] != '0' else '1'}").status == 302, "no click of ours"


@pytest.mark.parametrize(
    "address",
    ["https://shop.example/shirt", "https://SHOP.example./", f"https://{HOST}/r/abcd", f"https://{HOST.upper()}/"],
)
def test_an_address_of_the_shop_or_of_this_site_is_none_of_another_site(company: Company, address: str) -> None:
    answer = add(company.device("cleo"), address)
    assert (answer.status, "make a link of it under your links" in words(answer)) == (422, True)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://a.example/", "https://u@a.example/", "https://[::1"]
)
def test_a_bad_address_is_said_and_what_she_typed_stays(company: Company, address: str) -> None:
    answer = add(company.device("cleo"), address, text="Keep me")
    assert (answer.status, "begins with https://" in words(answer), "Keep me" in answer.text) == (422, True, True)
    assert company.house.value("SELECT count(*) FROM foreign_link") == 0


def test_they_stand_in_her_order_are_paused_and_taken_away(company: Company) -> None:
    cleo = company.device("cleo")
    for name in ("a", "b", "c"):
        shelf = company.house.value("SELECT coalesce(min(id), 0) FROM page_shelf")
        assert add(cleo, f"https://{name}.example/", name, shelf=str(shelf or "")).status == 302
    assert add(cleo, "https://d.example/", "d", heading="Second").status == 302

    def order() -> str:
        return "".join(said[0] for _, _, said in there(public(company)))

    ids = {name: number(company, f"https://{name}.example/") for name in "abcd"}
    assert order() == "abcd"
    for do, after in (
        (f"up {ids['c']}", "acbd"),
        (f"down {ids['a']}", "cabd"),
        (f"up {ids['d']}", "cabd"),
        (f"pause {ids['a']}", "cbd"),
        (f"off {ids['b']}", "cd"),
        (f"show {ids['a']}", "cad"),
    ):
        assert send(cleo, do).status == 302
        assert order() == after, do
    second = company.house.value("SELECT max(id) FROM page_shelf")
    goods = "/creator/linen/page/products"
    form = {"csrfmiddlewaretoken": cleo.cookies["fanshare_form"], "do": f"shelf-up {second}"}
    assert cleo.post(goods, form).status == 302
    assert order() == "dca", "sections are ordered with what stands in them"
    assert cleo.post(goods, {**form, "do": f"drop {second}"}).status == 302
    assert order() == "ca"
    assert "paused, not shown" not in words(cleo.get(HERS))
    send(cleo, f"pause {ids['a']}")
    assert "paused, not shown" in words(cleo.get(HERS))


def test_nobody_changes_what_is_not_hers(company: Company) -> None:
    cleo, carla = company.device("cleo"), company.device("carla")
    add(cleo)
    shelf = company.house.value("SELECT id FROM page_shelf")
    for do in ("up", "down", "pause", "show", "off"):
        answer = send(carla, f"{do} {number(company)}")
        assert (answer.status, "no such link" in words(answer)) == (422, True), do
    assert "no such section" in words(add(carla, shelf=str(shelf)))
    for name in ("bea", "finn", "dora"):
        assert add(company.device(name)).status == 403, name
    assert len(there(public(company))) == 1


@pytest.mark.parametrize("do", ["", "off", "off x", "fly 1", "up ²", "off 99999999999999999999"])
def test_a_button_that_is_none_of_the_page_changes_nothing(company: Company, do: str) -> None:
    answer = send(company.device("cleo"), do)
    assert (answer.status, "none of this page" in words(answer)) == (422, True)


def test_a_page_has_room_for_some_and_for_each_once(company: Company) -> None:
    programme, me, now = company.brand.programme, company.brand.cleo, company.house.now

    def added(address: str, text: str = "x") -> str:
        shelf = company.house.value("SELECT coalesce(min(id), 0) FROM page_shelf")
        try:
            flow.add(programme, me, Adding(text, address, flow.NOTHING, "DE", shelf, "A"), now, HOST)
        except FanshareError as error:
            return error.code
        return ""

    assert {added(f"https://a{n}.example/") for n in range(flow.MOST)} == {""}
    assert added("https://A1.example") == "on_page_already"
    assert added("https://more.example/") == "too_many_on_page"
    company.house.conn.execute("DELETE FROM foreign_link WHERE address <> 'https://a1.example/'")
    for text in ("", " ", "x" * 101, "a\u202eb", "a\x00b"):
        assert added("https://more.example/", text) == "words_missing"
    assert "as many as there is room" not in words(company.device("cleo").get(HERS))


def test_whoever_leaves_takes_them_along(company: Company) -> None:
    programme, now = company.brand.programme, company.house.now
    gone = add_creator(programme, Joiner("Gone Soon", "gone@example.test"), now)
    flow.add(programme, gone, Adding("x", VIDEO, flow.NOTHING, "DE", 0, "A"), now, HOST)
    erase(programme, gone, company.house.later(SECOND))
    assert company.house.value("SELECT count(*) FROM foreign_link") == 0
    with pytest.raises(FanshareError, match="erased"):
        flow.add(programme, gone, Adding("x", VIDEO, flow.NOTHING, "DE", 0, "A"), now, HOST)


def test_the_pages_stay_within_twelve_statements(company: Company) -> None:
    asked: list[str] = []
    app = company.app(lambda conn: Watching(conn, asked))
    cleo = company.device("cleo", app)
    for n in range(5):
        shelf = company.house.value("SELECT coalesce(min(id), 0) FROM page_shelf")
        add(cleo, f"https://a{n}.example/", shelf=str(shelf or ""))
    for device, path in ((Device(app), PUBLIC), (cleo, HERS), (cleo, "/creator/linen/page/products")):
        device.get(path)
        asked.clear()
        assert device.get(path).status == 200
        assert 0 < len(asked) <= 12, "\n".join(asked)


def test_she_puts_one_on_her_page_in_a_real_browser(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base, width=360) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.open("/creator/linen/page")
        with seen.page.expect_navigation():
            seen.page.get_by_role("link", name="Links to other sites").click()
        seen.fit("creator-elsewhere-empty")
        seen.page.get_by_label("Its address").fill("https://pаypal.example/")
        seen.page.get_by_label("What people find there").fill(hostile.PAYLOADS[1])
        seen.page.get_by_label("Yes, or I may").check()
        seen.page.get_by_label("Heading of your first section").fill("Elsewhere")
        with seen.page.expect_navigation():
            seen.page.get_by_role("button", name="Put it on my page").click()
        seen.fit("creator-elsewhere")
        seen.open(PUBLIC)
        link = seen.page.get_by_role("link", name="xn--pypal-4ve.example")
        assert link.get_attribute("href") == "https://xn--pypal-4ve.example/"
        seen.fit("creator-public-elsewhere")
        assert seen.page.evaluate("window.pwned") is None
        assert seen.complaints() == []
