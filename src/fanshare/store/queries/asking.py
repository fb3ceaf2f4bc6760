"""Asking shops: whose turn it is, how far the asking has come, what it found before any message told of it."""

import json
from collections.abc import Collection, Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

# What lies in the future was written under a clock that was ahead: it is not waited for.
_CLAIM = """
WITH due AS (
 SELECT id, created_at, poll_cursor_at, deep_cursor_at, deep_began_at,
        coalesce(asked_at, poll_cursor_at, 0) <= %(poll_before)s OR coalesce(asked_at, poll_cursor_at, 0) > %(now)s
            AS poll_due,
        coalesce(deep_began_at, created_at) < %(deep_before)s OR coalesce(deep_began_at, created_at) > %(now)s
            AS deep_due
   FROM connection
  WHERE programme_id = %(programme_id)s AND id = %(connection)s
    AND (asking_until <= %(now)s OR asking_until > %(until)s)
    AND (%(at_once)s OR ask_again_at <= %(now)s OR problem_at > %(now)s)
    FOR UPDATE)
UPDATE connection AS c SET asking_until = %(until)s
  FROM due WHERE c.programme_id = %(programme_id)s AND c.id = due.id
   AND (%(at_once)s OR due.deep_cursor_at IS NOT NULL OR due.poll_due OR due.deep_due)
RETURNING due.created_at, due.poll_cursor_at, due.deep_cursor_at, due.deep_began_at, due.poll_due, due.deep_due
"""
_MAY_ASK = """
SELECT ask_again_at <= %(now)s OR problem_at > %(now)s FROM connection
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_CONNECTED = "SELECT created_at FROM connection WHERE programme_id = %(programme_id)s AND id = %(connection)s"
_RELEASE = """
UPDATE connection SET asking_until = 0 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_POLL_CURSOR = """
UPDATE connection SET poll_cursor_at = greatest(coalesce(poll_cursor_at, 0), %(at)s)
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_REST = """
UPDATE connection SET poll_cursor_at = %(at)s WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_ANSWERED = """
UPDATE connection SET asked_at = %(now)s, problem_code = '', problem = '', problem_at = NULL, ask_again_at = 0
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_TROUBLE = """
UPDATE connection
   SET problem_code = %(code)s, problem = %(problem)s, problem_at = coalesce(problem_at, %(now)s),
       ask_again_at = %(now)s + greatest(%(wait)s, least(%(most)s, (%(now)s - coalesce(problem_at, %(now)s)) / 4))
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_BEGIN_DEEP = """
UPDATE connection SET deep_cursor_at = %(since)s, deep_began_at = %(now)s, deep_found = '{}'
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_DEEP_CURSOR = """
UPDATE connection SET deep_cursor_at = greatest(deep_cursor_at, %(at)s), deep_found = %(found)s::jsonb
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_DEEP_DONE = """
UPDATE connection SET deep_cursor_at = NULL, deep_done_at = %(now)s, deep_found = %(found)s::jsonb
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_DEEP_FOUND = """
SELECT deep_found::text FROM connection WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_KNOWN = """
SELECT external_id FROM shop_order
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND external_id = ANY(%(externals)s)
 UNION
SELECT external_id FROM payment
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND external_id = ANY(%(externals)s)
"""
_HELD = """
SELECT external_id FROM shop_order
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND status <> 'deleted'
   AND vanished <> 'deleted' AND modified_at > %(after)s AND modified_at <= %(until)s ORDER BY modified_at, external_id
"""
_FETCHED_FIRST = """
INSERT INTO fetched_first (programme_id, connection_id, external_id, fetched_at)
SELECT %(programme_id)s, %(connection)s, external_id, %(now)s FROM unnest(%(externals)s::text[]) AS fresh(external_id)
ON CONFLICT DO NOTHING
"""
_HEARD = """
UPDATE fetched_first SET heard_at = %(now)s
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND external_id = ANY(%(externals)s)
   AND heard_at IS NULL
"""
_FORGET = """
DELETE FROM fetched_first
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND fetched_at < %(before)s
"""

_WEBHOOKS_DUE = """
SELECT webhooks_due_at <= %(now)s FROM connection WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_WEBHOOKS_CHECKED = """
UPDATE connection
   SET webhooks_checked_at = %(now)s, webhooks_due_at = %(due)s, webhooks_problem = %(problem)s,
       webhooks_repaired_at = CASE WHEN %(repaired)s THEN %(now)s ELSE webhooks_repaired_at END
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""

_FIRST_PAUSE = 60_000_000
_LONGEST_PAUSE = 600_000_000


class Turn(NamedTuple):
    """A connection that is ours to ask for now. ``deep_cursor_at`` is set while a whole re-listing is under way."""

    created_at: Instant
    poll_cursor_at: Instant | None
    deep_cursor_at: Instant | None
    deep_began_at: Instant | None
    poll_due: bool
    deep_due: bool


def claim(
    access: Access,
    connection: int,
    now: Instant,
    until: Instant,
    *,
    poll_before: Instant,
    deep_before: Instant,
    at_once: bool = False,
) -> Turn | None:
    """Take a connection until an instant, if it is due (or ``at_once``) and nobody else is asking it."""
    values = {"connection": connection, "now": now, "until": until, "at_once": at_once}
    row = access.fetch_one(_CLAIM, {**values, "poll_before": poll_before, "deep_before": deep_before})
    return None if row is None else Turn(*row)


def may_ask(access: Access, connection: int, now: Instant) -> bool:
    """Whether a shop that failed to answer is to be left alone no longer."""
    return bool(access.value(_MAY_ASK, {"connection": connection, "now": now}))


def connected_at(access: Access, connection: int) -> Instant:
    """Since when a shop is connected: orders placed before are not missed."""
    return int(access.value(_CONNECTED, {"connection": connection}))


def release(access: Access, connection: int) -> None:
    """Let others ask."""
    access.execute(_RELEASE, {"connection": connection})


def advance(access: Access, connection: int, at: Instant) -> None:
    """Everything that changed until an instant of the shop's clock is booked. The cursor does not go back."""
    access.execute(_POLL_CURSOR, {"connection": connection, "at": at})


def rest(access: Access, connection: int, at: Instant) -> None:
    """A walk has come to its end; the next one begins at an instant of the shop's clock."""
    access.execute(_REST, {"connection": connection, "at": at})


def answered(access: Access, connection: int, now: Instant) -> None:
    """The shop has told all there was to tell."""
    access.execute(_ANSWERED, {"connection": connection, "now": now})


def trouble(access: Access, connection: int, code: str, problem: str, now: Instant, wait: int) -> None:
    """The shop did not tell, and why; ``wait`` is the microseconds it asks for.

    It is asked again after a minute at first, and the longer it has been away the later, ten minutes at most.
    """
    values = {"connection": connection, "code": code, "problem": problem[:500], "now": now}
    access.execute(_TROUBLE, {**values, "wait": max(wait, _FIRST_PAUSE), "most": _LONGEST_PAUSE})


def begin_deep(access: Access, connection: int, since: Instant, now: Instant) -> None:
    """A whole re-listing of everything that changed since an instant begins."""
    access.execute(_BEGIN_DEEP, {"connection": connection, "since": since, "now": now})


def advance_deep(access: Access, connection: int, at: Instant, found: dict[str, int]) -> None:
    """The re-listing has come to an instant and found this so far."""
    access.execute(_DEEP_CURSOR, {"connection": connection, "at": at, "found": json.dumps(found)})


def end_deep(access: Access, connection: int, now: Instant, found: dict[str, int]) -> None:
    """The re-listing has come to its end."""
    access.execute(_DEEP_DONE, {"connection": connection, "now": now, "found": json.dumps(found)})


def deep_found(access: Access, connection: int) -> dict[str, int]:
    """What the re-listing has found so far."""
    found: dict[str, int] = json.loads(access.value(_DEEP_FOUND, {"connection": connection}) or "{}")
    return found


def known(access: Access, connection: int, externals: Collection[str]) -> set[str]:
    """Which of these orders or payments are here already."""
    rows = access.fetch(_KNOWN, {"connection": connection, "externals": list(externals)})
    return {row[0] for row in rows}


def held_between(access: Access, connection: int, after: Instant, until: Instant) -> list[str]:
    """Orders that are alive here and last changed in a span, its beginning left out."""
    rows = access.fetch(_HELD, {"connection": connection, "after": after, "until": until})
    return [row[0] for row in rows]


def fetched_first(access: Access, connection: int, externals: Sequence[str], now: Instant) -> None:
    """These orders were found by asking before any message told of them."""
    if externals:
        access.execute(_FETCHED_FIRST, {"connection": connection, "externals": list(externals), "now": now})


def heard_of(access: Access, connection: int, externals: Collection[str], now: Instant) -> None:
    """A message told of these orders, late where asking was first."""
    if externals:
        access.execute(_HEARD, {"connection": connection, "externals": sorted(externals), "now": now})


def forget_fetched_first(access: Access, connection: int, before: Instant) -> None:
    """Drop what was found by asking before an instant; the orders themselves stay."""
    access.execute(_FORGET, {"connection": connection, "before": before})


def webhooks_due(access: Access, connection: int, now: Instant) -> bool:
    """Whether it is time to look after the shop's own webhooks."""
    return bool(access.value(_WEBHOOKS_DUE, {"connection": connection, "now": now}))


def webhooks_checked(
    access: Access, connection: int, now: Instant, due: Instant, problem: str, *, repaired: bool
) -> None:
    """Note what a look at the webhooks found, and when the next one is due."""
    values = {"connection": connection, "now": now, "due": due, "problem": problem[:500], "repaired": repaired}
    access.execute(_WEBHOOKS_CHECKED, values)
