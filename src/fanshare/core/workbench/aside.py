"""What to put aside of a profit for income tax and social insurance: a range, by quarter, by dated tables.

It is what the profit adds to the tax on her other income. Where something is not known of her (whether she pays for
her own insurance, a church), the lower end leaves it out and the upper end counts it. What tables can't know (children,
what she may take off besides, parts of a country with laws of their own) is in neither, and the page says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from fanshare.core.invoices.totals import totals
from fanshare.core.money import BASIS, Micros
from fanshare.core.workbench.aside_rules import Contribution, Country, Relief, Surcharge, Year
from fanshare.core.workbench.entries import Cost
from fanshare.core.workbench.invoicing import Issued
from fanshare.core.workbench.lines import INCOME, Line, her_own

QUARTERS = 4
YES, NO = "yes", "no"

type Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Owed:
    """One end of the range, in micros."""

    tax: Micros = 0
    social: Micros = 0

    @property
    def whole(self) -> Micros:
        """Both together."""
        return self.tax + self.social


@dataclass(frozen=True, slots=True)
class Range:
    """From the least to the most that is to be put aside."""

    least: Owed
    most: Owed

    def less(self, before: "Range") -> tuple[Micros, Micros]:
        """What has come to it since."""
        return self.least.whole - before.least.whole, self.most.whole - before.most.whole


NOTHING = Range(Owed(), Owed())


@dataclass(frozen=True, slots=True)
class Quarter:
    """A part of a tax year, both days included: its profit, and what it adds to what is to be put aside."""

    first: date
    last: date
    profit: Micros
    least: Micros
    most: Micros
    begun: bool


def set_aside(year: Year, profit: Micros, other: Micros, answers: Answers, quarters: int = QUARTERS) -> Range:
    """For a profit of the first ``quarters`` of a year, beside other taxed income of the whole year."""
    return Range(*(_owed(year, max(0, profit), other, answers, quarters, low=low) for low in (True, False)))


def of_her_own(profit: Micros, rate: int) -> Range:
    """By a rate of her own, in basis points."""
    part = Owed(tax=max(0, profit) * rate // BASIS)
    return Range(part, part)


def by_quarter(
    country: Country, year: int, lines: Iterable[Line], today: date, other: Micros, answers: Answers, own: int = 0
) -> list[Quarter]:
    """The quarters of a tax year; together they are exactly what the whole year comes to.

    What a quarter adds may be less than nothing, after a loss. Without a table for the year, and without a rate of her
    own, there is nothing: an empty list.
    """
    table, begins, found = country.years.get(year), country.begins(year), list(lines)
    if table is None and not own:
        return []
    done, before, quarters = 0, NOTHING, []
    for number, first in enumerate(begins[:QUARTERS], start=1):
        last = begins[number] - timedelta(days=1)
        profit = profit_of(found, first, min(last, today))
        done += profit
        now = before
        if first <= today:
            now = of_her_own(done, own) if own or table is None else set_aside(table, done, other, answers, number)
        least, most = now.less(before)
        quarters.append(Quarter(first, last, profit, least, most, first <= today))
        before = now
    return quarters


def profit_of(lines: Iterable[Line], first: date, last: date) -> Micros:
    """What came in less what went out, both days included."""
    return sum(
        line.amount if line.kind in INCOME else -line.amount for line in her_own(lines) if first <= line.day <= last
    )  # fmt: skip


def vat_of(issued: Sequence[Issued], costs: Iterable[Cost], first: date, last: date) -> tuple[Micros, Micros]:
    """VAT that stands on her own invoices of some days, less what was taken back; and that on what she paid."""
    written = sum(
        (-1 if one.invoice.kind.cancels else 1) * totals(one.invoice).tax
        for one in issued
        if first <= one.invoice.issued <= last
    )
    return written, sum(one.tax for one in costs if first <= one.day <= last)


def _owed(year: Year, profit: Micros, other: Micros, answers: Answers, quarters: int, *, low: bool) -> Owed:
    social, off = 0, Fraction(0)
    for one in year.contributions:
        if _counts(one.asks, answers, low=low):
            amount = _contribution(one, profit, other, quarters, low=low)
            social += amount
            off += amount * one.off
    income = max(0, profit - floor(off))
    taxed = _taxed(year, other + income)
    relief = sum(_relief(one, income, taxed, answers, low=low) for one in year.reliefs)
    with_it = _with_surcharges(year, year.tariff(max(0, taxed - relief)), answers, low=low)
    without = _with_surcharges(year, year.tariff(_taxed(year, other)), answers, low=low)
    return Owed(max(0, with_it - without), social)


def _counts(asks: Iterable[str], answers: Answers, *, low: bool) -> bool:
    """Whether something that depends on her answers is counted at an end of the range."""
    said = [answers.get(one, "") for one in asks]
    return all(one == YES for one in said) if low else NO not in said


def _contribution(one: Contribution, profit: Micros, other: Micros, quarters: int, *, low: bool) -> Micros:
    """Other income may have used up a limit (the least) or not (the most), and may have passed a threshold before."""
    base = floor(profit * one.factor)
    if base < one.begins:
        return 0
    above, most = one.above, one.most
    if one.shared and low and most is not None:
        most = max(0, most - other)
    if one.shared and not low and above:
        above = max(0, above - other)
    base = max(base, one.least * quarters // QUARTERS)
    base = base if most is None else min(base, most)
    return floor(one.rate * max(0, base - above)) + one.fixed


def _relief(one: Relief, income: Micros, taxed: Micros, answers: Answers, *, low: bool) -> Micros:
    """A relief makes the sum smaller: the lower end takes it unless she says no, the upper end only if she says yes."""
    if one.asks and not _counts(one.asks, answers, low=not low):
        return 0
    if one.until is not None and taxed > one.until:
        return 0
    part = one.rate * (income if one.most is None else min(income, one.most))
    return floor(part if one.limit is None else min(part, one.limit * taxed))


def _taxed(year: Year, income: Micros) -> Micros:
    """What of an income is taxed: less the allowance, which shrinks by half of what lies above its limit."""
    allowance = year.allowance
    if year.taper is not None:
        allowance = max(0, allowance - max(0, income - year.taper) // 2)
    return max(0, income - allowance)


def _with_surcharges(year: Year, tax: Micros, answers: Answers, *, low: bool) -> Micros:
    return tax + sum(
        _surcharge(one, tax, low=low) for one in year.surcharges if _counts(one.asks, answers, low=low)
    )  # fmt: skip


def _surcharge(one: Surcharge, tax: Micros, *, low: bool) -> Micros:
    over = max(0, tax - one.free)
    whole = (one.least if low else one.most) * (tax if over else 0)
    return floor(whole if one.ease is None else min(whole, one.ease * over))
