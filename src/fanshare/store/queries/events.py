"""The leaves of the log that others want to hear of, each with the rows that say in clear what it speaks of."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_LEAVES = """
SELECT index, kind, body FROM log_leaf
 WHERE programme_id = %(programme_id)s AND index >= %(first)s AND index < %(end)s AND kind = ANY(%(kinds)s)
 ORDER BY index LIMIT %(limit)s
"""
_SIZE = "SELECT size FROM log_tree WHERE programme_id = %(programme_id)s"
_SETTLED = """
SELECT h.leaf_index, h.settled_at, h.order_id, c.endpoint, o.external_id, p.public_id FROM part_history h
  JOIN shop_order o ON o.programme_id = h.programme_id AND o.id = h.order_id
  JOIN connection c ON c.programme_id = o.programme_id AND c.id = o.connection_id
  JOIN party p ON p.programme_id = h.programme_id AND p.id = h.creator_party_id
 WHERE h.programme_id = %(programme_id)s AND h.leaf_index = ANY(%(leaves)s)
"""
_RULINGS = """
SELECT leaf_index, id, order_id FROM ruling WHERE programme_id = %(programme_id)s AND leaf_index = ANY(%(leaves)s)
"""
_PAYOUTS = """
SELECT e.leaf_index, o.id, p.public_id, o.currency, o.amount FROM payout_event e
  JOIN payout o ON o.programme_id = e.programme_id AND o.id = e.payout_id
  JOIN party p ON p.programme_id = o.programme_id AND p.id = o.party_id
 WHERE e.programme_id = %(programme_id)s AND e.leaf_index = ANY(%(leaves)s)
"""
_TARGETS = """
SELECT id, public_id, url, types, sealed_secrets, state, reason, told, failing_since_at, made_at FROM event_target
 WHERE programme_id = %(programme_id)s ORDER BY id
"""
_ADD_TARGET = """
INSERT INTO event_target (programme_id, public_id, url, types, sealed_secrets, told, made_at, changed_at)
VALUES (%(programme_id)s, %(public_id)s, %(url)s, %(types)s, %(secrets)s, %(told)s, %(now)s, %(now)s)
"""
_CHANGE_TARGET = """
UPDATE event_target
   SET url = %(url)s, types = %(types)s, sealed_secrets = %(secrets)s, changed_at = %(now)s, state = %(state)s,
       reason = CASE WHEN %(state)s = 'failed' THEN reason ELSE '' END,
       failing_since_at = CASE WHEN %(state)s = 'failed' THEN failing_since_at END, quiet_until_at = 0
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_REMOVE_TARGET = "DELETE FROM event_target WHERE programme_id = %(programme_id)s AND id = %(id)s"
_LOCK_TARGET = """
SELECT told FROM event_target
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND state = 'on' FOR NO KEY UPDATE SKIP LOCKED
"""
_TOLD = "UPDATE event_target SET told = %(told)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_QUEUE = """
INSERT INTO event_delivery (programme_id, target_id, leaf_index, made_at, due_at)
SELECT %(programme_id)s, %(target)s, leaf, %(now)s, %(now)s FROM unnest(%(leaves)s::bigint[]) AS fresh (leaf)
ON CONFLICT (programme_id, target_id, leaf_index) DO UPDATE
   SET state = 'due', attempts = 0, answer = '', due_at = excluded.due_at, done_at = NULL
"""
_BACK = """
UPDATE event_target SET told = least(told, %(first)s) WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_CLAIM = """
UPDATE event_delivery SET attempts = attempts + 1, due_at = %(until)s
 WHERE programme_id = %(programme_id)s AND id IN (
     SELECT d.id FROM event_delivery d JOIN event_target t ON t.programme_id = d.programme_id AND t.id = d.target_id
      WHERE d.programme_id = %(programme_id)s AND d.target_id = %(target)s AND d.state = 'due' AND d.due_at <= %(now)s
        AND t.state = 'on' AND t.quiet_until_at <= %(now)s
      ORDER BY d.leaf_index LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED)
RETURNING id, leaf_index, attempts
"""
_DONE = """
UPDATE event_delivery SET state = %(state)s, answer = %(answer)s, due_at = %(due)s,
       done_at = CASE WHEN %(state)s = 'due' THEN NULL ELSE %(now)s END
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_GIVE_BACK = """
UPDATE event_delivery SET attempts = attempts - 1, due_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s::bigint[]) AND state = 'due'
"""
_LEAVE_ALONE = """
UPDATE event_target SET quiet_until_at = %(until)s WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_FAILING = """
UPDATE event_target SET failing_since_at = coalesce(failing_since_at, %(now)s)
 WHERE programme_id = %(programme_id)s AND id = %(id)s RETURNING failing_since_at
"""
_WORKS = """
UPDATE event_target SET failing_since_at = NULL
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND failing_since_at IS NOT NULL
"""
_SWITCH_OFF = """
UPDATE event_target SET state = 'failed', reason = %(reason)s, changed_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_FORGET = "DELETE FROM event_delivery WHERE programme_id = %(programme_id)s AND done_at < %(before)s"
_COUNTS = """
SELECT target_id, count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'failed')
  FROM event_delivery WHERE programme_id = %(programme_id)s GROUP BY target_id
"""


class Leaf(NamedTuple):
    """A leaf of the log: its place, kind and body (canonical JSON)."""

    place: int
    kind: str
    body: str


class SettledRow(NamedTuple):
    """Of which order and creator a settlement is."""

    at: Instant
    order: int
    endpoint: str
    number: str
    creator: str


class PayoutRow(NamedTuple):
    """Which payout a leaf is about."""

    payout: int
    party: str
    currency: str
    amount: Micros


class TargetRow(NamedTuple):
    """Where events are sent, its secrets still sealed."""

    id: int
    public_id: str
    url: str
    types: list[str]
    sealed_secrets: bytes
    state: str
    reason: str
    told: int
    failing_since: Instant | None
    made_at: Instant


class ClaimedDelivery(NamedTuple):
    """One event on its way; ``attempt`` counts from 1."""

    id: int
    place: int
    attempt: int


def size(access: Access) -> int:
    """How many leaves the log has."""
    return int(access.value(_SIZE))


def leaves(access: Access, first: int, end: int, kinds: Iterable[str], limit: int) -> list[Leaf]:
    """Leaves of some kinds in [first, end)."""
    values = {"first": first, "end": end, "kinds": sorted(kinds), "limit": limit}
    return [Leaf(*row) for row in access.fetch(_LEAVES, values)]


def settled(access: Access, places: Sequence[int]) -> dict[int, SettledRow]:
    """What settlements are of, by leaf."""
    return {row[0]: SettledRow(*row[1:]) for row in access.fetch(_SETTLED, {"leaves": list(places)})}


def rulings(access: Access, places: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """Rulings by leaf: their id, and the order they are about."""
    return {row[0]: (row[1], row[2]) for row in access.fetch(_RULINGS, {"leaves": list(places)})}


def payouts(access: Access, places: Sequence[int]) -> dict[int, PayoutRow]:
    """Payouts by leaf."""
    return {row[0]: PayoutRow(*row[1:]) for row in access.fetch(_PAYOUTS, {"leaves": list(places)})}


def targets(access: Access) -> list[TargetRow]:
    """Where events of the programme are sent, oldest first."""
    return [TargetRow(*row) for row in access.fetch(_TARGETS)]


def add_target(access: Access, public_id: str, url: str, types: Sequence[str], secrets: bytes, now: Instant) -> None:
    """Write a new target down; it is told what happens from now on."""
    values = {"public_id": public_id, "url": url, "types": list(types), "secrets": secrets}
    access.execute(_ADD_TARGET, {**values, "told": size(access), "now": now})


def change_target(
    access: Access, target: int, url: str, types: Sequence[str], secrets: bytes, state: str, now: Instant
) -> None:
    """Change a target."""
    values = {"id": target, "url": url, "types": list(types), "secrets": secrets, "state": state}
    access.execute(_CHANGE_TARGET, {**values, "now": now})


def remove_target(access: Access, target: int) -> None:
    """Forget a target and what was on its way to it."""
    access.execute(_REMOVE_TARGET, {"id": target})


def lock_target(access: Access, target: int) -> int | None:
    """Up to where a target was told, locked; ``None`` while it is off or another worker has it."""
    told: int | None = access.value(_LOCK_TARGET, {"id": target})
    return told


def queue(access: Access, target: int, places: Sequence[int], told: int, now: Instant) -> None:
    """Put events on their way, and note up to where the log was looked at."""
    if places:
        access.execute(_QUEUE, {"target": target, "leaves": list(places), "now": now})
    access.execute(_TOLD, {"id": target, "told": told})


def go_back(access: Access, target: int, first: int) -> None:
    """Have everything from a place on told again."""
    access.execute(_BACK, {"id": target, "first": first})


def claim(access: Access, target: int, now: Instant, until: Instant, limit: int) -> list[ClaimedDelivery]:
    """Take due deliveries of a target, in their order; nobody else takes them before ``until``."""
    values = {"target": target, "now": now, "until": until, "limit": limit}
    found = (ClaimedDelivery(*row) for row in access.fetch(_CLAIM, values))
    return sorted(found, key=lambda one: one.place)


def done(access: Access, delivery: int, state: str, answer: str, due: Instant, now: Instant) -> None:
    """Say what came of an attempt: ``sent``, ``failed`` for good, or ``due`` again."""
    access.execute(_DONE, {"id": delivery, "state": state, "answer": answer[:500], "due": due, "now": now})


def give_back(access: Access, deliveries: Sequence[int], now: Instant) -> None:
    """Claimed deliveries that were not tried are due again."""
    access.execute(_GIVE_BACK, {"ids": list(deliveries), "now": now})


def leave_alone(access: Access, target: int, until: Instant) -> None:
    """Try nothing at a target for a while."""
    access.execute(_LEAVE_ALONE, {"id": target, "until": until})


def failing(access: Access, target: int, now: Instant) -> Instant | None:
    """Since when a target fails; ``None`` where there is none any more."""
    since: Instant | None = access.value(_FAILING, {"id": target, "now": now})
    return since


def works(access: Access, target: int) -> None:
    """A target has taken something."""
    access.execute(_WORKS, {"id": target})


def switch_off(access: Access, target: int, reason: str, now: Instant) -> None:
    """Send a target nothing more until somebody switches it on."""
    access.execute(_SWITCH_OFF, {"id": target, "reason": reason, "now": now})


def counts(access: Access) -> dict[int, tuple[int, int]]:
    """Per target: deliveries that wait, and those that failed for good."""
    return {row[0]: (row[1], row[2]) for row in access.fetch(_COUNTS)}


def forget_before(access: Access, before: Instant) -> int:
    """Forget deliveries that were done before an instant; the events stay in the log."""
    return access.execute(_FORGET, {"before": before}).rowcount
