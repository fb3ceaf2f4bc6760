"""Statutory interest on what a business pays late: by country and half-year, with what may be asked on top.

A law adds points to a reference rate that is set anew each half-year. In one country the rate moves with it, in another
the rate of the half-year in which a debt became late holds until it is paid. Interest goes by days, from the day
after it was due up to and including the day of payment; in one country the interest of a year is added to the debt
after it. Tables end where nothing was known when they were written: from then on the reference rate has to be typed,
and nothing is made up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from fanshare.core.errors import BadInputError
from fanshare.core.money import BASIS, Micros
from fanshare.core.workbench.late_laws import LAWS as LAWS
from fanshare.core.workbench.late_laws import Law

_YEAR, _LEAP_YEAR = 365, 366


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
    interest = _compound(law, amount, spans) if law.yearly else _simple(law, amount, spans)
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


def _simple(law: Law, amount: Micros, spans: Sequence[Span]) -> Fraction:
    return sum((_interest(law, amount, span) for span in spans), Fraction(0))


def _compound(law: Law, amount: Micros, spans: Sequence[Span]) -> Fraction:
    """After each year from the first day on, its interest is part of the debt."""
    first, debt, added = spans[0].since, Fraction(amount), Fraction(0)
    years = 1
    for span in spans:
        begin, end = span.since, span.since + timedelta(days=span.days)
        while begin < end:
            turn = _years_later(first, years)
            stop = min(end, turn)
            added += _interest(law, debt, Span(begin, (stop - begin).days, span.rate))
            if stop == turn:
                debt, added, years = debt + added, Fraction(0), years + 1
            begin = stop
    return debt + added - amount


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return date(day.year + years, 3, 1)


def _interest(law: Law, amount: Micros | Fraction, span: Span) -> Fraction:
    """The exact interest of a span; where leap years count, each day by the length of its year."""
    if not law.leap:
        return Fraction(amount) * span.rate * span.days / (BASIS * _YEAR)
    found, begin, end = Fraction(0), span.since, span.since + timedelta(days=span.days)
    while begin < end:
        stop = min(end, date(begin.year + 1, 1, 1))
        length = (date(begin.year + 1, 1, 1) - date(begin.year, 1, 1)).days
        assert length in (_YEAR, _LEAP_YEAR)
        found += Fraction(amount) * span.rate * (stop - begin).days / (BASIS * length)
        begin = stop
    return found


def _sum(law: Law, amount: Micros) -> Micros:
    return next((once for least, once in reversed(law.sums) if amount >= least), 0)
