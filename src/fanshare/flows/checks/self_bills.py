"""Credit notes: their numbers have no gaps, and each is for what was earned of its payment."""

from collections.abc import Iterator

from fanshare.core.instants import Instant
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.earned import earned
from fanshare.store.queries import self_bills as rows
from fanshare.store.queries.self_bills import Bill


def self_bills(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Each year counts from one to its last number; a document is its payment's, one that cancels is as the other."""
    bills, paid = rows.everything(programme.access), rows.paid(programme.access)
    years: dict[int, list[int]] = {year: [] for year in rows.series(programme.access)}
    for bill in bills:
        years.setdefault(bill.year, []).append(bill.serial)
    last = rows.series(programme.access)
    for year, serials in sorted(years.items()):
        yield from compare(f"self_bill numbers of {year}", serials, [*range(1, last.get(year, 0) + 1)])
    by_id, sums = {bill.id: bill for bill in bills}, earned(programme.access, {bill.party for bill in bills})
    for bill in bills:
        where = f"self_bill {bill.id} for payout_item {bill.item}"
        party, currency, payout = paid.get(bill.item, (0, "", 0))
        yield from compare(where, (bill.party, bill.currency, bill.amount), (party, currency, sums.get(payout, 0)))
        if bill.cancels is not None:
            yield from compare(f"{where}, what it cancels", _what(bill), _what(by_id[bill.cancels]))


def _what(bill: Bill) -> tuple[int, int, str, int]:
    return bill.item, bill.party, bill.currency, bill.amount
