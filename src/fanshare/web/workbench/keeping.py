"""Settings of the books, a copy of them, and files for a tax adviser."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339, local_date, zone
from fanshare.core.money import format_micros, format_trimmed
from fanshare.core.typed_amount import in_field
from fanshare.core.workbench import mileage, typed
from fanshare.core.workbench.accounts import Basis, Posting
from fanshare.core.workbench.documents import document
from fanshare.core.workbench.entries import Books, Cost, Settings
from fanshare.core.workbench.journal import Asked, journal
from fanshare.core.workbench.lines import INCOME, lines
from fanshare.flows import receipts, workbench_books, workbench_mail
from fanshare.store.queries import workbench_mail as rows
from fanshare.web import site
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.owner import owner_of
from fanshare.web.said import plain
from fanshare.web.workbench import bench as at
from fanshare.web.workbench import forms
from fanshare.web.workbench.bench import Bench, benched, page

#: They are put together in memory.
_MOST_RECEIPTS = 100
FORMAT = "fanshare-workbench/1"
_JOURNAL = ("day", "debit", "credit", "amount", "currency", "words", "deal", "entry")
_LINES = ("day", "direction", "kind", "category", "amount", "tax", "currency", "words", "deal", "entry")


@benched(form=True, opened=True)
def settings(bench: Bench) -> Any:
    """Where the days begin, what a way costs, and the files."""
    shelf = bench.shelf()
    now, problem, status = shelf.settings, "", 200
    values = {"zone": now.zone, "rates": now.rates, "own_rate": in_field(now.own_rate) if now.own_rate else ""}
    values["tells"] = "1" if now.tells else ""
    values |= {"mails": "1" if workbench_mail.known(bench.conn, bench.desk.keys, bench.account) else "", "address": ""}
    if bench.request.method == "POST":
        values = {name: at.typed(bench, name) for name in (*values, "mails", "address")}
        try:
            settings = _settings(now, values)
            with bench.conn.transaction():
                workbench_books.set_up(bench.books, settings)
                _mails(bench, values, settings)
        except BadInputError as error:
            problem, status = plain(error), 422
        else:
            return HttpResponseRedirect(f"{reverse('workbench_settings')}?kept=1")
    today = local_date(bench.now, zone(now.zone))
    context = {
        "values": values,
        "currency": now.currency,
        "tables": forms.tables(now.currency),
        "problem": problem,
        "since": date(today.year, 1, 1).isoformat(),
        "until": today.isoformat(),
        "sends_mail": site.of(bench.request).accounts.sends_mail,
        "asks_address": not owner_of(bench.request).address,
        "kept": bench.request.GET.get("kept") == "1",
    }
    return page(bench, "workbench/settings.html", context, status=status)


@benched(opened=True)
def export(bench: Bench) -> Any:
    """A journal of postings, or every line, of some days: as CSV or JSON."""
    shelf, asked = bench.shelf(), bench.request.GET
    earned = workbench_books.earned(bench.conn, bench.worn, shelf.settings.currency)
    books, today = shelf.books(earned.counted), local_date(bench.now, zone(shelf.settings.zone))
    since = typed.day(str(asked.get("since", "")), date(today.year, 1, 1))
    until = min(typed.day(str(asked.get("until", "")), today), today)
    form = "json" if asked.get("as") == "json" else "csv"
    if asked.get("what") == "lines":
        return exported(form, "lines", _lines(books, since, until), _LINES, cut=False)
    basis = Basis.CASH if asked.get("basis") == "cash" else Basis.ACCRUAL
    papers = workbench_books.papers(bench.conn, bench.worn, shelf)
    found = journal(books, Asked(since, until, basis), papers)
    rows = [_posting(one, books.currency) for one in found]
    return exported(form, f"journal-{basis}", rows, _JOURNAL, cut=False)


@benched(opened=True)
def receipts_of(bench: Bench) -> Any:
    """The receipts of some days in one file, each named by its day, amount and what it was for."""
    shelf, asked = bench.shelf(), bench.request.GET
    today = local_date(bench.now, zone(shelf.settings.zone))
    since = typed.day(str(asked.get("since", "")), date(today.year, 1, 1))
    until = typed.day(str(asked.get("until", "")), today)
    chosen = [one for one in shelf.of(Cost) if one.paper and since <= one.day <= until]
    if len(chosen) > _MOST_RECEIPTS:
        raise BadInputError("too_many", "More than 100 receipts lie in these days: choose fewer days.")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for one in sorted(chosen, key=lambda cost: (cost.day, cost.id)):
            found = receipts.find(bench.books, UUID(one.paper))
            if found is not None:
                name = f"{one.day.isoformat()} {format_trimmed(one.amount)} {one.category} {one.id[:8]}.{found.name}"
                packed.writestr(name, found.content)
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="receipts-{since}-{until}.zip"'
    return response


@benched(opened=True)
def copy(bench: Bench) -> Any:
    """Everything that stands in the books as a file."""
    shelf = bench.shelf()
    content = {
        "format": FORMAT,
        "made_at": format_rfc3339(bench.now),
        "settings": document(shelf.settings),
        "timer": None if shelf.running is None else document(shelf.running),
        "plan": None if shelf.planned is None else document(shelf.planned),
        "aside": None if shelf.aside is None else document(shelf.aside),
        "trust": None if shelf.trusted is None else document(shelf.trusted),
        "entries": [{"id": id_, **document(one)} for id_, one in sorted(shelf.entries.items())],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="books-{format_rfc3339(bench.now)[:10]}.json"'
    return response


def _mails(bench: Bench, values: Mapping[str, str], settings: Settings) -> None:
    """Mail her that something is due, or no more. Raises ``BadInputError`` (``not_her_address``, ``needs_days``)."""
    if values["mails"] != "1":
        rows.drop(bench.conn, bench.account)
        return
    if not settings.tells:
        raise BadInputError("needs_days", "A mail needs the days: let the site know them as well.")
    owner, keys = owner_of(bench.request), bench.desk.keys
    known = workbench_mail.known(bench.conn, keys, bench.account)
    address = owner.address or values["address"] or ("" if known is None else known.address)
    where = workbench_mail.Where(address, owner.language, settings.zone)
    workbench_mail.wish(bench.conn, keys, bench.account, where, bench.now)


def _settings(now: Settings, values: dict[str, str]) -> Settings:
    try:
        zone(values["zone"])
    except BadInputError:
        raise BadInputError("bad_zone", "Write a time zone such as Europe/Berlin.") from None
    rates = typed.one_of(values["rates"], forms.tables(now.currency))
    own = typed.amount(values["own_rate"])
    if rates == mileage.OWN and not own:
        raise BadInputError("no_amount", "Write an amount above zero.")
    return replace(now, zone=values["zone"], rates=rates, own_rate=own, tells=values["tells"] == "1")


def _posting(one: Posting, currency: str) -> dict[str, str]:
    return {
        "day": one.day.isoformat(),
        "debit": one.debit,
        "credit": one.credit,
        "amount": format_micros(one.amount),
        "currency": currency,
        "words": one.words,
        "deal": one.deal,
        "entry": one.entry,
    }


def _lines(books: Books, since: date, until: date) -> Iterable[dict[str, str]]:
    named = {deal.id: deal.name for deal in books.deals}
    taxes = {cost.id: cost.tax for cost in books.costs}
    for one in lines(books, until):
        if one.day >= since:
            yield {
                "day": one.day.isoformat(),
                "direction": _("in") if one.kind in INCOME else _("out"),
                "kind": one.kind.value,
                "category": one.category,
                "amount": format_micros(one.amount),
                "tax": format_micros(taxes.get(one.entry, 0)),
                "currency": books.currency,
                "words": one.words,
                "deal": named.get(one.deal, ""),
                "entry": one.entry,
            }
