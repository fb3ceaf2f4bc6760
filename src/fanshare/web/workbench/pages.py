"""What an hour brings: all of it, deal by deal, with what would be if; and the lists of hours and costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import MINUTE, local_date, zone
from fanshare.core.money import Micros, from_minor_units, minor_units
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Never, Running, Time
from fanshare.core.workbench.lines import lines
from fanshare.core.workbench.results import Result, by_deal, by_month, by_platform, fee_needed, what_if, whole
from fanshare.core.workbench.trust import against
from fanshare.flows import workbench_books
from fanshare.web.errors import error_page
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.workbench import list_rows, listing, words
from fanshare.web.workbench.bench import Bench, benched, page, typed
from fanshare.web.workbench.entries import around_of
from fanshare.web.workbench.today import creates, said

_MOST_MONTHS = 24
_MOST_REVISIONS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of results."""

    name: str
    result: Result
    href: str = ""


@benched(opened=True)
def hour(bench: Bench) -> Any:
    """What an hour brings: this month, each month, platform and deal."""
    shelf = bench.shelf()
    today = local_date(bench.now, zone(shelf.settings.zone))
    earned = workbench_books.earned(bench.conn, bench.worn, shelf.settings.currency)
    books = shelf.books(earned.counted)
    months, deals = by_month(books, today), by_deal(books, today)
    context = {
        "currency": shelf.settings.currency,
        "this": months.get((today.year, today.month), Result()),
        "whole": whole(months.values()),
        "months": [Row(words.month(one), months[one]) for one in sorted(months, reverse=True)[:_MOST_MONTHS]],
        "platforms": _by_profit(_platform_rows(by_platform(books, today))),
        "deals": _deal_rows(shelf, deals),
        "others": sorted(earned.others.items()),
        "running": _running(bench, shelf),
        "books": None if creates(bench.worn) else said(bench.conn, bench.worn, shelf, bench.now),
        "broken": shelf.broken,
        "empty": not shelf.entries and not earned.counted,
        "clock": words.clock,
    }
    return page(bench, "workbench/hour.html", context)


@benched(opened=True)
def deals(bench: Bench) -> Any:
    """Every deal with what an hour of it brings."""
    shelf = bench.shelf()
    today = local_date(bench.now, zone(shelf.settings.zone))
    earned = workbench_books.earned(bench.conn, bench.worn, shelf.settings.currency)
    rows = _deal_rows(shelf, by_deal(shelf.books(earned.counted), today))
    context = {"currency": shelf.settings.currency, "rows": rows, "clock": words.clock}
    return page(bench, "workbench/deals.html", context)


@benched(opened=True)
def deal(bench: Bench, entry: UUID) -> Any:
    """One deal: what it brought, what it cost, what an hour of it brings, and what would be if."""
    shelf = bench.shelf()
    known = shelf.deals.get(str(entry))
    if known is None:
        return error_page(bench.request, 404)
    earned = workbench_books.earned(bench.conn, bench.worn, shelf.settings.currency)
    books, until = shelf.books(earned.counted), local_date(bench.now, zone(shelf.settings.zone))
    until = max(until, known.day)  # a deal that counts later is shown as it will be
    result = by_deal(books, until)[known.id]
    asked, problem = bench.request.GET, ""
    supposed: dict[str, Any] = {}
    try:
        supposed = _supposed(result, asked, shelf.settings.currency)
    except BadInputError as error:
        problem = plain(error)
    context = {
        "deal": known,
        "currency": shelf.settings.currency,
        "result": result,
        "lines": [line for line in lines(books, until) if line.deal == known.id],
        "platform": words.platforms().get(known.platform, ""),
        "times": [(one, words.steps().get(one.step, "")) for one in _newest(shelf.of(Time)) if one.deal == known.id],
        "asked": {name: str(asked.get(name, ""))[:20] for name in ("revisions", "each", "costs", "wish")},
        "problem": problem,
        "supposed": supposed,
        "nevers": against(known.name, shelf.of(Never)),
        "clock": words.clock,
    }
    return page(bench, "workbench/deal.html", context, status=422 if problem else 200)


@benched(form=True, opened=True)
def hours(bench: Bench) -> Any:
    """Hours: a timer that runs, locked or not, and what was written down."""
    shelf = bench.shelf()
    if bench.request.method == "POST":
        try:
            _timer(bench, shelf)
        except BadInputError as error:
            return _hours(bench, shelf, plain(error), 422)
        return HttpResponseRedirect(reverse("workbench_hours"))
    return _hours(bench, shelf)


@benched(opened=True)
def costs(bench: Bench) -> Any:
    """What was paid, what is paid again and again, what lasts, ways driven."""
    shelf = bench.shelf()
    wish = listing.wish_of(bench, shelf, list_rows.costs_spec())
    today = local_date(bench.now, zone(shelf.settings.zone))
    found = listing.found(wish, list_rows.costs(shelf, today, wish.chosen["kind"]))
    if wish.form:
        return listing.file_of(wish, "costs", found, list_rows.COSTS)
    context = {
        "asked": wish,
        "rows": [(*row.entry, row.day, row.document) for row in found.rows],
        "next": found.next,
        "currency": shelf.settings.currency,
        "categories": words.categories(),
        "paces": words.paces(),
    }
    return page(bench, "workbench/costs.html", context)


def _supposed(result: Result, asked: Any, currency: str) -> dict[str, Any]:
    """What would be with more revisions and costs, and which fee a wished hour would need, in whole minor units."""
    found: dict[str, Any] = {}
    if asked.get("revisions") or asked.get("costs"):
        more = reading.number(str(asked.get("revisions", "") or "0"), 0, _MOST_REVISIONS)
        each = reading.minutes(str(asked.get("each", "") or "1")) if more else 0
        spent = reading.amount(str(asked.get("costs", "")))
        found |= {"revisions": more, "then": what_if(result, minutes=more * each, costs=spent)}
    if asked.get("wish"):
        wish: Micros = reading.amount(str(asked["wish"]))
        needed = fee_needed(found.get("then", result), wish)
        found |= {"wish": wish, "fee": from_minor_units(-minor_units(-needed, currency), currency)}
    return found


def _timer(bench: Bench, shelf: Shelf) -> None:
    """Start the timer; or stop it and write down the time, or give it up. Raises ``BadInputError``."""
    around, what = around_of(bench, shelf), typed(bench, "do")
    if what == "start":
        step, of = typed(bench, "step"), typed(bench, "deal")
        reading.one_of(step, words.steps())
        reading.one_of(of, around.deals)
        workbench_books.start(bench.books, Running(bench.now, step, of))
    elif shelf.running is not None:
        spent = min(-(-max(0, bench.now - shelf.running.started_at) // MINUTE), reading.MOST_MINUTES)
        if what == "stop" and spent:
            began = local_date(shelf.running.started_at, zone(shelf.settings.zone))
            done = Time(workbench_books.new_id(), began, spent, shelf.running.step, shelf.running.deal)
            workbench_books.put(bench.books, done)
        workbench_books.stop(bench.books)


def _hours(bench: Bench, shelf: Shelf, problem: str = "", status: int = 200) -> Any:
    wish, steps = listing.wish_of(bench, shelf, list_rows.hours_spec()), words.steps()
    found = listing.found(wish, list_rows.hours(shelf, wish.chosen["step"]))
    if wish.form:
        return listing.file_of(wish, "hours", found, list_rows.HOURS)
    context = {
        "running": _running(bench, shelf),
        "asked": wish,
        "times": [(row.entry, steps.get(row.entry.step, "")) for row in found.rows],
        "next": found.next,
        "deals": around_of(bench, shelf).deals,
        "names": {deal.id: deal.name for deal in shelf.deals.values()},
        "steps": steps,
        "problem": problem,
        "clock": words.clock,
    }
    return page(bench, "workbench/hours.html", context, status=status)


def _running(bench: Bench, shelf: Shelf) -> dict[str, Any] | None:
    if shelf.running is None:
        return None
    named = shelf.deals.get(shelf.running.deal)
    return {
        "since": shelf.running.started_at,
        "minutes": max(0, bench.now - shelf.running.started_at) // MINUTE,
        "step": words.steps().get(shelf.running.step, ""),
        "deal": "" if named is None else named.name,
    }


def _newest(entries: Iterable[Time]) -> list[Time]:
    return sorted(entries, key=lambda one: (one.day, one.id), reverse=True)


def _deal_rows(shelf: Shelf, found: dict[str, Result]) -> list[Row]:
    """Deals, the newest first; then what was for none."""
    ordered = sorted(shelf.deals.values(), key=lambda deal: (deal.day, deal.id), reverse=True)
    rows = [Row(one.name, found.get(one.id, Result()), reverse("workbench_deal", args=[one.id])) for one in ordered]
    rest = found.get("", Result())
    return rows + ([Row(_("for no deal"), rest)] if rest != Result() else [])


def _platform_rows(found: dict[str, Result]) -> list[Row]:
    named = words.platforms()
    return [Row(named.get(one, _("for no deal or platform")), result) for one, result in found.items()]


def _by_profit(rows: list[Row]) -> list[Row]:
    return sorted((row for row in rows if row.result != Result()), key=lambda row: (-row.result.profit, row.name))
