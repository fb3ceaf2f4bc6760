"""The workbench on a phone, in a real Chromium: without script, accessible, within the window, in both languages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.instants import MINUTE, local_date, zone
from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import WORDS
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import behind_an_edge

__all__ = ["schema_template"]

PAGES = {
    "hour": "/workbench",
    "deals": "/workbench/deals",
    "hours": "/workbench/hours",
    "costs": "/workbench/costs",
    "due": "/workbench/due",
    "invoices": "/workbench/invoices",
    "sender": "/workbench/invoices/sender",
    "accept": "/workbench/accept",
    "check": "/workbench/check",
    "plan": "/workbench/plan",
    "time": "/workbench/plan/time",
    "ideas": "/workbench/ideas",
    "idea": "/workbench/add/idea",
    "work": "/workbench/add/work",
    "floor": "/workbench/floor",
    "post": "/workbench/post",
    "limits": "/workbench/limits",
    "deal": "/workbench/add/deal",
    "aside": "/workbench/aside",
    "settings": "/workbench/settings",
    "lock": "/workbench/lock",
    "recover": "/workbench/recover",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("phone")) as made:
        yield made


@pytest.fixture(scope="module")
def base(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with behind_an_edge(app, tmp_path_factory.mktemp("edge")) as address:
        yield address


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))


def enter(seen: Watched, company: Company, name: str) -> None:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.press(seen.page.get_by_role("button", name="Sign in"))
    seen.page.wait_for_url(seen.base + "/home")


def test_mia_learns_on_her_phone_and_without_script_what_an_hour_brings(
    browser: Browser, company: Company, base: str
) -> None:
    with watched(browser, base, width=360, script=False) as seen:
        page = seen.page
        enter(seen, company, "mia")
        seen.press(page.get_by_role("link", name="Your workbench"))
        page.get_by_label("New passphrase, at least 12 characters").fill(WORDS)
        page.get_by_label("The same once more").fill(WORDS)
        seen.press(page.get_by_role("button", name="Make my books"))
        code = page.locator("code.hash").inner_text()
        assert re.fullmatch(r"([a-z2-9]{5}-){5}[a-z2-9]{5}", code)
        seen.press(page.get_by_role("link", name="I have written it down"))
        seen.press(page.get_by_role("link", name="Write down a deal"))
        page.get_by_label("What is it called?").fill("Tea week")
        page.get_by_label("Fee (EUR)").fill("267,30")
        seen.press(page.get_by_role("button", name="Keep"))
        seen.press(page.get_by_role("link", name="Write down hours"))
        page.get_by_label("Time").fill("14")
        seen.press(page.get_by_role("button", name="Keep"))
        expect(page.get_by_text("19.09").first).to_be_visible()
        page.get_by_label("Revisions more").fill("2")
        page.get_by_label("Time for each, such as 1:30").fill("2")
        seen.press(page.get_by_role("button", name="Try it"))
        expect(page.get_by_text("2 revisions more: 14.85 € an hour.")).to_be_visible()
        company.house.later(31 * MINUTE)
        page.goto(base + "/workbench/hours")
        page.get_by_label("Passphrase").fill(WORDS)
        seen.press(page.get_by_role("button", name="Unlock"))
        seen.press(page.get_by_role("button", name="Start"))
        expect(page.get_by_text("The timer runs since")).to_be_visible()
        page.goto(base + "/workbench/lock")
        seen.press(page.get_by_role("button", name="Lock now"))
        expect(page.get_by_role("heading", name="Your books are locked here")).to_be_visible()
        assert seen.complaints() == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_plan_is_made_and_a_step_done_on_a_phone_and_without_script(
    browser: Browser, company: Company, base: str, language: str
) -> None:
    """Hours first, then what has to be made, planned, and what was done: in both languages, nothing wider than it."""
    said = {
        "en": ("Monday", "Something to make", "Plan it", "Stop at", "Done: Shoot, Tea reel"),
        "de": ("Montag", "Etwas, das zu machen ist", "Planen", "Hör um", "Fertig: Aufnahme, Tea reel"),
    }
    monday, make, plan, stop, done = said[language]
    for table in ("workbench_row", "workbench"):
        company.house.conn.execute(f"DELETE FROM {table}")
    with watched(browser, base, width=360, script=False) as seen:
        page = seen.page
        enter(seen, company, "mia")
        page.context.add_cookies([{"name": "fanshare_language", "value": language, "url": base}])
        page.goto(base + "/workbench/start")
        page.locator("#new").fill(WORDS)
        page.locator("#again").fill(WORDS)
        seen.press(page.locator("main form button"))
        page.goto(base + "/workbench/plan")
        seen.press(page.locator(".empty a.button"))
        page.get_by_label(monday).fill("0-24")
        for number in range(1, 7):
            page.locator(f"#hours_{number}").fill("0-24")
        seen.press(page.locator("main form button").first)
        seen.press(page.get_by_role("link", name=make))
        page.locator("#f-name").fill("Tea reel")
        page.locator("#f-due").fill(local_date(company.house.now, zone("UTC")).isoformat())
        page.locator("#f-shoot").fill("0:15")
        for step in ("idea", "script", "edit", "review", "publish"):
            page.locator(f"#f-{step}").fill("")
        seen.press(page.locator("main form button"))
        seen.press(page.get_by_role("button", name=plan, exact=True))
        expect(page.get_by_text(stop).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        seen.press(page.get_by_role("button", name=done))
        expect(page.get_by_role("button", name=done)).to_have_count(0)
        assert seen.complaints() == []


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (1280, "de")])
def test_every_page_of_the_workbench_is_quiet_and_accessible(
    browser: Browser, company: Company, base: str, width: int, language: str
) -> None:
    name, shown = (
        ("cleo", PAGES)
        if language == "en"
        else ("carla", {one: PAGES[one] for one in ("hour", "deal", "plan", "work", "lock")})
    )
    with watched(browser, base, width=width) as seen:
        enter(seen, company, name)
        if language == "de":
            seen.page.context.add_cookies([{"name": "fanshare_language", "value": "de", "url": base}])
        seen.open("/workbench/start")
        fit(seen, f"workbench-start-{width}")
        seen.page.locator("#new").fill(WORDS)
        seen.page.locator("#again").fill(WORDS)
        seen.press(seen.page.locator("main form button"))
        fit(seen, f"workbench-code-{width}")
        for kind, values in (
            ("deal", {"name": "Linen week", "fee": "300"}),
            ("time", {"minutes": "3:20"}),
            ("recurring", {"amount": "12"}),
        ):
            seen.open(f"/workbench/add/{kind}")
            for field, text in values.items():
                seen.page.locator(f"#f-{field}").fill(text)
            seen.press(seen.page.locator("main form button").first)
        for called, path in shown.items():
            seen.page.set_viewport_size({"width": width, "height": 800})
            seen.open(path)
            fit(seen, f"workbench-{called}-{width}")
        read_a_contract(seen, width)
        if language == "en":
            write_an_invoice(seen, width)
        seen.open("/workbench/lock")
        seen.press(seen.page.locator("main form button").first)
        seen.open("/workbench/unlock")
        fit(seen, f"workbench-unlock-{width}")
        assert seen.page.locator("html").get_attribute("lang") == language


def read_a_contract(seen: Watched, width: int) -> None:
    """Paste one, see what is said about it."""
    seen.page.set_viewport_size({"width": width, "height": 800})
    seen.open("/workbench/check")
    seen.page.locator("#text").fill("Payment:\nThe fee of 300 EUR is paid within 90 days for 2 Reels. Mind our rights.")
    seen.press(seen.page.locator("main form[enctype] button"))
    expect(seen.page.locator("blockquote").first).to_be_visible()
    seen.unfold()
    fit(seen, f"workbench-read-{width}")
    seen.page.set_viewport_size({"width": width, "height": 800})
    seen.press(seen.page.locator("form[action$='/workbench/floor'] button"))
    seen.page.locator("#wage").fill("20")
    seen.press(seen.page.locator("main form button").first)
    expect(seen.page.locator("#floor")).to_be_visible()
    fit(seen, f"workbench-floor-{width}")
    seen.page.set_viewport_size({"width": width, "height": 800})
    seen.open("/workbench/post")
    seen.page.locator("#text").fill("My shirt #linen #summer #ad")
    seen.press(seen.page.locator("main form button").last)
    expect(seen.page.locator("#mended")).to_be_visible()
    fit(seen, f"workbench-label-{width}")


def write_an_invoice(seen: Watched, width: int) -> None:
    """From a deal: who sends it, look at it, write it."""
    seen.page.set_viewport_size({"width": width, "height": 800})
    seen.open("/workbench/deals")
    seen.press(seen.page.get_by_role("link", name="Linen week"))
    seen.press(seen.page.get_by_role("link", name="Write an invoice"))
    party = {"name": "Cleo", "street": "Weg 1", "city": "Berlin", "country": "DE"}
    for field, text in {**party, "tax_number": "12/345/67890"}.items():
        seen.page.locator(f"#f-{field}").fill(text)
    seen.press(seen.page.locator("main form button"))
    for field, text in party.items():
        seen.page.locator(f"#f-buyer_{field}").fill(text)
    fit(seen, f"workbench-invoice-form-{width}")
    seen.page.set_viewport_size({"width": width, "height": 800})
    seen.press(seen.page.get_by_role("button", name="Look at it"))
    fit(seen, f"workbench-invoice-look-{width}")
    seen.page.set_viewport_size({"width": width, "height": 800})
    seen.press(seen.page.get_by_role("button", name="Write it"))
    expect(seen.page.get_by_role("heading", name="-0001")).to_be_visible()
    fit(seen, f"workbench-invoice-{width}")
    seen.page.set_viewport_size({"width": width, "height": 800})
    with seen.page.expect_download() as loaded:
        seen.page.get_by_role("link", name="PDF").click()
    assert loaded.value.suggested_filename.endswith("-0001.pdf")
    seen.open("/workbench/invoices")
    fit(seen, f"workbench-invoices-some-{width}")


def fit(seen: Watched, name: str) -> None:
    """Nothing to complain about, at 200 % neither."""
    seen.fit(name)
    seen.page.set_viewport_size({"width": 320, "height": 800})
    assert seen.sideways() == 0, (name, "at 320 pixels")
    assert seen.complaints() == [], name
