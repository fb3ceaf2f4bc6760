"""Results, money and a budget that has stopped, in a real Chromium: wide, quiet, and by keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.instants import DAY, MINUTE, utc_day, zone
from fanshare.core.money import MICROS
from fanshare.flows import budgets
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.serving import served

__all__ = ["schema_template"]

WIDE = 1440


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Two creators who can be told apart, clicks on several days, and a month's budget that is spent."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("wide")) as made:
        linen, now = made.brand, made.house.now
        quince = made.house.value("SELECT id FROM link WHERE campaign = 'quinces'")
        states = [order(linen, f"Z{n}", linen.link, (10 + n) * MICROS, ago=(3 + n % 9) * DAY) for n in range(25)]
        tell(linen, *states, *(order(linen, f"Y{n}", quince, 21 * MICROS, ago=(2 + n % 7) * DAY) for n in range(21)))
        counted = "INSERT INTO click_day (programme_id, link_id, day, verdict, n) VALUES (%s, %s, %s, 'counted', %s)"
        for link, clicks in ((linen.link, 90), (quince, 300)):
            for ago in range(2, 9):
                made.house.conn.execute(counted, [linen.tenant.id, link, utc_day(now - ago * DAY), clicks])
        yield made


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    with served(company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")) as address:
        yield address


def enter(seen: Watched, company: Company, name: str) -> None:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.get_by_role("button", name="Sign in").press("Enter")
    seen.page.wait_for_url(seen.base + "/home")


def reach(seen: Watched, name: str, role: str = "link", most: int = 60) -> None:
    """Press Tab until the focus is on what bears a name, and see that it can be seen to be there."""
    for _ in range(most):
        seen.page.keyboard.press("Tab")
        here = seen.page.locator(":focus")
        if here.count() and name in (here.get_attribute("aria-label") or here.inner_text() or "").strip():
            assert here.evaluate("one => getComputedStyle(one).outlineStyle") != "none", (role, name)
            return
    pytest.fail(f"the keyboard does not reach {name!r}")


def test_results_and_money_are_quiet_and_accessible_on_a_wide_screen(
    browser: Browser, company: Company, base: str
) -> None:
    paths = {
        "results": "/results",
        "money": "/money",
        "money-adjusted": "/money?by=adjusted",
    }
    with watched(browser, base, width=WIDE) as seen:
        enter(seen, company, "fina")
        for name, path in paths.items():
            seen.open(f"/brand/linen{path}")
            seen.fit(f"brand-{name}-{WIDE}")
            assert seen.complaints() == [], name


def test_somebody_gets_from_results_to_an_order_and_to_who_is_owed_by_tab_and_enter_alone(
    browser: Browser, company: Company, base: str
) -> None:
    with watched(browser, base, width=WIDE, script=False) as seen:
        enter(seen, company, "fina")
        seen.page.goto(f"{base}/brand/linen/results")
        reach(seen, "Carla Quince")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/results?*creator=*")
        expect(seen.page.get_by_role("heading", name="Results of Carla Quince")).to_be_visible()
        reach(seen, "Nov")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/orders?from=*")
        reach(seen, "Money")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/brand/linen/money")
        reach(seen, "Who")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/money?by=who*")
        expect(seen.page.get_by_role("row", name="Carla Quince")).to_be_visible()
        assert seen.complaints() == []


@pytest.mark.parametrize("width", [360, WIDE])
def test_a_budget_that_has_stopped_is_quiet_and_says_so_on_its_page_and_on_the_overview(
    browser: Browser, company: Company, base: str, width: int
) -> None:
    stop(company)
    with watched(browser, base, width=width) as seen:
        enter(seen, company, "mona")
        for name, path in (("budget", "/budget"), ("overview", "")):
            seen.open(f"/brand/linen{path}")
            seen.fit(f"brand-{name}-stopped-{width}")
            expect(seen.page.get_by_text("have earned nothing new since")).to_be_visible()
            expect(seen.page.get_by_text("if it goes on so"), "it does not go on").not_to_be_visible()
        assert seen.complaints() == []


def stop(company: Company) -> None:
    """A budget that is spent already: links stop."""
    linen, now = company.brand, company.house.now
    budgets.set_budget(linen.programme, zone(linen.tenant.time_zone), "EUR", 5 * MICROS, now)
    company.house.later(2 * MINUTE)
    company.house.work()
