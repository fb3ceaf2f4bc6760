"""A fan's lines: day, goods, rate, amount; never what was bought, by which order, or at what hour."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.flows.authorisation import Role
from fanshare.flows.payment_clock import Earned
from fanshare.store.queries import fan_days, payees
from fanshare.store.queries.fan_days import FanLine, Sought
from fanshare.store.queries.operating import checkpoint
from fanshare.web import her_currency, other_amounts
from fanshare.web.creator.earnings import MOST_PRINTED, statement_file
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, taken
from fanshare.web.money_states import DATED, State, buckets, clocks, dated, paying, state
from fanshare.web.seated import page, seated
from fanshare.web.wording import percent

_COLUMNS = ("day", "creator", "goods", "rate", "amount", "currency", "state", "ready_at", *DATED, "what")


@seated("fan.earnings", Role.FAN)
def earnings(here: Here) -> Any:
    """Every share of hers as of midnight."""
    sorts = {"newest": _("newest first"), "oldest": _("oldest first")}
    spec = Spec({"state": (_("state"), buckets())}, sorts, search=_("creator"))
    wish = asked(here.request.GET, spec, here.zone)
    shown = taken(wish, _found(here, wish), lambda row: (row.order, row.id))
    if wish.form:
        told = zip(shown.rows, dated(here, _earned(here, shown.rows)), strict=True)
        documents: list[Mapping[str, Any]] = [_document(here, row, days) for row, days in told]
        if not wish.narrowed:
            documents += other_amounts.documents(here, _COLUMNS, here.midnight)
        return exported(wish.form, "earnings", documents, _COLUMNS, cut=shown.cut)
    kept = payees.kept_back(here.access, here.me, here.now)
    context = {
        "asked": wish,
        "lines": _timed(here, shown.rows),
        "next": shown.next,
        "purses": her_currency.first(here.request, fan_days.purses(here.access, here.me, here.midnight)),
        "waits": kept.waits,
        "others": other_amounts.others(here, here.midnight),
        "pays_on": paying(here, here.now),
        "stopped": kept.stopped,
        "no_form": kept.no_form,
    }
    return page(here, "fan/earnings.html", context)


@seated("fan.statement", Role.FAN)
def statement(here: Here) -> Any:
    """Her statement, which ends with the seal before midnight."""
    return statement_file(here, here.midnight)


@seated("fan.statement", Role.FAN)
def printed(here: Here) -> Any:
    """The same for paper, as of midnight."""
    rows = fan_days.lines(here.access, here.me, here.midnight, limit=MOST_PRINTED + 1)
    context = {
        "asked": asked({}, Spec({}, {"newest": _("newest first")}, dates=False), here.zone),
        "purses": her_currency.first(here.request, fan_days.purses(here.access, here.me, here.midnight)),
        "lines": [_line(here, row) for row in rows[:MOST_PRINTED]],
        "cut": len(rows) > MOST_PRINTED,
        "others": other_amounts.others(here, here.midnight),
        "seal": checkpoint(here.access, here.midnight),
    }
    return page(here, "fan/printed.html", context)


def _found(here: Here, wish: Asked) -> list[FanLine]:
    days = (day and date.fromisoformat(day).isoformat() for day in (wish.from_day, wish.to_day))
    sought = Sought(wish.text, wish.chosen["state"], *days)
    oldest = wish.sort == "oldest"
    return fan_days.lines(
        here.access, here.me, here.midnight, sought=sought, oldest=oldest, after=wish.after, limit=wish.limit + 1
    )


def _timed(here: Here, rows: list[FanLine]) -> list[Mapping[str, Any]]:
    """Lines as of midnight, and which run takes each or what it waits for."""
    told = zip(rows, clocks(here, _earned(here, rows)), strict=True)
    return [{**_line(here, row), "state": where, "note": note} for row, (where, note) in told]


def _earned(here: Here, rows: list[FanLine]) -> list[Earned]:
    return [
        Earned(row.id, here.me, row.currency, row.amount, _bucket(here, row), row.matures_at, row.held_until)
        for row in rows
    ]


def _bucket(here: Here, row: FanLine) -> str:
    """Where it stood at midnight: what has become ready since is still waiting."""
    if row.bucket == "held":
        return "held"
    return "available" if row.matures_at is not None and row.matures_at <= here.midnight else "pending"


def _line(here: Here, row: FanLine) -> Mapping[str, Any]:
    return {
        "day": here.calendar.name(date.fromisoformat(row.settlement.placed_on)),
        "creator": row.creator,
        "goods": row.settlement.net,
        "rate": percent(row.bps),
        "amount": row.amount,
        "currency": row.currency,
        "buyer": row.role == "buyer",
        "state": _state(here, row),
        "why_token": row.why_token,
    }


def _state(here: Here, row: FanLine) -> State:
    return state(_bucket(here, row), row.amount, row.matures_at, row.held_until, here.calendar)


def _document(here: Here, row: FanLine, days: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "day": row.settlement.placed_on,
        "creator": row.creator,
        "goods": format_micros(row.settlement.net),
        "rate": percent(row.bps),
        "amount": format_micros(row.amount),
        "currency": row.currency,
        "state": _state(here, row).kind,
        "ready_at": "" if row.matures_at is None else format_rfc3339(row.matures_at)[:10],
        **days,
        "what": "sale",
    }
