"""Somebody who has only keys: every stop is looked at, so that a page where she would be lost fails."""

from dataclasses import dataclass
from typing import Any

from tests.web.support.browser import Watched

#: What the focus is on: its name, whether it can be seen, and whether it comes after the stop before it.
_STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) { window.stopBefore = null; return null; }
  const words = one.labels && one.labels.length ? one.labels[0].textContent
    : one.getAttribute('aria-label') || one.textContent || one.value || '';
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0
    && box.left < innerWidth && one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const before = window.stopBefore;
  const turn = !before ? 0 : before === one ? 2
    : before.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1;
  window.stopBefore = one;
  return { first: one.className === 'skip', words: words.replace(/\\s+/g, ' ').trim(), ring, shown, turn,
    html: one.outerHTML.slice(0, 160) };
}"""
_MOST = 250
#: Stops within one field for a date, and one more that leaves it.
_FIELDS = 6


@dataclass(slots=True)
class Hands:
    """A pair of hands at the keyboard of a page."""

    seen: Watched

    def press(self, key: str) -> None:
        """One key."""
        self.seen.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Letters, into what has the focus."""
        self.seen.page.keyboard.type(text)

    def here(self) -> str:
        """The name of what has the focus."""
        stop = self.seen.page.evaluate(_STOP)
        return "" if stop is None else str(stop["words"])

    def to(self, words: str, *, back: bool = False) -> None:
        """Go on (or back) to what is called so, looking at each stop."""
        passed = []
        for _ in range(_MOST):
            stop = self._step(back=back)
            if stop is not None and words in stop["words"]:
                return
            passed.append("the page" if stop is None else stop["words"][:40])
        raise AssertionError(f"{words!r} is nowhere among {passed[:60]}")

    def follow(self, words: str, key: str) -> None:
        """Go to what is called so and press it; it leads to another page."""
        self.to(words)
        with self.seen.page.expect_navigation():
            self.press(key)

    def skip(self) -> None:
        """The first stop of a page leads past everything that stands above its content."""
        self._top()
        assert "Skip to the content" in (self._step() or {"words": ""})["words"]
        self.press("Enter")
        assert self.seen.page.evaluate("document.activeElement.id") == "main"
        self.seen.page.evaluate("() => { window.stopBefore = document.activeElement }")

    def walk(self) -> None:
        """Through the whole page and out of it again: nothing holds the focus, and the order is that of reading."""
        self._top()
        met: list[str] = []
        while (stop := self._step()) is not None and not (met and stop["first"]):
            assert met or stop["first"], f"{stop['html']} comes before what stands above it"
            met.append(stop["words"])
            assert len(met) < _MOST, "the way through this page has no end"
        again = stop or self._step()
        assert again is not None, "the way out of this page does not lead in again"
        assert again["first"], f"{again['html']} comes before what stands above it"
        assert len(met) > 3, met

    def _top(self) -> None:
        """Where the focus is when a page has just been opened."""
        for _ in range(6):  # a key that scrolls does it over a while, and would go on after this
            self.seen.page.evaluate("scrollTo(0, 0)")
            self.seen.page.wait_for_timeout(100)
        self.seen.page.evaluate(
            """() => {
              document.activeElement.blur(); scrollTo(0, 0); getSelection().removeAllRanges();
              document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex');
              window.stopBefore = null;
            }"""
        )

    def _step(self, *, back: bool = False) -> dict[str, Any] | None:
        page = self.seen.page
        stop: dict[str, Any] | None = None
        for _ in range(_FIELDS):
            self.press("Shift+Tab" if back else "Tab")
            stop = page.evaluate(_STOP)
            # The day, the month, the year and the calendar of a date are stops within one field.
            if stop is None or stop["turn"] != 2 or 'type="date"' not in stop["html"]:
                break
        if stop is None:
            return None
        for _ in range(20):  # what slides into view is seen a moment later
            if stop["shown"]:
                break
            page.wait_for_timeout(50)
            stop["shown"] = (page.evaluate(_STOP) or stop)["shown"]
        assert stop["turn"] != 2, f"{stop['html']} holds the focus"
        assert stop["shown"], f"the focus cannot be seen, it is on something hidden: {stop['html']}"
        assert stop["ring"], f"the focus cannot be seen: {stop['html']}"
        assert stop["first"] or stop["turn"] != (1 if back else -1), f"{stop['html']} comes before what had the focus"
        return stop
