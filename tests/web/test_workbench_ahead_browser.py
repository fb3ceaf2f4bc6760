"""What lies ahead, on a phone with something in it: set aside, ideas, before she accepts; in both languages."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.instants import local_date, zone
from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import WORDS
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import behind_an_edge
from tests.web.test_workbench_browser import enter, fit
from tests.web.test_workbench_ideas import came

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("ahead")) as made:
        yield made


@pytest.fixture(scope="module")
def base(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with behind_an_edge(app, tmp_path_factory.mktemp("edge")) as address:
        yield address


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))


@pytest.mark.parametrize(("name", "language"), [("cleo", "en"), ("carla", "de")])
def test_what_lies_ahead_fits_a_phone_and_is_accessible_with_something_in_it(
    browser: Browser, company: Company, base: str, name: str, language: str
) -> None:
    with watched(browser, base, width=360) as seen:
        enter(seen, company, name)
        seen.page.context.add_cookies([{"name": "fanshare_language", "value": language, "url": base}])
        seen.open("/workbench/start")
        seen.page.locator("#new").fill(WORDS)
        seen.page.locator("#again").fill(WORDS)
        seen.press(seen.page.locator("main form button"))
        add(seen, "deal", name="Linen week", fee="3000")
        add(seen, "idea", words="Seams that hold: show the inside")
        add(seen, "never", words="Bet-Now")
        aside(seen)
        seen.open("/workbench/ideas")
        expect(seen.page.get_by_text("Seams that hold")).to_be_visible()
        shown(seen, f"workbench-ideas-some-{language}")
        works(seen, company, name)
        trust(seen)
        today(seen, name)
        before(seen, language)
        assert seen.page.locator("html").get_attribute("lang") == language


def add(seen: Watched, kind: str, **values: str) -> None:
    seen.open(f"/workbench/add/{kind}")
    for field, text in values.items():
        seen.page.locator(f"#f-{field}").fill(text)
    seen.press(seen.page.locator("main form button").first)


def works(seen: Watched, company: Company, name: str) -> None:
    """An old post that sells yet, and an hour in which people come: Cleo's; Carla has nothing of it."""
    if name == "cleo":
        found = company.house.conn.execute("SELECT code FROM link WHERE id = %s", [company.brand.link]).fetchone()
        assert found is not None
        long_ago = (local_date(company.house.now, zone("Europe/Berlin")) - timedelta(days=100)).isoformat()
        add(seen, "post", words="Linen in spring", day=long_ago, carries=f"https://shop.example/r/{found[0]}")
        nights = [(1, hour, 1) for hour in range(8)]
        came(company, company.brand.link, [*((weeks, 19, 4) for weeks in range(1, 9)), *nights])
    seen.open("/workbench/again")
    assert seen.page.get_by_text("Linen in spring").count() == (name == "cleo")
    assert seen.page.locator("#hours ~ ul").count() == (name == "cleo")
    shown(seen, f"workbench-again-{seen.page.locator('html').get_attribute('lang')}")


def trust(seen: Watched) -> None:
    """The page of trust with everything on it, hers and everybody's."""
    language = seen.page.locator("html").get_attribute("lang")
    seen.open("/workbench/trust")
    seen.page.locator("#values").fill("Repair first\nOnly what I would buy myself, and have used for a month at least")
    seen.page.locator("#labels").fill("The word Ad stands first, in the picture and in the text")
    seen.page.locator("[name=nevers]").check()
    seen.page.locator("[name=share]").check()
    seen.press(seen.page.locator("button[value=look]"))
    seen.press(seen.page.locator("button[value=publish]"))
    shown(seen, f"workbench-trust-{language}")
    seen.open(seen.page.locator("a[href^='/trust/']").get_attribute("href") or "")
    expect(seen.page.get_by_text("Repair first")).to_be_visible()
    shown(seen, f"trust-{language}")


def today(seen: Watched, name: str) -> None:
    """Today with something late in her books."""
    day = seen.page.evaluate("new Date(Date.now() - 86400000 * 40).toISOString().slice(0, 10)")
    add(seen, "invoice", name="2026-7", payer="Silk House", amount="500", sent=day, due=day)
    seen.open("/creator/linen")
    expect(seen.page.get_by_text("Silk House")).to_be_visible()
    shown(seen, f"today-of-books-{name}")


def aside(seen: Watched) -> None:
    seen.open("/workbench/aside")
    seen.page.locator("select[name=country]").select_option("DE")
    seen.page.locator("input[name=other]").fill("40000")
    seen.press(seen.page.locator("main form button").last)
    expect(seen.page.locator("#quarters")).to_be_visible()
    shown(seen, f"workbench-aside-some-{seen.page.locator('html').get_attribute('lang')}")


def before(seen: Watched, language: str) -> None:
    seen.open("/workbench/accept")
    seen.page.locator("[name=brand]").fill("Bet Now")
    seen.page.locator("[name=text]").fill(
        "The fee is paid within 90 days. Brand gets a perpetual licence to all of it."
    )
    seen.press(seen.page.locator("main form[enctype] button"))
    expect(seen.page.get_by_text("Bet-Now").first).to_be_visible()
    shown(seen, f"workbench-accept-some-{language}")


def shown(seen: Watched, name: str) -> None:
    fit(seen, name)
    seen.page.set_viewport_size({"width": 360, "height": 800})
