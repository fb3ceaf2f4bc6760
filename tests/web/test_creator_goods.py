"""Products on a creator's page: each by a link of hers with its label, in her order; sold out without a link."""

import io
import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from PIL import Image
from playwright.sync_api import expect

from fanshare.core.errors import FanshareError
from fanshare.core.instants import SECOND
from fanshare.core.products import Product, Taking
from fanshare.flows import pictures, products, shelves
from fanshare.flows.assets import set_link_state
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.flows.shelves import Adding
from fanshare.store.queries import product_pictures
from fanshare.store.server import Server
from tests.jobs.house import Brand
from tests.support.schema import schema_template
from tests.web.support import hostile
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
GOODS, PUBLIC = "/creator/linen/page/products", "/c/linen/cleo"


@pytest.fixture(scope="module")
def everybody(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("goods")) as made:
        yield made


@pytest.fixture
def company(everybody: Company) -> Company:
    """The company without products; the links of earlier tests lead elsewhere."""
    for table in ("page_product", "page_shelf", "product", "picture"):
        everybody.house.conn.execute(f"DELETE FROM {table}".encode())
    return everybody


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def tell(company: Company, *told: Product, brand: Brand | None = None) -> dict[str, int]:
    """Tell what a shop sells; the numbers of the products by the shop's ids."""
    at, taking = brand or company.brand, Taking()
    for row, one in enumerate(told, 1):
        taking.take(row, one)
    products.take(at.programme, taking.told(), products.Wish(), company.house.later(SECOND), lambda *_: None)
    rows = company.house.rows("SELECT external_id, id FROM product WHERE programme_id = %s", at.tenant.id)
    return dict(rows)


def shirt(external_id: str = "shirt", title: str = "Linen shirt", **more: object) -> Product:
    facts = {"url": f"https://shop.example/{external_id}", "price": 59_000_000, "currency": "EUR", **more}
    return Product(external_id, title, **facts)  # type: ignore[arg-type]


def send(device: Device, do: str, **values: str) -> Answer:
    device.get("/sign-out")
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "country": "DE", "do": do, **values}
    return device.post(GOODS, form)


def public(company: Company, path: str = PUBLIC) -> Answer:
    return Device(company.app()).get(path)


def codes(answer: Answer) -> list[str]:
    return re.findall(r'class="good" href="/r/([a-z0-9]+)"', answer.text)


def test_a_product_she_adds_stands_on_her_page_with_a_labelled_link_of_hers(company: Company) -> None:
    cleo = company.device("cleo")
    assert "has not said yet what it sells" in words(cleo.get(GOODS))
    number = tell(company, shirt())["shirt"]
    found = words(cleo.get(f"{GOODS}?q=SHIRT"))
    assert "Linen shirt 59.00 € Add Linen shirt" in found
    assert "Nothing fits this search" in words(cleo.get(f"{GOODS}?q=hat"))
    assert send(cleo, f"add {number}", heading="For summer").status == 302
    page = public(company)
    assert "For summer Werbung Linen shirt 59.00 €" in words(page)
    (code,) = codes(page)
    assert company.house.rows("SELECT destination, label_text, creator_party_id FROM link WHERE code = %s", code) == [
        ("https://shop.example/shirt", "Werbung", company.brand.cleo)
    ]
    listed = page.text[page.text.index('id="links"') :]
    assert code not in listed, "it stands once"
    assert "on your page" in words(cleo.get(GOODS))
    assert json.loads(cleo.get("/account/linen/data").text)["page"]["products"] == [
        {"section": "For summer", "title": "Linen shirt"}
    ]


def test_a_link_that_she_has_is_taken_up_again_where_its_label_is_for_that_country(company: Company) -> None:
    cleo, number = company.device("cleo"), tell(company, shirt("again"))["again"]
    count = "SELECT count(*) FROM link"
    before = company.house.value(count)
    send(cleo, f"add {number}", heading="A")
    (first,) = codes(public(company))
    shelf = company.house.value("SELECT id FROM page_shelf")
    send(cleo, f"off {shelf} {number}")
    assert first in public(company).text, "her link stays hers"
    send(cleo, f"add {number}", shelf=str(shelf))
    assert codes(public(company)) == [first]
    send(cleo, f"off {shelf} {number}")
    send(cleo, f"add {number}", shelf=str(shelf), country="GB")
    (second,) = codes(public(company))
    assert second != first
    assert company.house.value(count) == before + 2
    assert "Ad Linen shirt" in words(public(company))


def test_sections_and_products_stand_in_her_order(company: Company) -> None:
    cleo = company.device("cleo")
    numbers = tell(company, *(shirt(name, name.title()) for name in ("one", "two", "three", "four")))
    send(cleo, f"add {numbers['one']}", heading="First")
    first = company.house.value("SELECT id FROM page_shelf")
    for name in ("two", "three"):
        send(cleo, f"add {numbers[name]}", shelf=str(first))
    send(cleo, f"add {numbers['four']}", heading="Second")
    second = company.house.value("SELECT max(id) FROM page_shelf")

    def titles() -> list[str]:
        page = public(company).text.partition('id="links"')[0]
        return [a or b for a, b in re.findall(r'<h2 id="shelf-\d+">([^<]+)|class="link-text">(\w+)', page)]

    assert titles() == ["First", "One", "Two", "Three", "Second", "Four"]
    send(cleo, f"up {first} {numbers['three']}")
    send(cleo, f"down {first} {numbers['one']}")
    assert titles() == ["First", "Three", "One", "Two", "Second", "Four"]
    send(cleo, f"up {first} {numbers['three']}")
    send(cleo, f"shelf-up {second}")
    send(cleo, f"rename {second}", heading="  Top   of all ")
    assert titles() == ["Top of all", "Four", "First", "Three", "One", "Two"]
    send(cleo, f"drop {first}")
    assert titles() == ["Top of all", "Four"]


def test_what_is_sold_out_leads_nowhere_and_what_is_gone_or_paused_vanishes(company: Company) -> None:
    cleo = company.device("cleo")
    numbers = tell(company, shirt("scarf", "Scarf"), shirt("stocking", "Stocking"))
    send(cleo, f"add {numbers['scarf']}", heading="A")
    shelf = str(company.house.value("SELECT id FROM page_shelf"))
    send(cleo, f"add {numbers['stocking']}", shelf=shelf)
    assert len(codes(public(company))) == 2
    tell(company, shirt("scarf", "Scarf", sold_out=True))
    page = public(company)
    assert len(codes(page)) == 1
    assert "sold out Scarf" in words(page)
    tell(company, shirt("scarf", "Scarf", gone=True))
    assert "Scarf" not in public(company).text
    assert "gone, not shown" in words(cleo.get(GOODS))
    set_link_state(company.brand.programme, codes(public(company))[0], "paused", company.house.later(SECOND))
    assert "Stocking" not in public(company).text
    assert 'class="shelf"' not in public(company).text, "an empty section is not shown"
    assert "paused or ended, not shown" in words(cleo.get(GOODS))


def test_when_the_address_of_a_product_changes_her_link_follows(company: Company) -> None:
    cleo, number = company.device("cleo"), tell(company, shirt("moving"))["moving"]
    send(cleo, f"add {number}", heading="A")
    (before,) = codes(public(company))
    tell(company, shirt("moving", url="https://shop.example/moved"))
    (after,) = codes(public(company))
    rows = company.house.rows("SELECT code, destination, label_text FROM link WHERE code = ANY(%s)", [before, after])
    assert sorted(rows) == sorted(
        [(before, "https://shop.example/moving", "Werbung"), (after, "https://shop.example/moved", "Werbung")]
    )
    assert company.brand.sound()


def test_nobody_places_what_is_not_hers_or_of_another_brand(company: Company) -> None:
    cleo, carla = company.device("cleo"), company.device("carla")
    number = tell(company, shirt())["shirt"]
    foreign = tell(company, shirt(), brand=company.other)["shirt"]
    refused = send(cleo, f"add {foreign}", heading="A")
    assert (refused.status, "not sold here" in words(refused)) == (422, True)
    assert send(cleo, f"add {number}", heading="A").status == 302
    shelf = company.house.value("SELECT id FROM page_shelf")
    for do in (
        f"up {shelf} {number}",
        f"off {shelf} {number}",
        f"drop {shelf}",
        f"rename {shelf}",
        f"shelf-up {shelf}",
    ):
        answer = send(carla, do, heading="Mine")
        assert (answer.status, "no such section" in words(answer)) == (422, True), do
    answer = send(carla, f"add {number}", shelf=str(shelf))
    assert (answer.status, "no such section" in words(answer)) == (422, True)
    assert len(codes(public(company))) == 1
    for name in ("bea", "finn", "dora"):
        assert send(company.device(name), f"add {number}", heading="A").status == 403, name


def test_what_a_form_cannot_mean_is_refused_and_changes_nothing(company: Company) -> None:
    cleo, number = company.device("cleo"), tell(company, shirt())["shirt"]
    for do, values, said in (
        (f"add {number}", {"heading": " "}, "heading of 1 to 100"),
        (f"add {number}", {"heading": "h" * 101}, "heading of 1 to 100"),
        (f"add {number}", {"heading": "A", "country": "XX"}, "no advertising label"),
        ("add 999", {"heading": "A"}, "not sold here"),
        ("add", {}, "none of this page"),
        ("", {}, "none of this page"),
        ("up 1 x", {}, "none of this page"),
        ("fly 1", {}, "none of this page"),
        ("up 1 ²", {}, "none of this page"),
    ):
        answer = send(cleo, do, **values)
        assert (answer.status, said in words(answer)) == (422, True), do
        assert company.house.value("SELECT count(*) FROM page_shelf") == 0


def test_a_page_has_room_for_some_products_and_sections_and_for_each_once(company: Company) -> None:
    programme, me, now = company.brand.programme, company.brand.cleo, company.house.now

    def add(number: int, shelf: int = 0) -> str:
        try:
            shelves.add(programme, me, Adding(number, shelf, "A", "DE"), now, lambda *_: None)
        except FanshareError as error:
            return error.code
        return ""

    numbers = list(tell(company, *(shirt(f"s{n}") for n in range(shelves.MOST_PRODUCTS + 1))).values())
    assert [add(one) for one in numbers[:9]] == [""] * shelves.MOST_SHELVES + ["too_many_sections"]
    assert add(numbers[0]) == "on_page_already"
    shelf = company.house.value("SELECT min(id) FROM page_shelf")
    assert {add(one, shelf) for one in numbers[8 : shelves.MOST_PRODUCTS]} == {""}
    assert add(numbers[-1], shelf) == "too_many_on_page"
    page = public(company)
    assert len(codes(page)) == shelves.MOST_PRODUCTS
    assert len(page.text.encode()) <= 100_000


def test_whoever_leaves_takes_her_sections_along(company: Company) -> None:
    number, programme, now = tell(company, shirt())["shirt"], company.brand.programme, company.house.now
    gone = add_creator(programme, Joiner("Gone Soon", "gone@example.test"), now)
    shelves.add(programme, gone, Adding(number, 0, "A", "DE"), now, lambda *_: None)
    assert company.house.value("SELECT count(*) FROM page_product") == 1
    erase(programme, gone, company.house.later(SECOND))
    assert company.house.value("SELECT count(*) FROM page_product") == 0
    assert company.house.value("SELECT count(*) FROM page_shelf") == 0
    with pytest.raises(FanshareError, match="erased"):
        shelves.add(programme, gone, Adding(number, 0, "A", "DE"), company.house.now, lambda *_: None)


def hung(company: Company, product: int) -> None:
    """Give a product a copy of its picture."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((300, 200)).save(out, "PNG")
    wanted = product_pictures.Wanted(product, "https://cdn.example/a.png", 0)
    drawn = pictures.redrawn(out.getvalue(), side=600)
    assert product_pictures.keep(company.brand.access, wanted, pictures.name(), drawn, company.house.now)


def test_pages_with_products_stay_within_twelve_statements(company: Company) -> None:
    told = [shirt(f"s{n}", picture="https://cdn.example/a.png") for n in range(12)]
    for number in tell(company, *told).values():
        hung(company, number)
        shelf = company.house.value("SELECT coalesce(min(id), 0) FROM page_shelf")
        new = Adding(number, shelf, "A", "DE")
        shelves.add(company.brand.programme, company.brand.cleo, new, company.house.now, lambda *_: None)
    asked: list[str] = []
    app = company.app(lambda conn: Watching(conn, asked))
    assert Device(app).get(PUBLIC).text.count("/picture/linen/") == 12
    assert 0 < len(asked) <= 12, "\n".join(asked)
    cleo = company.device("cleo", app)
    cleo.get(GOODS)
    asked.clear()
    assert "Take off" in cleo.get(GOODS).text
    assert 0 < len(asked) <= 12, "\n".join(asked)


def test_she_puts_products_on_her_page_in_a_real_browser(company: Company) -> None:
    told = (shirt(title=hostile.PAYLOADS[1], picture="https://cdn.example/a.png"), shirt("sock", "Sock", sold_out=True))
    numbers = tell(company, *told)
    hung(company, numbers["shirt"])
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.open("/creator/linen/page")
        seen.page.get_by_role("link", name="Products on my page").click()
        seen.page.wait_for_url(base + GOODS)
        seen.fit("creator-goods-empty")
        seen.page.get_by_label("Heading of your first section").fill("For summer")
        seen.page.get_by_role("button", name="Add Sock").click()
        seen.page.wait_for_url("**/products?kept=1")
        seen.page.get_by_role("searchbox", name="search").fill("svg" if "svg" in told[0].title.lower() else "img")
        seen.press(seen.page.get_by_role("button", name="Show"))
        seen.page.get_by_role("button", name="Add", exact=False).last.click()
        seen.page.wait_for_url("**/products?kept=1&q=*")
        seen.fit("creator-goods")
        seen.open(PUBLIC)
        picture = seen.page.get_by_alt_text(told[0].title)
        picture.scroll_into_view_if_needed()
        seen.page.wait_for_function("document.querySelector('.good img').naturalWidth === 300")
        assert picture.get_attribute("loading") == "lazy"
        expect(seen.page.get_by_text("sold out")).to_be_visible()
        seen.fit("creator-public-goods")
        assert seen.page.evaluate("window.pwned") is None
        assert seen.complaints() == []
