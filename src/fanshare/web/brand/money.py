"""Money: what is owed in each currency, when it becomes ready, to whom, and what was put right."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339, local_date, zone
from fanshare.core.money import format_micros
from fanshare.core.owed_days import OwedDay, owed_days
from fanshare.flows.authorisation import Role
from fanshare.store.queries import owed, results
from fanshare.store.queries.owed import Adjusted, Owed
from fanshare.web import her_currency
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, by_number, taken
from fanshare.web.seated import page, seated

_DAYS = ("day", "waiting", "being_checked", "unclaimed", "currency")
_PEOPLE = ("who", "ready", "waiting", "being_checked", "on_its_way", "unclaimed", "currency")
_ADJUSTED = ("at", "what", "amount", "order", "who", "currency")


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def money(here: Here) -> Any:
    """One currency, in one of three lists."""
    query, currencies = here.request.GET, results.currencies(here.access)
    usual = her_currency.begin_with(here.request, here.tenant.currency, currencies)
    currency, by = query.get("currency", "") or usual, query.get("by", "") or "day"
    if currency not in (here.tenant.currency, *currencies) or by not in ("day", "who", "adjusted"):
        raise BadInputError("bad_filter", "There is no such list or currency; start from the page itself.")
    chosen = {"by": by, "currency": query.get("currency", "")}
    wish = asked(query, _spec(by), zone(here.tenant.time_zone), **chosen)
    lists = {"day": _days, "who": _who, "adjusted": _adjusted}
    found, columns = lists[by](here, wish, currency)
    if wish.form:
        rows = (_document(row, currency) for row in found["rows"])
        return exported(wish.form, f"money-{by}", rows, columns, cut=bool(found["next"]))
    return page(here, "brand/money.html", {**_context(here, by, wish, currency), "currencies": currencies, **found})


def _context(here: Here, by: str, wish: Asked, currency: str) -> dict[str, Any]:
    return {
        "by": by,
        "asked": wish,
        "currency": currency,
        "balances": owed.balances(here.access, currency),
        "lists": {"day": _("When"), "who": _("Who"), "adjusted": _("What was put right")},
        "who": _named,
        "what": _what(),
        "on": lambda day: here.calendar.name(date.fromisoformat(day)),
    }


def _spec(by: str) -> Spec:
    """What each list can do. A balance stands as it is now, so that the list of people goes by no days."""
    if by == "day":
        return Spec({}, {"day": _("by day"), "amount": _("largest first")})
    if by == "who":
        sorts = {"ready": _("most ready first"), "waiting": _("most waiting first"), "checked": _("most checked first")}
        return Spec({}, sorts, search=_("name"), dates=False)
    return Spec({}, {"newest": _("newest first"), "amount": _("largest first")}, search=_("order number or name"))


def _days(here: Here, wish: Asked, currency: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The days asked for; there are no more than the longest return window has, and what has no day yet."""
    dated = owed.dated(here.access, currency, here.tenant.time_zone)
    today = local_date(here.now, zone(here.tenant.time_zone)).isoformat()
    rows = owed_days(owed.balances(here.access, currency), dated, today)
    if wish.narrowed:
        first, last = (date.fromisoformat(one) if one else None for one in (wish.from_day, wish.to_day))
        rows = [row for row in rows if row.day and _within(date.fromisoformat(row.day), first, last)]
    rows.sort(key=lambda row: _place(wish, row), reverse=True)
    behind = [row for row in rows if wish.after is None or _place(wish, row) < wish.after]
    shown = taken(wish, behind, lambda row: _place(wish, row))
    return {"rows": shown.rows, "next": shown.next}, _DAYS


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _place(wish: Asked, row: OwedDay) -> tuple[int, int]:
    """Where a day stands among the others, the largest first; what has no day is the last of its kind."""
    day = -(date.fromisoformat(row.day) if row.day else date.max).toordinal()
    return (row.waiting + row.checked + row.unclaimed if wish.sort == "amount" else 0), day


def _who(here: Here, wish: Asked, currency: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    rows = owed.people(here.access, currency, text=wish.text, sort=wish.sort, after=wish.after, limit=wish.limit + 1)
    shown = taken(wish, rows, lambda row: (row.value, row.id))
    return {"rows": shown.rows, "next": shown.next}, _PEOPLE


def _adjusted(here: Here, wish: Asked, currency: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    rows = owed.adjusted(
        here.access, currency, text=wish.text, sort=wish.sort, after=wish.after, limit=wish.limit + 1, **wish.span
    )
    shown = taken(wish, rows, by_number if wish.sort == "newest" else lambda row: (row.amount, row.id))
    return {"rows": shown.rows, "next": shown.next}, _ADJUSTED


def _what() -> Mapping[str, str]:
    """What each kind of movement is called here."""
    return {
        "settle": _("taken back: a refund, a cancellation or a decision"),
        "fee": _("fee taken back"),
        "absorb": _("a debt that you took upon yourself"),
        "erase": _("somebody left; it stays owed, unclaimed"),
        "claim": _("unclaimed money found its owner"),
        "opening": _("brought from another tool, borne for a late claim or an old debt, or a bonus by hand"),
        "expense": _("an expense paid back"),
        "allowance": _("an expense paid back, without a receipt"),
        "opening_back": _("taken back of a late claim: its order was changed"),
        "payout_return": _("a payout came back"),
    }


def _named(row: Owed | Adjusted) -> str:
    """A creator by her name; fans and buyers under a pseudonym that stays the same."""
    return named(row.kind, row.name, row.public_id) if row.kind else _("nobody known yet")


def _document(row: OwedDay | Owed | Adjusted, currency: str) -> dict[str, Any]:
    if isinstance(row, OwedDay):
        days = map(format_micros, (row.waiting, row.checked, row.unclaimed))
        return dict(zip(_DAYS, (row.day, *days, currency), strict=True))
    if isinstance(row, Owed):
        buckets = map(format_micros, (row.ready, row.waiting, row.checked, row.leaving, row.unclaimed))
        return dict(zip(_PEOPLE, (_named(row), *buckets, currency), strict=True))
    told = (format_rfc3339(row.at), _what()[row.what], format_micros(row.amount), row.number, _named(row), currency)
    return dict(zip(_ADJUSTED, told, strict=True))
