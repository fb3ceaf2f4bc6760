"""Creators' own books as the database knows them: wrapped keys, and sealed rows under random ids."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from fanshare.core.instants import Instant
from fanshare.store.access import Connection

_FIND = """
SELECT salt, memory, passes, lanes, by_passphrase, by_recovery, turn, made_at FROM workbench WHERE account = %s
"""
_ADD = """
INSERT INTO workbench (account, salt, memory, passes, lanes, by_passphrase, by_recovery, made_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_TRY = """
UPDATE workbench
   SET tries = CASE WHEN %(now)s - tries_since_at BETWEEN 0 AND %(within)s - 1 THEN tries + 1 ELSE 1 END,
       tries_since_at = CASE WHEN %(now)s - tries_since_at BETWEEN 0 AND %(within)s - 1
                             THEN tries_since_at ELSE %(now)s END
 WHERE account = %(account)s RETURNING tries
"""
_KEEP = """
UPDATE workbench SET salt = %s, memory = %s, passes = %s, lanes = %s, by_passphrase = %s, by_recovery = %s,
       turn = turn + 1, tries = 0
 WHERE account = %s RETURNING turn
"""
# The lock makes an erasure at the same moment come wholly before or wholly after.
_PUT = """
INSERT INTO workbench_row (account, row_id, sealed)
SELECT account, %(row)s, %(sealed)s FROM workbench WHERE account = %(account)s FOR KEY SHARE
ON CONFLICT (account, row_id) DO UPDATE SET sealed = excluded.sealed
"""
_PUT_ONCE = """
INSERT INTO workbench_row (account, row_id, sealed)
SELECT account, %(row)s, %(sealed)s FROM workbench WHERE account = %(account)s FOR KEY SHARE
ON CONFLICT (account, row_id) DO NOTHING
"""


class Lock(NamedTuple):
    """What opens the books: salt and cost of Argon2id, and the key wrapped in two ways."""

    salt: bytes
    memory: int
    passes: int
    lanes: int
    by_passphrase: bytes
    by_recovery: bytes


class Kept(NamedTuple):
    """One creator's books: their lock, how often they were locked everywhere, since when they are."""

    lock: Lock
    turn: int
    made_at: Instant


def find(conn: Connection, account: bytes) -> Kept | None:
    """The books of an account."""
    row = conn.execute(_FIND, [account]).fetchone()
    if row is None:
        return None
    salt, memory, passes, lanes, one, other, turn, made_at = row
    return Kept(Lock(bytes(salt), memory, passes, lanes, bytes(one), bytes(other)), turn, made_at)


def add(conn: Connection, account: bytes, lock: Lock, now: Instant) -> bool:
    """Make books; whether there were none."""
    return conn.execute(_ADD, [account, *lock, now]).rowcount == 1


def count_try(conn: Connection, account: bytes, now: Instant, within: int) -> int:
    """Count an attempt to open the books; how many there were lately, with this one. 0 where there are no books."""
    row = conn.execute(_TRY, {"account": account, "now": now, "within": within}).fetchone()
    return 0 if row is None else int(row[0])


def forget_tries(conn: Connection, account: bytes) -> None:
    """An attempt was right: the others no longer count."""
    conn.execute("UPDATE workbench SET tries = 0 WHERE account = %s", [account])


def keep(conn: Connection, account: bytes, lock: Lock) -> int:
    """Put another lock on the books, and lock them everywhere; the turn from now on."""
    row = conn.execute(_KEEP, [*lock, account]).fetchone()
    return 0 if row is None else int(row[0])


def turn(conn: Connection, account: bytes) -> None:
    """Lock the books everywhere."""
    conn.execute("UPDATE workbench SET turn = turn + 1 WHERE account = %s", [account])


def erase(conn: Connection, account: bytes) -> bool:
    """Remove the books with all that stands in them; whether there were any."""
    with conn.transaction():
        found = conn.execute("DELETE FROM workbench WHERE account = %s", [account]).rowcount == 1
        conn.execute("DELETE FROM workbench_passkey WHERE account = %s", [account])
        conn.execute("DELETE FROM workbench_row WHERE account = %s", [account])
        conn.execute("DELETE FROM workbench_paper WHERE account = %s", [account])
        conn.execute("DELETE FROM workbench_feed WHERE account = %s", [account])
        conn.execute("DELETE FROM workbench_due WHERE account = %s", [account])
        conn.execute("DELETE FROM workbench_mail WHERE account = %s", [account])
        conn.execute("DELETE FROM trust_page WHERE account = %s", [account])
    return found


def rows(conn: Connection, account: bytes) -> Sequence[tuple[UUID, bytes]]:
    """Everything that stands in the books, sealed, in no order that means anything."""
    found = conn.execute("SELECT row_id, sealed FROM workbench_row WHERE account = %s ORDER BY row_id", [account])
    return [(row_id, bytes(sealed)) for row_id, sealed in found]


def count(conn: Connection, account: bytes) -> int:
    """How many rows stand in the books."""
    row = conn.execute("SELECT count(*) FROM workbench_row WHERE account = %s", [account]).fetchone()
    return 0 if row is None else int(row[0])


def put(conn: Connection, account: bytes, row_id: UUID, sealed: bytes) -> bool:
    """Write a row, or write it anew; whether there are books to write into."""
    return conn.execute(_PUT, {"account": account, "row": row_id, "sealed": sealed}).rowcount == 1


def put_once(conn: Connection, account: bytes, row_id: UUID, sealed: bytes) -> bool:
    """Write a row where none is; whether it was written. Who does it at the same moment waits for the other."""
    return conn.execute(_PUT_ONCE, {"account": account, "row": row_id, "sealed": sealed}).rowcount == 1


def hold(conn: Connection, account: bytes) -> None:
    """Keep everybody else who holds these books waiting until the end of the transaction."""
    conn.execute("SELECT 1 FROM workbench WHERE account = %s FOR NO KEY UPDATE", [account])


def stop_writing(conn: Connection, account: bytes) -> None:
    """Let whoever writes into these books finish, and everybody else wait until the end of the transaction."""
    conn.execute("SELECT 1 FROM workbench WHERE account = %s FOR UPDATE", [account])


def drop(conn: Connection, account: bytes, row_id: UUID) -> None:
    """Remove a row; doing it again changes nothing."""
    conn.execute("DELETE FROM workbench_row WHERE account = %s AND row_id = %s", [account, row_id])


def add_seat(conn: Connection, account: bytes, now: Instant) -> bool:
    """Let an account have a workbench without a programme; whether it did not already."""
    statement = "INSERT INTO workbench_seat (account, made_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    return conn.execute(statement, [account, now]).rowcount == 1


def seat(conn: Connection, account: bytes) -> int | None:
    """The seat of an account, if it has one."""
    row = conn.execute("SELECT id FROM workbench_seat WHERE account = %s", [account]).fetchone()
    return None if row is None else int(row[0])


def seats(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Those of these seats that there are."""
    found = conn.execute("SELECT id FROM workbench_seat WHERE id = ANY(%s::bigint[]) ORDER BY id", [list(ids)])
    return [int(row[0]) for row in found]


def drop_seat(conn: Connection, account: bytes) -> bool:
    """No seat any more; whether there was one."""
    return conn.execute("DELETE FROM workbench_seat WHERE account = %s", [account]).rowcount == 1
