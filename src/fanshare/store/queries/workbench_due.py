"""Days on which something is due in creators' own books, as far as they let the site know."""

from collections.abc import Mapping

from fanshare.store.access import Connection

# The lock makes an erasure at the same moment come wholly before or wholly after.
_PUT = """
INSERT INTO workbench_due (account, day, number)
SELECT w.account, d.day, d.number
  FROM (SELECT account FROM workbench WHERE account = %(account)s FOR KEY SHARE) w
 CROSS JOIN unnest(%(days)s::text[], %(numbers)s::int[]) AS d(day, number)
ON CONFLICT (account, day) DO UPDATE SET number = excluded.number
"""


def of(conn: Connection, account: bytes) -> dict[str, int]:
    """How many things are due, by day (``2026-11-28``)."""
    return dict(conn.execute("SELECT day, number FROM workbench_due WHERE account = %s", [account]).fetchall())


def put(conn: Connection, account: bytes, days: Mapping[str, int]) -> None:
    """Keep what is due, in the place of what was kept before."""
    with conn.transaction():
        conn.execute("DELETE FROM workbench_due WHERE account = %s", [account])
        conn.execute(_PUT, {"account": account, "days": list(days), "numbers": list(days.values())})


def count(conn: Connection, account: bytes, until: str) -> int:
    """How many things are due up to a day."""
    found = "SELECT coalesce(sum(number), 0)::bigint FROM workbench_due WHERE account = %s AND day <= %s"
    row = conn.execute(found, [account, until]).fetchone()
    return 0 if row is None else int(row[0])
