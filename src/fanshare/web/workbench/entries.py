"""One entry: its form, kept, changed, removed."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import local_date, zone
from fanshare.core.typed_amount import in_field
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.documents import Entry, Shelf, kind_of
from fanshare.core.workbench.entries import Cost, Invoice, Work
from fanshare.core.workbench.invoicing import Issued, agrees
from fanshare.flows import papers, receipts, workbench_books, workbench_plan
from fanshare.flows.authorisation import Role
from fanshare.web.errors import error_page
from fanshare.web.language import gettext, later
from fanshare.web.said import plain
from fanshare.web.workbench import foreign, forms
from fanshare.web.workbench.bench import EMPTY, Bench, benched, page, typed
from fanshare.web.workbench.fields import Around

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
    "work": (later("Something to make"), "workbench_plan"),
    "idea": (later("An idea"), "workbench_ideas"),
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
        entry = forms.entry_of(kind, id_, got, around)
        workbench_books.put(bench.books, foreign.kept(bench.conn, entry, None, got, around))
    except BadInputError as error:
        return _form(bench, kind, around, _raw(bench, kind, around), problem=plain(error), status=422)
    return HttpResponseRedirect(_page_of(kind, id_, _raw(bench, kind, around).get("deal", "")))


@benched(form=True, opened=True)
def change(bench: Bench, entry: UUID) -> Any:
    """An entry in its form: changed or removed."""
    if bench.request.method != "POST":
        return _change(bench, bench.shelf(), entry)
    with workbench_books.alone(bench.books, EMPTY) as shelf:  # a plan made at this moment is not written over
        return _change(bench, shelf, entry)


def _change(bench: Bench, shelf: Shelf, entry: UUID) -> Any:
    around, known = around_of(bench, shelf), shelf.entries.get(str(entry))
    if known is None or kind_of(known) not in KINDS:
        return error_page(bench.request, 404)
    kind = kind_of(known)
    if bench.request.method != "POST":
        return _form(bench, kind, around, forms.written(known), removable=True, converted=foreign.said(known))
    try:
        if typed(bench, "do") == "remove":
            _as_written(shelf, known, None)
            workbench_books.drop(bench.books, known.id)
            if isinstance(known, Cost) and known.paper:
                receipts.drop(bench.books, known.paper)
            return HttpResponseRedirect(reverse(KINDS[kind][1]))
        got = _got(bench, kind, around)
        changed = foreign.kept(bench.conn, forms.entry_of(kind, known.id, got, around), known, got, around)
        _as_written(shelf, known, changed)
        workbench_books.put(bench.books, changed, fresh=False)
        if isinstance(known, Work) and isinstance(changed, Work):  # a step taken away may have been all that was left
            workbench_plan.posted(bench.books, shelf, known, changed, around.today)
    except BadInputError as error:
        raw = _raw(bench, kind, around)
        return _form(bench, kind, around, raw, problem=plain(error), status=422, removable=True)
    return HttpResponseRedirect(_page_of(kind, known.id, ""))


@benched(form=True, opened=True)
def receipt(bench: Bench) -> Any:
    """A photo or PDF of a receipt: kept, and the form of what was paid with what it probably says."""
    if bench.request.method != "POST":
        return HttpResponseRedirect(reverse("workbench_costs"))
    shelf = bench.shelf()
    around = around_of(bench, shelf)
    values = forms.blank("cost", around, {})
    try:
        sent = bench.request.FILES.get("paper")
        content = b"" if sent is None else sent.read(papers.MOST_BYTES + 1)
        kept = receipts.keep(bench.books, content, [one.paper for one in shelf.of(Cost)], around.today)
    except BadInputError as error:
        return _form(bench, "cost", around, values, problem=plain(error), status=422, proposed=_typing())
    said = kept.proposal
    other = said.currency if said.amount and said.currency not in ("", around.currency) else ""
    if said.amount:
        values |= {
            "currency": other,
            "amount": in_field(said.amount),
            "tax": in_field(said.tax) if said.tax else "",
        }
    values |= {"paper": str(kept.paper)} | ({} if said.day is None else {"day": said.day.isoformat()})
    told = gettext("The receipt is kept. Amount and day were read from it: look whether they are right.")
    if other:
        in_other = gettext("It is in %(currency)s: keep it, and it is converted by the rate of the ECB of that day.")
        told = f"{told} {in_other % {'currency': other}}"
    return _form(bench, "cost", around, values, proposed=told if said.amount or said.day else _typing(kept=True))


@benched(opened=True)
def paper(bench: Bench, paper: UUID) -> Any:
    """A receipt as it is kept: a picture is shown, a PDF is handed over as a file."""
    found = receipts.find(bench.books, paper)
    if found is None:
        return error_page(bench.request, 404)
    response = HttpResponse(found.content, content_type=found.kind)
    way = "attachment" if found.name == "pdf" else "inline"
    response.headers["Content-Disposition"] = f'{way}; filename="receipt.{found.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response


def _paper_of(values: dict[str, str]) -> str:
    """The receipt a form names, if what it names can be one."""
    try:
        return reading.paper(values.get("paper", ""))
    except BadInputError:
        return ""


def _typing(*, kept: bool = False) -> str:
    if kept:
        return gettext("The receipt is kept. Nothing could be read from it here: type what it says.")
    return gettext("No receipt was kept; you can type what was paid.")


def _as_written(shelf: Shelf, known: Entry, changed: Entry | None) -> None:
    """What was written on an invoice stays as it was sent. Raises ``BadInputError`` (``invoice_written``)."""
    if not isinstance(known, Invoice) or not any(one.owed == known.id for one in shelf.of(Issued)):
        return
    if not agrees(known, changed if isinstance(changed, Invoice) else None):
        raise BadInputError(
            "invoice_written", "An invoice was written for this: take that back, and what is owed goes with it."
        )


def around_of(bench: Bench, shelf: Shelf) -> Around:
    """What the forms have to know of these books."""
    programmes = {hat.programme: hat.programme_name for hat in bench.worn if hat.role is Role.CREATOR}
    return Around(shelf, local_date(bench.now, zone(shelf.settings.zone)), programmes)


def _page_of(kind: str, id_: str, deal: str) -> str:
    """Where to go on: a deal's own page, or the list."""
    if kind in ("deal", "invoice"):
        return str(reverse("workbench_deal" if kind == "deal" else "workbench_owed", args=[id_]))
    to_deal = deal and kind != "work"
    return str(reverse("workbench_deal", args=[deal]) if to_deal else reverse(KINDS[kind][1]))


def _asked(bench: Bench) -> dict[str, str]:
    return {name: str(value)[:40] for name, value in bench.request.GET.items()}


def _got(bench: Bench, kind: str, around: Around) -> dict[str, str]:
    return {field.name: typed(bench, field.name, 1_000) for field in forms.fields_of(kind, around)}


def _raw(bench: Bench, kind: str, around: Around) -> dict[str, str]:
    """What was typed, for the form that says what is wrong with it."""
    return {field.name: str(bench.request.POST.get(field.name, ""))[:1_000] for field in forms.fields_of(kind, around)}


def _form(
    bench: Bench,
    kind: str,
    around: Around,
    values: dict[str, str],
    *,
    problem: str = "",
    status: int = 200,
    removable: bool = False,
    proposed: str = "",
    converted: str = "",
) -> Any:
    title, route = KINDS[kind]
    context = {
        "title": gettext(title),
        "back": reverse(route),
        "fields": [(field, values.get(field.name, "")) for field in forms.fields_of(kind, around)],
        "problem": problem,
        "removable": removable,
        "paper": _paper_of(values),
        "proposed": proposed,
        "converted": converted,
        "action": reverse("workbench_add", args=[kind]) if proposed else "",
    }
    return page(bench, "workbench/entry.html", context, status=status)
