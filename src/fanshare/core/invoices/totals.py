"""What an invoice comes to, by the calculation rules of EN 16931-1:2017 (BR-CO-10 to BR-CO-17, BR-DEC).

Each line is rounded, VAT is computed once for each treatment from the sum of its lines, and rounded; halves go away
from zero. Everything is whole minor units of the currency, given as micros.
"""

from dataclasses import dataclass
from itertools import groupby

from fanshare.core.errors import BadInputError
from fanshare.core.invoices.model import THOUSAND, Category, Invoice, Line, Treatment
from fanshare.core.money import BASIS, Micros, exponent, from_minor_units

#: EN 16931 knows amounts of two digits after the point at most.
MOST_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Tax:
    """The VAT of one treatment (BG-23): on what (BT-116), and how much (BT-117)."""

    treatment: Treatment
    basis: Micros
    amount: Micros


@dataclass(frozen=True, slots=True)
class Totals:
    """``lines`` are their amounts (BT-131) in order; ``net`` is BT-106 and BT-109, ``tax`` BT-110, ``gross`` BT-112,
    ``due`` BT-115.
    """

    lines: tuple[Micros, ...]
    taxes: tuple[Tax, ...]
    net: Micros
    tax: Micros
    gross: Micros
    due: Micros


def totals(invoice: Invoice) -> Totals:
    """What it comes to. Raises ``BadInputError`` (``invoice_currency``)."""
    minor = minor_unit(invoice.currency)
    amounts = tuple(_amount(line, minor) for line in invoice.lines)
    taxes = tuple(_taxes(invoice.lines, amounts, minor))
    net, tax = sum(amounts), sum(one.amount for one in taxes)
    return Totals(amounts, taxes, net, tax, net + tax, net + tax + invoice.rounding)


def out_of(gross: Micros, rate: int, currency: str) -> tuple[Micros, Micros]:
    """The net amount in a sum that holds its VAT, and what rounding has to add (BT-114) to come to that very sum.

    Some sums are no net amount plus its rounded VAT. Then the net is the largest that does not exceed it, and a minor
    unit is left. ``gross`` is whole minor units.
    """
    minor = minor_unit(currency)
    net = _nearest(gross * BASIS, BASIS + rate, minor)
    while net + vat(net, rate, minor) > gross:
        net -= minor
    return net, gross - net - vat(net, rate, minor)


def vat(basis: Micros, rate: int, minor: Micros) -> Micros:
    """The VAT of an amount, in whole minor units."""
    return _nearest(basis * rate, BASIS, minor)


def minor_unit(currency: str) -> Micros:
    """Micros of one minor unit. Raises ``BadInputError`` (``invoice_currency``) where it has three digits or more."""
    if exponent(currency) > MOST_DIGITS:
        raise BadInputError(
            "invoice_currency", "European invoices know two digits after the point, and %(currency)s has more.",
            currency=currency,
        )  # fmt: skip
    return from_minor_units(1, currency)


def _nearest(numerator: int, denominator: int, minor: Micros) -> Micros:
    """The nearest whole minor units of a fraction that is not below zero; halves go up."""
    step = denominator * minor
    return (2 * numerator + step) // (2 * step) * minor


def _amount(line: Line, minor: Micros) -> Micros:
    return _nearest(line.price * line.quantity, THOUSAND, minor)


def _key(pair: tuple[Line, Micros]) -> tuple[Category, int, str, str]:
    treatment = pair[0].treatment
    return treatment.category, treatment.rate, treatment.reason, treatment.code


def _taxes(lines: tuple[Line, ...], amounts: tuple[Micros, ...], minor: Micros) -> list[Tax]:
    found = []
    for _, group in groupby(sorted(zip(lines, amounts, strict=True), key=_key), key=_key):
        pairs = list(group)
        treatment, basis = pairs[0][0].treatment, sum(amount for _, amount in pairs)
        found.append(Tax(treatment, basis, vat(basis, treatment.rate, minor)))
    return found
