"""Credit notes: their numbers have no gaps, and each is for what was earned of its payment."""

from collections.abc import Iterator

from fanshare.core.instants import Instant
from fanshare.core.payout_item import State
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.earned import earned
from fanshare.store.queries import self_bills as rows
from fanshare.store.queries.self_bills import Bill, PaidBy


def self_bills(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Each year counts from one to its last number; what stands for a payment is over what was earned of it.

    A document is its payment's, one that cancels is as the other.
    """
    bills, paid = rows.everything(programme.access), rows.paid(programme.access)
    years: dict[int, list[int]] = {year: [] for year in rows.series(programme.access)}
    for bill in bills:
        years.setdefault(bill.year, []).append(bill.serial)
    last = rows.series(programme.access)
    for year, serials in sorted(years.items()):
        yield from compare(f"self_bill numbers of {year}", serials, [*range(1, last.get(year, 0) + 1)])
    by_id, sums = {bill.id: bill for bill in bills}, earned(programme.access, {bill.party for bill in bills})
    standing = {bill.item: bill for bill in rows.that_stand(bills)}
    for bill in bills:
        where = f"self_bill {bill.id} for payout_item {bill.item}"
        of = paid.get(bill.item, PaidBy())
        yield from compare(f"{where}, whose", (bill.party, bill.currency), (of.party, of.currency))
        if bill.cancels is not None:
            yield from compare(f"{where}, what it cancels", _what(bill), _what(by_id[bill.cancels]))
    for item in sorted({bill.item for bill in bills}):
        newest, of = standing.get(item), paid.get(item, PaidBy())
        # What came back has none in the end; until the worker has come by, its last one is still right.
        if newest is not None or of.state == State.FINAL:
            where = f"self_bill {newest.id if newest else '(none)'} for payout_item {item}"
            yield from compare(where, 0 if newest is None else newest.amount, sums.get(of.payout, 0))


def _what(bill: Bill) -> tuple[int, int, str, int]:
    return bill.item, bill.party, bill.currency, bill.amount
