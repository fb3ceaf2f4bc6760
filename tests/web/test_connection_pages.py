"""How the shops are doing, on a page: for the brand's people and the operator, and for nobody else."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from fanshare.core.instants import DAY, MINUTE, utc_day
from fanshare.flows import connection_changes
from fanshare.flows.connections import Connection, NewConnection, add_connection
from fanshare.store.queries import asking
from fanshare.store.server import Server
from fanshare.web.brand import connections
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import served

__all__ = ["schema_template"]

PAGE = "/brand/linen/connections"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Bea's programme with a shop that was heard three minutes ago and missed two, one without an app, one paused."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("health")) as made:
        woo = connect(made, "woocommerce", "https://linen.example", asked=True)
        access, now = made.brand.access, made.house.now
        asking.fetched_first(access, woo.id, ["1041", "1042"], now - 10 * MINUTE)
        put(made, woo, "last_heard_at = %s, asked_at = %s", now - 3 * MINUTE, now - 4 * MINUTE)
        counts = "INSERT INTO connection_day (programme_id, connection_id, day, accepted) VALUES (%s, %s, %s, 31)"
        made.house.conn.execute(counts, [access.programme_id, woo.id, utc_day(now)])
        connect(made, "shopify", "https://linen-by-bea.myshopify.com")
        connection_changes.pause(made.brand.programme, connect(made, "stripe", ""), now - DAY)
        yield made


def connect(company: Company, kind: str, url: str, *, asked: bool = False) -> Connection:
    api = ("ck_canary_key", "cs_canary_secret") if asked else None
    new = NewConnection(kind, url, ("whsec_canary_sign",), api, endpoint=f"{kind}-linen")
    since = company.house.now - 8 * DAY
    return add_connection(company.brand.programme, new, since, can_fetch=True, reports_fulfilment=True)


def put(company: Company, shop: Connection, columns: str, *values: object) -> None:
    company.house.conn.execute(f"UPDATE connection SET {columns} WHERE id = %s", [*values, shop.id])


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.replace("\xa0", " ")).split())


@pytest.mark.parametrize("who", ["bea", "rea", "otto"])
def test_a_line_says_when_a_shop_was_heard_and_what_was_missed_and_fetched(company: Company, who: str) -> None:
    page = company.device(who).get(PAGE)
    assert page.status == 200
    seen = words(page.text)
    assert "WooCommerce · linen.example all is well Last heard 3 min ago, 2 missed, fetched." in seen
    assert "The shop is asked what has changed every ten minutes, last 4 min ago." in seen
    assert "Shopify · linen-by-bea.myshopify.com look at this Never heard, orders as reported by the shop." in seen
    assert "has never sent anything: look whether its webhooks are still active." in seen
    assert "Stripe look at this Paused 1 day ago, never heard" in seen
    assert "fanshare connection resume stripe-linen" in seen
    assert "canary" not in page.text


def test_the_days_on_which_something_happened_stand_in_a_table(company: Company) -> None:
    seen = words(company.device("bea").get(PAGE).text)
    assert "Sun 22 Nov 31 2 0 -" in seen
    assert "Sat 21 Nov 0 0 0 21 h" in seen


def test_a_shop_that_refuses_us_needs_somebody(company: Company) -> None:
    found = connection_changes.find(company.brand.programme, "woocommerce-linen")
    why = "The shop refused our key (401); enter a new one."
    put(company, found, "problem_code = 'shop_refused', problem = %s", why)
    try:
        seen = words(company.device("bea").get(PAGE).text)
        assert "needs you Last heard 3 min ago" in seen
        assert why in seen
        assert "needs you" in words(company.device("otto").get("/connections").text)
    finally:
        put(company, found, "problem_code = '', problem = ''")


def test_an_operator_sees_all_programmes_page_by_page_and_a_brand_its_own(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    otto, bea = company.device("otto"), company.device("bea")
    everything = otto.get("/connections").text
    assert {PAGE, "/brand/wool/connections"} <= set(re.findall(r'href="(/brand/[^"]+)"', everything))
    assert re.findall(r'href="(/brand/[^"]+)"', bea.get("/connections").text) == [PAGE]
    assert "/connections" in re.findall(r'class="link-card" href="([^"]+)"', otto.get("/home").text)
    monkeypatch.setattr(connections, "AT_ONCE", 1)
    found, href = [], "/connections"
    while href:
        page = otto.get(href).text
        found += re.findall(r'href="/brand/([^"/]+)/connections"', page)
        further = re.search(r'href="(\?after=[^"]+)"', page)
        href = f"/connections{further[1]}" if further else ""
    assert len(found) == len(set(found)) >= 3


def test_other_programmes_and_ones_that_do_not_exist_show_nothing(company: Company) -> None:
    assert company.device("dora").get(PAGE).status == 403
    assert company.device("bea").get("/brand/wool/connections").status == 403
    assert company.device("bea").get("/brand/nobody/connections").status == 403
    assert company.device("otto").get("/brand/nobody/connections").status == 404
    assert company.device("bea").post(PAGE, {}).status in {403, 405}


def test_the_terms_say_that_orders_are_as_reported(company: Company) -> None:
    assert "Orders as reported by the shop" in company.device().get("/terms/linen").text
    house = company.house.bea
    access = house.access
    access.execute("UPDATE connection SET can_fetch = true WHERE programme_id = %(programme_id)s", {})
    assert "Orders as reported by the shop" not in company.device().get(f"/terms/{house.tenant.slug}").text


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_quiet_and_accessible(browser: Browser, company: Company, width: int) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base, width=width) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('otto')}")
        seen.press(seen.page.get_by_role("button", name="Sign in"))
        for name, path in (("connections", PAGE), ("all-connections", "/connections")):
            seen.open(path)
            seen.unfold()
            seen.fit(f"{name}-{width}")
        assert seen.complaints() == []
