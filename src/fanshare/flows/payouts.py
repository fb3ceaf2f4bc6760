"""Payouts as ledger transfers: ready money goes into transit, arrives or comes back; each step has a leaf.

What may leave is decided by whoever begins one: a run (``payout_runs``) or a code of the shop (``credit_steps``).
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from fanshare.core import commitments, conversions, leaves, ledger
from fanshare.core.conversions import Leg
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind, Transfer
from fanshare.core.money import Micros
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.access import Access
from fanshare.store.ledger import Known, known_accounts, posting
from fanshare.store.log_store import Leaf
from fanshare.store.queries import conversions as conversion_rows
from fanshare.store.queries import payout_runs, shop_credits
from fanshare.store.queries.conversions import Conversion

#: Numbers are drawn after the rows were sorted, so that the smallest is the first one's.
_PLAN = """
WITH begun AS (
    INSERT INTO payout (programme_id, party_id, currency, amount, state, created_at, changed_at)
    SELECT %(programme_id)s, party, currency, amount, %(state)s, %(now)s, %(now)s
      FROM unnest(%(parties)s::bigint[], %(currencies)s::text[], %(amounts)s::bigint[])
           WITH ORDINALITY AS given (party, currency, amount, place) ORDER BY place RETURNING id
), noted AS (
    INSERT INTO payout_event (programme_id, payout_id, state, reason, at)
    SELECT %(programme_id)s, id, 'planned', '', %(now)s FROM begun ORDER BY id
)
SELECT id FROM begun
"""
_EVENTS = """
INSERT INTO payout_event (programme_id, payout_id, state, reason, at, leaf_index)
SELECT %(programme_id)s, payout, state, reason, %(now)s, leaf
  FROM unnest(%(payouts)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(leaves)s::bigint[])
       WITH ORDINALITY AS given (payout, state, reason, leaf, place) ORDER BY place
"""
_LOCK = """
SELECT p.id, p.party_id, p.currency, p.amount, p.state, y.public_id FROM payout p
  JOIN party y ON y.programme_id = p.programme_id AND y.id = p.party_id
 WHERE p.programme_id = %(programme_id)s AND p.id = ANY(%(payouts)s) ORDER BY p.id FOR NO KEY UPDATE OF p
"""
_STATES = """
UPDATE payout p SET state = given.state, amount = given.amount, changed_at = %(now)s
  FROM unnest(%(payouts)s::bigint[], %(states)s::text[], %(amounts)s::bigint[]) AS given (payout, state, amount)
 WHERE p.programme_id = %(programme_id)s AND p.id = given.payout
"""
_NAMES = "SELECT id, public_id FROM party WHERE programme_id = %(programme_id)s AND id = ANY(%(parties)s)"
_LEAVES = """
SELECT e.payout_id, l.hash FROM payout_event e
  JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.leaf_index
 WHERE e.programme_id = %(programme_id)s AND e.payout_id = ANY(%(payouts)s) ORDER BY e.id
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


class Begun(NamedTuple):
    """What a payout is begun for: whose money, and how much of it (micros); her public id where it is known."""

    party: int
    currency: str
    amount: Micros
    public_id: str = ""


class Beginning(NamedTuple):
    """Payouts whose rows are being written: their numbers, and then the payouts, in their order."""

    ids: Callable[[], list[int]]
    payouts: Callable[[], list[Payout]]


class Asked(NamedTuple):
    """What ``walk`` has to know of payees: ``vault.salts_later`` and ``ledger.known_accounts``."""

    salts: Callable[[], dict[int, tuple[str, bytes | None]]]
    accounts: Known


def begin(access: Access, party: int, currency: str, amount: Micros, now: Instant) -> Payout:
    """A payout that is planned for money that goes by another road than a transfer to a bank."""
    return begin_all(access, [Begun(party, currency, amount)], now)[0]


def begin_all(access: Access, news: Sequence[Begun], now: Instant) -> list[Payout]:
    """Several payouts that are planned, in their order, in as many statements as one."""
    return beginning(access, news, now).payouts()


def beginning(access: Access, news: Sequence[Begun], now: Instant, *, into: str = "planned") -> Beginning:
    """The same, where the caller does something else while their rows are written (``access.ahead``).

    ``into`` is the state to which the caller takes them by ``walk`` in the same transaction, where there is only that
    one step: their rows say so from the beginning, and are not written twice.
    """
    if not news:
        return Beginning(list, list)
    unknown = sorted({one.party for one in news if not one.public_id})
    names: dict[int, str] = dict(access.fetch(_NAMES, {"parties": unknown})) if unknown else {}
    columns = {
        "parties": [one.party for one in news],
        "currencies": [one.currency for one in news],
        "amounts": [one.amount for one in news],
    }
    rows = access.later(_PLAN, {**columns, "state": into, "now": now})

    @cache
    def ids() -> list[int]:
        return sorted(row[0] for row in rows.result())

    def begun() -> list[Payout]:
        return [
            Payout(id_, one.party, one.currency, one.amount, "planned", one.public_id or names[one.party])
            for id_, one in zip(ids(), news, strict=True)
        ]

    return Beginning(ids, begun)


def asked(programme: Programme, payees: Collection[int]) -> Asked:
    """Ask for what ``walk`` will have to know of payees who are about to be paid (``access.ahead``)."""
    kinds = (AccountKind.AVAILABLE, AccountKind.IN_TRANSIT)
    return Asked(programme.vault.salts_later(payees), known_accounts(programme.access, kinds, payees))


def find(access: Access, payout_id: int) -> Payout:
    """A payout, locked. Raises ``BadInputError`` ``unknown_payout``."""
    found = find_all(access, [payout_id]).get(payout_id)
    if found is None:
        raise BadInputError("unknown_payout", "There is no such payout in this programme.", 404)
    return found


def find_all(access: Access, ids: Iterable[int]) -> dict[int, Payout]:
    """Payouts by number, locked in the order of their numbers; unknown ones are left out."""
    return {row[0]: Payout(*row) for row in access.fetch(_LOCK, {"payouts": sorted(set(ids))})}


def walk(
    programme: Programme,
    steps: Sequence[Step],
    now: Instant,
    *,
    begun: Collection[int] = frozenset(),
    asked: Asked | None = None,
) -> None:
    """Take several payouts further at once: one batch of transfers, a leaf each. The caller holds the transaction.

    ``begun`` are those whose rows say already where they go (``beginning``), and that have no leaf yet; ``asked`` is
    what is known of all payees, where the caller has asked for it.
    All amounts are posted together, so that accounts are locked before the log as everywhere.
    """
    if not steps:
        return
    at = {step.payout.id: step.payout.state for step in steps[::-1]}
    batch = []
    for step in steps:
        batch.append(_moving(step, at[step.payout.id]))
        at[step.payout.id] = step.state
    _take(programme, steps, batch, now, begun=begun, asked=asked)


def _take(
    programme: Programme,
    steps: Sequence[Step],
    batch: Sequence[Transfer],
    now: Instant,
    *,
    begun: Collection[int] = frozenset(),
    asked: Asked | None = None,
) -> None:
    with programme.access.transaction():
        posted = posting(programme.access, batch, at=now, known=asked and asked.accounts)
        written = _leaves(programme, steps, now, begun, asked)
        leaf = posted().leaf()
    _write(programme.access, steps, now, begun)
    first = log_store.append_written(programme.access, [*log_store.written([leaf]), *written]) + 1
    columns = {
        "payouts": [step.payout.id for step in steps],
        "states": [step.state for step in steps],
        "reasons": [step.reason for step in steps],
        "leaves": [*range(first, first + len(steps))],
    }
    programme.access.later(_EVENTS, {**columns, "now": now})


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


def _locked(access: Access, payout_id: int, states: set[str]) -> Payout:
    payout = find(access, payout_id)
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
    moved = replace(payout, amount=transfer.amount)
    _take(programme, [Step(moved, state, reason)], [transfer], now)
    return replace(moved, state=state)


def _write(access: Access, steps: Sequence[Step], now: Instant, begun: Collection[int]) -> None:
    """The rows of payouts in their new states."""
    last = {step.payout.id: step for step in steps if step.payout.id not in begun}
    columns = {
        "payouts": [*last],
        "states": [step.state for step in last.values()],
        "amounts": [step.payout.amount for step in last.values()],
    }
    if last:
        access.later(_STATES, {**columns, "now": now})


def _leaves(
    programme: Programme, steps: Sequence[Step], now: Instant, begun: Collection[int], asked: Asked | None
) -> list[Leaf]:
    """The leaves of payouts' new states, each with the hash of the one before; they open for the payee alone."""
    access, before, written = programme.access, defaultdict[int, list[str]](list), []
    salts = asked.salts if asked else programme.vault.salts_later({step.payout.party for step in steps})
    if older := [step.payout.id for step in steps if step.payout.id not in begun]:
        for payout, hashed in access.fetch(_LEAVES, {"payouts": older}):
            before[payout].append(bytes(hashed).hex())
    legs = conversion_rows.of_legs(access, [step.payout.id for step in steps if step.state in leaves.LEGS])
    # After an erasure nobody can open the commitments any more: the key is as random as if it were forgotten.
    keys = {party: key or os.urandom(commitments.SALT_BYTES) for party, (_, key) in salts().items()}
    to_come = Counter(step.payout.id for step in steps)
    for step in steps:
        payout, known = step.payout, before[step.payout.id]
        to_come[payout.id] -= 1
        of = legs[payout.id] if step.state in leaves.LEGS else None
        moved = Payout(payout.id, payout.party, payout.currency, payout.amount, step.state, payout.public_id)
        last = known[-1] if known else None
        [leaf] = log_store.written([payout_leaf(moved, keys[payout.party], len(known) + 1, last, now, of)])
        if to_come[payout.id]:
            known.append(leaf.hash.hex())
        written.append(leaf)
    return written


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
