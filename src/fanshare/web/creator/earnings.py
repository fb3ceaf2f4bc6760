"""Earnings line by line, as a page or a file; and the statement under it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.views.decorators.csp import csp_override

from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.money import format_micros
from fanshare.flows import expenses, hand_bonuses
from fanshare.flows.authorisation import Role
from fanshare.flows.payment_clock import Earned
from fanshare.store.queries import earnings as queries
from fanshare.store.queries import payees
from fanshare.store.queries.operating import checkpoint
from fanshare.web import her_currency, other_amounts
from fanshare.web.desk import Here
from fanshare.web.expenses import clocked
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, taken
from fanshare.web.money_states import DATED, State, buckets, clocks, dated, paying, state_of
from fanshare.web.seated import LISTENS, listens, page, seated

#: Lines on one paper: about ten sheets.
MOST_PRINTED = 500
_COLUMNS = ("order", "placed_at", "goods", "amount", "currency", "state", "ready_at", "checked_until", *DATED, "what")
_WORDS = {"available": "ready", "pending": "waiting", "held": "being checked", "unclaimed": "unclaimed"}


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("creator.earnings", Role.CREATOR)
def earnings(here: Here) -> Any:
    """Every share of hers with its state, its date and its why."""
    wish = asked(here.request.GET, _spec(), here.zone)
    found = taken(wish, _lines(here, wish, wish.limit + 1), _key(wish))
    if wish.form:
        told = dated(here, _earned(here, found.rows))
        documents: list[Mapping[str, Any]] = [_document(row, days) for row, days in zip(found.rows, told, strict=True)]
        if not wish.narrowed:
            documents += other_amounts.documents(here, _COLUMNS)
        return exported(wish.form, "earnings", documents, _COLUMNS, cut=found.cut)
    kept = payees.kept_back(here.access, here.me, here.now)
    payouts, opened = queries.moved(here.access, here.me, other_amounts.MOST + 1)
    context = {
        "asked": wish,
        "purses": her_currency.first(here.request, queries.purses(here.access, here.me)),
        "lines": _timed(here, found.rows),
        "pays_on": paying(here, here.now),
        "stopped": kept.stopped,
        "no_form": kept.no_form,
        "next": found.next,
        "payouts": payouts,
        "waits": kept.waits,
        "expenses": clocked(here, expenses.of_party(here.programme, here.me)),
        "others": other_amounts.shown(other_amounts.in_words(opened, hand_bonuses.reasons(here.programme, opened))),
    }
    return page(here, "creator/earnings.html", context | listens(here))


@seated("creator.statement", Role.CREATOR)
def statement(here: Here) -> Any:
    """The statement as a file that anybody can check without a network."""
    return statement_file(here)


@seated("creator.statement", Role.CREATOR)
def printed(here: Here) -> Any:
    """The same for paper: sums, lines of chosen days, payouts, and the seal that a file can be held against."""
    wish = asked(here.request.GET, Spec({}, {"newest": _("last reported first")}), here.zone)
    rows = _lines(here, wish, MOST_PRINTED + 1)
    payouts, opened = queries.moved(here.access, here.me, other_amounts.MOST + 1)
    context = {
        "asked": wish,
        "purses": her_currency.first(here.request, queries.purses(here.access, here.me)),
        "lines": [(row, state_of(row, here.calendar)) for row in rows[:MOST_PRINTED]],
        "cut": len(rows) > MOST_PRINTED,
        "payouts": payouts,
        "others": other_amounts.shown(other_amounts.in_words(opened)),
        "seal": checkpoint(here.access),
    }
    return page(here, "creator/printed.html", context)


def statement_file(here: Here, until: Instant | None = None) -> Any:
    """A party's statement to keep, as of now or of an earlier moment."""
    content = here.desk.statement(here.programme, here.tenant, here.me, here.now, until)
    response = HttpResponse(content, content_type="application/json")
    name = f"statement-{here.tenant.slug}-{format_rfc3339(until or here.now)[:10]}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _spec() -> Spec:
    sorts = {"newest": _("last reported first"), "largest": _("largest first")}
    return Spec({"state": (_("state"), buckets())}, sorts, search=_("order number"))


def _lines(here: Here, wish: Asked, limit: int) -> list[queries.LineRow]:
    return queries.lines(
        here.access,
        here.me,
        bucket=wish.chosen.get("state", ""),
        number=wish.text.lstrip("#"),
        since=wish.since,
        until=wish.until,
        largest=wish.sort == "largest",
        after=wish.after,
        limit=limit,
    )


def _timed(here: Here, rows: list[queries.LineRow]) -> list[tuple[queries.LineRow, State, str]]:
    """Lines, where each stands, and which run takes it or what it waits for."""
    return [(row, *told) for row, told in zip(rows, clocks(here, _earned(here, rows)), strict=True)]


def _earned(here: Here, rows: list[queries.LineRow]) -> list[Earned]:
    return [
        Earned(row.id, here.me, row.currency, row.amount, row.bucket, row.matures_at, row.held_until) for row in rows
    ]


def _key(wish: Asked) -> Callable[[queries.LineRow], tuple[int, int]]:
    """What a line is put in order by."""
    return lambda row: (row.amount if wish.sort == "largest" else row.order, row.id)


def _document(row: queries.LineRow, days: Mapping[str, str]) -> dict[str, Any]:
    return {
        "order": row.number,
        "placed_at": format_rfc3339(row.placed_at),
        "goods": format_micros(row.goods),
        "amount": format_micros(row.amount),
        "currency": row.currency,
        "state": _WORDS[row.bucket],
        "ready_at": "" if row.matures_at is None else format_rfc3339(row.matures_at),
        "checked_until": "" if row.held_until is None else format_rfc3339(row.held_until),
        **days,
        "what": "sale",
    }
