"""How much of a payment is kept back for a tax authority, and when: 26 USC 3406 and its regulations.

Nothing as long as the payments of a year, this one included, do not reach the amount from which they are reported,
unless they did in the year before (26 USC 3406(b)(6)); then of all of the payment that is reportable. Of somebody about
whom the authority has said so it is kept in any case. What is not reported is not kept back of either: gifts, rebates,
and what goes by a way whose provider reports it, and keeps back, by itself (26 USC 3406(b)(3)(F), 6050W).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fanshare.core.money import BASIS, Micros, from_minor_units, minor_units
from fanshare.core.tax.paid import Kinds, Payment
from fanshare.core.tax.rules import Country, Level, Report, Withholding
from fanshare.core.tax.year import standing


class Part(NamedTuple):
    """What is kept back of a payment: micros of whole minor units, by which rate (basis points), of how much of it."""

    amount: Micros
    rate: int
    base: Micros


def reportable(report: Report, kinds: Kinds, way: str) -> Micros:
    """What of a payment belongs in a report. ``way``: by which it goes, empty where a person pays by hand."""
    return sum(amount for kind, amount in kinds.items() if kind in report.kinds) if report.covers(way) else 0


def part(base: Micros, rate: int, currency: str) -> Part:
    """A part of the whole minor units of ``base``, rounded to the nearest one, a half up."""
    whole = minor_units(base, currency)
    units = (whole * rate + BASIS // 2) // BASIS
    return Part(from_minor_units(units, currency), rate, from_minor_units(whole, currency))


def rate(
    rule: Withholding,
    country: Country,
    year: int,
    payments: Iterable[Payment],
    ways: Mapping[int, str],
    amount: Micros,
    currency: str,
) -> int:
    """The rate for a payment to somebody who gave no form, of which ``amount`` is reportable, after ``payments``, which
    went by ``ways`` as in ``standing``; 0 where nothing is kept. Amounts in other currencies than the threshold's
    can't be held against it: of them it is kept from the first on.
    """
    report = country.report(rule.report)
    if report is None:
        return 0
    if currency != country.currency:
        return rule.rate(year)
    there_are = [*payments]
    this_year = standing(report, country, year, there_are, ways).amount + amount
    before = standing(report, country, year - 1, there_are, ways)
    reached = Level.REACHED in (before.level, report.level(year, this_year))
    return rule.rate(year) if reached else 0
