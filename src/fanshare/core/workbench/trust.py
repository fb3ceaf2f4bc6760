"""How much of what she posts is paid for, against the limit she set herself; and what she never wants to stand for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fanshare.core.money import BASIS
from fanshare.core.workbench.entries import Never, Post

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many posts are paid for, in the window that ends on a day."""

    paid: int
    all: int
    until: date

    @property
    def bps(self) -> int:
        """Basis points, rounded up: never less than it is. Nothing where nothing was posted."""
        return -(-self.paid * BASIS // self.all) if self.all else 0

    def above(self, limit: int) -> bool:
        """Whether it lies above a limit in basis points (0: none was set), exactly."""
        return bool(limit) and self.paid * BASIS > limit * self.all

    def most(self, limit: int) -> int:
        """How many of so many posts may be paid for by a limit in basis points."""
        return limit * self.all // BASIS


@dataclass(frozen=True, slots=True)
class Preview:
    """The share as it is today, and where it would stand highest with more paid posts; ``needed`` are the posts of her
    own in that window by which it would keep the limit.
    """

    now: Share
    then: Share
    needed: int


def share(posts: Iterable[Post], until: date, days: int) -> Share:
    """What was posted in the ``days`` days up to and including a day. A post is paid for where it belongs to a deal."""
    first = until - timedelta(days=days - 1)
    seen = [one for one in posts if first <= one.day <= until]
    return Share(sum(bool(one.deal) for one in seen), len(seen), until)


def preview(
    posts: Sequence[Post], planned: Sequence[date], today: date, days: int, limit: int, *, after: bool = True
) -> Preview:
    """What more paid posts would make of the share: the highest of all windows that hold one of them.

    The highest share of a window is reached on a day of a paid post or in the days after it, so only those are tried.
    Without ``after`` only windows that end on a day of a planned post count: later ones suppose that she posts nothing.
    """
    more = [*posts, *(Post(f"planned-{number}", day, "", "", "planned") for number, day in enumerate(planned))]
    ends = {day + timedelta(days=later) for day in planned for later in range(days if after else 1)}
    tried = [share(more, end, days) for end in sorted(ends)] or [share(more, today, days)]
    then = max(tried, key=lambda one: (one.bps, one.paid, -one.until.toordinal()))
    needed = -(-then.paid * BASIS // limit) - then.all if then.above(limit) else 0
    return Preview(share(posts, today, days), then, needed)


def planned_days(number: int, first: date, last: date) -> list[date]:
    """So many posts spread evenly from one day to another, both included."""
    if number == 1:
        return [first]
    return [first + timedelta(days=(last - first).days * step // (number - 1)) for step in range(number)]


def against(text: str, nevers: Iterable[Never]) -> list[Never]:
    """What stands in a text of all that she never wants: whole words, however they are written."""
    plain = f" {_plain(text)} "
    return [one for one in nevers if _plain(one.words) and f" {_plain(one.words)} " in plain]


def _plain(text: str) -> str:
    return _SPACES.sub(" ", re.sub(r"[^\w]+", " ", text.casefold())).strip()
