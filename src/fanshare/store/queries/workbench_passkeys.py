"""Passkeys that open creators' own books, as the database knows them: the key of the books, wrapped for each."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Connection

# Only a passkey of the books' own account opens them. The locks make removing it at the same moment come wholly before
# or wholly after.
_PUT = """
INSERT INTO workbench_passkey (credential, account, salt, wrapped, made_at)
SELECT p.credential, w.account, %(salt)s, %(wrapped)s, %(now)s FROM workbench w JOIN passkey p USING (account)
 WHERE w.account = %(account)s AND p.credential = %(credential)s AND p.stopped_at IS NULL FOR KEY SHARE
ON CONFLICT (credential) DO UPDATE SET salt = excluded.salt, wrapped = excluded.wrapped, made_at = excluded.made_at
"""
_FIND = """
SELECT k.salt, k.wrapped FROM workbench_passkey k JOIN passkey p USING (credential, account)
 WHERE k.account = %s AND k.credential = %s AND p.stopped_at IS NULL
"""
_KNOWN = """
SELECT p.attested FROM passkey p LEFT JOIN workbench_passkey k USING (credential)
 WHERE p.account = %s AND p.stopped_at IS NULL AND (k.credential IS NOT NULL) = %s ORDER BY p.made_at, p.credential
"""
_DROP = """
WITH gone AS (DELETE FROM workbench_passkey WHERE account = %s AND encode(credential, 'hex') = %s RETURNING account)
UPDATE workbench SET turn = turn + 1 WHERE account IN (SELECT account FROM gone) RETURNING turn
"""


class Wrap(NamedTuple):
    """The key of books as one passkey opens it: the salt that its wrapping key is made with (32 bytes), and the key."""

    salt: bytes
    wrapped: bytes


def salt_of(conn: Connection, account: bytes) -> bytes:
    """What a passkey's device is asked about (32 bytes): these books' own, and their name; empty without books."""
    row = conn.execute("SELECT passkey_salt FROM workbench WHERE account = %s", [account]).fetchone()
    return b"" if row is None else bytes(row[0])


def put(conn: Connection, account: bytes, credential: bytes, wrap: Wrap, now: Instant) -> bool:
    """Let a passkey of the account open its books; whether there are such a passkey, not stopped, and books."""
    values = {"account": account, "credential": credential, "now": now, **wrap._asdict()}
    return conn.execute(_PUT, values).rowcount == 1


def find(conn: Connection, account: bytes, credential: bytes) -> Wrap | None:
    """How a passkey of the account opens its books, if it does."""
    row = conn.execute(_FIND, [account, credential]).fetchone()
    return None if row is None else Wrap(bytes(row[0]), bytes(row[1]))


def known(conn: Connection, account: bytes, *, opening: bool) -> list[bytes]:
    """The account's passkeys (attested credential data) that open its books, or those that do not; none stopped."""
    return [bytes(row[0]) for row in conn.execute(_KNOWN, [account, opening]).fetchall()]


def drop(conn: Connection, account: bytes, id_: str) -> int | None:
    """Have a passkey (its hash in hex) open the books no longer, and lock them everywhere.

    The turn from now on; ``None`` where it did not open them.
    """
    row = conn.execute(_DROP, [account, id_]).fetchone()
    return None if row is None else int(row[0])


def wraps(conn: Connection, account: bytes) -> Sequence[tuple[bytes, bytes]]:
    """Every passkey of these books, and the key of the books as it is wrapped for it."""
    found = conn.execute("SELECT credential, wrapped FROM workbench_passkey WHERE account = %s", [account]).fetchall()
    return [(bytes(credential), bytes(wrapped)) for credential, wrapped in found]


def keep(conn: Connection, credential: bytes, wrapped: bytes) -> None:
    """The same key, sealed anew."""
    conn.execute("UPDATE workbench_passkey SET wrapped = %s WHERE credential = %s", [wrapped, credential])
