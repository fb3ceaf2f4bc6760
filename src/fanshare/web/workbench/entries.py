"""One entry: its form, kept, changed, removed."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import local_date, zone
from fanshare.core.workbench.documents import Shelf, kind_of
from fanshare.flows import workbench_books
from fanshare.flows.authorisation import Role
from fanshare.web.errors import error_page
from fanshare.web.language import gettext, later
from fanshare.web.said import plain
from fanshare.web.workbench import forms
from fanshare.web.workbench.bench import Bench, benched, page, typed

#: Kind -> (title of the empty form, the page to which it belongs).
KINDS = {
    "deal": (later("A deal"), "workbench_deals"),
    "time": (later("Hours worked"), "workbench_hours"),
    "cost": (later("Something paid"), "workbench_costs"),
    "recurring": (later("Something paid again and again"), "workbench_costs"),
    "equipment": (later("Something that lasts"), "workbench_costs"),
    "trip": (later("A way driven"), "workbench_costs"),
    "invoice": (later("Something owed to you"), "workbench_due"),
    "post": (later("Something posted"), "workbench_limits"),
    "never": (later("Something you never want"), "workbench_limits"),
}


@benched(form=True, opened=True)
def add(bench: Bench, kind: str) -> Any:
    """An empty form, or what was typed into it kept."""
    if kind not in KINDS:
        return error_page(bench.request, 404)
    around = around_of(bench, bench.shelf())
    if bench.request.method != "POST":
        return _form(bench, kind, around, forms.blank(kind, around, _asked(bench)))
    id_ = workbench_books.new_id()
    try:
        got = _got(bench, kind, around)
        workbench_books.put(bench.books, forms.entry_of(kind, id_, got, around))
    except BadInputError as error:
        return _form(bench, kind, around, _raw(bench, kind, around), problem=plain(error), status=422)
    return HttpResponseRedirect(_page_of(kind, id_, _raw(bench, kind, around).get("deal", "")))


@benched(form=True, opened=True)
def change(bench: Bench, entry: UUID) -> Any:
    """An entry in its form: changed or removed."""
    shelf = bench.shelf()
    around, known = around_of(bench, shelf), shelf.entries.get(str(entry))
    if known is None:
        return error_page(bench.request, 404)
    kind = kind_of(known)
    if bench.request.method != "POST":
        return _form(bench, kind, around, forms.written(known), removable=True)
    try:
        if typed(bench, "do") == "remove":
            workbench_books.drop(bench.books, known.id)
            return HttpResponseRedirect(reverse(KINDS[kind][1]))
        changed = forms.entry_of(kind, known.id, _got(bench, kind, around), around)
        workbench_books.put(bench.books, changed, fresh=False)
    except BadInputError as error:
        raw = _raw(bench, kind, around)
        return _form(bench, kind, around, raw, problem=plain(error), status=422, removable=True)
    return HttpResponseRedirect(_page_of(kind, known.id, ""))


def around_of(bench: Bench, shelf: Shelf) -> forms.Around:
    """What the forms have to know of these books."""
    programmes = {hat.programme: hat.programme_name for hat in bench.worn if hat.role is Role.CREATOR}
    return forms.Around(shelf, local_date(bench.now, zone(shelf.settings.zone)), programmes)


def _page_of(kind: str, id_: str, deal: str) -> str:
    """Where to go on: a deal's own page, or the list."""
    if kind in ("deal", "invoice"):
        return str(reverse("workbench_deal" if kind == "deal" else "workbench_owed", args=[id_]))
    return str(reverse("workbench_deal", args=[deal]) if deal else reverse(KINDS[kind][1]))


def _asked(bench: Bench) -> dict[str, str]:
    return {name: str(value)[:40] for name, value in bench.request.GET.items()}


def _got(bench: Bench, kind: str, around: forms.Around) -> dict[str, str]:
    return {field.name: typed(bench, field.name, 1_000) for field in forms.fields_of(kind, around)}


def _raw(bench: Bench, kind: str, around: forms.Around) -> dict[str, str]:
    """What was typed, for the form that says what is wrong with it."""
    return {field.name: str(bench.request.POST.get(field.name, ""))[:1_000] for field in forms.fields_of(kind, around)}


def _form(
    bench: Bench,
    kind: str,
    around: forms.Around,
    values: dict[str, str],
    *,
    problem: str = "",
    status: int = 200,
    removable: bool = False,
) -> Any:
    title, route = KINDS[kind]
    context = {
        "title": gettext(title),
        "back": reverse(route),
        "fields": [(field, values.get(field.name, "")) for field in forms.fields_of(kind, around)],
        "problem": problem,
        "removable": removable,
    }
    return page(bench, "workbench/entry.html", context, status=status)
