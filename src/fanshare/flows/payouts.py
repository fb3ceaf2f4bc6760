"""Payouts as ledger transfers: ready money goes into transit, arrives or comes back; each step has a leaf.

What may leave is decided by whoever begins one: a run (``payout_runs``) or a code of the shop (``credit_steps``).
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fanshare.core import commitments, conversions, leaves, ledger
from fanshare.core.conversions import Leg
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.ledger import Transfer
from fanshare.core.money import Micros
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.access import Access
from fanshare.store.ledger import post_logged
from fanshare.store.queries import conversions as conversion_rows
from fanshare.store.queries import payout_runs, shop_credits
from fanshare.store.queries.conversions import Conversion

_PLAN = """
INSERT INTO payout (programme_id, party_id, currency, amount, state, created_at, changed_at)
VALUES (%(programme_id)s, %(party)s, %(currency)s, %(amount)s, 'planned', %(now)s, %(now)s) RETURNING id
"""
_EVENT = """
INSERT INTO payout_event (programme_id, payout_id, state, reason, at, leaf_index)
VALUES (%(programme_id)s, %(payout)s, %(state)s, %(reason)s, %(now)s, %(leaf)s)
"""
_LOCK = """
SELECT p.party_id, p.currency, p.amount, p.state, y.public_id FROM payout p
  JOIN party y ON y.programme_id = p.programme_id AND y.id = p.party_id
 WHERE p.programme_id = %(programme_id)s AND p.id = %(payout)s FOR NO KEY UPDATE OF p
"""
_STATE = """
UPDATE payout SET state = %(state)s, amount = %(amount)s, changed_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(payout)s
"""
_LEAVES = """
SELECT l.hash FROM payout_event e JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.leaf_index
 WHERE e.programme_id = %(programme_id)s AND e.payout_id = %(payout)s ORDER BY e.id
"""


@dataclass(frozen=True, slots=True)
class Payout:
    """One payout as it stands. ``amount`` is micros of whole minor units."""

    id: int
    party: int
    currency: str
    amount: Micros
    state: str
    public_id: str


def arrived(programme: Programme, payout_id: int, now: Instant) -> Payout:
    """The money of a payout that no run and no code owns has arrived: one that an earlier version sent."""
    with programme.access.transaction():
        payout = _locked(programme.access, payout_id, {"in_transit"})
        transfer = ledger.paid(payout.party, payout.amount, payout.currency, payout_id)
        return _enter(programme, payout, "final", transfer, now)


def came_back(programme: Programme, payout_id: int, reason: str, now: Instant) -> Payout:
    """The money came back, on its way or after it had arrived (legal at any age): it is ready again."""
    if not reason.strip():
        raise BadInputError("reason_missing", "Say why the payout came back.")
    with programme.access.transaction():
        payout = _locked(programme.access, payout_id, {"in_transit", "final"})
        transfer = ledger.returned(
            payout.party, payout.amount, payout.currency, payout_id, arrived=payout.state == "final"
        )
        return _enter(programme, payout, "returned", transfer, now, reason)


@dataclass(frozen=True, slots=True)
class Step:
    """A payout enters a state, in which its amount stands; ``reason`` is for the payee."""

    payout: Payout
    state: str
    reason: str = ""


def begin(access: Access, party: int, currency: str, amount: Micros, now: Instant) -> Payout:
    """A payout that is planned for money that goes by another road than a transfer to a bank."""
    payout = int(access.value(_PLAN, {"party": party, "currency": currency, "amount": amount, "now": now}))
    access.execute(_EVENT, {"payout": payout, "state": "planned", "reason": "", "now": now, "leaf": None})
    return _found(access, payout)


def find(access: Access, payout_id: int) -> Payout:
    """A payout, locked. Raises ``BadInputError`` ``unknown_payout``."""
    return _found(access, payout_id)


def walk(programme: Programme, steps: Sequence[Step], now: Instant) -> None:
    """Take several payouts further at once: one batch of transfers, a leaf each. The caller holds the transaction.

    All amounts are posted together, so that accounts are locked before the log as everywhere.
    """
    if not steps:
        return
    at = {step.payout.id: step.payout.state for step in steps[::-1]}
    batch = []
    for step in steps:
        batch.append(_moving(step, at[step.payout.id]))
        at[step.payout.id] = step.state
    post_logged(programme.access, batch, at=now)
    for step in steps:
        _note(programme, step.payout, step.state, step.payout.amount, now, step.reason)


def _moving(step: Step, before: str) -> Transfer:
    payout = step.payout
    if step.state == "returned" and before == "withheld":
        return ledger.withheld_back(payout.party, payout.amount, payout.currency, payout.id)
    if step.state == "returned" and before in leaves.LEGS:
        return conversions.leg_back(Leg(before), payout.party, payout.amount, payout.currency, payout.id)
    if step.state in leaves.LEGS:
        return conversions.leg(Leg(step.state), payout.party, payout.amount, payout.currency, payout.id)
    if step.state == "returned":
        return ledger.returned(payout.party, payout.amount, payout.currency, payout.id, arrived=before == "final")
    make = {"in_transit": ledger.pay_out, "final": ledger.paid, "withheld": ledger.withheld}[step.state]
    return make(payout.party, payout.amount, payout.currency, payout.id)


def _found(access: Access, payout_id: int) -> Payout:
    row = access.fetch_one(_LOCK, {"payout": payout_id})
    if row is None:
        raise BadInputError("unknown_payout", "There is no such payout in this programme.", 404)
    return Payout(payout_id, *row)


def _locked(access: Access, payout_id: int, states: set[str]) -> Payout:
    payout = _found(access, payout_id)
    if shop_credits.is_credit(access, payout_id):
        raise ConflictError("is_credit", "This money is in a code of the shop; end the credit to bring it back.")
    if payout_runs.owns(access, payout_id):
        raise ConflictError("in_run", "This money is a payment of a run; say there what became of it.")
    if payout.state not in states:
        raise ConflictError(
            "wrong_state", "This payout is %(state)s; nothing was changed.", state=payout.state.replace("_", " ")
        )
    return payout


def _enter(
    programme: Programme, payout: Payout, state: str, transfer: Transfer, now: Instant, reason: str = ""
) -> Payout:
    post_logged(programme.access, [transfer], at=now)
    _note(programme, payout, state, transfer.amount, now, reason)
    return Payout(payout.id, payout.party, payout.currency, transfer.amount, state, payout.public_id)


def _note(programme: Programme, payout: Payout, state: str, amount: Micros, now: Instant, reason: str) -> None:
    """The row, the leaf and the event of a state whose transfer was posted."""
    access = programme.access
    access.execute(_STATE, {"payout": payout.id, "state": state, "amount": amount, "now": now})
    leaf = _log(programme, payout, state, amount, now)
    access.execute(_EVENT, {"payout": payout.id, "state": state, "reason": reason, "now": now, "leaf": leaf})


def _log(programme: Programme, payout: Payout, state: str, amount: Micros, now: Instant) -> int:
    """The leaf of a payout's new state; its commitments open for the payee alone."""
    access = programme.access
    before = [bytes(row[0]).hex() for row in access.fetch(_LEAVES, {"payout": payout.id})]
    # After an erasure nobody can open the commitments any more: the key is as random as if it were forgotten.
    key = programme.vault.party_salts([payout.party])[payout.party][1] or os.urandom(commitments.SALT_BYTES)
    moved = replace(payout, state=state, amount=amount)
    of = conversion_rows.of_leg(access, payout.id) if state in leaves.LEGS else None
    return log_store.append(access, [payout_leaf(moved, key, len(before) + 1, before[-1] if before else None, now, of)])


def payout_leaf(
    payout: Payout, key: bytes, seq: int, previous: str | None, at: Instant, of: Conversion | None = None
) -> dict[str, Any]:
    """The log leaf with which a payout entered its state; ``key`` is the payee's salt key, ``of`` the conversion that
    it is a leg of.
    """
    number = str(payout.id)
    pair = None if of is None else commitments.derive_salt(key, "conversion", str(of.given_payout)).hex()
    return leaves.payout(
        payout=commitments.payout(commitments.derive_salt(key, "payout", number), number),
        seq=seq,
        previous=previous,
        currency=payout.currency,
        amount=payout.amount,
        state={"final": "paid"}.get(payout.state, payout.state),
        at=at,
        who=commitments.who(commitments.derive_salt(key, "payout who", number, str(seq)), payout.public_id),
        rate=None if of is None or pair is None else leaves.rate(of.converted, pair),
    )
