"""Ideas: a list with tags, and a button that makes one of them something to make."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.instants import local_date, zone
from fanshare.core.planning.problem import Step
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Idea
from fanshare.core.workbench.ideas import made_of
from fanshare.core.workbench.works import MAKING, USUAL, line_of
from fanshare.flows import workbench_books
from fanshare.web.errors import error_page
from fanshare.web.workbench import list_rows, listing
from fanshare.web.workbench.bench import Bench, benched, page, typed


@benched(form=True, opened=True)
def ideas(bench: Bench) -> Any:
    """What she might make, by tag; or one of them taken up: then it stands in the plan's list, to be changed there."""
    shelf = bench.shelf()
    if bench.request.method != "POST":
        return _ideas(bench, shelf)
    known = shelf.entries.get(typed(bench, "idea"))
    if not isinstance(known, Idea):
        return error_page(bench.request, 404)
    today = local_date(bench.now, zone(shelf.settings.zone))
    steps = line_of(tuple(Step(one, one, USUAL[one]) for one in MAKING if one in USUAL))
    work = made_of(known, workbench_books.new_id(), today, steps)
    workbench_books.put(bench.books, work)
    workbench_books.put(bench.books, replace(known, made=today), fresh=False)
    return HttpResponseRedirect(reverse("workbench_entry", args=[work.id]))


def _ideas(bench: Bench, shelf: Shelf) -> Any:
    wish = listing.wish_of(bench, shelf, list_rows.ideas_spec(shelf))
    found = listing.found(wish, list_rows.ideas(shelf, wish.chosen["state"], wish.chosen["tag"]), ("open", "words"))
    if wish.form:
        return listing.file_of(wish, "ideas", found, list_rows.IDEAS)
    context = {"asked": wish, "rows": [row.entry for row in found.rows], "next": found.next, "never": date.max}
    return page(bench, "workbench/ideas.html", context)
