"""Calendars under secret addresses as the database knows them: sealed, under a hash of the address."""

from fanshare.store.access import Connection

# The lock makes an erasure at the same moment come wholly before or wholly after.
_PUT = """
INSERT INTO workbench_feed (account, address, sealed)
SELECT account, %(address)s, %(sealed)s FROM workbench WHERE account = %(account)s FOR KEY SHARE
ON CONFLICT (account) DO UPDATE SET address = excluded.address, sealed = excluded.sealed
"""


def put(conn: Connection, account: bytes, address: bytes, sealed: bytes) -> None:
    """Keep the calendar of an account, in the place of the one before."""
    conn.execute(_PUT, {"account": account, "address": address, "sealed": sealed})


def find(conn: Connection, address: bytes) -> bytes | None:
    """The calendar of an address, sealed."""
    row = conn.execute("SELECT sealed FROM workbench_feed WHERE address = %s", [address]).fetchone()
    return None if row is None else bytes(row[0])


def drop(conn: Connection, account: bytes) -> None:
    """No calendar any more."""
    conn.execute("DELETE FROM workbench_feed WHERE account = %s", [account])
