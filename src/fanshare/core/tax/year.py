"""A calendar year of what was paid to a payee: sums by kind, and how near each report has come."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fanshare.core.money import Micros
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.paid import Payment
from fanshare.core.tax.rules import Country, Level, Report

#: How a gift left: nobody moved it anywhere.
BY_GIFT = "gift"


class Standing(NamedTuple):
    """A report about a payee in a year: what of her payments belongs in it, their number, how near it is.

    ``known``: the figure of that year is known; else it is the newest one before. ``elsewhere``: what was paid in
    other currencies than that of the threshold, ``currency``, and is not in the amount.
    """

    report: Report
    amount: Micros
    number: int
    level: Level
    known: bool
    elsewhere: frozenset[str] = frozenset()
    currency: str = ""


def of_year(payments: Iterable[Payment], country: Country, year: int) -> list[Payment]:
    """Those that she got in a calendar year, as it is counted in the country of who pays."""
    return [one for one in payments if one.counts and one.paid_at is not None and country.year(one.paid_at) == year]


def sums(payments: Iterable[Payment]) -> dict[str, dict[TaxKind, Micros]]:
    """By currency and kind."""
    found: dict[str, dict[TaxKind, Micros]] = {}
    for one in payments:
        mine = found.setdefault(one.currency, {})
        for kind, amount in one.kinds.items():
            mine[kind] = mine.get(kind, 0) + amount
    return found


def way_of(payment: Payment, ways: Mapping[int, str]) -> str:
    """By which way a payment went; ``ways`` knows those of payouts, empty where a person paid by hand."""
    return BY_GIFT if payment.payout is None else ways.get(payment.payout, "")


def standing(
    report: Report, country: Country, year: int, payments: Iterable[Payment], ways: Mapping[int, str]
) -> Standing:
    """How near a report is to being due about whoever got these payments."""
    mine = [
        (one.currency, amount)
        for one in of_year(payments, country, year)
        if report.covers(way_of(one, ways))
        and (amount := sum(each for kind, each in one.kinds.items() if kind in report.kinds)) > 0
    ]
    counted = [amount for currency, amount in mine if currency == country.currency]
    amount, figure = sum(counted), report.figure(year)
    return Standing(
        report,
        amount,
        len(counted),
        report.level(year, amount, len(counted)),
        figure is None or figure.known(year),
        frozenset(currency for currency, _ in mine if currency != country.currency),
        country.currency,
    )
