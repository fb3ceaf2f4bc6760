"""Asking shops for the orders of claims: whose turn it is, and what came of it. Only the brand is told."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from fanshare.core.claims import HOURLY
from fanshare.core.instants import HOUR, Instant
from fanshare.store.access import Access

_QUEUE = "INSERT INTO claim_fetch (programme_id, claim_id, due_at) VALUES (%(programme_id)s, %(claim)s, %(now)s)"
_AGAIN = """
UPDATE claim_fetch SET due_at = %(now)s, state = 'waiting', tries = 0, reason = '', failures = '{}', order_id = NULL
 WHERE programme_id = %(programme_id)s AND claim_id = %(claim)s
"""
_LEASE = """
WITH due AS (
 SELECT f.claim_id, c.party_id FROM claim_fetch f
   JOIN claim c ON c.programme_id = f.programme_id AND c.id = f.claim_id
  WHERE f.programme_id = %(programme_id)s AND f.due_at <= %(now)s
    AND %(hourly)s > (SELECT count(*) FROM claim_fetch r
                       WHERE r.programme_id = %(programme_id)s AND r.asked_at > %(since)s AND r.asked_at <= %(now)s)
  ORDER BY f.due_at, f.claim_id LIMIT 1 FOR UPDATE OF f SKIP LOCKED)
UPDATE claim_fetch AS t SET due_at = %(until)s, tries = t.tries + 1, asked_at = %(now)s
  FROM due JOIN party p ON p.programme_id = %(programme_id)s AND p.id = due.party_id
 WHERE t.programme_id = %(programme_id)s AND t.claim_id = due.claim_id
RETURNING t.claim_id, t.tries, p.person_id,
          EXISTS (SELECT FROM claim_answer a WHERE a.programme_id = t.programme_id AND a.claim_id = t.claim_id)
"""
_FINISH = """
UPDATE claim_fetch SET state = %(state)s, reason = %(reason)s, due_at = %(due)s, order_id = %(order)s,
       failures = CASE WHEN %(failed)s
                       THEN failures || jsonb_build_object(%(reason)s::text,
                                                           coalesce((failures ->> %(reason)s::text)::int, 0) + 1)
                       ELSE failures END
 WHERE programme_id = %(programme_id)s AND claim_id = %(claim)s AND tries = %(tries)s AND state = 'waiting'
"""
_OF = """
SELECT state, reason, tries, asked_at, due_at, order_id, failures::text FROM claim_fetch
 WHERE programme_id = %(programme_id)s AND claim_id = %(claim)s
"""
_COUNTS = """
SELECT state, reason, count(*) FROM claim_fetch WHERE programme_id = %(programme_id)s AND asked_at > %(since)s
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_ORDER = """
SELECT id FROM shop_order WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s
   AND external_id = %(external)s
"""


class Turn(NamedTuple):
    """One claim whose order is to be looked for now; ``tries`` counts this one. ``person`` is hers in the vault."""

    claim: int
    tries: int
    person: int | None
    answered: bool


class Asked(NamedTuple):
    """What came of asking for the order of a claim. ``failures``: how often a shop could not tell, by the reason."""

    state: str
    reason: str
    tries: int
    asked_at: Instant | None
    due_at: Instant | None
    order: int | None
    failures: Mapping[str, int]


class Count(NamedTuple):
    """For how many claims the same came of asking."""

    state: str
    reason: str
    claims: int


def queue(access: Access, claim: int, now: Instant) -> None:
    """Have the worker look for the order of a new claim."""
    access.execute(_QUEUE, {"claim": claim, "now": now})


def again(access: Access, claim: int, now: Instant) -> None:
    """Have the worker look anew for the order of a claim, whose number was said or changed."""
    access.execute(_AGAIN, {"claim": claim, "now": now})


def lease(access: Access, now: Instant, until: Instant) -> Turn | None:
    """Take the claim that has waited longest; the try is counted before anybody is asked. ``None``: none is due, or
    enough were asked about in the last hour."""
    values = {"now": now, "until": until, "since": max(0, now - HOUR), "hourly": HOURLY}
    row = access.fetch_one(_LEASE, values)
    return None if row is None else Turn(*row)


def finish(
    access: Access, turn: Turn, state: str, reason: str = "", *, order: int | None = None, again: Instant | None = None
) -> None:
    """Write down what came of a turn; with ``again`` it waits until then."""
    told = {"claim": turn.claim, "tries": turn.tries, "state": state, "reason": reason[:60], "order": order}
    access.execute(_FINISH, {**told, "due": again, "failed": state == "failed" or again is not None})


def of(access: Access, claim: int) -> Asked | None:
    """What came of asking for the order of one claim so far."""
    row = access.fetch_one(_OF, {"claim": claim})
    return None if row is None else Asked(*(*row[:-1], json.loads(row[-1])))


def counts(access: Access, since: Instant) -> list[Count]:
    """What came of asking since an instant, by outcome and reason."""
    return [Count(*row) for row in access.fetch(_COUNTS, {"since": since})]


def order_of(access: Access, connection: int, external: str) -> int | None:
    """The row of an order of a shop."""
    found: int | None = access.value(_ORDER, {"connection": connection, "external": external})
    return found
