"""Refused deliveries: they are kept for seven days in case the secret was wrong and not the sender."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_KEPT = """
SELECT id, received_at, endpoint, reason_code, size, sealed_body FROM refused_delivery
 WHERE programme_id = %(programme_id)s AND received_at >= %(since)s AND (received_at, id) > (%(after_at)s, %(after_id)s)
   AND (%(endpoint)s = '' OR endpoint = %(endpoint)s)
 ORDER BY received_at, id LIMIT %(limit)s
"""
_NEWEST = """
SELECT received_at, reason_code FROM refused_delivery
 WHERE programme_id = %(programme_id)s AND endpoint = %(endpoint)s ORDER BY received_at DESC LIMIT 1
"""
_REMOVE = """
DELETE FROM refused_delivery WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s) RETURNING id
"""
_RETAKEN = """
INSERT INTO connection_day AS c (programme_id, connection_id, day, retaken)
SELECT connection.programme_id, fresh.connection_id, fresh.day, fresh.n
  FROM connection JOIN unnest(%(connections)s::bigint[], %(days)s::text[], %(ns)s::bigint[])
       AS fresh(connection_id, day, n) ON connection.id = fresh.connection_id
 WHERE connection.programme_id = %(programme_id)s ORDER BY fresh.connection_id, fresh.day
ON CONFLICT (programme_id, connection_id, day) DO UPDATE SET retaken = c.retaken + excluded.retaken
"""

#: Where a list begins.
START: tuple[Instant, bytes] = (0, b"")


class Refused(NamedTuple):
    """A delivery whose signature fitted no secret when it came."""

    id: bytes
    received_at: Instant
    endpoint: str
    reason: str
    size: int
    sealed_body: bytes

    @property
    def place(self) -> tuple[Instant, bytes]:
        """Where it stands in the list, to go on behind it."""
        return self.received_at, self.id


def newest(access: Access, endpoint: str) -> tuple[Instant, str] | None:
    """When the newest refused delivery of an endpoint came and why it was refused."""
    row = access.fetch_one(_NEWEST, {"endpoint": endpoint})
    return None if row is None else (row[0], row[1])


def kept(
    access: Access,
    since: Instant,
    *,
    after: tuple[Instant, bytes] = START,
    endpoint: str = "",
    limit: int = 100,
) -> list[Refused]:
    """Refused deliveries received since an instant, oldest first, behind a place of the list."""
    values = {"since": since, "after_at": after[0], "after_id": after[1], "endpoint": endpoint, "limit": limit}
    rows = access.fetch(_KEPT, values)
    return [Refused(bytes(row[0]), row[1], row[2], row[3], row[4], bytes(row[5])) for row in rows]


def remove(access: Access, ids: Sequence[bytes]) -> set[bytes]:
    """Take deliveries out of the quarantine; returns those that were still in it."""
    return {bytes(row[0]) for row in access.fetch(_REMOVE, {"ids": list(ids)})}


def count_retaken(access: Access, days: Mapping[tuple[int, str], int]) -> None:
    """Add to what connections brought per day: refused then, taken later."""
    if days:
        connections, names = zip(*days, strict=True)
        columns: dict[str, Any] = {"connections": list(connections), "days": list(names), "ns": list(days.values())}
        access.execute(_RETAKEN, columns)
