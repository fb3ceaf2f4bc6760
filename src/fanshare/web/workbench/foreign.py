"""Costs and deals in another currency: the rate that holds for them, from the ECB's of their day or typed."""

from collections.abc import Iterator

from fanshare.core.errors import BadInputError
from fanshare.core.money import exponent
from fanshare.core.rates import ECB, quote
from fanshare.core.typed_amount import in_field
from fanshare.core.workbench.documents import Entry
from fanshare.core.workbench.entries import Cost, Deal
from fanshare.core.workbench.foreign import TYPED, Foreign, by_hand, by_quote, shown, turned_cost, turned_deal
from fanshare.flows import rates
from fanshare.web.desk import Connection
from fanshare.web.language import gettext as _
from fanshare.web.workbench.fields import Around, Field, Typed


def fields(around: Around) -> Iterator[Field]:
    """What a form asks besides."""
    said = {"currency": around.currency}
    hint = _("Amounts above are then of that currency; what they come to in %(currency)s is kept with the rate.") % said
    yield Field("currency", _("In another currency (such as USD; empty: %(currency)s)") % said, most=3, hint=hint)
    hint = _("Empty: the rate of the ECB of that day, as far as it is known here.")
    yield Field("rate", _("Its rate: one %(currency)s is so much of it") % said, "decimal", hint=hint)


def written(entry: Cost | Deal) -> dict[str, str]:
    """What was typed of an entry in another currency."""
    if not entry.foreign:
        return {"currency": "", "rate": ""}
    amount, part = ("amount", "tax") if isinstance(entry, Cost) else ("fee", "product")
    of_part = in_field(entry.original_part) if entry.original_part or part == "product" else ""
    return {"currency": entry.foreign, "rate": shown(entry.rate), amount: in_field(entry.original), part: of_part}


def kept(conn: Connection, entry: Entry, known: Entry | None, got: Typed, around: Around) -> Entry:
    """An entry as it is kept. Raises ``BadInputError``: ``not_booked``, ``bad_rate``, ``rate_missing``."""
    code = got.get("currency", "").strip().upper()
    if not isinstance(entry, Cost | Deal) or code in ("", around.currency):
        return entry
    exponent(code)
    found = _rate(conn, entry, known, (code, got.get("rate", "")), around)
    return turned_cost(entry, found) if isinstance(entry, Cost) else turned_deal(entry, found)


def said(entry: Entry) -> str:
    """How an entry was converted; empty where it was not."""
    if not isinstance(entry, Cost | Deal) or not entry.foreign:
        return ""
    source = _("typed") if entry.rate_from == TYPED else entry.rate_from
    return _("Converted at %(rate)s %(currency)s (%(source)s).") % {
        "rate": shown(entry.rate), "currency": entry.foreign, "source": source
    }  # fmt: skip


def _rate(conn: Connection, entry: Cost | Deal, known: Entry | None, asked: tuple[str, str], around: Around) -> Foreign:
    code, text = asked
    if isinstance(known, Cost | Deal) and known.foreign == code and text.strip() == shown(known.rate):
        if known.rate_from == TYPED or known.day == entry.day:
            return Foreign(code, known.rate, known.rate_from)
        text = ""  # the ECB's rate of another day
    if text.strip():
        return by_hand(code, text)
    try:
        return by_quote(quote(ECB, rates.of_past(conn, entry.day.isoformat()), code, around.currency))
    except BadInputError:
        raise BadInputError("rate_missing", "No rate of the ECB is known here for that day: type the rate.") from None
