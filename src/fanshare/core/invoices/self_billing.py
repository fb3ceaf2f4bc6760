"""Credit notes in self-billing: the brand writes for its payees what they would have billed it for.

What was paid holds its VAT already (nothing else was agreed, so nothing is paid on top): the net amount is taken out of
it. Sources: Directive 2006/112/EC, Art. 224 (a prior agreement) and Art. 226 (10a); § 14 Abs. 2 UStG.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum

from fanshare.core.errors import BadInputError
from fanshare.core.invoices.model import Invoice, Kind, Line, Party, Treatment
from fanshare.core.invoices.totals import minor_unit, out_of
from fanshare.core.invoices.vat import Standing, between, standard
from fanshare.core.money import Micros
from fanshare.core.tax.kinds import TaxKind

#: What somebody earned from the brand, whenever and in whichever tool: of a payment, a note is over this alone.
EARNED = frozenset({TaxKind.COMMISSION, TaxKind.SHARE, TaxKind.EARLIER, TaxKind.CLAIMED})
_DIGITS = 5
_WORDS = {
    "en": ("Commission for sales through {name}", "Paid by payout {run}."),
    "de": ("Vermittlungsprovision für Verkäufe über {name}", "Bezahlt mit Auszahlung {run}."),
}
_INSTEAD = {
    "en": "Takes the place of {number} of {day}, which was over a wrong amount and is cancelled.",
    "de": "Ersetzt {number} vom {day}; diese war über einen falschen Betrag und ist storniert.",
}


class Taxed(StrEnum):
    """What a payee says of herself: in business by the usual rules, a small business, or not in business at all."""

    USUAL = "usual"
    SMALL = "small"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The brand as the buyer, what its numbers begin with, and the language of its documents.

    ``rate`` (basis points, 0: none) is its country's VAT rate on days that the table says nothing of.
    """

    party: Party
    prefix: str
    language: str
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Stated:
    """What a payee stated about herself: who she is on a document, and how she is taxed."""

    party: Party
    taxed: Taxed


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment: how much of it is ``EARNED``, from ``since`` to ``until``, by which run of which programme."""

    amount: Micros
    currency: str
    since: date
    until: date
    run: int
    programme: str


def number_of(prefix: str, year: int, serial: int) -> str:
    """A number as it stands on paper: ``G-2026-00007``."""
    return f"{prefix}{year}-{serial:0{_DIGITS}d}"


def prefix_of(number: str, year: int, serial: int) -> str:
    """What a number begins with."""
    return number.removesuffix(f"{year}-{serial:0{_DIGITS}d}")


def earned(kinds: Mapping[TaxKind, Micros], currency: str) -> Micros:
    """What of a payment a note is over, to the nearest minor unit, a half up: a gift may have taken a part of one.

    Raises ``BadInputError`` (``invoice_currency``).
    """
    minor = minor_unit(currency)
    return (sum(amount for kind, amount in kinds.items() if kind in EARNED) + minor // 2) // minor * minor


def note(issuer: Issuer, stated: Stated, paid: Paid, issued: date, number: str) -> Invoice:
    """The document for a payment.

    Raises ``BadInputError``: ``not_in_business``, ``vat_rate_unknown``, ``invoice_currency``; whether it may be sent
    says ``checks.check``.
    """
    if stated.taxed is Taxed.PRIVATE:
        raise BadInputError("not_in_business", "Somebody who is not in business writes no invoices, and gets no note.")
    treatment = _treatment(issuer, stated, paid.until)
    net, rounding = out_of(paid.amount, treatment.rate, paid.currency)
    what, how = _WORDS.get(issuer.language, _WORDS["en"])
    line = Line(what.format(name=paid.programme), net, treatment)
    return Invoice(
        number, Kind.SELF_BILLED, issued, paid.since, paid.until, paid.currency, stated.party, issuer.party, (line,),
        issuer.language, None, how.format(run=paid.run), rounding=rounding,
    )  # fmt: skip


def instead(wrong: Invoice, amount: Micros, issued: date, number: str) -> Invoice:
    """What takes the place of a note over a wrong amount: the same persons, work and VAT, over ``amount``.

    Nothing is asked anew: what was stated when the money came is what held. Raises ``BadInputError``
    (``invoice_currency``).
    """
    [line] = wrong.lines
    net, rounding = out_of(amount, line.treatment.rate, wrong.currency)
    said = _INSTEAD.get(wrong.language, _INSTEAD["en"]).format(number=wrong.number, day=wrong.issued.isoformat())
    return replace(
        wrong, number=number, issued=issued, lines=(replace(line, price=net),), rounding=rounding, note=said
    )  # fmt: skip


def _treatment(issuer: Issuer, stated: Stated, day: date) -> Treatment:
    try:
        return between(stated.party, Standing(stated.taxed is Taxed.SMALL), issuer.party, day, issuer.language)
    except BadInputError:
        if not issuer.rate:
            raise
        return standard(issuer.rate)


def packed(one: Issuer | Stated) -> bytes:
    """As it is sealed."""
    return json.dumps(asdict(one), ensure_ascii=False).encode()


def issuer_of(content: bytes) -> Issuer:
    """The issuer of ``packed``."""
    found = json.loads(content)
    return Issuer(Party(**found["party"]), found["prefix"], found["language"], found["rate"])


def stated_of(content: bytes) -> Stated:
    """What was stated, of ``packed``."""
    found = json.loads(content)
    return Stated(Party(**found["party"]), Taxed(found["taxed"]))


def sample(issuer: Issuer, stated: Stated, currency: str, day: date) -> Invoice:
    """A document over one unit, to see beforehand whether there would be one. Raises as ``note``."""
    return note(issuer, stated, Paid(1_000_000, currency, day, day, 1, "-"), day, "1")


#: Years that a document is kept after the end of its own: the longest term of a law that asks for it (France: ten;
#: Germany: eight, Austria: seven, the United Kingdom: six).
KEPT_YEARS = 10
