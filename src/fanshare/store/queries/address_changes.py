"""Changes of the address of an account, as those see them who must not wait for the flow: who erases, and who asks."""

from fanshare.core.instants import HOUR, Instant
from fanshare.store.access import Connection

#: How long the old mailbox can take a change back.
UNDO_FOR = 72 * HOUR


def changed_since(conn: Connection, account: bytes, since: Instant) -> bool:
    """Whether an account got its address after an instant, and may lose it again."""
    statement = "SELECT FROM address_change WHERE fresh_account = %s AND done_at > %s LIMIT 1"
    return conn.execute(statement, [account, since]).fetchone() is not None


def forget(conn: Connection, account: bytes) -> None:
    """Drop the changes from and to an account: somebody behind it was erased."""
    conn.execute("DELETE FROM address_change WHERE account = %s OR fresh_account = %s", [account, account])
