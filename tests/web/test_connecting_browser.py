"""Connecting a shop in a real browser: by keyboard, without script, narrow and wide, light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from fanshare.flows.context import open_programme
from fanshare.flows.programmes import checked, found
from fanshare.store.access import Access
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.connecting import delivery, only
from tests.web.support.serving import served

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("connecting")) as made:
        yield made


def enter(seen: Watched, company: Company, name: str) -> None:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.get_by_role("button", name="Sign in").press("Enter")
    seen.page.wait_for_url(seen.base + "/home")


def test_from_an_empty_programme_to_a_connected_shop_by_keyboard_and_without_script(
    browser: Browser, company: Company
) -> None:
    house = company.house
    new = checked("Moss & Co", "EUR", "DE", "Europe/Berlin", slug="moss")
    tenant = found(house.conn, KEYS, new, house.now, "test", owner="moss@example.test")
    with house.open():
        app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
        with served(app) as base, watched(browser, base, script=False) as seen:
            page = seen.page
            enter(seen, company, "moss")
            page.goto(f"{base}/brand/moss")
            page.wait_for_url("**/brand/moss/start")
            page.get_by_role("link", name="Look at every figure, then publish").press("Enter")
            page.get_by_role("button", name="See what it means").press("Enter")
            page.get_by_role("button", name="Publish as version 1").press("Enter")
            page.wait_for_url("**/brand/moss/start")
            page.get_by_role("link", name="Connect a shop").press("Enter")
            page.get_by_role("radio", name="Signed orders").press("Space")
            page.get_by_role("button", name="Go on").press("Enter")
            page.get_by_label("Address of your shop").fill("https://shop.example")
            seen.press(page.get_by_role("button", name="Connect it"), key="Enter")
            secret = page.get_by_role("region", name="Secret", exact=True).inner_text()
            page.get_by_role("link", name="See whether it speaks").press("Enter")
            expect(page.get_by_text("waiting for the first delivery")).to_be_visible()
            shop = only(open_programme(Access(house.conn, tenant.id, "test"), tenant.public_id, KEYS))
            house.worker.housekeeping()
            assert house.edge_knows(shop.endpoint)
            assert delivery(company, shop, secret.encode()).status_code == 200
            house.work()
            page.get_by_role("link", name="Look again").press("Enter")
            expect(page.get_by_text("it came, signature good")).to_be_visible()
            assert seen.complaints() == []


@pytest.mark.parametrize("width", [360, 1440])
def test_the_forms_are_quiet_and_accessible(browser: Browser, company: Company, width: int) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base, width=width) as seen:
        enter(seen, company, "bea")
        seen.open("/brand/linen/connections/new")
        seen.fit(f"brand-connect-{width}")
        seen.page.get_by_role("radio", name="Shopify").check()
        seen.press(seen.page.get_by_role("button", name="Go on"))
        seen.fit(f"brand-connect-shopify-{width}")
        seen.open("/brand/linen/connections/new")
        seen.page.get_by_role("radio", name="Postbacks").check()
        seen.page.get_by_role("button", name="Go on").click()
        seen.page.get_by_label("Address of your shop").fill("https://shop.example")
        seen.press(seen.page.get_by_role("button", name="Connect it"))
        seen.fit(f"brand-connected-{width}")
        seen.press(seen.page.get_by_role("link", name="See whether it speaks"))
        seen.fit(f"brand-shop-{width}")
        assert [one for one in seen.complaints() if "/live/" not in one] == []
