"""Who is mailed that something is due in her own books, and the last day of which she was told."""

from typing import NamedTuple

from fanshare.store.access import Connection

# The lock makes an erasure at the same moment come wholly before or wholly after.
_PUT = """
INSERT INTO workbench_mail (account, sealed, told)
SELECT account, %(sealed)s, %(told)s FROM workbench WHERE account = %(account)s FOR KEY SHARE
ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed
"""
# ``until`` is a day that has begun somewhere on earth: whose it is not yet is left for later by whoever reads this.
_DUE = """
SELECT m.account, m.sealed, m.told, d.days FROM workbench_mail m CROSS JOIN LATERAL (
       SELECT array_agg(w.day::text ORDER BY w.day) AS days FROM workbench_due w
        WHERE w.account = m.account AND w.day > m.told AND w.day <= %(until)s) d
 WHERE d.days IS NOT NULL AND m.account > %(after)s ORDER BY m.account LIMIT %(most)s
"""


class Reader(NamedTuple):
    """One of them: the account, where to, and days on which something is due that she was not told of."""

    account: bytes
    sealed: bytes
    told: str
    days: list[str]


def put(conn: Connection, account: bytes, sealed: bytes, told: str) -> None:
    """Mail somebody who keeps books; what was told stays told."""
    conn.execute(_PUT, {"account": account, "sealed": sealed, "told": told})


def of(conn: Connection, account: bytes) -> bytes | None:
    """Where and how somebody is mailed, sealed; ``None`` where she is not."""
    row = conn.execute("SELECT sealed FROM workbench_mail WHERE account = %s", [account]).fetchone()
    return None if row is None else bytes(row[0])


def drop(conn: Connection, account: bytes) -> bool:
    """Mail her no more; whether she was."""
    return conn.execute("DELETE FROM workbench_mail WHERE account = %s", [account]).rowcount == 1


def told(conn: Connection, account: bytes, day: str) -> bool:
    """She knows of everything up to a day; whether she did not already."""
    changed = conn.execute("UPDATE workbench_mail SET told = %s WHERE account = %s AND told < %s", [day, account, day])
    return changed.rowcount == 1


def due(conn: Connection, until: str, after: bytes, most: int) -> list[Reader]:
    """To whom something may have to be told, by account."""
    found = conn.execute(_DUE, {"until": until, "after": after, "most": most})
    return [Reader(bytes(row[0]), bytes(row[1]), row[2], row[3]) for row in found]
