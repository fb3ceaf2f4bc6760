"""Posts of long ago that still bring something by the links and codes in them, and which of them to show again.

A post is new for ``FRESH`` days. What its links bring later, within the last ``SPAN`` days, it brings still.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fanshare.core.intervals import Interval, count
from fanshare.core.money import Micros
from fanshare.core.workbench.entries import Post
from fanshare.core.workbench.trust import share

FRESH, SPAN = 30, 90
#: At most so many are proposed at once, also to whoever set no limit.
MOST = 3
#: Below so many visits nothing is said of how many of them bought.
FEWEST = 20
_LINK = re.compile(r"/r/([A-Za-z0-9_-]{1,64})(?:[/?#].*)?\Z", re.ASCII)

#: One of her links or codes, as whoever looks them up names it.
type Asset = str


@dataclass(frozen=True, slots=True)
class Visits:
    """So many visits that counted of one of her links on a day."""

    asset: Asset
    day: date
    number: int


@dataclass(frozen=True, slots=True)
class Sale:
    """An order that is kept: its day, which of her links and codes led to it, and what she earns by it (micros)."""

    day: date
    assets: frozenset[Asset]
    earned: Micros


@dataclass(frozen=True, slots=True)
class Still:
    """What a post still brings. ``shared``: so many other posts carry one of its links or codes, and bring it with it.

    ``proposed``: it may well be shown again.
    """

    post: Post
    age: int
    visits: int
    sales: int
    earned: Micros
    shared: int = 0
    proposed: bool = False

    @property
    def likely(self) -> Interval:
        """Between which numbers the sales of another such time are to be expected, in 19 of 20 cases (Poisson)."""
        return count(self.sales)


def marks_of(text: str) -> tuple[str, ...]:
    """The links and codes that a line names, each once: ``linen`` for ``https://site/r/linen``, ``ada10`` for ADA10."""
    found: dict[str, None] = {}
    for part in re.split(r"[\s,;]+", text):
        link = _LINK.search(part)
        mark = (link[1] if link else part).casefold()
        if mark:
            found.setdefault(mark)
    return tuple(found)


def assets_of(post: Post, known: Mapping[str, frozenset[Asset]]) -> frozenset[Asset]:
    """Which of her links and codes a post carries. ``known``: what is meant by a mark."""
    return frozenset().union(*(known.get(mark, frozenset()) for mark in marks_of(post.carries)))


def stills(
    posts: Iterable[Post],
    known: Mapping[str, frozenset[Asset]],
    visits: Iterable[Visits],
    sales: Iterable[Sale],
    today: date,
) -> list[Still]:
    """Every post that is old and still brings visits or sales, what brings most first."""
    carried = {post.id: (post, assets_of(post, known)) for post in posts}
    visited, sold = list(visits), list(sales)
    found = []
    for post, assets in carried.values():
        first = max(post.day + timedelta(days=FRESH), today - timedelta(days=SPAN - 1))
        if not assets or first > today:
            continue
        came = sum(one.number for one in visited if one.asset in assets and first <= one.day <= today)
        kept = [one for one in sold if one.assets & assets and first <= one.day <= today]
        if came or kept:
            others = sum(one.id != post.id and bool(theirs & assets) for one, theirs in carried.values())
            earned = sum(one.earned for one in kept)
            found.append(Still(post, (today - post.day).days, came, len(kept), earned, others))
    return sorted(found, key=lambda one: (-one.earned, -one.sales, -one.visits, one.post.day, one.post.id))


def room(posts: Iterable[Post], today: date, window: int, limit: int) -> int:
    """How many posts more that are paid for fit into the window up to today, at most ``MOST``.

    Whatever earns her a commission counts as paid for here, whether or not it belongs to a deal.
    """
    known = list(posts)
    for number in range(MOST, 0, -1):
        more = [Post(f"again-{one}", today, "", "", "again") for one in range(number)]
        if not share([*known, *more], today, window).above(limit):
            return number
    return 0


def proposed(
    found: Iterable[Still], posts: Iterable[Post], known: Mapping[str, frozenset[Asset]], today: date, most: int
) -> list[Still]:
    """The same posts, up to ``most`` of them proposed: those that still sell, and whose links were not shown lately."""
    lately = [assets_of(one, known) for one in posts if one.day > today - timedelta(days=FRESH)]
    shown = set().union(*lately)
    rows = []
    for one in found:
        assets = assets_of(one.post, known)
        chosen = bool(most and one.sales and not assets & shown)
        if chosen:
            most, shown = most - 1, shown | assets
        rows.append(replace(one, proposed=chosen))
    return rows
