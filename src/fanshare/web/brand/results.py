"""Results: what creators brought, by creator, product and day, and how sure the figures are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from fanshare.core import intervals
from fanshare.core.errors import BadInputError
from fanshare.core.instants import local_date, zone
from fanshare.core.intervals import FEWEST, MILLION, Interval
from fanshare.core.money import Micros, format_micros
from fanshare.core.results import by_product, each, returned
from fanshare.flows.authorisation import Role
from fanshare.store.queries import listing, results
from fanshare.store.queries.results import Brought, Stretch
from fanshare.web import her_currency
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.lists import Asked, Spec, Taken, asked, taken
from fanshare.web.rate_chart import Dot, rates, words
from fanshare.web.seated import page, seated

SPAN = 30
MOST_DAYS = 366
#: Parts that are taken apart into lines; more would take seconds, and the page says that older ones are left out.
MOST_PARTS = 2_000
#: Dots in the picture; more would cover each other.
MOST_DOTS = 12
_COLUMNS = ("name", "clicks", "orders", "goods", "commission", "per_order", "rate_from", "rate_to", "currency")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``clicks`` is ``None`` where they belong to no row; ``sure`` where no rate can be told."""

    key: int
    name: str
    clicks: int | None
    orders: int
    clicked: int
    goods: Micros
    commission: Micros
    sure: Interval | None = None

    @property
    def each(self) -> Micros | None:
        """Commission for one kept order."""
        return each(self.commission, self.orders)


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of everything asked about."""

    clicks: int
    orders: int
    goods: Micros
    commission: Micros

    @property
    def each(self) -> Micros | None:
        """Commission for one kept order."""
        return each(self.commission, self.orders)

    @property
    def returned(self) -> Micros | None:
        """Goods for one unit of commission."""
        return returned(self.goods, self.commission)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was asked about; ``whole`` says that nothing was left out."""

    by: str
    stretch: Stretch
    rows: list[Row]
    totals: Totals
    whole: bool


@seated("brand.results", Role.BRAND, Role.OPERATOR)
def found(here: Here) -> Any:
    """One stretch of time, grouped as asked."""
    by, query, currencies = _grouping(here), _dated(here), results.currencies(here.access)
    sorts = {name: said for name, said in _sorts().items() if by == "day" or name != "newest"}
    chosen = {"by": by, "creator": query["creator"], "currency": query["currency"]}
    spec = Spec({}, sorts, search=_("name") if by != "day" else "")
    wish = asked(query, spec, zone(here.tenant.time_zone), **chosen)
    known = _found(here, by, _stretch(here, wish, query, currencies), told=len(currencies) < 2)
    rows = _sorted(wish, [row for row in known.rows if wish.text.lower() in row.name.lower()])
    shown = _listed(wish, rows)
    if wish.form:
        documents = (_document(row, by, known.stretch.currency) for row in shown.rows)
        columns = ("day", *_COLUMNS) if by == "day" else _COLUMNS
        return exported(wish.form, f"results-{by}", documents, columns, cut=shown.cut or not known.whole)
    context = {"asked": wish, "currencies": currencies, "rows": shown.rows, "next": shown.next}
    context |= {**_told(known), **_about(here, known), "usual": not (wish.text or here.request.GET.get("from"))}
    return page(here, "brand/results.html", context)


def _found(here: Here, by: str, stretch: Stretch, *, told: bool) -> Found:
    days = results.by_day(here.access, stretch)
    rows, whole = [_day(here, one, told=told) for one in days], True
    if by == "creator":
        rows = _creators(here, results.by_creator(here.access, stretch), told=told)
    elif by == "product":
        rows, whole = _products(here, stretch)
    totals = Totals(*(sum(getattr(one, name) for one in days) for name in ("clicks", "orders", "goods", "commission")))
    return Found(by, stretch, rows, totals, whole)


def _listed(wish: Asked, rows: list[Row]) -> Taken[Row]:
    """One page, or file, of the rows."""
    if wish.after is not None:
        behind = (-wish.after[0], -wish.after[1])
        rows = [row for row in rows if (-_value(wish.sort, row), -row.key) > behind]
    return taken(wish, rows, lambda row: (_value(wish.sort, row), row.key))


def _told(known: Found) -> dict[str, Any]:
    """What the figures can tell, in words and as a picture."""
    dots = _dots(known.rows) if known.by == "creator" else []
    return {
        "expected": intervals.count(known.totals.orders),
        "few": known.totals.orders < FEWEST,
        "fewest": FEWEST,
        "leader": _leader(known.rows) if known.by == "creator" else "",
        "dots": dots,
        "picture": rates(dots, ident="rates", title=_("How many clicks became a kept order, by creator")),
        "words": words,
    }


def _about(here: Here, known: Found) -> dict[str, Any]:
    creator = known.stretch.creator
    return {
        "by": known.by,
        "stretch": known.stretch,
        "totals": known.totals,
        "whole": known.whole,
        "most": MOST_PARTS,
        "creator": _names(here, [creator]).get(creator, "") if creator else "",
        "groups": {"creator": _("By creator"), "product": _("By product"), "day": _("By day")},
        "iso": lambda ordinal: date.fromordinal(ordinal).isoformat(),
    }


def _grouping(here: Here) -> str:
    by: str = here.request.GET.get("by", "") or "creator"
    if by not in ("creator", "product", "day"):
        raise BadInputError("bad_filter", "Results are shown by creator, product or day.")
    return by


def _sorts() -> Mapping[str, str]:
    return {
        "newest": _("newest first"),
        "commission": _("most commission first"),
        "goods": _("most goods first"),
        "orders": _("most orders first"),
        "clicks": _("most clicks first"),
        "dear": _("dearest order first"),
    }


def _dated(here: Here) -> dict[str, str]:
    """The query, with the last thirty days where it names no day, and until today where it names the first alone."""
    query = {"creator": "", "currency": "", **here.request.GET.dict()}
    today = local_date(here.now, zone(here.tenant.time_zone))
    if not query.get("from") and not query.get("to"):
        query["from"] = (today - timedelta(days=SPAN - 1)).isoformat()
    if not query.get("to"):
        query["to"] = _until(today, query["from"].strip())
    return query


def _until(today: date, first: str) -> str:
    """Today, or a first day that is still to come; what is no day is refused where days are read."""
    try:
        return max(today, date.fromisoformat(first)).isoformat()
    except ValueError:
        return today.isoformat()


def _stretch(here: Here, wish: Asked, query: Mapping[str, str], currencies: Sequence[str]) -> Stretch:
    """Raises ``BadInputError``: ``bad_period``, ``bad_filter``."""
    if wish.since is None or wish.until is None:
        raise BadInputError("bad_period", "Say the first and the last day.")
    days = (date.fromisoformat(wish.to_day) - date.fromisoformat(wish.from_day)).days
    if not 0 <= days < MOST_DAYS:
        raise BadInputError("bad_period", "Choose a first day and a last one, at most %(most)s days.", most=MOST_DAYS)
    usual = her_currency.begin_with(here.request, here.tenant.currency, currencies)
    currency, creator = query["currency"] or usual, query["creator"]
    number = creator.isascii() and creator.isdigit() and len(creator) <= 18
    if currency not in (here.tenant.currency, *currencies) or not (number or creator == ""):
        raise BadInputError("bad_filter", "There is no such creator or currency; start from the page itself.")
    return Stretch(wish.since, wish.until, wish.from_day, wish.to_day, currency, int(creator) if creator else None)


def _names(here: Here, parties: Iterable[int | None]) -> dict[int | None, str]:
    known = listing.named(here.access, (one for one in parties if one is not None))
    return {id_: one.name or f"{one.kind} {one.public_id[:6]}" for id_, one in known.items()}


def _creators(here: Here, brought: Sequence[Brought], *, told: bool) -> list[Row]:
    names = _names(here, [int(one.key) for one in brought])
    return [_row(int(one.key), names.get(int(one.key), one.key), one, told=told) for one in brought]


def _day(here: Here, one: Brought, *, told: bool) -> Row:
    day = date.fromisoformat(one.key)
    return _row(day.toordinal(), here.calendar.name(day), one, told=told)


def _row(key: int, name: str, one: Brought, *, told: bool) -> Row:
    """Clicks have no currency: where there are several, no rate is told."""
    sure = intervals.rate(one.clicked, one.clicks) if told and 0 < one.clicks >= one.clicked else None
    return Row(key, name, one.clicks, one.orders, one.clicked, one.goods, one.commission, sure)


def _products(here: Here, stretch: Stretch) -> tuple[list[Row], bool]:
    parts = results.parts(here.access, stretch, MOST_PARTS + 1)
    sums = by_product(parts[:MOST_PARTS])
    rows = [
        Row(_number(one.product), one.product or _("without a product"), None, one.orders, 0, one.goods, one.commission)
        for one in sums
    ]
    return rows, len(parts) <= MOST_PARTS


def _number(text: str) -> int:
    """A number that stays the same for a text: its place among equals."""
    return int.from_bytes(sha256(text.encode()).digest()[:7])


def _value(sort: str, row: Row) -> int:
    values = {"newest": 0, "goods": row.goods, "orders": row.orders, "clicks": row.clicks or 0, "dear": row.each or 0}
    return values.get(sort, row.commission)


def _sorted(wish: Asked, rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-_value(wish.sort, row), -row.key))


def _dots(rows: list[Row]) -> list[Dot]:
    """The creators with the most clicks, numbered."""
    told = sorted((row for row in rows if row.sure is not None), key=lambda row: -(row.clicks or 0))[:MOST_DOTS]
    return [
        Dot(number, row.name, row.clicks or 0, row.clicked * MILLION // (row.clicks or 1), row.sure)
        for number, row in enumerate(told, 1)
        if row.sure is not None
    ]


def _leader(rows: list[Row]) -> str:
    """Whose rate is higher than everybody else's, as far as the data can tell."""
    many = [row for row in rows if row.sure is not None and row.orders >= FEWEST]
    if len(many) < 2:
        return ngettext(
            "Fewer than two creators have %(n)s kept order: too few to tell who sells better.",
            "Fewer than two creators have %(n)s kept orders: too few to tell who sells better.",
            FEWEST,
        ) % {"n": FEWEST}
    best = max(many, key=lambda row: row.sure.low if row.sure else 0)
    if all(one is best or (one.sure and best.sure and intervals.apart(one.sure, best.sure)) for one in many):
        return _("Of those with enough orders, clicks on links of %(name)s became orders most often.") % {
            "name": best.name
        }
    return _("Whose clicks become orders most often, these figures can’t tell: the ranges overlap.")


def _document(row: Row, by: str, currency: str) -> dict[str, Any]:
    return {
        **({"day": date.fromordinal(row.key).isoformat()} if by == "day" else {}),
        "name": row.name.replace("\N{NO-BREAK SPACE}", " "),
        "clicks": row.clicks,
        "orders": row.orders,
        "goods": format_micros(row.goods),
        "commission": format_micros(row.commission),
        "per_order": None if row.each is None else format_micros(row.each),
        "rate_from": None if row.sure is None else format_micros(row.sure.low),
        "rate_to": None if row.sure is None else format_micros(row.sure.high),
        "currency": currency,
    }
