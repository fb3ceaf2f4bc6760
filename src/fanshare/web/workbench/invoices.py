"""Her own invoices: written from a deal, looked at before, downloaded, and taken back by another document."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import local_date, zone
from fanshare.core.invoices.model import Invoice as Paper
from fanshare.core.invoices.model import cancelling, written
from fanshare.core.invoices.totals import Totals, totals
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Invoice
from fanshare.core.workbench.invoicing import (
    Issued,
    Sender,
    cancelled,
    missing,
    next_serial,
    number_of,
    series_of,
)
from fanshare.flows import workbench_books, workbench_invoices
from fanshare.flows.invoice_files import Form, file_of
from fanshare.web.errors import error_page
from fanshare.web.said import plain
from fanshare.web.workbench import forms, invoice_form, list_rows, listing
from fanshare.web.workbench.bench import Bench, benched, page, typed
from fanshare.web.workbench.entries import around_of

_TYPES = {Form.PDF: "application/pdf", Form.XML: "application/xml"}


@benched(opened=True)
def invoices(bench: Bench) -> Any:
    """All that were written, the newest first."""
    shelf = bench.shelf()
    issued = shelf.of(Issued)
    wish, gone = listing.wish_of(bench, shelf, list_rows.invoices_spec()), cancelled(issued)
    found = listing.found(wish, list_rows.invoices(issued, gone, wish.chosen["state"]))
    if wish.form:
        return listing.file_of(wish, "invoices", found, list_rows.INVOICES)
    context = {
        "asked": wish,
        "rows": [row.entry for row in found.rows],
        "next": found.next,
        "cancelled": gone,
        "missing": missing(issued),
        "sender": shelf.sender,
    }
    return page(bench, "workbench/invoices.html", context)


@benched(form=True, opened=True)
def sender(bench: Bench) -> Any:
    """What stands on all her invoices."""
    shelf = bench.shelf()
    today, problem = local_date(bench.now, zone(shelf.settings.zone)), ""
    fields = invoice_form.sender_fields()
    values = invoice_form.sender_values(shelf.sender, today)
    if bench.request.method == "POST":
        values = _raw(bench, fields)
        try:
            workbench_books.sign(bench.books, invoice_form.sender_of(values, today))
            return HttpResponseRedirect(_after_sender(bench, shelf))
        except BadInputError as error:
            problem = plain(error)
    context = {
        "fields": [(one, values.get(one.name, "")) for one in fields],
        "problem": problem,
        "begun": _begun(bench, shelf),
    }
    return page(bench, "workbench/sender.html", context, status=422 if problem else 200)


@benched(form=True, opened=True)
def write(bench: Bench) -> Any:
    """The form of an invoice; what it comes to; and, once that was seen, the invoice."""
    shelf = bench.shelf()
    if shelf.sender is None:
        return HttpResponseRedirect(f"{reverse('workbench_sender')}?deal={_deal_asked(bench, shelf)}")
    around = around_of(bench, shelf)
    if bench.request.method != "POST":
        return _form(bench, around, invoice_form.invoice_values(around, _deal_asked(bench, shelf), _like(bench, shelf)))
    values = _raw(bench, invoice_form.invoice_fields(around))
    try:
        draft = invoice_form.invoice_of(values, around, shelf.sender)
        deal, law = (
            reading.one_of(values["deal"], around.deals),
            reading.one_of(values["law"], forms.laws(around.currency)),
        )
        seen = _digest(draft)
        workbench_invoices.look(draft)
        if typed(bench, "do") == "write" and typed(bench, "seen") == seen:
            issued = workbench_invoices.write(bench.books, shelf, draft, deal, law)
            return HttpResponseRedirect(reverse("workbench_invoice", args=[issued.id]))
    except BadInputError as error:
        return _form(bench, around, values, problem=plain(error))
    return _form(bench, around, values, draft=draft, seen=seen)


@benched(form=True, opened=True)
def invoice(bench: Bench, entry: UUID) -> Any:
    """One document: what it says, its files, and taking it back."""
    shelf = bench.shelf()
    known = shelf.entries.get(str(entry))
    if not isinstance(known, Issued):
        return error_page(bench.request, 404)
    problem = ""
    if bench.request.method == "POST":
        try:
            if typed(bench, "sure") != "1":
                raise BadInputError("not_sure", "Tick that you want to take it back.")
            today = local_date(bench.now, zone(shelf.settings.zone))
            done = workbench_invoices.cancel(bench.books, shelf, known, cancelling(known.invoice, today))
            return HttpResponseRedirect(reverse("workbench_invoice", args=[done.id]))
        except FanshareError as error:
            problem = plain(error)
    return _one(bench, shelf, known, problem)


@benched(opened=True)
def download(bench: Bench, entry: UUID, form: str) -> Any:
    """A document as a file."""
    known = bench.shelf().entries.get(str(entry))
    if not isinstance(known, Issued) or form not in list(Form):
        return error_page(bench.request, 404)
    chosen = Form(form)
    response = HttpResponse(file_of(known.invoice, chosen), content_type=_TYPES[chosen])
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in known.invoice.number)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{chosen}"'
    return response


def _one(bench: Bench, shelf: Shelf, known: Issued, problem: str) -> Any:
    by_number = {one.invoice.number: one for one in shelf.of(Issued)}
    paper, claim = known.invoice, shelf.entries.get(known.owed)
    context = {
        "issued": known,
        "paper": paper,
        "totals": totals(paper),
        "taxes": _taxes(totals(paper)),
        "claim": claim if isinstance(claim, Invoice) else None,
        "deal": shelf.deals.get(known.deal),
        "taken_back_by": cancelled(shelf.of(Issued)).get(paper.number),
        "takes_back": None if paper.cancels is None else by_number.get(paper.cancels[0]),
        "problem": problem,
    }
    return page(bench, "workbench/invoice.html", context, status=422 if problem else 200)


def _form(
    bench: Bench,
    around: forms.Around,
    values: dict[str, str],
    *,
    problem: str = "",
    draft: Paper | None = None,
    seen: str = "",
) -> Any:
    found = None if draft is None else totals(draft)
    made = around.shelf.sender
    context = {
        "fields": [(one, values.get(one.name, "")) for one in invoice_form.invoice_fields(around)],
        "problem": problem,
        "draft": draft,
        "totals": found,
        "taxes": [] if found is None else _taxes(found),
        "number": "" if made is None else _next_number(around, made),
        "seen": seen,
    }
    return page(bench, "workbench/invoice-form.html", context, status=422 if problem else 200)


def _next_number(around: forms.Around, made: Sender) -> str:
    return number_of(series_of(made, around.today), next_serial(around.shelf.of(Issued), made, around.today))


def _taxes(found: Totals) -> list[tuple[str, Any]]:
    return [(invoice_form.named(tax.treatment), tax) for tax in found.taxes]


def _digest(draft: Paper) -> str:
    """What was looked at: another invoice has to be looked at again."""
    return sha256(repr(written(draft)).encode()).hexdigest()


def _deal_asked(bench: Bench, shelf: Shelf) -> str:
    asked = str(bench.request.GET.get("deal", ""))
    return asked if asked in shelf.deals else ""


def _like(bench: Bench, shelf: Shelf) -> Issued | None:
    """The invoice whose buyer it is: the one that was asked for, else the last one for the same deal."""
    asked = shelf.entries.get(str(bench.request.GET.get("like", "")))
    if isinstance(asked, Issued):
        return asked
    deal = _deal_asked(bench, shelf)
    same = [one for one in shelf.of(Issued) if deal and one.deal == deal]
    return max(same, key=lambda one: (one.invoice.issued, one.serial), default=None)


def _begun(bench: Bench, shelf: Shelf) -> str | None:
    """The deal of the invoice that led here (empty: none), ``None`` where no invoice did."""
    asked = bench.request.POST.get("begun", bench.request.GET.get("deal"))
    return None if asked is None else (str(asked) if asked in shelf.deals else "")


def _after_sender(bench: Bench, shelf: Shelf) -> str:
    """Back to the invoice that was begun, if there was one."""
    begun = _begun(bench, shelf)
    return str(reverse("workbench_invoices") if begun is None else f"{reverse('workbench_invoice_write')}?deal={begun}")


def _raw(bench: Bench, fields: list[forms.Field]) -> dict[str, str]:
    return {field.name: typed(bench, field.name, 1_000) for field in fields}
