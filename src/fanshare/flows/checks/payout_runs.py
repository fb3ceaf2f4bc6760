"""Runs against their files, the ledger and the accounts that were named: the records of one payment say the same."""

from collections.abc import Iterator

from fanshare.core.instants import Instant
from fanshare.core.payee_account import CURRENCY, Kind
from fanshare.core.payout_item import State
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.payout_runs import file_hash, line
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row

_PAYOUTS = """
SELECT p.id, p.party_id, p.currency, p.amount, p.state FROM payout p
  JOIN payout_item i ON i.programme_id = p.programme_id AND i.payout_id = p.id
 WHERE p.programme_id = %(programme_id)s
"""
_LAST_EVENTS = """
SELECT DISTINCT ON (e.item_id) e.item_id, e.state FROM payout_item_event e
 WHERE e.programme_id = %(programme_id)s ORDER BY e.item_id, e.id DESC
"""
_ACCOUNTS = """
SELECT i.id, n.party_id, n.kind, n.usable_at, n.undone_at FROM payout_item i
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s
"""
#: In which states the money of a payment may be, where it is not simply under way. A mismatch is where it was before.
_MONEY = {
    State.FINAL: ("final",),
    State.RETURNED: ("returned",),
    State.FAILED: ("returned",),
    State.MISMATCH: ("in_transit", "final", "returned"),
}


def runs_paid(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Each payment's frozen line, its payout and its last event say the same; the lines are those of the file; and
    nothing left to an account of somebody else, or before its 72 hours were over.
    """
    access = programme.access
    money = {row[0]: row[1:] for row in access.fetch(_PAYOUTS)}
    events: dict[int, str] = dict(access.fetch(_LAST_EVENTS))
    accounts = {row[0]: row[1:] for row in access.fetch(_ACCOUNTS)}
    for run in rows.listed(access):
        items = rows.items_of(access, run.id)
        if run.file_hash is not None:
            recorded = bytes(run.file_hash).hex()
            yield from compare(f"payout_run {run.id}, the hash of its lines", recorded, file_hash(items).hex())
        for row in items:
            where = f"payout_item {row.id} of run {run.id}"
            yield from compare(where, str(row.item.state), events.get(row.id))
            yield from _one(where, row, money.get(row.payout or 0))
            if row.id in accounts:
                yield from _account(f"{where}, its account", row, *accounts[row.id])


def _account(
    where: str, row: Row, party: int, kind: str, usable_at: Instant, undone_at: Instant | None
) -> Iterator[Offence]:
    yield from compare(where, (party, CURRENCY[Kind(kind)]), (row.party, row.item.currency))
    if row.item.first is None or usable_at > row.item.first:
        yield Offence(where, f"counts from {usable_at}", f"counts at {row.item.first}")
    yield from compare(f"{where}, undone at", undone_at, None)


def _one(where: str, row: Row, payout: tuple[int, str, int, str] | None) -> Iterator[Offence]:
    if row.item.frozen is None:
        yield from compare(f"{where}, its payout", payout, None)
        return
    key, body = row.item.frozen.key, row.item.frozen.body.decode()
    yield from compare(f"{where}, its line", body, line(key, row))
    if payout is None:
        yield Offence(f"{where}, its payout", "missing", f"payout {row.payout}")
        return
    *said, state = payout
    yield from compare(f"payout {row.payout} of {where}", said, [row.party, row.item.currency, row.item.amount])
    fitting = _MONEY.get(row.item.state, ("in_transit",))
    if state not in fitting:
        yield Offence(f"payout {row.payout} of {where}", state, " or ".join(fitting))
