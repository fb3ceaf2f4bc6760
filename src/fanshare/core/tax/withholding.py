"""How much of a payment is kept back for a tax authority, and when: 26 USC 3406 and its regulations.

Nothing as long as the payments of a year, this one included, do not reach the amount from which they are reported,
unless they did in the year before (26 USC 3406(b)(6)); then of the whole payment. Of somebody about whom the authority
has said so it is kept in any case.
"""

from collections.abc import Iterable
from typing import NamedTuple

from fanshare.core.money import BASIS, Micros, from_minor_units, minor_units
from fanshare.core.tax.paid import Payment
from fanshare.core.tax.rules import Country, Level, Withholding
from fanshare.core.tax.year import standing


class Part(NamedTuple):
    """What is kept back of a payment: micros of whole minor units, by which rate (basis points), of how much."""

    amount: Micros
    rate: int
    base: Micros


def part(base: Micros, rate: int, currency: str) -> Part:
    """A part of a payment of whole minor units, rounded to the nearest one, a half up."""
    units = (minor_units(base, currency) * rate + BASIS // 2) // BASIS
    return Part(from_minor_units(units, currency), rate, base)


def rate(
    rule: Withholding, country: Country, year: int, payments: Iterable[Payment], amount: Micros, currency: str
) -> int:
    """The rate for a payment of ``amount`` to somebody who gave no form, after ``payments``; 0 where nothing is kept.

    Amounts in other currencies than the threshold's can't be held against it: of them it is kept from the first on.
    """
    report = country.report(rule.report)
    if report is None:
        return 0
    if currency != country.currency:
        return rule.rate(year)
    there_are = [*payments]
    this_year = standing(report, country, year, there_are, {}).amount + amount
    before = standing(report, country, year - 1, there_are, {})
    reached = Level.REACHED in (before.level, report.level(year, this_year))
    return rule.rate(year) if reached else 0
