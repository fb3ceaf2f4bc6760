"""Months that follow a day: what recurs and what is spread comes on them."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from itertools import count

from fanshare.core.money import BASIS, Micros
from fanshare.core.workbench.entries import Equipment, Recurring


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month is shorter. Raises ``OverflowError``."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def falls_on(entry: Recurring, until: date) -> Iterator[date]:
    """The days up to ``until`` on which something that recurs was paid, each counted from the first."""
    last = min(entry.until, until)
    for number in count():
        try:
            day = months_later(entry.first, number * entry.every)
        except OverflowError:
            return
        if day > last:
            return
        yield day


def depreciation(entry: Equipment, until: date) -> Iterator[tuple[date, Micros]]:
    """Straight-line depreciation: an equal part each month from the month of purchase on, up to ``until``.

    The parts are differences of floors, so that together they are exactly the part of the price that is for work.
    A month's part counts as soon as the month has begun.
    """
    whole, given = entry.price * entry.work_bps // BASIS, 0
    begin = entry.bought_on.replace(day=1)
    for number in range(entry.months):
        try:
            day = max(entry.bought_on, months_later(begin, number))
        except OverflowError:
            return
        if day > until:
            return
        upto = whole * (number + 1) // entry.months
        yield day, upto - given
        given = upto
