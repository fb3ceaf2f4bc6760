"""What is owed to her, as postings: fees by deals and invoices, commission by what fanshare's runs paid.

A fee is income on the day of its deal. What an invoice says takes its place, with its VAT; as long as there is none, or
it says less, the rest stands as not yet invoiced. An invoice that was taken back is posted the other way round.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from fanshare.core.invoices.totals import Totals, totals
from fanshare.core.money import Micros
from fanshare.core.workbench.accounts import (
    BANK,
    COMMISSION,
    EARNED,
    FEES,
    FEES_NOT_INVOICED,
    INVOICED,
    NOT_INVOICED,
    ROUNDING,
    WITHHELD,
    Basis,
    Posting,
    income_account,
    output_account,
    posted,
)
from fanshare.core.workbench.entries import Books, Invoice, Payout
from fanshare.core.workbench.invoicing import Issued
from fanshare.core.workbench.lines import deal_of

#: Where the money of a payout goes.
_PAID_INTO = {"paid": BANK, "withheld": WITHHELD}


@dataclass(frozen=True, slots=True)
class Papers:
    """Invoices of her own (``issued``), everything that is owed for an invoice (``claims``, also for those), what
    fanshare paid out, and whether she keeps no VAT (``small``).
    """

    issued: tuple[Issued, ...] = ()
    claims: tuple[Invoice, ...] = ()
    payouts: tuple[Payout, ...] = ()
    small: bool = False


NO_PAPERS = Papers()


@dataclass(frozen=True, slots=True)
class _Paper:
    """An invoice as it is posted: ``parts`` are credit accounts and amounts, below zero where it takes one back."""

    day: date
    net: Micros
    parts: tuple[tuple[str, Micros], ...]
    words: str
    deal: str
    entry: str


def fees(books: Books, papers: Papers, basis: Basis) -> Iterator[Posting]:
    """Fees of deals, invoices and their payments."""
    claims = {one.id: one for one in papers.claims}
    own = [_own(one) for one in papers.issued if one.invoice.currency == books.currency]
    written = {one.owed for one in papers.issued if one.owed}
    other = [_other(one) for one in papers.claims if one.id not in written]
    if basis is Basis.CASH:
        by_claim = {one.owed: _own(one) for one in papers.issued if one.owed} | {one.entry: one for one in other}
        yield from _paid_in_cash(claims, by_claim)
        return
    for paper in (*own, *other):
        for account, amount in paper.parts:
            yield posted(Posting(paper.day, INVOICED, account, 0, paper.words, paper.deal, paper.entry), amount)
    for claim in papers.claims:
        if claim.paid != date.max:
            yield Posting(claim.paid, BANK, INVOICED, claim.amount, claim.name, claim.deal, claim.id)
    yield from _not_invoiced(books, (*own, *other))


def commission(books: Books, papers: Papers, basis: Basis) -> Iterator[Posting]:
    """Commission, which the ledger knows by day, and what the runs paid of it."""
    for day in books.commissions if basis is Basis.ACCRUAL else ():
        template = Posting(day.day, EARNED, COMMISSION, 0, day.programme, deal_of(day, books.deals), day.programme)
        yield posted(template, day.amount)
    for one in papers.payouts:
        if one.kind == "received":  # changed out of a currency that these books do not count: here it is earned
            if basis is Basis.ACCRUAL:
                yield Posting(one.day, EARNED, COMMISSION, one.amount, one.programme, "", one.programme)
            continue
        credit = EARNED if basis is Basis.ACCRUAL else COMMISSION
        yield Posting(one.day, _PAID_INTO[one.kind], credit, one.amount, one.programme, "", one.programme)


def _own(one: Issued) -> _Paper:
    """One of her own invoices, or what takes one back."""
    paper = one.invoice
    found = totals(paper)
    sign = -1 if paper.kind.cancels else 1
    return _Paper(paper.issued, sign * found.net, tuple(_parts(found, sign)), paper.number, one.deal, one.id)


def _parts(found: Totals, sign: int) -> Iterator[tuple[str, Micros]]:
    for tax in found.taxes:
        yield income_account(tax.treatment), sign * tax.basis
        if tax.treatment.rate:
            yield output_account(tax.treatment), sign * tax.amount
    yield ROUNDING, sign * (found.due - found.gross)


def _other(one: Invoice) -> _Paper:
    """An invoice that was written elsewhere: nothing of its VAT is known here."""
    return _Paper(one.sent, one.amount, ((FEES, one.amount),), one.name, one.deal, one.id)


def _not_invoiced(books: Books, written: Iterable[_Paper]) -> Iterator[Posting]:
    """What deals brought and no invoice says yet, at each day on which that changes."""
    by_deal: dict[str, list[_Paper]] = defaultdict(list)
    for paper in written:
        by_deal[paper.deal].append(paper)
    for deal in books.deals:
        changes: dict[date, Micros] = defaultdict(int)
        for paper in by_deal.get(deal.id, ()):
            changes[paper.day] += paper.net
        changes[deal.day] += 0
        invoiced, stands = 0, 0
        for day in sorted(changes):
            invoiced += changes[day]
            now = max(0, deal.fee - max(0, invoiced)) if day >= deal.day else 0
            yield posted(Posting(day, NOT_INVOICED, FEES_NOT_INVOICED, 0, deal.name, deal.id, deal.id), now - stands)
            stands = now


def _paid_in_cash(claims: Mapping[str, Invoice], papers: Mapping[str, _Paper]) -> Iterator[Posting]:
    """What was paid, divided as its invoice divides it."""
    for claim in claims.values():
        if claim.paid != date.max:
            for account, amount in papers[claim.id].parts:
                yield posted(Posting(claim.paid, BANK, account, 0, claim.name, claim.deal, claim.id), amount)
