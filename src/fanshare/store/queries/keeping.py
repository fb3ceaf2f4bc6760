"""What is kept and for how long: the size of the database by day, and the oldest of everything that has to go."""

from typing import NamedTuple

from fanshare.core.disk_forecast import Measured
from fanshare.core.instants import Instant, parse_rfc3339, utc_day
from fanshare.store.access import Connection

_SIZE = "SELECT pg_database_size(current_database())"
_NOTE = """
INSERT INTO disk_day (day, at, database_bytes, free_bytes, total_bytes) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (day) DO UPDATE
   SET at = excluded.at, database_bytes = excluded.database_bytes, free_bytes = excluded.free_bytes,
       total_bytes = excluded.total_bytes
"""
_DAYS = "SELECT at, database_bytes, free_bytes, total_bytes FROM disk_day WHERE at BETWEEN %s AND %s ORDER BY at"
_OLDEST = """
SELECT (SELECT min(day) FROM day_key),
       (SELECT min(received_at) FROM refused_delivery),
       (SELECT min(done_at) FROM outbox WHERE state <> 'due'),
       (SELECT min(expires_at) FROM sign_in_link)
"""


class Oldest(NamedTuple):
    """Since when the oldest of each is kept that has to go; ``None`` where there is none."""

    raw: Instant | None
    refused: Instant | None
    mail: Instant | None
    links: Instant | None


def size(conn: Connection) -> int:
    """The bytes of this database on the disk of its server."""
    row = conn.execute(_SIZE).fetchone()
    return int(row[0]) if row else 0


def note(conn: Connection, found: Measured) -> None:
    """Write down what was found; the last look of a day counts."""
    conn.execute(_NOTE, [utc_day(found.at), found.at, found.database, found.free, found.total])


def measured(conn: Connection, since: Instant, until: Instant) -> list[Measured]:
    """The looks between two instants, oldest first."""
    return [Measured(*row) for row in conn.execute(_DAYS, [since, until])]


def forget_before(conn: Connection, before: Instant) -> None:
    """Drop looks of long ago."""
    conn.execute("DELETE FROM disk_day WHERE at < %s", [before])


def oldest(conn: Connection) -> Oldest:
    """Since when the oldest of everything is kept that has to go some day."""
    row = conn.execute(_OLDEST).fetchone()
    assert row is not None
    day = None if row[0] is None else parse_rfc3339(f"{row[0]}T00:00:00Z")
    return Oldest(day, row[1], row[2], row[3])
