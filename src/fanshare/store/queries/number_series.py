"""Which books took which beginning of numbers for which issuer, in the whole installation."""

from collections.abc import Collection

from fanshare.core.instants import Instant
from fanshare.store.access import Connection

_TAKE = """
INSERT INTO number_series (issuer, prefix, programme_id, kind, taken_at)
SELECT issuer, %(prefix)s, %(programme)s, %(kind)s, %(now)s FROM unnest(%(issuers)s::bytea[]) AS one (issuer)
 ORDER BY issuer
ON CONFLICT (issuer, prefix) DO NOTHING
"""
_TAKEN = """
SELECT EXISTS (SELECT FROM number_series
                WHERE issuer = ANY(%(issuers)s::bytea[]) AND prefix = %(prefix)s
                  AND (programme_id, kind) <> (%(programme)s, %(kind)s))
"""


def take(conn: Connection, issuers: Collection[bytes], prefix: str, programme: int, kind: str, now: Instant) -> None:
    """Note that these books begin the issuer's numbers so, where no others do. Waits for others who do the same."""
    values = {"issuers": [*issuers], "prefix": prefix, "programme": programme, "kind": kind, "now": now}
    conn.execute(_TAKE, values)


def taken(conn: Connection, issuers: Collection[bytes], prefix: str, programme: int, kind: str) -> bool:
    """Whether other books begin the numbers of this issuer so."""
    values = {"issuers": [*issuers], "prefix": prefix, "programme": programme, "kind": kind}
    row = conn.execute(_TAKEN, values).fetchone()
    return bool(row and row[0])
