"""A real Chromium that writes down everything a page should not do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Locator, Page, expect, sync_playwright

type Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

#: What axe says of colours. Nothing else depends on the scheme: stylesheets know it by ``light-dark()`` alone, which
#: gives colours (``test_browser`` sees to that).
OF_COLOURS = ("color-contrast", "link-in-text-block")
AXE = Axe()
# What a page shows is waited for, as long as a busy machine may take.
expect.set_options(timeout=20_000)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str:
    """Chromium of this machine. Where there is none the test is skipped with a sentence; in CI it fails."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("FANSHARE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("CI installs Chromium before the tests (.ci/run), and it is not there")
    if found is None:
        pytest.skip("no Chromium here: install one or name it in FANSHARE_CHROMIUM")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that ends with the block."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Watched:
    """A page, what its console said (which includes violations of the policy), dialogs, and hosts it asked."""

    page: Page
    base: str
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Load a page, its fonts included."""
        self.page.goto(self.base + path)
        self.page.evaluate("document.fonts.ready.then(() => true)")

    def press(self, control: Locator, *, key: str = "") -> None:
        """Press what leads to another page (a link, a button of a form; with ``key`` by keyboard), and wait for that.

        A click alone returns before the browser has begun to leave: what is asked next may be asked of the old page.
        """
        with self.page.expect_navigation():
            control.press(key) if key else control.click()

    def complaints(self) -> list[str]:
        """Everything noted, without the browser's own remark that a page answered 404."""
        remark = "Failed to load resource: the server responded with a status of 404"
        return [line for line in self.console if not line.startswith(remark)] + self.dialogs + self.strangers

    def unfold(self) -> None:
        """Open every fold, so that what is inside is measured too."""
        self.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")

    def faults(self, *rules: str) -> list[str]:
        """What axe finds, by rule and place; of these rules alone where some are named."""
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": list(rules)}
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.axe_script)
        found = self.page.evaluate("options => axe.run(options)", options)["violations"]
        return [f"{fault['id']}: {node['target']} {node['html'][:120]}" for fault in found for node in fault["nodes"]]

    def fit(self, name: str) -> None:
        """Nothing to find fault with in either scheme, nothing wider than the window.

        Of the second scheme only the colours are looked at: all else is as in the first.

        ``make shots`` keeps a picture of each for a person to look at, in the folder ``FANSHARE_SCREENSHOTS``.
        """
        for scheme, rules in zip(SCHEMES, ((), OF_COLOURS), strict=True):
            self.page.emulate_media(color_scheme=scheme)
            assert self.faults(*rules) == [], (name, scheme)
            if folder := os.environ.get("FANSHARE_SCREENSHOTS"):
                self.page.screenshot(path=Path(folder) / f"{name}-{scheme}.png", full_page=True)
        assert self.sideways() == 0, name

    def fit_in(self, name: str, widths: tuple[int, ...]) -> None:
        """``fit`` in windows of these widths. The page is loaded once: nothing but its stylesheets knows the width."""
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 800})
            self.fit(f"{name}-{width}")

    def sideways(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@contextmanager
def watched(
    browser: Browser, base: str, *, width: int = 360, script: bool = True, bypass_csp: bool = False, locale: str = ""
) -> Iterator[Watched]:
    """A fresh page of a phone (or wider), whose policy may be put aside to see what escaping does alone."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        bypass_csp=bypass_csp,
        reduced_motion="reduce",
        locale=locale or None,
    )
    seen = Watched(context.new_page(), base)
    seen.page.on("console", lambda message: seen.console.append(message.text))
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    seen.page.on("dialog", lambda dialog: _dismiss(seen, dialog))
    seen.page.on("request", lambda request: _note_stranger(seen, request.url))
    try:
        yield seen
    finally:
        context.close()


def _dismiss(seen: Watched, dialog: Dialog) -> None:
    seen.dialogs.append(dialog.message)
    dialog.dismiss()


def _note_stranger(seen: Watched, url: str) -> None:
    if not url.startswith((seen.base + "/", "data:")):
        seen.strangers.append(url)
