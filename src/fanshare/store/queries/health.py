"""What is known of the shop connections of a programme, and what each brought day by day."""

import json
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_CONNECTIONS = """
SELECT c.id, c.kind, c.endpoint, c.base_url, c.created_at, c.can_fetch, c.state = 'on',
       s.cause, s.from_at, c.last_heard_at, coalesce(c.asked_at, c.poll_cursor_at), c.problem_code, c.problem,
       c.problem_at, c.webhooks_checked_at, c.webhooks_problem, c.webhooks_repaired_at, c.deep_done_at,
       c.deep_found::text,
       (SELECT count(*) FROM delivery p
         WHERE p.programme_id = c.programme_id AND p.connection_id = c.id AND p.state = 'parked')
  FROM connection c
  LEFT JOIN LATERAL (SELECT cause, from_at FROM connection_state n
                      WHERE n.programme_id = c.programme_id AND n.connection_id = c.id
                      ORDER BY from_at DESC LIMIT 1) s ON true
 WHERE c.programme_id = %(programme_id)s ORDER BY c.id
"""
_DAYS = """
SELECT connection_id, day, accepted, refused, retaken, parked FROM connection_day
 WHERE programme_id = %(programme_id)s AND day >= %(since)s ORDER BY connection_id, day
"""
_MISSED = """
SELECT connection_id, fetched_at FROM fetched_first
 WHERE programme_id = %(programme_id)s AND heard_at IS NULL AND fetched_at >= %(since)s
"""


class ConnectionRow(NamedTuple):
    """A connection as it stands; ``cause`` and ``switched_at`` are of the last time it was switched on or off."""

    id: int
    kind: str
    endpoint: str
    base_url: str
    created_at: Instant
    asks: bool
    on: bool
    cause: str | None
    switched_at: Instant | None
    heard_at: Instant | None
    asked_at: Instant | None
    problem_code: str
    problem: str
    problem_at: Instant | None
    webhooks_checked_at: Instant | None
    webhooks_problem: str
    webhooks_repaired_at: Instant | None
    deep_done_at: Instant | None
    deep_found: dict[str, Any]
    parked: int


class DayRow(NamedTuple):
    """What a connection brought on a UTC day."""

    connection: int
    day: str
    accepted: int
    refused: int
    retaken: int
    parked: int


def connection_rows(access: Access) -> list[ConnectionRow]:
    """All connections, oldest first."""
    return [ConnectionRow._make((*row[:18], json.loads(row[18]), row[19])) for row in access.fetch(_CONNECTIONS)]


def days(access: Access, since: str) -> list[DayRow]:
    """What connections brought from a UTC day on."""
    return [DayRow(*row) for row in access.fetch(_DAYS, {"since": since})]


def missed(access: Access, since: Instant) -> list[tuple[int, Instant]]:
    """Orders that were found by asking and of which no message told: connection, and when they were found."""
    return [(row[0], row[1]) for row in access.fetch(_MISSED, {"since": since})]
