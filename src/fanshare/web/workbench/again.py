"""What still works: old posts that bring something yet, which of them to show again, and the best hours of her week."""

from typing import Any

from fanshare.core.instants import local_date, zone
from fanshare.core.intervals import MILLION, rate
from fanshare.core.money import format_micros
from fanshare.core.workbench import again as rules
from fanshare.core.workbench.again import Still, proposed, room, stills
from fanshare.core.workbench.best_hours import FEWEST, FEWEST_WEEKS, WEEKS, Hour, Week
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Post
from fanshare.core.workbench.trust import share
from fanshare.flows import own_traces
from fanshare.flows.own_traces import Traces
from fanshare.web.exports import exported, wished
from fanshare.web.lists import PAGE
from fanshare.web.workbench import words
from fanshare.web.workbench.bench import Bench, benched, page

_POSTS = ("day", "words", "platform", "age_days", "visits", "sales", "sales_low", "sales_high", "earned", "currency",
          "shared_with", "show_again")  # fmt: skip
_HOURS = ("weekday", "hour", "visitors", "weeks", "times_low", "times_high", "clearly_more")


@benched(opened=True)
def again(bench: Bench) -> Any:
    """Posts of long ago that still bring something, and the hours in which people come; both also as a file."""
    shelf, asked = bench.shelf(), bench.request.GET
    form = wished(asked)
    if form and asked.get("what") == "hours":
        return exported(form, "hours", [_hour(one) for one in _week(bench, shelf).hours], _HOURS, cut=False)
    today = local_date(bench.now, zone(shelf.settings.zone))
    found = own_traces.traces_of(bench.conn, bench.worn, shelf.settings.currency, today)
    posts, now = shelf.of(Post), shelf.settings
    most = room(posts, today, now.window, now.limit)
    still = stills(posts, found.known, found.visits, found.sales, today)
    rows = proposed(still, posts, found.known, today, most)
    if form:
        return exported(form, "posts", [_post(one, now.currency) for one in rows], _POSTS, cut=False)
    week = _week(bench, shelf)
    context = {
        "settings": now,
        "rows": [(one, _bought(one)) for one in rows[:PAGE]],
        "any_proposed": any(one.proposed for one in rows),
        "most": most,
        "share": share(posts, today, now.window),
        "bare": _bare(posts, found),
        "elsewhere": found.elsewhere,
        "sells": bool(found.known),
        "week": week,
        "named": [(words.weekdays()[one.weekday], one, _times(one)) for one in week.named],
        "platforms": words.platforms(),
        "rules": {"fresh": rules.FRESH, "span": rules.SPAN, "weeks": WEEKS, "fewest": FEWEST, "in": FEWEST_WEEKS},
    }
    return page(bench, "workbench/again.html", context)


def _week(bench: Bench, shelf: Shelf) -> Week:
    return own_traces.week_of(bench.conn, bench.worn, shelf.settings.zone, bench.now)


def _bare(posts: tuple[Post, ...], found: Traces) -> list[Post]:
    """Posts in which none of her links and codes is known, the newest first."""
    bare = [one for one in posts if not rules.assets_of(one, found.known)]
    return sorted(bare, key=lambda one: (one.day, one.id), reverse=True)[:PAGE]


def _bought(one: Still) -> tuple[int, int] | None:
    """Between how many of a hundred visits a sale came (Wilson); ``None`` where there are too few to tell."""
    if one.visits < rules.FEWEST or one.sales > one.visits:
        return None
    sure = rate(one.sales, one.visits)
    return sure.low * 100 // MILLION, -(-sure.high * 100 // MILLION)


def _times(one: Hour) -> tuple[str, str]:
    """Between how many times her mean hour it lies: ``1.2``."""
    return f"{one.low // 10}.{one.low % 10}", f"{one.high // 10}.{one.high % 10}"


def _post(one: Still, currency: str) -> dict[str, Any]:
    return {
        "day": one.post.day.isoformat(),
        "words": one.post.words,
        "platform": one.post.platform,
        "age_days": one.age,
        "visits": one.visits,
        "sales": one.sales,
        "sales_low": one.likely.low,
        "sales_high": one.likely.high,
        "earned": format_micros(one.earned),
        "currency": currency,
        "shared_with": one.shared,
        "show_again": "yes" if one.proposed else "no",
    }


def _hour(one: Hour) -> dict[str, Any]:
    low, high = _times(one)
    return {
        "weekday": one.weekday + 1,
        "hour": one.begin,
        "visitors": one.visitors,
        "weeks": one.weeks,
        "times_low": low,
        "times_high": high,
        "clearly_more": "yes" if one.named else "no",
    }
