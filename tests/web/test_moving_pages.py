"""Numbers move while a page is open: through a real edge, in a real browser, and never under somebody's hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from fanshare.jobs.pulse import beat
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.serving import behind_an_edge

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edge")


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("moving")) as made:
        yield made


@pytest.fixture
def seen(browser: Browser, company: Company, home: Path) -> Iterator[Watched]:
    """Bea before her orders; she is told by the edge."""
    with (
        behind_an_edge(company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1"), home) as base,
        watched(browser, base, width=1280) as page,
    ):
        page.page.goto(f"{base}/sign-in/confirm?t={company.token('bea')}")
        page.page.get_by_role("button", name="Sign in").click()
        page.page.wait_for_url(base + "/home")
        with page.page.expect_response(lambda answer: "/live/" in answer.url):
            page.page.goto(base + "/brand/linen/orders")
        yield page


def sold(company: Company, home: Path, number: str) -> None:
    """An order of the shop, and the beat of the worker that settled it."""
    tell(company.brand, order(company.brand, number, company.brand.link))
    beat(home, company.brand.tenant.id)


def test_an_order_appears_without_loading_the_page(seen: Watched, company: Company, home: Path) -> None:
    seen.page.evaluate("window.same = true")
    sold(company, home, "M1")
    expect(seen.page.get_by_text("#M1")).to_be_visible(timeout=15_000)
    assert seen.page.evaluate("window.same") is True, "the page was not loaded anew"
    assert seen.console == []


def test_whoever_is_using_the_page_is_asked_first(seen: Watched, company: Company, home: Path) -> None:
    seen.page.locator("main input").first.focus()
    sold(company, home, "M2")
    notice = seen.page.locator("#moved")
    expect(notice).to_be_visible(timeout=15_000)
    assert seen.page.get_by_text("#M2").count() == 0
    notice.get_by_role("link").click()
    expect(seen.page.get_by_text("#M2")).to_be_visible()


def test_a_fan_s_pages_do_not_listen(company: Company) -> None:
    for path in ("/fan/linen", "/fan/linen/earnings"):
        assert "data-moves" not in company.device("finn").get(path).text
    assert 'data-moves="/live/' in company.device("cleo").get("/creator/linen").text
