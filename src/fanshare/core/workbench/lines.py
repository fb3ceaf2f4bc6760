"""Books as dated lines: each says what came or went on a day, and for which deal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fanshare.core.money import Micros
from fanshare.core.workbench import mileage
from fanshare.core.workbench.calendar import depreciation, falls_on
from fanshare.core.workbench.entries import Books, Commission, Deal


class Kind(StrEnum):
    """What a line is. The first three came in, the last one comes back, the others went out."""

    FEE = "fee"
    PRODUCT = "product"
    COMMISSION = "commission"
    COST = "cost"
    RECURRING = "recurring"
    DEPRECIATION = "depreciation"
    MILEAGE = "mileage"
    PAID_BACK = "paid_back"  # paid, and a brand gives it back: neither cost nor income of hers


INCOME = frozenset({Kind.FEE, Kind.PRODUCT, Kind.COMMISSION})


@dataclass(frozen=True, slots=True)
class Line:
    """One amount, never below zero. ``entry`` is what it comes from, ``deal`` is empty for what is for everything."""

    day: date
    kind: Kind
    amount: Micros
    deal: str
    entry: str
    category: str = ""
    words: str = ""


def lines(books: Books, until: date) -> list[Line]:
    """Every line up to and including a day, by day, then by kind and entry. Lines of nothing are left out."""
    found = [*_income(books), *_once(books), *_again(books, until), *_driven(books)]
    kept = [line for line in found if line.amount and line.day <= until]
    return sorted(kept, key=lambda line: (line.day, line.kind, line.entry))


def _income(books: Books) -> Iterator[Line]:
    for deal in books.deals:
        yield Line(deal.day, Kind.FEE, deal.fee, deal.id, deal.id, words=deal.name)
        yield Line(deal.day, Kind.PRODUCT, deal.product, deal.id, deal.id, words=deal.name)
    for one in books.commissions:
        yield Line(one.day, Kind.COMMISSION, one.amount, deal_of(one, books.deals), one.programme, words=one.programme)


def deal_of(commission: Commission, deals: Iterable[Deal]) -> str:
    """The deal a day's commission belongs to: of those that name its programme and hold its day the one that began
    last, then the one with the greatest id; empty for none.
    """
    fitting = [
        (deal.since, deal.id)
        for deal in deals
        if deal.programme == commission.programme and deal.since <= commission.day <= deal.until
    ]
    return max(fitting)[1] if fitting else ""


def _once(books: Books) -> Iterator[Line]:
    for one in books.costs:
        kind = Kind.PAID_BACK if one.paid_back else Kind.COST
        yield Line(one.day, kind, one.amount, one.deal, one.id, one.category, one.words)


def _again(books: Books, until: date) -> Iterator[Line]:
    for one in books.recurring:
        for day in falls_on(one, until):
            yield Line(day, Kind.RECURRING, one.amount, one.deal, one.id, one.category, one.words)
    for thing in books.equipment:
        for day, part in depreciation(thing, until):
            yield Line(day, Kind.DEPRECIATION, part, "", thing.id, words=thing.words)


def _driven(books: Books) -> Iterator[Line]:
    table = table_of(books)
    amounts = {} if table is None else mileage.costs(books.trips, table)
    for one in books.trips:
        yield Line(one.day, Kind.MILEAGE, amounts.get(one.id, 0), one.deal, one.id, words=one.words)


def table_of(books: Books) -> mileage.Table | None:
    """The table of mileage of these books: none where it is in another currency, or none was chosen."""
    if books.rates == mileage.OWN:
        return mileage.own_table(books.own_rate, books.currency)
    table = mileage.TABLES.get(books.rates)
    return table if table is not None and table.currency == books.currency else None


def total(found: Iterable[Line]) -> Micros:
    """What came in less what went out and stayed away."""
    return sum(line.amount if line.kind in INCOME else -line.amount for line in her_own(found))


def her_own(found: Iterable[Line]) -> list[Line]:
    """The lines without what a brand gives back."""
    return [line for line in found if line.kind is not Kind.PAID_BACK]
