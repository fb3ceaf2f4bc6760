"""Her own limits: how much of what she posts is paid for, what another deal would make of it, what she never wants."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import local_date, zone
from fanshare.core.money import BASIS
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Never, Post, Settings
from fanshare.core.workbench.trust import Preview, planned_days, preview, share
from fanshare.flows import workbench_books
from fanshare.web.said import plain
from fanshare.web.workbench import list_rows, listing, words
from fanshare.web.workbench.bench import Bench, benched, page, typed

_MOST_POSTS, _LONGEST_WINDOW = 60, 366


@benched(form=True, opened=True)
def limits(bench: Bench) -> Any:
    """The share of paid posts, what so many more would make of it, and her limit."""
    shelf = bench.shelf()
    today = local_date(bench.now, zone(shelf.settings.zone))
    if bench.request.method != "POST":
        return _limits(bench, shelf, today)
    try:
        if typed(bench, "do") == "try":
            return _limits(bench, shelf, today, tried=_tried(bench, shelf, today))
        workbench_books.set_up(bench.books, _settings(bench, shelf.settings))
    except BadInputError as error:
        return _limits(bench, shelf, today, problem=plain(error), status=422)
    return HttpResponseRedirect(reverse("workbench_limits"))


def _tried(bench: Bench, shelf: Shelf, today: date) -> Preview:
    number = reading.number(typed(bench, "posts"), 1, _MOST_POSTS)
    first = reading.day(typed(bench, "first"), today)
    last = reading.day(typed(bench, "last"), first)
    if not first <= last <= first + timedelta(days=_LONGEST_WINDOW):
        raise BadInputError("bad_day", "The last day lies before the first.")
    now = shelf.settings
    return preview(shelf.of(Post), planned_days(number, first, last), today, now.window, now.limit)


def _settings(bench: Bench, now: Settings) -> Settings:
    limit = reading.number(typed(bench, "limit") or "0", 0, 100) * BASIS // 100
    return replace(now, limit=limit, window=reading.number(typed(bench, "window"), 7, _LONGEST_WINDOW))


def _limits(
    bench: Bench,
    shelf: Shelf,
    today: date,
    *,
    tried: Preview | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    posts, now = shelf.of(Post), shelf.settings
    asked = bench.request.POST
    wish = listing.wish_of(bench, shelf, list_rows.posts_spec())
    found = listing.found(wish, list_rows.posts(shelf, wish.chosen["paid"]))
    if wish.form:
        return listing.file_of(wish, "posts", found, list_rows.POSTS)
    context = {
        "asked": wish,
        "settings": now,
        "now": share(posts, today, now.window),
        "tried": tried,
        "values": {name: str(asked.get(name, ""))[:20] for name in ("posts", "first", "last")},
        "posts": [row.entry for row in found.rows],
        "next": found.next,
        "posted": bool(posts),
        "deals": shelf.deals,
        "platforms": words.platforms(),
        "nevers": sorted(shelf.of(Never), key=lambda one: (one.words.casefold(), one.id)),
        "problem": problem,
        "today": today.isoformat(),
    }
    return page(bench, "workbench/limits.html", context, status=status)
