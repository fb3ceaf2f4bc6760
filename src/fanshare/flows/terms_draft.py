"""Terms as a form changes them: those of now with a few other figures, looked at before anything is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, Instant
from fanshare.core.money import format_percent
from fanshare.core.settlement_leaf import FAN_EVIDENCE
from fanshare.core.terms import Terms, TermsBook
from fanshare.core.terms_changes import earliest_effective, lowers
from fanshare.core.terms_document import document, parse, read
from fanshare.core.terms_example import WorkedOrder, worked_order
from fanshare.core.terms_sentences import sentences
from fanshare.core.what_if import PastPart, Sum, what_if
from fanshare.flows import terms_form
from fanshare.flows.context import Programme
from fanshare.store.queries import brand
from fanshare.store.queries.orders import OrderRows

#: Orders that a comparison looks at: the newest.
MOST_ORDERS = 300
#: Field -> the table and key of the document it changes; percentages are text, the others whole numbers.
_PERCENTS = {
    "fan": ("fans", "default_percent"),
    "fan_most": ("fans", "max_percent"),
    "buyer": ("fans", "buyer_percent"),
}
_NUMBERS = {
    "introducer_days": ("fans", "introducer_days"),
    "window_days": ("terms", "window_days"),
    "notice_days": ("terms", "notice_days"),
    "hold_days": ("settlement", "hold_days"),
}
RULE = "rule-"
#: What the operator of several brands takes on top of the commission; where there is one brand, nobody is asked.
_FEE = "fee"
#: What is proposed to a programme that has no terms yet: one rate for everything, the defaults for the rest.
_PROPOSED = {"commission": [{"id": "standard", "percent": "12"}]}


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft as it would be: in sentences, worked out, and what in it is worse. ``earliest``: when it may begin."""

    terms: Terms
    sentences: tuple[str, ...]
    example: WorkedOrder
    lowered: tuple[str, ...]
    earliest: Instant
    same: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """The newest orders in one currency under the newest terms and under the draft."""

    currency: str
    orders: int
    before: Sum
    after: Sum


def proposed(time_zone: str) -> TermsBook:
    """Version 0, which binds nobody: what a programme without terms may begin with."""
    document = {**_PROPOSED, "terms": {"time_zone": time_zone}}
    return TermsBook([read(document, version=0, effective_at=0)])


def fields(terms: Terms, *, several: bool = False) -> dict[str, str]:
    """The figures a form shows, as text. Rules that are no plain percentage stay as they are.

    The operator's fee is shown where there are ``several`` brands, or where the terms have one.
    """
    written: Any = document(terms)
    found = {f"{RULE}{rule.id}": format_percent(rule.bps) for rule in terms.rules if rule.bps is not None}
    for name, (table, key) in {**_PERCENTS, **_NUMBERS}.items():
        found[name] = str(written[table][key])
    if several or terms.fee_bps:
        found[_FEE] = format_percent(terms.fee_bps)
    return {**found, "admission": written["terms"]["admission"]}


def drafted(terms: Terms, typed: Mapping[str, str]) -> dict[str, Any]:
    """The document of ``terms`` with other figures. Raises ``BadInputError`` (``bad_number``)."""
    made: Any = document(terms)
    for rule in made["commission"]:
        if f"{RULE}{rule['id']}" in typed and "percent" in rule:
            rule["percent"] = _percent(typed[f"{RULE}{rule['id']}"])
    for name, (table, key) in _PERCENTS.items():
        made[table][key] = _percent(typed[name])
    for name, (table, key) in _NUMBERS.items():
        text = typed[name].strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            raise BadInputError("bad_number", "%(text)s is not a whole number of days.", text=repr(text[:20]))
        made[table][key] = int(text)
    if _FEE in typed:
        made["operator"] = {"fee_percent": _percent(typed[_FEE])}
    made["terms"]["admission"] = typed["admission"]
    return made  # type: ignore[no-any-return]


def begun(newest: Terms, sent: str) -> Terms:
    """The draft with which a form began, as it sends it along (JSON); the newest terms where it sends none.

    Raises ``TermsError`` for what is no draft.
    """
    return read(parse(sent, "json"), version=newest.version + 1, effective_at=0) if sent else newest


def look(programme: Programme, wanted: Mapping[str, Any], currency: str, now: Instant) -> Looked:
    """What a document would mean. Raises ``TermsError`` with every mistake in it."""
    newest = programme.book.newest
    terms = read(wanted, version=newest.version + 1, effective_at=now)
    first = newest.version == 0
    earliest = now if first else max(earliest_effective(newest, terms, now), newest.effective_at)
    return Looked(
        terms=terms,
        sentences=tuple(sentences(terms, currency)),
        example=worked_order(terms, currency),
        lowered=() if first else tuple(lowers(newest, terms)),
        earliest=earliest,
        same=terms.hash == newest.hash and not first,
    )


def compared(programme: Programme, terms: Terms, now: Instant) -> list[Compared]:
    """The newest orders of the last 90 days under the newest terms and under others, by currency."""
    access = programme.access
    rows = brand.orders(access, since=now - 90 * DAY, limit=MOST_ORDERS)
    known = brand.parts_of(access, [row.id for row in rows])
    views = OrderRows(access).views({part.order for part in known})
    found: dict[str, list[PastPart]] = {}
    orders: dict[str, set[int]] = {}
    for part in known:
        entry = part.settlement
        past = PastPart(
            view=views[part.order][1],
            credit=entry.credit,
            group=entry.group,
            by_code=entry.decided_by.endswith("_code"),
            introduced=entry.introduced_by is not None,
            by_fan=entry.decided_by in FAN_EVIDENCE,
        )
        found.setdefault(entry.currency, []).append(past)
        orders.setdefault(entry.currency, set()).add(part.order)
    old = programme.book.newest
    return [
        Compared(currency, len(orders[currency]), what_if(old, parts), what_if(terms, parts))
        for currency, parts in sorted(found.items())
    ]


def _percent(text: str) -> str:
    """A percentage as people type it, as the document wants it. Raises ``BadInputError`` ``unclear_amount``."""
    return terms_form.figure(text)
