"""What an invoice says. Amounts are micros of its currency, none below zero: a cancelling document says so by its kind.

Source: EN 16931-1:2017, whose business terms (BT, BG) are named where a field is one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from fanshare.core.money import MICROS, Micros

#: Quantities are thousandths.
THOUSAND = 1_000


class Kind(StrEnum):
    """What a document is: its code in UNTDID 1001 (BT-3).

    In self-billing the buyer writes it for the seller. What cancels another one is a credit note over the same lines.
    """

    INVOICE = "380"
    CANCELLING = "381"
    SELF_BILLED = "389"
    SELF_BILLED_CANCELLING = "261"

    @property
    def cancels(self) -> bool:
        """Whether it takes another document back."""
        return self in (Kind.CANCELLING, Kind.SELF_BILLED_CANCELLING)

    @property
    def cancelled_by(self) -> "Kind":
        """What takes such a document back."""
        return Kind.CANCELLING if self is Kind.INVOICE else Kind.SELF_BILLED_CANCELLING


class Category(StrEnum):
    """How a line is taxed: its code in UNTDID 5305 (BT-151)."""

    STANDARD = "S"
    EXEMPT = "E"
    REVERSE = "AE"
    OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Treatment:
    """The VAT of a line: its rate (basis points) and, where none is charged, why (BT-120) and by which code (BT-121).

    ``source`` is the law it follows.
    """

    category: Category
    rate: int = 0
    reason: str = ""
    code: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer (BG-4, BG-7): a name, an address, and the numbers tax offices gave.

    ``vat_id`` is BT-31 or BT-48, ``tax_number`` BT-32 (of a seller), ``register`` BT-30 or BT-47, ``mail`` BT-34 or 49.
    """

    name: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str = ""
    tax_number: str = ""
    register: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing sold (BG-25): ``quantity`` thousandths of ``unit`` (UN/ECE rec. 20) at a ``price`` without VAT each."""

    words: str
    price: Micros
    treatment: Treatment
    quantity: int = THOUSAND
    unit: str = "C62"


@dataclass(frozen=True, slots=True)
class Invoice:
    """A whole document (BG-0).

    ``supplied`` to ``supplied_until`` is when it was done (BT-72 or BG-14), ``cancels`` the number and day of the
    document that this one takes back (BT-25, BT-26), ``rounding`` what makes the sum a given one (BT-114, it may be
    below zero). ``iban`` is where to pay (BT-84), ``reference`` what the buyer calls it (BT-10), ``language`` in which
    its words are.
    """

    number: str
    kind: Kind
    issued: date
    supplied: date
    supplied_until: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    language: str = "en"
    due: date | None = None
    terms: str = ""
    note: str = ""
    iban: str = ""
    reference: str = ""
    rounding: Micros = 0
    cancels: tuple[str, date] | None = None


def cancelling(one: Invoice, day: date, number: str = "") -> Invoice:
    """What takes a document back, on a day."""
    return replace(
        one, number=number, kind=one.kind.cancelled_by, issued=day, due=None, terms="", note="", iban="",
        cancels=(one.number, one.issued),
    )  # fmt: skip


def written(invoice: Invoice) -> dict[str, Any]:
    """An invoice as JSON can hold it."""
    found = asdict(invoice)
    for name in ("issued", "supplied", "supplied_until", "due"):
        found[name] = None if found[name] is None else found[name].isoformat()
    if invoice.cancels is not None:
        found["cancels"] = [invoice.cancels[0], invoice.cancels[1].isoformat()]
    return found


def read(found: Mapping[str, Any]) -> Invoice:
    """The invoice of ``written``. Raises ``KeyError``, ``TypeError``, ``ValueError`` for what is none."""
    values = {field.name: found[field.name] for field in fields(Invoice)}
    for name in ("issued", "supplied", "supplied_until", "due"):
        values[name] = None if values[name] is None else date.fromisoformat(values[name])
    values["kind"] = Kind(values["kind"])
    values["seller"], values["buyer"] = Party(**values["seller"]), Party(**values["buyer"])
    values["lines"] = tuple(_line(one) for one in values["lines"])
    if values["cancels"] is not None:
        values["cancels"] = (values["cancels"][0], date.fromisoformat(values["cancels"][1]))
    return Invoice(**values)


def _line(found: Mapping[str, Any]) -> Line:
    treatment = dict(found["treatment"])
    treatment["category"] = Category(treatment["category"])
    return Line(**{**found, "treatment": Treatment(**treatment)})


def decimal(micros: Micros, least: int = 2) -> str:
    """An amount as invoices write it: a point, at least so many digits, and no further zeros."""
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), MICROS)
    digits = f"{rest:06d}".rstrip("0").ljust(least, "0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
