"""Invoices by which an operator who pays for several brands asks a brand for the money of its people.

It is money for third persons, passed on whole: no turnover of the operator's, so it is outside the scope of VAT.
Source: Directive 2006/112/EC, Art. 79 (1) (c); § 10 Abs. 1 Satz 5 UStG. What the operator takes for its work is
turnover, and is no part of it.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.invoices.model import Category, Invoice, Kind, Line, Party, Treatment
from fanshare.core.invoices.totals import minor_unit
from fanshare.core.money import Micros

_SOURCE = "Directive 2006/112/EC, Art. 79 (1) (c)"
_WHY = {
    "en": "Money for third persons, passed on in full: no consideration, and no VAT.",
    "de": "Durchlaufender Posten: Geld für Dritte, das ganz weitergegeben wird; kein Entgelt, keine Umsatzsteuer.",
}
_WORDS = {
    "en": "Money for the creators and fans of {name}, to be paid out to them",
    "de": "Geld für die Creators und Fans von {name}, das an sie ausgezahlt wird",
}
_NOTE = {
    "en": "Please write this reference on the transfer: {reference}",
    "de": "Bitte schreib diese Referenz auf die Überweisung: {reference}",
}
#: Until when it is to be paid, in days after it was written, unless the operator says otherwise.
USUAL_DAYS = 14


@dataclass(frozen=True, slots=True)
class Biller:
    """Who asks (``seller``, where to pay: ``iban``), who is asked, and how: what numbers begin with, the language, and
    within how many days it is to be paid.
    """

    seller: Party
    buyer: Party
    prefix: str
    language: str
    iban: str
    days: int = USUAL_DAYS


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: micros of a currency, for whose people, and the reference that finds the transfer."""

    amount: Micros
    currency: str
    programme: str
    reference: str


def still_open(events: Iterable[Micros]) -> Micros:
    """What of the invoices that stand was not paid: ``events`` in their order, an invoice above zero, a payment below.

    A payment pays what was asked for before it; what is over was asked for by none.
    """
    left = 0
    for one in events:
        left = max(0, left + one)
    return left


def to_ask(asked_for: Micros, left: Micros, currency: str) -> Micros:
    """What a new invoice is over, rounded up to a whole minor unit: what is needed and no invoice asks for yet.

    Raises ``BadInputError`` (``invoice_currency``), ``ConflictError`` (``nothing_asked``).
    """
    minor = minor_unit(currency)
    amount = -(-max(0, asked_for - left) // minor) * minor
    if not amount:
        raise ConflictError("nothing_asked", "Nothing is asked for that no invoice asks for already.")
    return amount


def bill(biller: Biller, asked: Asked, issued: date, number: str) -> Invoice:
    """The document. Whether it may be sent says ``checks.check``."""
    words = biller.language if biller.language in _WORDS else "en"
    treatment = Treatment(Category.OUTSIDE, 0, _WHY[words], "VATEX-EU-O", _SOURCE)
    line = Line(_WORDS[words].format(name=asked.programme), asked.amount, treatment)
    note = _NOTE[words].format(reference=asked.reference)
    return Invoice(
        number, Kind.INVOICE, issued, issued, issued, asked.currency, biller.seller, biller.buyer, (line,),
        biller.language, issued + timedelta(days=biller.days), "", note, biller.iban, asked.reference,
    )  # fmt: skip


def packed(one: Biller) -> bytes:
    """As it is sealed."""
    return json.dumps(asdict(one), ensure_ascii=False).encode()


def biller_of(content: bytes) -> Biller:
    """The biller of ``packed``. Raises ``BadInputError`` for what is none."""
    found = json.loads(content)
    try:
        return Biller(**found | {"seller": Party(**found["seller"]), "buyer": Party(**found["buyer"])})
    except (KeyError, TypeError):
        raise BadInputError("bad_biller", "What is kept about these invoices can't be read.") from None
