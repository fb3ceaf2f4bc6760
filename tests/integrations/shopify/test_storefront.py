"""What goes into the shop, in a real Chromium: the theme's snippet against a cart, the pixel in its sandbox's shape."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from fanshare.core.errors import BadInputError
from fanshare.integrations.shopify.storefront import PIXEL, THEME, discount_address, snippet
from tests.support.flaky_http import FlakyServer, Reply, Request, reply
from tests.web.support.browser import chromium

#: What Shopify puts on the page: consent as the visitor gave it, and the loader of the privacy API.
SHOPIFY = """
<script>
  window.consent = %s;
  window.Shopify = { routes: { root: "/de/" }, loadFeatures: (wanted, done) => setTimeout(() => {
    Shopify.customerPrivacy = { marketingAllowed: () => window.consent }; done();
  }, 1) };
  %s
</script>
"""
GPC = 'Object.defineProperty(navigator, "globalPrivacyControl", { value: true });'
READ = 'JSON.parse(localStorage.getItem("fs_path") || "{}").p || []'


class Shop:
    """A storefront with the snippet in its theme and a cart."""

    def __init__(self) -> None:
        self.cart: dict[str, Any] = {"attributes": {"gift": "yes"}}
        self.consent, self.more, self.updates = "true", "", 0
        self.server = FlakyServer(self.answer)

    def answer(self, request: Request) -> Reply:
        if request.path == "/de/cart.js":
            return reply(self.cart)
        if request.path == "/de/cart/update.js":
            self.updates += 1
            self.cart["attributes"] |= request.json["attributes"]
            return reply(self.cart)
        page = "<!doctype html><title>Linen</title>" + SHOPIFY % (self.consent, self.more) + snippet(THEME)
        return Reply(200, page.encode(), {"content-type": "text/html", "set-cookie": "cart=abc"})

    @property
    def path(self) -> str:
        return str(self.cart["attributes"].get("fs_path", ""))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    with made.server:
        yield made


@pytest.fixture
def page(browser: Browser, shop: Shop) -> Iterator[Page]:
    context = browser.new_context(base_url=shop.server.url)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    assert errors == []
    context.close()


def visit(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_timeout(30)
    page.wait_for_load_state("networkidle")


def expect_soon(page: Page, shop: Shop, path: str) -> None:
    """What the cart holds once the page has told it, however busy the machine is."""
    for _ in range(200):
        if shop.path == path:
            return
        page.wait_for_timeout(50)
    assert shop.path == path


def test_the_snippet_fits_into_two_kilobytes_and_names_no_other_host() -> None:
    assert len(snippet(THEME).encode()) < 2_000
    assert len(snippet(PIXEL).encode()) < 2_000
    assert "http" not in snippet(THEME) + snippet(PIXEL)


def test_a_click_is_kept_with_the_cart_and_other_attributes_stay(shop: Shop, page: Page) -> None:
    visit(page, "/products/linen?fs=aaa")
    assert shop.cart["attributes"] == {"gift": "yes", "fs_path": "aaa"}


def test_the_path_is_append_only_and_told_once(shop: Shop, page: Page) -> None:
    for address in ("/?fs=aaa", "/products/linen", "/?fs=bbb", "/cart", "/?fs=aaa"):
        visit(page, address)
    assert shop.path == "aaa,bbb"
    assert shop.updates == 2


def test_the_first_and_the_last_nineteen_are_kept(shop: Shop, page: Page) -> None:
    shop.cart["attributes"]["fs_path"] = ",".join(f"id{number}" for number in range(20))
    visit(page, "/?fs=new")
    kept = shop.path.split(",")
    assert (len(kept), kept[0], kept[1], kept[-1]) == (20, "id0", "id2", "new")


def test_a_new_cart_learns_what_is_remembered(shop: Shop, page: Page) -> None:
    visit(page, "/?fs=aaa")
    shop.cart = {"attributes": {}}
    page.evaluate("sessionStorage.clear()")
    visit(page, "/products/linen")
    assert shop.path == "aaa"


def test_nothing_is_kept_without_consent(shop: Shop, page: Page) -> None:
    shop.consent = "false"
    visit(page, "/?fs=aaa")
    assert shop.path == ""
    assert page.evaluate(READ) == []
    # The visitor agrees later, on the same page.
    page.evaluate("window.consent = true; document.dispatchEvent(new Event('visitorConsentCollected'))")
    expect_soon(page, shop, "aaa")


def test_global_privacy_control_outweighs_consent(shop: Shop, page: Page) -> None:
    shop.more = GPC
    visit(page, "/?fs=aaa")
    assert shop.path == ""
    assert page.evaluate(READ) == []


@pytest.mark.parametrize(
    "stored", ['"x"', "7", "{", '{"t": 9e15, "p": "abc"}', '{"t": 9e15, "p": [1, null, {}, "<b>"]}']
)
def test_a_spoiled_memory_does_no_harm(shop: Shop, page: Page, stored: str) -> None:
    visit(page, "/")
    page.evaluate("text => localStorage.setItem('fs_path', text)", stored)
    visit(page, "/?fs=%3Cscript%3E")
    visit(page, "/?fs=aaa")
    assert shop.path.split(",")[-1] == "aaa"
    assert "<" not in shop.path


def test_the_pixel_remembers_in_the_shops_own_storage_with_consent_only(shop: Shop, page: Page) -> None:
    """The sandbox's own names are stood in for as Shopify documents them."""
    world = """
      const told = {}, store = {};
      window.browser = { localStorage: {
        getItem: async (key) => store[key] ?? null, setItem: async (key, text) => { store[key] = text; } } };
      window.init = { customerPrivacy: { marketingAllowed: %s } };
      window.customerPrivacy = { subscribe: (name, call) => { told[name] = call; } };
      window.analytics = { subscribe: (name, call) => { told[name] = call; } };
      window.see = async (href) => {
        told.page_viewed({ context: { document: { location: { href } } } });
        await new Promise((r) => setTimeout(r, 5));
      };
      window.agree = async () => {
        told.visitorConsentCollected({ customerPrivacy: { marketingAllowed: true } });
        await new Promise((r) => setTimeout(r, 5)); };
      window.kept = () => JSON.parse(store.fs_path || "{}").p || [];
    """
    page.goto("/")
    for consent, first in (("true", ["aaa"]), ("false", [])):
        page.goto("/")
        page.add_script_tag(content=f"{{ {world % consent} }}")
        page.add_script_tag(content=f"{{ {snippet(PIXEL)} }}")
        page.evaluate("see('https://shop.example/?fs=aaa')")
        assert page.evaluate("kept()") == first
        page.evaluate("agree()")
        page.evaluate("see('https://shop.example/?fs=bbb')")
        page.evaluate("see('https://shop.example/?fs=%3Cb%3E')")
        assert page.evaluate("kept()") == ["aaa", "bbb"]


def test_a_discount_address_sets_the_code_and_leads_on() -> None:
    address = discount_address("https://linen.example", " MIRA 10 ", "/products/x?size=m")
    assert address == "https://linen.example/discount/MIRA%2010?redirect=/products/x%3Fsize%3Dm"
    assert discount_address("https://linen.example/", "A&b/c") == "https://linen.example/discount/A%26b%2Fc?redirect=/"


@pytest.mark.parametrize(
    ("shop_url", "to"), [("http://x.example", "/"), ("nonsense", "/"), ("https://x.example", "//evil.example")]
)
def test_other_addresses_are_refused(shop_url: str, to: str) -> None:
    with pytest.raises(BadInputError):
        discount_address(shop_url, "MIRA10", to)


def test_the_snippet_is_what_a_server_would_send_as_it_is() -> None:
    assert json.dumps(snippet(THEME)).isascii()
