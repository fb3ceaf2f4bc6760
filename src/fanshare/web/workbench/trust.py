"""Her page of trust: chosen and looked at in her open books, published, moved, taken down; and read by everybody."""

from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Never, Trusted
from fanshare.core.workbench.trust_page import document, values_of
from fanshare.flows import trust_pages, workbench_books
from fanshare.store.queries import trust_pages as kept_pages
from fanshare.web import site
from fanshare.web.authorisation import require
from fanshare.web.errors import error_page
from fanshare.web.public.views import readable
from fanshare.web.said import plain
from fanshare.web.workbench.bench import Bench, benched, page, typed

_NAME, _LABELS, _VALUES = 120, 600, 4_000


@benched(form=True, opened=True)
def trust(bench: Bench) -> Any:
    """What she chooses, how it would look, what is shown now; and the buttons."""
    shelf = bench.shelf()
    if bench.request.method != "POST":
        return _page(bench, shelf)
    try:
        _act(bench, shelf)
    except BadInputError as error:
        return _page(bench, shelf, problem=plain(error))
    return HttpResponseRedirect(reverse("workbench_trust"))


@benched(form=True)
def down(bench: Bench) -> Any:
    """Take the page down, at once and whether or not the books are open: it is no secret any more."""
    if bench.request.method == "POST":
        trust_pages.take_down(bench.conn, bench.account)
    return HttpResponseRedirect(reverse("workbench_trust"))


@require("public.trust")
@readable
def shown(request: Any, token: str) -> Any:
    """The page for whoever has its address. No cache keeps it: she may take it down at any moment."""
    with site.of(request).desk.open() as conn:
        found = trust_pages.shown_under(conn, token)
    if found is None:
        return error_page(request, 404)
    response = render(request, "public/trust.html", {"shown": found[0], "listed": found[1]})
    response.headers["Cache-Control"] = "private, no-store"
    if not found[1]:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _act(bench: Bench, shelf: Shelf) -> None:
    """Keep what was chosen, publish it, or give the page another address. Raises ``BadInputError``."""
    match typed(bench, "do"):
        case "look":
            workbench_books.keep_trusted(bench.books, _chosen(bench, shelf))
        case "publish":
            trust_pages.publish(bench.books, shelf, bench.now)
        case "move":
            trust_pages.move(bench.books)
        case _:
            raise BadInputError("bad_field", "This button is none of this page; open it again.")


def _chosen(bench: Bench, shelf: Shelf) -> Trusted:
    known = {one.id for one in shelf.of(Never)}
    values = typed(bench, "values", _VALUES)
    values_of(values)
    return Trusted(
        reading.words(typed(bench, "name"), _NAME),
        values,
        ",".join(one for one in bench.request.POST.getlist("nevers") if one in known),
        reading.words(typed(bench, "labels", _LABELS), _LABELS),
        typed(bench, "share") == "1",
        typed(bench, "listed") == "1",
    )


def _page(bench: Bench, shelf: Shelf, *, problem: str = "") -> Any:
    kept = kept_pages.of(bench.conn, bench.account)
    preview = trust_pages.preview(shelf, bench.now)
    chosen = shelf.trusted or Trusted()
    path = "" if kept is None else reverse("trust", args=[kept.token])
    same = kept is not None and {**kept.document, "day": ""} == {**_plain(document(preview)), "day": ""}
    context = {
        "chosen": chosen,
        "ticked": set(chosen.nevers.split(",")),
        "nevers": sorted(shelf.of(Never), key=lambda one: (one.words.casefold(), one.id)),
        "shown": preview,
        "settings": shelf.settings,
        "path": path,
        "address": bench.request.build_absolute_uri(path) if path else "",
        "published": kept,
        "stale": kept is not None and not (same and kept.listed == chosen.listed),
        "problem": problem,
    }
    return page(bench, "workbench/trust.html", context, status=422 if problem else 200)


def _plain(written: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from the database: lists for tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in written.items()}
