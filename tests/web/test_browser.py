"""The pages in a real Chromium: quiet, accessible, within the window, usable by keyboard and without script."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from fanshare.web.site import WsgiApp
from tests.support.tree import PACKAGE
from tests.web.support import hostile, sample
from tests.web.support.browser import OF_COLOURS, Watched, chromium, watched
from tests.web.support.serving import app, served

PATHS = tuple(sample.PAGES.values())

#: How a script could know the width.
WIDTH = re.compile(r"(inner|outer|client|offset)Width|matchMedia|visualViewport|ResizeObserver|[\"'.]resize")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with served(app()) as address:
        yield address


def test_every_page_is_quiet_accessible_and_asks_no_other_host(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        for path in PATHS:
            seen.open(path)
            seen.unfold()
            seen.fit_in(f"public{path.partition('?')[0].replace('/', '-').rstrip('-')}", (360, 1280))
            assert seen.complaints() == [], path


def test_nothing_scrolls_sideways_on_the_smallest_phone_even_with_long_words(browser: Browser) -> None:
    store = hostile.store("Donaudampfschifffahrtsgesellschaft" * 6)
    with served(app(store)) as address, watched(browser, address, width=320) as seen:
        for path in PATHS:
            seen.open(path)
            seen.unfold()
            assert seen.sideways() == 0, path


def focused(seen: Watched) -> str:
    return str(seen.page.evaluate("(e => e.tagName + ':' + e.textContent.trim())(document.activeElement)"))


@pytest.mark.parametrize("path", ["/c/bea/cleo", "/why/fan-line-token-000000001", "/terms/bea", "/"])
def test_the_keyboard_reaches_everything_that_can_be_pressed(browser: Browser, base: str, path: str) -> None:
    with watched(browser, base) as seen:
        seen.open(path)
        names = "nodes => nodes.filter(e => e.checkVisibility()).map(e => e.tagName + ':' + e.textContent.trim())"
        wanted = seen.page.locator("a[href], summary").evaluate_all(names)
        reached = []
        for _ in wanted:
            seen.page.keyboard.press("Tab")
            reached.append(focused(seen))
        assert reached == wanted
        assert reached[0] == "A:Skip to the content"


def test_a_fold_opens_by_keyboard_and_the_skip_link_skips(browser: Browser, base: str) -> None:
    with watched(browser, base) as seen:
        seen.open("/why/fan-line-token-000000001")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.press("Tab")
        assert focused(seen) == "SUMMARY:Table with exact amounts"
        seen.page.keyboard.press("Enter")
        expect(seen.page.get_by_role("cell", name="1.416 €").first).to_be_visible()


def test_everything_works_without_script(browser: Browser, base: str) -> None:
    with watched(browser, base, script=False) as seen:
        seen.page.goto(base + "/why/fan-line-token-000000001")
        exact = seen.page.get_by_text("1.416 € exactly")
        expect(exact).not_to_be_visible()
        seen.page.get_by_text("The exact amount").click()
        expect(exact).to_be_visible()
        seen.page.get_by_role("link", name="version 3").click()
        seen.page.wait_for_url(base + "/terms/bea#v3")


def test_the_bar_is_to_scale_and_its_smallest_piece_can_be_seen(browser: Browser, base: str) -> None:
    with watched(browser, base, width=320) as seen:
        seen.open("/why/fan-line-token-000000001")
        boxes = {
            key: seen.page.locator(f".split-bar .piece-{key}").bounding_box() for key in ("goods", "creator", "buyer")
        }
        wide = {key: box["width"] for key, box in boxes.items() if box is not None}
        assert wide["goods"] / wide["creator"] == pytest.approx(51.92 / 5.31, rel=0.01)
        assert wide["buyer"] >= 6


def test_hostile_words_stay_words(browser: Browser) -> None:
    payload = " ".join(hostile.PAYLOADS)
    with served(app(hostile.store(payload))) as address, watched(browser, address) as seen:
        for path in PATHS:
            seen.open(path)
            assert seen.page.evaluate("window.pwned === undefined"), path
            assert seen.complaints() == [], path
        seen.open("/c/bea/cleo")
        assert seen.page.locator("h1").text_content() == payload


def adding(application: WsgiApp, html: str) -> WsgiApp:
    """The pages with something added before the end: what a careless change would do."""

    def changed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def without_length(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            return start_response(status, [pair for pair in headers if pair[0].lower() != "content-length"])

        answer = application(environ, without_length)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        return [body.replace(b"</main>", html.encode() + b"</main>")]

    return changed


@pytest.mark.parametrize(
    "html",
    ["<script>window.pwned=1</script>", "<p style='color:red'>x</p>", "<img src='https://127.0.0.1:9/x.png' alt=''>"],
)
def test_the_policy_refuses_what_is_inline_or_from_elsewhere_and_the_watch_sees_it(browser: Browser, html: str) -> None:
    with served(adding(app(), html)) as address, watched(browser, address) as seen:
        seen.open("/")
        assert any("Content Security Policy" in line for line in seen.complaints())
        assert seen.page.evaluate("window.pwned === undefined")


def test_axe_and_the_ruler_notice_a_page_that_is_not_fit(browser: Browser) -> None:
    unfit = adding(app(), f"<img src='/x'><pre>{'wide ' * 200}</pre>")
    with served(unfit) as address, watched(browser, address) as seen:
        seen.open("/")
        assert any(fault.startswith("image-alt") for fault in seen.faults())
        assert seen.sideways() > 1000


def test_axe_measures_the_scheme_that_is_shown(browser: Browser) -> None:
    faint = {"light": "#FFFFFF", "dark": "#34322D"}
    with served(adding(app(), "<p id='faint'>barely there</p>")) as address, watched(browser, address) as seen:
        for scheme, colour in faint.items():
            seen.open("/")
            seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert seen.faults() == []
            seen.page.evaluate(f"document.getElementById('faint').style.color = '{colour}'")
            assert any(fault.startswith("color-contrast") for fault in seen.faults()), scheme
            assert any(fault.startswith("color-contrast") for fault in seen.faults(*OF_COLOURS)), scheme


def test_no_script_asks_how_wide_the_window_is_so_that_a_page_is_loaded_once_for_all_widths() -> None:
    scripts = [one.read_text("utf-8") for one in (PACKAGE / "web" / "static").rglob("*.js")]
    assert len(scripts) > 5
    assert [one for one in scripts if WIDTH.search(one)] == []
    assert WIDTH.search("if (window.innerWidth < 600) {")


def knows_the_scheme(text: str) -> bool:
    """Whether something but a colour may depend on the scheme: a query, or a property in which a scheme is more."""
    return (
        "prefers-color-scheme" in text or re.search(r"light-dark\((?!#[0-9A-F]{6}, #[0-9A-F]{6}\);)", text) is not None
    )


def test_only_colours_depend_on_the_scheme_so_that_the_second_one_is_looked_at_for_its_colours() -> None:
    files = [one for one in (PACKAGE / "web").rglob("*") if one.suffix in {".css", ".html", ".js", ".svg", ".py"}]
    assert sum("light-dark(" in one.read_text("utf-8") for one in files) == 1
    assert [one.name for one in files if knows_the_scheme(one.read_text("utf-8"))] == []
    assert knows_the_scheme("@media (prefers-color-scheme: dark) { nav { display: none } }")
    assert knows_the_scheme("--hero: light-dark(url(day.svg), url(night.svg));")
