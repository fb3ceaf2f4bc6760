"""Writes down for every day how long a connection was off, so that the log's leaf of the day says it."""

from collections import defaultdict

from fanshare.core.instants import DAY, Instant, utc_day
from fanshare.core.off_time import Switched, off_seconds
from fanshare.store.access import Access

#: Days before that are in the log and stand.
_LOOK_BACK = 40 * DAY

_HISTORY = """
SELECT connection_id, from_at, state = 'on' FROM connection_state
 WHERE programme_id = %(programme_id)s ORDER BY connection_id, from_at
"""
_NOTE = """
INSERT INTO connection_day AS c (programme_id, connection_id, day, off_seconds)
SELECT connection.programme_id, fresh.connection_id, fresh.day, fresh.seconds
  FROM connection JOIN unnest(%(connections)s::bigint[], %(days)s::text[], %(seconds)s::bigint[])
       AS fresh(connection_id, day, seconds) ON connection.id = fresh.connection_id
 WHERE connection.programme_id = %(programme_id)s ORDER BY fresh.connection_id, fresh.day
ON CONFLICT (programme_id, connection_id, day) DO UPDATE SET off_seconds = excluded.off_seconds, leaf_index = NULL
 WHERE c.off_seconds <> excluded.off_seconds
"""


def histories(access: Access) -> dict[int, list[Switched]]:
    """When each connection was switched off and on; those that never were are left out."""
    found: dict[int, list[Switched]] = defaultdict(list)
    for connection, at, on in access.fetch(_HISTORY):
        found[connection].append(Switched(at, on))
    return found


def note_off_time(access: Access, now: Instant) -> None:
    """Write down the days that are over. Running it again changes nothing."""
    today, oldest = utc_day(now), utc_day(max(0, now - _LOOK_BACK))
    rows = [
        (connection, day, seconds)
        for connection, history in histories(access).items()
        for day, seconds in off_seconds(history, now).items()
        if oldest <= day < today
    ]
    if rows:
        connections, days, seconds = (list(column) for column in zip(*rows, strict=True))
        access.execute(_NOTE, {"connections": connections, "days": days, "seconds": seconds})
