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
from fanshare.core.workbench.ideas import all_tags, made_of, tagged, tags_of
from fanshare.core.workbench.works import MAKING, USUAL, line_of
from fanshare.flows import workbench_books
from fanshare.web.errors import error_page
from fanshare.web.lists import PAGE
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
    known = sorted(shelf.of(Idea), key=lambda one: (one.words.casefold(), one.id))
    tag = str(bench.request.GET.get("tag", ""))[:120]
    shown = tagged(known, tag)
    context = {
        "tags": all_tags(known),
        "tag": tag,
        "open": [(one, tags_of(one.tags)) for one in shown if one.made == date.max][:PAGE],
        "made": sorted((one for one in shown if one.made != date.max), key=lambda one: one.made, reverse=True)[:PAGE],
        "any": bool(known),
    }
    return page(bench, "workbench/ideas.html", context)
