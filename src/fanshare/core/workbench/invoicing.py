"""Her own invoices: who sends them, which number is next, what was written, and what takes it back.

A number is a series and a serial in it: a prefix and a year, counted without gaps from one, or from where she was when
she came. What was written is never changed; another document cancels it, with a number of the same series.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from fanshare.core.invoices.model import Invoice, Party, read, written
from fanshare.core.workbench.entries import Invoice as Claim

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Sender:
    """What stands on all her invoices. ``small``: she is a small business by the law of her country.

    ``first`` is where a series begins in the year ``first_year``, for who wrote invoices elsewhere before.
    """

    name: str
    street: str
    postcode: str
    city: str
    country: str
    tax_number: str
    vat_id: str
    register: str
    mail: str
    iban: str
    small: bool
    prefix: str
    first: int
    first_year: int

    @property
    def party(self) -> Party:
        """Her as the seller."""
        return Party(
            self.name, self.street, self.postcode, self.city, self.country,
            self.vat_id, self.tax_number, self.register, self.mail,
        )  # fmt: skip


@dataclass(frozen=True)
class Issued:
    """A document that was written: its number as series and serial, its facts as ``written`` gives them.

    ``deal`` is what it was for (empty: none), ``owed`` the claim that it made.
    """

    id: str
    series: str
    serial: int
    paper: Mapping[str, Any]
    deal: str = ""
    owed: str = ""

    @cached_property
    def invoice(self) -> Invoice:
        """The document. Raises ``KeyError``, ``TypeError``, ``ValueError`` where it can't be read."""
        return read(self.paper)


def series_of(sender: Sender, day: date) -> str:
    """The series of a day."""
    return f"{sender.prefix}{day.year}-"


def number_of(series: str, serial: int) -> str:
    """A number as it stands on paper: ``R-2026-0007``."""
    return f"{series}{serial:0{_DIGITS}d}"


def next_serial(issued: Iterable[Issued], sender: Sender, day: date) -> int:
    """The serial that comes next."""
    series = series_of(sender, day)
    used = [one.serial for one in issued if one.series == series]
    begin = sender.first if sender.first_year == day.year else 1
    return max(used) + 1 if used else begin


def missing(issued: Iterable[Issued]) -> list[str]:
    """Numbers between the first and the last of a series that are not there: somebody took rows away from the books."""
    by_series: dict[str, set[int]] = {}
    for one in issued:
        by_series.setdefault(one.series, set()).add(one.serial)
    return [
        number_of(series, serial)
        for series, used in sorted(by_series.items())
        for serial in range(min(used), max(used))
        if serial not in used
    ]


def cancelled(issued: Iterable[Issued]) -> dict[str, Issued]:
    """The number of what was taken back -> the document that did it."""
    return {one.invoice.cancels[0]: one for one in issued if one.invoice.cancels is not None}


def sealed(id_: str, series: str, serial: int, draft: Invoice, deal: str, owed: str) -> Issued:
    """A document with its number, as it is kept."""
    paper = written(replace(draft, number=number_of(series, serial)))
    return Issued(id_, series, serial, paper, deal, owed)


def agrees(claim: Claim, changed: Claim | None) -> bool:
    """Whether a change leaves what an invoice says alone: to whom, how much, when. ``None`` is taking it away."""
    said = [(one.name, one.payer, one.amount, one.sent, one.due) for one in (claim, changed) if one is not None]
    return len(said) == 2 and said[0] == said[1]
