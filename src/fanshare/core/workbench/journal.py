"""Books for a tax adviser: each line as one posting from a credit to a debit account, which can't be unbalanced.

The accounts are plain words that any chart of accounts can be mapped to. A product received in kind is income and at
once what it is worth; equipment is bought whole and written off by months; a way in her own car is put in by her.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from fanshare.core.money import Micros
from fanshare.core.workbench.entries import Books
from fanshare.core.workbench.lines import Kind, Line, lines

BANK = "Bank"
PRIVATE = "Private contributions"
EQUIPMENT = "Equipment"
_INCOME = {
    Kind.FEE: (BANK, "Income: fees"),
    Kind.PRODUCT: ("Products received", "Income: products"),
    Kind.COMMISSION: ("Receivables: commission", "Income: commission"),
}


@dataclass(frozen=True, slots=True)
class Posting:
    """``amount`` (micros, above zero) into ``debit`` out of ``credit``."""

    day: date
    debit: str
    credit: str
    amount: Micros
    words: str
    deal: str
    entry: str


def journal(books: Books, since: date, until: date) -> list[Posting]:
    """Every posting of the days from ``since`` to ``until``, both included, in order."""
    named = {deal.id: deal.name for deal in books.deals}
    made = chain(map(_posting, lines(books, until)), _bought(books))
    return sorted(
        (_with_name(one, named) for one in made if since <= one.day <= until),
        key=lambda one: (one.day, one.debit, one.credit, one.entry),
    )


def balances(postings: Iterable[Posting]) -> dict[str, Micros]:
    """What stands on each account: debits above zero, credits below. They come to nothing together."""
    found: dict[str, Micros] = {}
    for one in postings:
        found[one.debit] = found.get(one.debit, 0) + one.amount
        found[one.credit] = found.get(one.credit, 0) - one.amount
    return found


def _posting(line: Line) -> Posting:
    debit, credit = _INCOME.get(line.kind) or _spent(line)
    return Posting(line.day, debit, credit, line.amount, line.words, line.deal, line.entry)


def _spent(line: Line) -> tuple[str, str]:
    if line.kind is Kind.DEPRECIATION:
        return "Costs: depreciation", EQUIPMENT
    if line.kind is Kind.MILEAGE:
        return "Costs: mileage", PRIVATE
    return f"Costs: {line.category}", BANK


def _bought(books: Books) -> Iterable[Posting]:
    """Equipment comes in as far as it is for work; the rest is private and not in these books."""
    for one in books.equipment:
        part = one.price * one.work_bps // 10_000
        if part:
            yield Posting(one.bought_on, EQUIPMENT, BANK, part, one.words, "", one.id)


def _with_name(posting: Posting, named: dict[str, str]) -> Posting:
    return Posting(
        posting.day, posting.debit, posting.credit, posting.amount, posting.words,
        named.get(posting.deal, ""), posting.entry,
    )  # fmt: skip
