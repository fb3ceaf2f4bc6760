"""Receipts as the database knows them: sealed, under random ids, beside the books of an account."""

from collections.abc import Sequence
from uuid import UUID

from fanshare.store.access import Connection

# The lock makes an erasure at the same moment come wholly before or wholly after.
_PUT = """
INSERT INTO workbench_paper (account, paper_id, sealed)
SELECT account, %(paper)s, %(sealed)s FROM workbench WHERE account = %(account)s FOR KEY SHARE
"""


def put(conn: Connection, account: bytes, paper: UUID, sealed: bytes) -> bool:
    """Keep a receipt; whether there are books to keep it in."""
    return conn.execute(_PUT, {"account": account, "paper": paper, "sealed": sealed}).rowcount == 1


def find(conn: Connection, account: bytes, paper: UUID) -> bytes | None:
    """A receipt, sealed."""
    row = conn.execute(
        "SELECT sealed FROM workbench_paper WHERE account = %s AND paper_id = %s", [account, paper]
    ).fetchone()
    return None if row is None else bytes(row[0])


def ids(conn: Connection, account: bytes) -> Sequence[UUID]:
    """The ids of all receipts of an account."""
    found = conn.execute("SELECT paper_id FROM workbench_paper WHERE account = %s ORDER BY paper_id", [account])
    return [row[0] for row in found]


def drop(conn: Connection, account: bytes, papers: Sequence[UUID]) -> None:
    """Remove receipts; doing it again changes nothing."""
    conn.execute("DELETE FROM workbench_paper WHERE account = %s AND paper_id = ANY(%s)", [account, list(papers)])
