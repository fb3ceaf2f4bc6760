"""The payment clock: what is owed to her, how late it is, and a reminder to copy."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import local_date, zone
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.clock import Claim, claim
from fanshare.core.workbench.entries import Invoice
from fanshare.core.workbench.invoicing import Issued
from fanshare.core.workbench.late import LAWS
from fanshare.flows import workbench_books
from fanshare.web.errors import error_page
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.said import plain
from fanshare.web.wording import percent, shown
from fanshare.web.workbench import due_rows, listing
from fanshare.web.workbench.bench import Bench, benched, page, typed
from fanshare.web.workbench.today import creates

#: How many days a reminder gives.
_GRACE = 7


@benched(opened=True)
def due(bench: Bench) -> Any:
    """Everything that is owed to her, by an invoice or by a programme, by date; then what was paid."""
    shelf = bench.shelf()
    wish = listing.wish_of(bench, shelf, due_rows.spec())
    today = local_date(bench.now, zone(shelf.settings.zone))
    rows = due_rows.of_invoices(shelf, today, bench.calendar)
    rows += due_rows.of_programmes(bench.conn, bench.worn, bench.now, bench.calendar)
    shown = listing.found(wish, [one for one in rows if due_rows.fits(one, wish.chosen["state"])], rising=("date",))
    if wish.form:
        return listing.file_of(wish, "due", shown, due_rows.COLUMNS)
    context = {"asked": wish, "rows": [one.entry for one in shown.rows], "next": shown.next,
               "joined": creates(bench.worn)}  # fmt: skip
    return page(bench, "workbench/due.html", context)


@benched(form=True, opened=True)
def owed(bench: Bench, entry: UUID) -> Any:
    """One invoice: how late, what the law adds, a reminder to copy, and that it was paid."""
    shelf = bench.shelf()
    known = shelf.entries.get(str(entry))
    if not isinstance(known, Invoice):
        return error_page(bench.request, 404)
    today, problem = local_date(bench.now, zone(shelf.settings.zone)), ""
    if bench.request.method == "POST":
        try:
            paid = reading.day(typed(bench, "paid"))
            if paid < known.sent:
                raise BadInputError("bad_day", "It is sent before it is due or paid.")
            workbench_books.put(bench.books, replace(known, paid=paid), fresh=False)
            return HttpResponseRedirect(reverse("workbench_due"))
        except BadInputError as error:
            problem = plain(error)
    found = claim(known, today)
    context = {
        "claim": found,
        "issued": next((one for one in shelf.of(Issued) if one.owed == known.id), None),
        "currency": shelf.settings.currency,
        "law": LAWS.get(known.law),
        "spans": [(span, percent(span.rate)) for span in found.extra.spans],
        "reminder": _reminder(bench, found, shelf.settings.currency) if found.is_open and found.days > 0 else "",
        "today": today.isoformat(),
        "problem": problem,
    }
    return page(bench, "workbench/owed.html", context, status=422 if problem else 200)


def _reminder(bench: Bench, found: Claim, currency: str) -> str:
    """A reminder in the language of the page: friendly at first, then with what the law adds."""
    invoice, calendar = found.invoice, bench.calendar
    today = local_date(bench.now, calendar.zone)
    known = {
        "name": invoice.name,
        "sent": invoice.sent.isoformat(),
        "due_on": invoice.due.isoformat(),
        "amount": shown(invoice.amount, currency),
        "days": ngettext("%(n)s day", "%(n)s days", found.days) % {"n": found.days},
        "by": (today + timedelta(days=_GRACE)).isoformat(),
    }
    if not found.firm:
        friendly = _(
            "Hello, invoice %(name)s of %(sent)s over %(amount)s was due on %(due_on)s. It may have been overlooked: "
            "please pay it to the account on the invoice by %(by)s. Thank you!"
        )
        return friendly % known
    firm = _(
        "Invoice %(name)s of %(sent)s over %(amount)s has been due since %(due_on)s, for %(days)s. Please pay it "
        "to the account on the invoice by %(by)s."
    )
    law = LAWS.get(invoice.law)
    if law is None or not found.extra.spans:
        return firm % known
    added = _(
        "By law interest of %(rate)s a year runs since then, %(interest)s so far, and %(sum)s are owed once for "
        "collecting it (%(source)s)."
    )
    extra = {
        "rate": percent(found.extra.spans[-1].rate),
        "interest": shown(found.extra.interest, currency),
        "sum": shown(found.extra.sum, currency),
        "source": law.source,
    }
    return f"{firm % known} {added % extra}"
