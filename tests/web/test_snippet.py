"""The shops' snippet in a real Chromium: a shop on one origin, the snippet served by ours on another."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page

from fanshare.web import snippet
from tests.support.flaky_http import FlakyServer, Reply, Request
from tests.web.support.browser import chromium
from tests.web.support.serving import app, ask, served

GPC = 'Object.defineProperty(navigator, "globalPrivacyControl", { value: true });'
#: A consent tool of the shop's own, and one that speaks TCF 2.2.
OWN = "window.fanshareConsent = decide => { window.decide = decide; };"
TCF = "window.__tcfapi = (name, version, listener) => { window.say = listener; };"
STORED = "[document.cookie.match(/fs_path=([^;]*)/)?.[1] || '', localStorage.getItem('fs_path') || '']"
FIELDS = "Object.fromEntries(new FormData(document.forms[0]))"


def click(number: int) -> str:
    return f"{number:036}"


class Shop:
    """A shop's page with the snippet in its head, a form for orders, another form, and an ear for beacons."""

    def __init__(self, ours: str) -> None:
        self.attributes, self.before = 'data-consent="granted"', ""
        self.ours = ours
        self.orders: list[dict[str, list[str]]] = []
        self.beacons: list[bytes] = []
        self.server = FlakyServer(self.answer)

    def answer(self, request: Request) -> Reply:
        if request.path == "/order":
            self.orders.append(parse_qs(request.body.decode()))
        if request.path == "/seen":
            self.beacons.append(request.body)
        return Reply(200, self.page().encode(), {"content-type": "text/html"})

    def page(self) -> str:
        tag = snippet.tag(self.ours).replace("<script", f"<script {self.attributes}")
        return (
            f"<!doctype html><title>Linen</title><script>{self.before}</script>{tag}"
            '<form data-fanshare method="post" action="/order"><input name="what" value="shirt"><button>Buy</button>'
            '</form><form id="search"><input name="q"></form>'
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def ours() -> Iterator[str]:
    with served(app()) as base:
        yield base


@pytest.fixture
def shop(ours: str) -> Iterator[Shop]:
    made = Shop(ours)
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


def path_of(page: Page) -> str:
    return str(page.evaluate("fanshare.path()"))


# As it is served


def test_it_weighs_less_than_two_kilobytes_names_no_host_and_makes_nothing_up() -> None:
    assert len(snippet.text()) < snippet.LIMIT
    assert snippet.text().isascii()
    for word in (b"http://", b"https://", b"eval(", b"innerHTML", b"//"):
        assert word not in snippet.text()


def test_it_is_served_for_ever_under_its_hash_and_for_an_hour_under_an_old_one() -> None:
    for path, keep in ((snippet.path(), "immutable"), ("/snippet/0123456789ab.js", "max-age=3600")):
        answer = ask(app(), path)
        assert (answer.status, answer.text.encode()) == (200, snippet.text())
        assert keep in answer.headers["cache-control"]
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert not {"set-cookie", "access-control-allow-origin"} & answer.headers.keys()
    head = ask(app(), snippet.path(), method="HEAD")
    assert (head.status, head.text, head.headers["content-length"]) == (200, "", str(len(snippet.text())))


@pytest.mark.parametrize("path", ["/snippet/", "/snippet/x.js", "/snippet/0123456789ab.js/", "/snippet/../app.py"])
def test_nothing_else_is_served_there(path: str) -> None:
    assert ask(app(), path).status == 404


def test_it_takes_no_forms() -> None:
    assert ask(app(), snippet.path(), method="POST").status in {403, 404, 405}


# What it does in a shop


def test_the_id_of_a_link_is_kept_and_goes_into_the_order(shop: Shop, page: Page) -> None:
    page.goto(f"/shirt?fs={click(1)}")
    page.goto("/basket")
    assert page.evaluate(STORED) == [click(1), click(1)]
    page.click("button")
    page.wait_for_load_state()
    assert shop.orders == [{"what": ["shirt"], "fs_path": [click(1)]}]


def test_utm_id_stands_in_and_other_values_are_no_ids(shop: Shop, page: Page) -> None:
    page.goto(f"/?utm_id={click(1).upper()}")
    assert path_of(page) == click(1)
    for other in ("1042", "summer-sale", "%3Cscript%3E", click(1) + "0", "u" * 36):
        page.goto(f"/?fs={other}")
    assert path_of(page) == click(1)


def test_the_first_and_the_last_nineteen_are_kept_and_a_known_one_keeps_its_place(shop: Shop, page: Page) -> None:
    for number in [*range(1, 25), 24, 1]:
        page.goto(f"/?fs={click(number)}")
    assert path_of(page).split(",") == [click(number) for number in (1, *range(6, 25))]


def test_cookie_and_storage_stand_in_for_each_other(shop: Shop, page: Page) -> None:
    page.goto(f"/?fs={click(1)}")
    page.context.clear_cookies()
    page.goto("/")
    assert page.evaluate(STORED)[0] == click(1)
    page.evaluate("localStorage.clear()")
    page.goto("/")
    assert page.evaluate(STORED)[1] == click(1)


@pytest.mark.parametrize("stored", ["<b>", "a,b.c", "x" * 5000, "%00", "null"])
def test_a_spoiled_memory_does_no_harm(shop: Shop, page: Page, stored: str) -> None:
    page.goto("/")
    page.evaluate("text => localStorage.setItem('fs_path', text)", stored)
    page.goto(f"/?fs={click(1)}")
    assert path_of(page) == click(1)


def test_without_consent_nothing_is_stored_and_this_pages_id_alone_goes_into_its_form(shop: Shop, page: Page) -> None:
    shop.attributes = ""
    page.goto(f"/?fs={click(1)}")
    assert page.evaluate(STORED) == ["", ""]
    assert page.evaluate(FIELDS) == {"what": "shirt", "fs_path": click(1)}
    page.goto("/basket")
    assert page.evaluate(FIELDS) == {"what": "shirt"}


def test_consent_comes_and_goes_by_the_shops_own_tool(shop: Shop, page: Page) -> None:
    shop.attributes, shop.before = "", OWN
    page.goto(f"/?fs={click(1)}")
    assert page.evaluate(STORED) == ["", ""]
    page.evaluate("decide(true)")
    assert page.evaluate(STORED) == [click(1), click(1)]
    page.goto(f"/?fs={click(2)}")
    page.evaluate("decide(true)")
    assert path_of(page) == f"{click(1)},{click(2)}"
    page.evaluate("decide(false)")
    assert page.evaluate(STORED) == ["", ""]
    assert page.evaluate(FIELDS)["fs_path"] == click(2), "what was stored leaves the forms as well"
    page.goto("/")
    assert path_of(page) == ""


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("{ gdprApplies: true, eventStatus: 'cmpuishown', purpose: { consents: { 1: true } } }", False),
        ("{ gdprApplies: true, eventStatus: 'useractioncomplete', purpose: { consents: { 1: true } } }", True),
        ("{ gdprApplies: true, eventStatus: 'tcloaded', purpose: { consents: {} } }", False),
        ("{ gdprApplies: false, eventStatus: 'tcloaded' }", True),
    ],
)
def test_a_consent_tool_that_speaks_tcf_is_heard(shop: Shop, page: Page, told: str, kept: bool) -> None:
    shop.attributes, shop.before = "", TCF
    page.goto(f"/?fs={click(1)}")
    page.evaluate(f"say({told}, true)")
    assert page.evaluate(STORED) == ([click(1)] * 2 if kept else ["", ""])


def test_global_privacy_control_outweighs_consent_and_empties_what_was_kept(shop: Shop, page: Page) -> None:
    page.goto(f"/?fs={click(1)}")
    shop.before, shop.attributes = GPC, 'data-consent="granted" data-beacon="/seen"'
    page.goto(f"/?fs={click(2)}")
    assert page.evaluate(STORED) == ["", ""]
    page.evaluate("fanshare.checkout()")
    page.click("button")
    page.wait_for_load_state()
    assert "fs_path" not in shop.orders[0]
    assert shop.beacons == []


def test_the_start_of_the_checkout_goes_into_the_order_and_to_the_shops_own_ear_once(shop: Shop, page: Page) -> None:
    shop.attributes = 'data-consent="granted" data-beacon="/seen"'
    page.goto(f"/?fs={click(1)}")
    page.evaluate("fanshare.checkout(), fanshare.checkout()")
    page.click("button")
    page.wait_for_load_state("networkidle")
    (order,) = shop.orders
    assert order["fs_checkout"][0].endswith("Z")
    assert shop.beacons == [click(1).encode()]


def test_a_form_that_comes_later_is_filled_when_it_is_sent_and_other_forms_are_left_alone(
    shop: Shop, page: Page
) -> None:
    page.goto(f"/?fs={click(1)}")
    page.evaluate("document.forms[0].replaceWith(document.forms[0].cloneNode(false))")
    page.evaluate("document.forms[0].append(Object.assign(document.createElement('button'), { id: 'late' }))")
    page.click("#late")
    page.wait_for_load_state()
    assert shop.orders == [{"fs_path": [click(1)]}]
    page.evaluate("document.forms[1].requestSubmit()")
    page.wait_for_url("**/*q=")
    assert "fs_path" not in page.url
