"""Books for a tax adviser: postings from a credit to a debit account, each of which can't be unbalanced.

The accounts are plain words that any chart of accounts can be mapped to. By ``ACCRUAL`` income counts when it is earned
and stands as a receivable until it is paid; by ``CASH`` fees and commission count when they reach the bank. VAT has
accounts of its own, unless she is a small business, which keeps none. A product received in kind is income and at once
what it is worth; equipment is bought whole and written off by months; a way in her own car is put in by her.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from fanshare.core.money import Micros
from fanshare.core.workbench.accounts import BANK, EQUIPMENT, INPUT_TAX, PRIVATE, Basis, Posting
from fanshare.core.workbench.entries import Books
from fanshare.core.workbench.lines import Kind, Line, lines
from fanshare.core.workbench.receivables import NO_PAPERS, Papers, commission, fees

_INCOME = {Kind.PRODUCT: ("Products received", "Income: products")}
#: What is posted from invoices, deals and payouts instead of by its line.
_ELSEWHERE = frozenset({Kind.FEE, Kind.COMMISSION})
#: What a brand gives back is a cost all the same: it comes with a payout, which is posted whole.
_PAID = frozenset({Kind.COST, Kind.PAID_BACK})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which journal: its first and last day, both included, and the basis on which it is kept."""

    since: date
    until: date
    basis: Basis = Basis.ACCRUAL


def journal(books: Books, asked: Asked, papers: Papers = NO_PAPERS) -> list[Posting]:
    """Every posting of the days asked for, in order. ``papers``: invoices, and what fanshare paid out."""
    named = {deal.id: deal.name for deal in books.deals}
    taxes = {} if papers.small else {cost.id: cost.tax for cost in books.costs}
    found = (line for line in lines(books, asked.until) if line.kind not in _ELSEWHERE)
    made = chain(
        chain.from_iterable(_postings(line, taxes) for line in found),
        _bought(books),
        fees(books, papers, asked.basis),
        commission(books, papers, asked.basis),
    )
    return sorted(
        (_with_name(one, named) for one in made if one.amount and asked.since <= one.day <= asked.until),
        key=lambda one: (one.day, one.debit, one.credit, one.entry, one.amount),
    )


def balances(postings: Iterable[Posting]) -> dict[str, Micros]:
    """What stands on each account: debits above zero, credits below. They come to nothing together."""
    found: dict[str, Micros] = {}
    for one in postings:
        found[one.debit] = found.get(one.debit, 0) + one.amount
        found[one.credit] = found.get(one.credit, 0) - one.amount
    return found


def _postings(line: Line, taxes: dict[str, Micros]) -> Iterable[Posting]:
    """A line, its VAT apart where it is known."""
    tax = min(taxes.get(line.entry, 0), line.amount) if line.kind in _PAID else 0
    debit, credit = _INCOME.get(line.kind) or _spent(line)
    yield Posting(line.day, debit, credit, line.amount - tax, line.words, line.deal, line.entry)
    yield Posting(line.day, INPUT_TAX, credit, tax, line.words, line.deal, line.entry)


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
        yield Posting(one.bought_on, EQUIPMENT, BANK, part, one.words, "", one.id)


def _with_name(posting: Posting, named: dict[str, str]) -> Posting:
    return Posting(
        posting.day, posting.debit, posting.credit, posting.amount, posting.words,
        named.get(posting.deal, ""), posting.entry,
    )  # fmt: skip
