"""Statutory interest on what a business pays late: by country and half-year, with what may be asked on top.

A law adds points to a reference rate that is set anew each half-year. In one country the rate moves with it, in another
the rate of the half-year in which a debt became late holds until it is paid. Interest is simple, by days, from the day
after it was due up to and including the day of payment. Tables end where nothing was known when they were written: from
then on the reference rate has to be typed, and nothing is made up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from fanshare.core.errors import BadInputError
from fanshare.core.money import BASIS, MICROS, Micros

_YEAR, _LEAP_YEAR = 365, 366


@dataclass(frozen=True, slots=True)
class Law:
    """A country's law. ``references`` are reference rates (basis points) by the day they begin, up to ``known_until``.

    ``fixed``: the rate of the day on which a debt became late holds. ``leap``: a year of 366 days is counted as one.
    ``sums`` are what may be asked once on top, by the least debt, rising.
    """

    country: str
    currency: str
    points: int
    references: Sequence[tuple[date, int]]
    known_until: date
    fixed: bool
    leap: bool
    sums: Sequence[tuple[Micros, Micros]]
    source: str


LAWS: Mapping[str, Law] = {
    "DE": Law(
        "DE", "EUR", 900,
        (
            (date(2016, 7, 1), -88),
            (date(2023, 1, 1), 162),
            (date(2023, 7, 1), 312),
            (date(2024, 1, 1), 362),
            (date(2024, 7, 1), 337),
            (date(2025, 1, 1), 227),
            (date(2025, 7, 1), 127),
        ),
        date(2026, 6, 30), False, True, ((0, 40 * MICROS),),
        "§ 288 Abs. 2 und 5, § 247 BGB; Deutsche Bundesbank, Basiszinssatz",
    ),
    "GB": Law(
        "GB", "GBP", 800,
        (
            (date(2020, 1, 1), 75),
            (date(2020, 7, 1), 10),
            (date(2022, 1, 1), 25),
            (date(2022, 7, 1), 125),
            (date(2023, 1, 1), 350),
            (date(2023, 7, 1), 500),
            (date(2024, 1, 1), 525),
            (date(2025, 1, 1), 475),
            (date(2025, 7, 1), 425),
            (date(2026, 1, 1), 375),
        ),
        date(2026, 6, 30), True, False,
        ((0, 40 * MICROS), (1_000 * MICROS, 70 * MICROS), (10_000 * MICROS, 100 * MICROS)),
        "Late Payment of Commercial Debts (Interest) Act 1998, s. 5A and 6; S.I. 2002/1675; Bank of England, Bank Rate",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """So many days at one rate (basis points a year)."""

    since: date
    days: int
    rate: int


@dataclass(frozen=True, slots=True)
class Late:
    """What a late payment costs: ``interest`` floored to a micro, and what may be asked once (``sum``)."""

    days: int
    interest: Micros
    sum: Micros
    spans: tuple[Span, ...]


def late(law: Law, amount: Micros, due: date, until: date, typed: int | None = None) -> Late:
    """What is owed on top of ``amount`` that was due on a day and is paid on another, or not yet by it.

    ``typed`` is the reference rate (basis points) from where the table ends. Raises ``BadInputError``
    (``rate_unknown``) without one, and for a debt older than the table.
    """
    if until <= due:
        return Late(0, 0, 0, ())
    spans = tuple(_spans(law, due + timedelta(days=1), until, typed))
    interest = sum((_interest(law, amount, span) for span in spans), Fraction(0))
    return Late((until - due).days, floor(interest), _sum(law, amount), spans)


def _spans(law: Law, since: date, until: date, typed: int | None) -> Iterator[Span]:
    if law.fixed:
        yield Span(since, (until - since).days + 1, _rate(law, since, typed))
        return
    begin = since
    for change in [*_changes(law, since, until), until + timedelta(days=1)]:
        yield Span(begin, (change - begin).days, _rate(law, begin, typed))
        begin = change


def _changes(law: Law, since: date, until: date) -> list[date]:
    """The days after the first on which the rate may be another one."""
    days = {day for day, _ in law.references} | {law.known_until + timedelta(days=1)}
    return sorted(day for day in days if since < day <= until)


def _rate(law: Law, day: date, typed: int | None) -> int:
    """Basis points a year on a day."""
    known = typed if day > law.known_until else next((bps for at, bps in reversed(law.references) if at <= day), None)
    if known is None:
        raise BadInputError(
            "rate_unknown", "The reference rate of this time is not in the table: look it up and type it."
        )
    return max(0, known + law.points)


def _interest(law: Law, amount: Micros, span: Span) -> Fraction:
    """The exact interest of a span; where leap years count, each day by the length of its year."""
    if not law.leap:
        return Fraction(amount * span.rate * span.days, BASIS * _YEAR)
    found, begin, end = Fraction(0), span.since, span.since + timedelta(days=span.days)
    while begin < end:
        stop = min(end, date(begin.year + 1, 1, 1))
        length = (date(begin.year + 1, 1, 1) - date(begin.year, 1, 1)).days
        assert length in (_YEAR, _LEAP_YEAR)
        found += Fraction(amount * span.rate * (stop - begin).days, BASIS * length)
        begin = stop
    return found


def _sum(law: Law, amount: Micros) -> Micros:
    return next((once for least, once in reversed(law.sums) if amount >= least), 0)
