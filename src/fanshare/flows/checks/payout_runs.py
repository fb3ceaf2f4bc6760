"""Runs against their files, the ledger, what was said, and the accounts that were named: the same to the cent."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fanshare.core.currencies import EVER
from fanshare.core.instants import Instant
from fanshare.core.payout_item import State
from fanshare.core.rails import window_of
from fanshare.core.reconciliation import Event, What, followed, reconcile
from fanshare.flows.checks.finding import Offence, compare
from fanshare.flows.context import Programme
from fanshare.flows.payout_runs import MANUAL, key_of, line
from fanshare.store.queries import conversions
from fanshare.store.queries import payout_records as records
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row, Run

_PAYOUTS = """
SELECT p.id, p.party_id, p.currency, p.amount, p.state,
       ARRAY(SELECT e.at::bigint FROM payout_event e WHERE e.programme_id = p.programme_id AND e.payout_id = p.id)
  FROM payout p
  JOIN payout_item i ON i.programme_id = p.programme_id AND i.payout_id = p.id
 WHERE p.programme_id = %(programme_id)s
"""
_ACCOUNTS = """
SELECT i.id, n.party_id, n.currency, n.usable_at, n.undone_at FROM payout_item i
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s
"""
_RUNS_OF = "SELECT id, run_id FROM payout_item WHERE programme_id = %(programme_id)s AND id = ANY(%(items)s)"
_STRANGE = """
SELECT id, run_id, state FROM payout_item
 WHERE programme_id = %(programme_id)s AND state <> ALL(%(states)s) ORDER BY id
"""
#: In which states the money of a payment may be, where it is not simply under way. A mismatch is where it was before.
_MONEY = {
    State.FINAL: ("final",),
    State.RETURNED: ("returned",),
    State.FAILED: ("returned",),
    State.MISMATCH: ("in_transit", "final", "returned"),
}
_SAYS = {
    What.BAD_LINE: "a line of it can't be read",
    What.NOT_IN_FILE: "its line in the file",
    What.TWICE_IN_FILE: "how often it is in the file",
    What.NOT_OF_RUN: "a line of the file that is no payment of it",
    What.OTHER_LINE: "its line in the file",
    What.NOT_BOOKED: "its payout",
    What.OTHER_BOOKED: "its payout",
}


def runs_paid(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Each run is its file; each payment is its line, its payout, and what its events say became of it; and nothing
    left to an account of somebody else, or before its 72 hours were over.
    """
    access = programme.access
    made = {one.of: one.converted for one in conversions.every(access) if one.of is not None}
    money = {row[0]: row[1:] for row in access.fetch(_PAYOUTS)}
    events = records.events(access)
    accounts = {row[0]: row[1:] for row in access.fetch(_ACCOUNTS)}
    strange = access.fetch(_STRANGE, {"states": [*State]})
    yield from (Offence(f"payout_item {id_} of payout_run {run}", state, "a state") for id_, run, state in strange)
    unreadable = {run for _id, run, _state in strange}
    for run in rows.listed(access):
        if run.id in unreadable:
            continue  # the first fault hides the others, as everywhere
        items = rows.items_of(access, run.id)
        yield from (Offence(_where(row), row.item.currency, "a currency") for row in items if not _known(row))
        yield from _file(programme, run)
        for row in items:
            said = events.pop(row.id, [])
            yield from _one(programme, run, row, said, money.get(row.payout or 0))
            if row.payout is not None:
                yield from compare(f"{_where(row)}, what was changed for it", row.of, made.get(row.payout))
            if row.id in accounts:
                yield from _account(f"{_where(row)}, its account", row, *accounts[row.id])
    homeless: dict[int, int] = dict(access.fetch(_RUNS_OF, {"items": [*events]}))
    for item in (one for one in events if homeless.get(one) not in unreadable):
        where = f"payout_item {item} of payout_run {homeless.get(item)}"
        yield Offence(where, "missing", "the payment whose payout_item_event rows are here, and its run")


def _file(programme: Programme, run: Run) -> Iterator[Offence]:
    """The run and the file that was sent, payment by payment and by reference."""
    access, where = programme.access, f"payout_run {run.id}"
    yield from compare(where, run.rail, MANUAL)
    text = records.file(access, run.id)
    if run.file_hash is None:
        yield from compare(f"{where}, its file", text, "")
        return
    yield from compare(
        f"{where}, the hash of its file", bytes(run.file_hash).hex(), hashlib.sha256(text.encode()).hexdigest()
    )
    for one in reconcile(records.payments(access, run.id), text).differences:
        if one.what in _SAYS:  # what a bank says otherwise waits for a person; that it does is seen by the events
            yield Offence(f"{where}, reference {one.reference}, {_SAYS[one.what]}", one.other or "-", one.run or "-")


def _one(
    programme: Programme, run: Run, row: Row, said: Sequence[Event], payout: tuple[Any, ...] | None
) -> Iterator[Offence]:
    where = _where(row)
    yield from _events(where, run, row, said)
    if row.item.frozen is None:
        yield from compare(f"{where}, its payout", payout, None)
        if run.submitted_at is not None:
            yield from compare(f"{where}, which was not sent", str(row.item.state), str(State.FAILED))
        return
    key, body = row.item.frozen.key, row.item.frozen.body.decode()
    yield from compare(f"{where}, its reference", key, key_of(programme, row))
    yield from compare(f"{where}, its line", body, line(key, row))
    yield from compare(f"{where}, sent at", row.item.first, run.submitted_at)
    if payout is None:
        yield Offence(f"{where}, its payout", "missing", f"payout {row.payout}")
        return
    *booked, state, moved = payout
    yield from compare(f"payout {row.payout} of {where}", booked, [row.party, row.item.currency, row.item.amount])
    fitting = _MONEY.get(row.item.state, ("in_transit",))
    if state not in fitting:
        yield Offence(f"payout {row.payout} of {where}", state, " or ".join(fitting))
    for at in sorted(set(moved) - {event.at for event in said}):
        yield Offence(f"payout {row.payout} of {where}", f"moved at {at}", "moved when something was said of it")


def _events(where: str, run: Run, row: Row, said: Sequence[Event]) -> Iterator[Offence]:
    """What happened to a payment and was said of it, gone through again, leads to where it stands."""
    if not said:
        yield Offence(f"{where}, its payout_item_event rows", "none", "what happened to it")
        return
    found = followed(row.item, said, window_of(row.kind))
    if found.wrong is not None:
        event, state = found.wrong
        yield Offence(f"payout_item_event {event.id} of {where}", event.state, state)
        return
    yield from compare(f"payout_item_event {said[0].id} of {where}", said[0].at, run.planned_at)
    for event in said:
        if event.state == State.APPROVED and not event.said:
            approved = (event.actor, event.at)
            yield from compare(
                f"payout_run {run.id}, approved; payout_item_event {event.id} of {where}",
                (run.approved_by, run.approved_at),
                approved,
            )
    yield from compare(where, _stands(row.item, row.changed_at), _stands(found.item, found.changed_at))
    yield from compare(f"{where}, its reason", row.reason, said[-1].reason)


def _stands(item: Any, changed_at: Instant) -> Mapping[str, Any]:
    times = {"first": item.first, "last": item.last, "missed": item.missed, "changed": changed_at}
    return {"state": str(item.state), "remote": item.remote, **times}


def _account(
    where: str, row: Row, party: int, currency: str, usable_at: Instant, undone_at: Instant | None
) -> Iterator[Offence]:
    yield from compare(where, (party, currency), (row.party, row.item.currency))
    if row.item.first is None or usable_at > row.item.first:
        yield Offence(where, f"counts from {usable_at}", f"counts at {row.item.first}")
    yield from compare(f"{where}, undone at", undone_at, None)


def _known(row: Row) -> bool:
    return row.item.currency in EVER


def _where(row: Row) -> str:
    return f"payout_item {row.id} of run {row.run}"
