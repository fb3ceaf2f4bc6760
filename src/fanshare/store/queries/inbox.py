"""The inbox: deliveries waiting to be taken, what became of them, and the parked ones a person can retry."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant, format_rfc3339
from fanshare.store.access import Access
from fanshare.store.queries.edge import count_deliveries

_CLAIM = """
WITH due AS (
    SELECT id, received_at, reason_code, attempts FROM delivery
     WHERE programme_id = %(programme_id)s AND state = 'new' AND retry_at <= %(now)s
       AND (reason_code = 'working') = %(suspect)s
     ORDER BY received_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
UPDATE delivery d
   SET attempts = CASE WHEN due.reason_code = 'working' THEN d.attempts + 1 ELSE 1 END, reason_code = 'working',
       retry_at = %(lease)s
  FROM due
 WHERE d.programme_id = %(programme_id)s AND d.id = due.id AND d.received_at = due.received_at
RETURNING d.id, d.received_at, d.connection_id, d.topic, d.sealed_body,
          CASE WHEN due.reason_code = 'working' THEN due.attempts ELSE 0 END
"""
_FINISH = """
UPDATE delivery
   SET state = fresh.state, reason_code = fresh.code, reason = fresh.reason, retry_at = fresh.retry_at,
       done_at = CASE WHEN fresh.state IN ('done', 'ignored') THEN %(now)s END
  FROM unnest(%(ids)s::bytea[], %(ats)s::bigint[], %(states)s::text[], %(codes)s::text[], %(reasons)s::text[],
              %(retries)s::bigint[]) AS fresh(id, received_at, state, code, reason, retry_at)
 WHERE delivery.programme_id = %(programme_id)s AND delivery.id = fresh.id
   AND delivery.received_at = fresh.received_at
"""
_GIVE_BACK = """
UPDATE delivery
   SET attempts = crashes, reason_code = CASE WHEN crashes > 0 THEN 'working' ELSE '' END, retry_at = %(retry_at)s
  FROM unnest(%(ids)s::bytea[], %(ats)s::bigint[], %(crashes)s::int[]) AS given(given_id, at, crashes)
 WHERE programme_id = %(programme_id)s AND id = given_id AND received_at = at
   AND state = 'new' AND reason_code = 'working'
"""
_PARKED = """
SELECT d.id, d.received_at, c.endpoint, d.topic, d.reason_code, d.reason FROM delivery d
  JOIN connection c ON c.programme_id = d.programme_id AND c.id = d.connection_id
 WHERE d.programme_id = %(programme_id)s AND d.state = 'parked'
 ORDER BY d.received_at, d.id LIMIT %(limit)s OFFSET %(offset)s
"""
_RETRY = """
UPDATE delivery SET state = 'new', reason_code = '', reason = '', retry_at = 0, attempts = 0
 WHERE programme_id = %(programme_id)s AND state = 'parked' AND (%(all)s OR id = ANY(%(ids)s))
"""


class Claimed(NamedTuple):
    """A delivery that this worker has for now. ``crashes``: how often a worker died over it."""

    id: bytes
    received_at: Instant
    connection_id: int
    topic: str
    sealed_body: bytes
    crashes: int


class Outcome(NamedTuple):
    """What became of a delivery. ``retry_at`` only matters for those that stay ``new``."""

    delivery: Claimed
    state: str
    code: str = ""
    reason: str = ""
    retry_at: Instant = 0


class Parked(NamedTuple):
    """A delivery that could not be taken, and why."""

    id: str
    received_at: Instant
    endpoint: str
    topic: str
    code: str
    reason: str


def claim(access: Access, now: Instant, lease: Instant, batch: int) -> list[Claimed]:
    """Take up to ``batch`` waiting deliveries until ``lease``; committed at once."""
    return _claim(access, {"now": now, "lease": lease, "batch": batch, "suspect": False})


def claim_suspect(access: Access, now: Instant, lease: Instant) -> list[Claimed]:
    """Take one delivery that was being read when a worker died: alone, so that it takes no other down with it."""
    return _claim(access, {"now": now, "lease": lease, "batch": 1, "suspect": True})


def _claim(access: Access, values: dict[str, Any]) -> list[Claimed]:
    with access.transaction():
        rows = access.fetch(_CLAIM, values)
    found = [Claimed(bytes(row[0]), row[1], row[2], row[3], bytes(row[4] or b""), row[5]) for row in rows]
    return sorted(found, key=lambda one: (one.received_at, one.id))


def give_back(access: Access, claimed: Sequence[Claimed], retry_at: Instant) -> None:
    """Let others take what could not be taken now though nothing is wrong with it; what was finished stays so."""
    columns: dict[str, Any] = {
        "ids": [one.id for one in claimed],
        "ats": [one.received_at for one in claimed],
        "crashes": [one.crashes for one in claimed],
        "retry_at": retry_at,
    }
    access.execute(_GIVE_BACK, columns)


def finish(access: Access, connection_id: int, outcomes: Sequence[Outcome], now: Instant) -> None:
    """Write down what became of deliveries of one connection."""
    columns: dict[str, Any] = {
        "ids": [one.delivery.id for one in outcomes],
        "ats": [one.delivery.received_at for one in outcomes],
        "states": [one.state for one in outcomes],
        "codes": [one.code for one in outcomes],
        "reasons": [one.reason for one in outcomes],
        "retries": [one.retry_at for one in outcomes],
        "now": now,
    }
    access.execute(_FINISH, columns)
    for what in ("parked", "ignored"):
        days = Counter(
            (connection_id, format_rfc3339(one.delivery.received_at)[:10]) for one in outcomes if one.state == what
        )
        count_deliveries(access, days, what)


def parked(access: Access, *, limit: int = 100, offset: int = 0) -> list[Parked]:
    """Parked deliveries, oldest first."""
    rows = access.fetch(_PARKED, {"limit": limit, "offset": offset})
    return [Parked(bytes(row[0]).hex(), *row[1:]) for row in rows]


def retry(access: Access, ids: Sequence[str] | None = None) -> int:
    """Put parked deliveries (all, or some by id) back into the inbox; returns how many."""
    wanted = [bytes.fromhex(one) for one in ids or ()]
    return access.execute(_RETRY, {"all": ids is None, "ids": wanted}).rowcount
