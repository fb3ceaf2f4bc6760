"""Fans of a programme under pseudonyms: whom they support, what they brought, what they have of it."""

from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.money import format_micros
from fanshare.flows.authorisation import Role
from fanshare.store.queries import brand_fans, creators, results
from fanshare.store.queries.brand_fans import FanRow
from fanshare.store.queries.creators import CreatorRow
from fanshare.web import her_currency
from fanshare.web.brand.who import may, named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, taken
from fanshare.web.seated import page, seated

_COLUMNS = ("fan", "supports", "since", "orders", "earned", "ready", "waiting", "being_checked", "currency")
#: Creators of a fan whom his row names; a file names more.
_NAMED = 3


@seated("brand.fans", Role.BRAND, Role.OPERATOR)
def fans(here: Here) -> Any:
    """All fans of 18 or more, the newest first, in one currency, so that their amounts compare."""
    query, currencies = here.request.GET, results.currencies(here.access)
    usual = her_currency.begin_with(here.request, here.tenant.currency, currencies)
    currency = query.get("currency", "") or usual
    if currency not in (here.tenant.currency, *currencies):
        raise BadInputError("bad_filter", "There is no such list or currency; start from the page itself.")
    kept = {"currency": query.get("currency", ""), "creator": query.get("creator", "")}
    wish = asked(query, _spec(), here.zone, **kept)
    whose = creator_asked(here, kept["creator"])
    rows = brand_fans.listed(here.access, currency, None if whose is None else whose.id, **wish.query)
    shown = taken(wish, rows, lambda row: _place(wish, row))
    if wish.form:
        documents = (_document(here, row, currency) for row in shown.rows)
        return exported(wish.form, "fans", documents, _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "fans": [(row, _called(row), row.names[:_NAMED], row.creators - len(row.names[:_NAMED])) for row in shown.rows],
        "next": shown.next,
        "currency": currency,
        "currencies": currencies,
        "whose": whose,
        "may_open": may(here, "brand.creator"),
    }
    return page(here, "brand/fans.html", context)


def creator_asked(here: Here, text: str) -> CreatorRow | None:
    """The creator to whom a list is narrowed, by her number. Raises ``BadInputError`` (``unknown_creator``, 404)."""
    if not text:
        return None
    number = number_asked(text)
    known = None if number is None else creators.one(here.access, number)
    if known is None:
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)
    return known


def fan_asked(here: Here, text: str) -> tuple[int, str] | None:
    """The fan to whom a list is narrowed, by number, and his pseudonym. Raises ``BadInputError`` (``unknown_fan``)."""
    if not text:
        return None
    number = number_asked(text)
    known = None if number is None else brand_fans.pseudonym(here.access, number)
    if number is None or known is None:
        raise BadInputError("unknown_fan", "There is no such fan here.", 404)
    return number, named("fan", "", known)


def number_asked(text: str) -> int | None:
    """The number of a row in an address; ``None`` for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _spec() -> Spec:
    states = {
        "sold": _("brought a sale"),
        "none": _("no sale yet"),
        "ready": _("something is ready"),
        "waiting": _("something waits"),
        "checked": _("something is being checked"),
    }
    sorts = {"newest": _("newest first"), "sales": _("most sales first"), "earned": _("most earned first")}
    return Spec({"state": (_("state"), states)}, sorts, search=_("pseudonym or creator"))


def _place(wish: Asked, row: FanRow) -> tuple[int, int]:
    if wish.sort == "newest":
        return row.id, 0
    return (row.orders if wish.sort == "sales" else row.earned), row.id


def _called(row: FanRow) -> str:
    return named("fan", "", row.public_id)


def _document(here: Here, row: FanRow, currency: str) -> dict[str, Any]:
    amounts = (row.earned, row.ready, row.waiting, row.checked)
    more = row.creators - len(row.names)
    supports = ", ".join(row.names) + (f" (+{more})" if more else "")
    told = (_called(row), supports, here.calendar.iso(row.since), row.orders, *map(format_micros, amounts), currency)
    return dict(zip(_COLUMNS, told, strict=True))
