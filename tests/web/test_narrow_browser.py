"""A narrow window in a real Chromium: words of the bar below stay whole, and large amounts stay on the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import served

__all__ = ["schema_template"]

#: Words (what no blank divides) of the bar below that stand in two lines, and entries that are out of the window.
_BROKEN = """() => [...document.querySelectorAll('.tabs .tab, .tabs > details > summary')].flatMap(entry => {
  const text = entry.querySelector('span').firstChild, found = []
  for (const word of text.data.matchAll(/[^\\s\\u00ad]+/g)) {
    const range = document.createRange()
    range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length)
    const seen = [...range.getClientRects()].filter(one => one.width > 8)  // what is narrower is a hyphen
    if (new Set(seen.map(one => Math.round(one.top))).size > 1) found.push(word[0])
  }
  return entry.getBoundingClientRect().right > innerWidth + 0.5 ? [...found, text.data] : found
})"""
_LARGE = """() => document.querySelectorAll('main td.number').forEach(cell => {
  if (/[0-9]/.test(cell.textContent)) cell.textContent = '9123456,851851\u00a0€'
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("narrow")) as made:
        yield made


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    with served(company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")) as address:
        yield address


def enter(seen: Watched, company: Company, name: str) -> None:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.locator("main button").press("Enter")
    seen.page.wait_for_url(seen.base + "/home")


@pytest.mark.parametrize(
    ("name", "path"),
    [("finn", "/fan/linen"), ("cleo", "/creator/linen"), ("bea", "/brand/linen"), ("otto", "/operator")],
)
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_the_bar_below_breaks_no_word(
    browser: Browser, company: Company, base: str, language: str, name: str, path: str
) -> None:
    with watched(browser, base, locale=language) as seen:
        enter(seen, company, name)
        seen.open(path)
        for width in (390, 360, 320):
            seen.page.set_viewport_size({"width": width, "height": 800})
            assert seen.page.evaluate(_BROKEN) == [], width


def test_a_word_that_has_no_room_would_be_found(browser: Browser, company: Company, base: str) -> None:
    with watched(browser, base, locale="de-DE") as seen:
        enter(seen, company, "finn")
        seen.open("/fan/linen")
        seen.page.set_viewport_size({"width": 320, "height": 800})
        seen.page.evaluate("document.querySelectorAll('.tab').forEach(one => { one.style.fontSize = '1.6rem' })")
        assert seen.page.evaluate(_BROKEN) != []


def test_books_of_a_busy_programme_stay_within_a_narrow_window(browser: Browser, company: Company, base: str) -> None:
    with watched(browser, base, locale="de-DE") as seen:
        enter(seen, company, "otto")
        seen.open("/operator/books")
        seen.page.evaluate(_LARGE)
        for width in (390, 320, 1280):
            seen.page.set_viewport_size({"width": width, "height": 800})
            assert seen.sideways() == 0, width
            [high] = set(
                seen.page.locator("main caption").evaluate_all("all => all.map(one => Math.round(one.offsetHeight))")
            )
            assert high < 40, "a currency is one word in one line"
