"""The only door to the data of a programme.

An ``Access`` belongs to one programme. It binds ``%(programme_id)s`` itself and refuses a statement that names more
tenant tables than it ties to the programme, so that a forgotten condition is an error on its first run and not a leak.
Behind it stand the composite keys of the schema: a row of one programme can't point to a row of another.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, LiteralString

import psycopg
from psycopg import errors

from fanshare.core.errors import FanshareError
from fanshare.store import arrays
from fanshare.store.tables import TENANT

type Connection = psycopg.Connection[tuple[Any, ...]]
type Row = tuple[Any, ...]

PARAMETER = "%(programme_id)s"
_TABLE = re.compile(r"\b(?<!distinct )(?:from|join|into|update|using)\s+(?:only\s+)?\"?([a-z_]+)\b", re.IGNORECASE)
_TIE = re.compile(r"\bprogramme_id\b", re.IGNORECASE)
_TIES_TWO = re.compile(r"\busing\s*\(\s*programme_id\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)

#: What retrying cures: the same work, begun again, meets another order of events.
RETRYABLE = (errors.SerializationFailure, errors.DeadlockDetected)
_ATTEMPTS = 6
#: How many statements a connection keeps prepared. A worker goes round through about two hundred; the driver's own
#: hundred would drop each of them just before it comes again, and plan all of them anew.
PREPARED = 1_000


class AccessError(FanshareError):
    """A statement that could reach beyond its programme. A fault of the program, never of a visitor."""

    def __init__(self, message: str) -> None:
        super().__init__("outside_programme", message, 500)


def connect(dsn: str, *, name: str = "fanshare") -> Connection:
    """A connection as all of fanshare uses it: READ COMMITTED, commits wait for the disk, times in UTC.

    Autocommit: transactions are opened where they are meant, with ``conn.transaction()`` or ``Access.transaction()``.
    """
    conn = psycopg.connect(
        dsn,
        autocommit=True,
        application_name=name,
        options="-c default_transaction_isolation=read\\ committed -c synchronous_commit=on -c timezone=UTC",
    )
    arrays.register(conn)
    conn.prepared_max = PREPARED
    return conn


def do_not_wait_for_ever(conn: Connection, *, lock_wait: str = "10s", idle: str = "5min") -> None:
    """Let a connection of several that share work give up a lock that it does not get, and its own when it is frozen.

    A worker that is stopped between two statements holds what it has locked. The others get ``LockNotAvailable`` there
    and do something else; after ``idle`` the server ends the session of the one that does not go on.
    """
    conn.execute("SELECT set_config('lock_timeout', %s, false)", [lock_wait])
    conn.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, false)", [idle])


def wait_for_the_disk(conn: Connection) -> None:
    """Let the transaction that has just begun be durable when it is committed, whatever its session was set to."""
    conn.execute("SET LOCAL synchronous_commit = on")


class Access:
    """All statements about one programme, on one connection, for one actor.

    ``actor`` says who acts (``job:settle``, ``user:17``, ``cli``), for what is written down about decisions.
    """

    __slots__ = ("actor", "conn", "programme_id")

    def __init__(self, conn: Connection, programme_id: int, actor: str) -> None:
        if type(programme_id) is not int or programme_id < 1:
            raise AccessError("An access belongs to one programme.")
        self.conn = conn
        self.programme_id = programme_id
        self.actor = actor

    def execute(self, statement: LiteralString, params: Mapping[str, Any] | None = None) -> psycopg.Cursor[Row]:
        """Run one statement; parameters are named, ``%(programme_id)s`` is bound here. Raises ``AccessError``."""
        check_statement(statement)
        if params and "programme_id" in params:
            raise AccessError("The programme of a statement is bound by its access alone.")
        return self.conn.execute(statement, {**(params or {}), "programme_id": self.programme_id})

    def fetch(self, statement: LiteralString, params: Mapping[str, Any] | None = None) -> list[Row]:
        """All rows."""
        return self.execute(statement, params).fetchall()

    def fetch_one(self, statement: LiteralString, params: Mapping[str, Any] | None = None) -> Row | None:
        """The first row, or ``None``."""
        return self.execute(statement, params).fetchone()

    def value(self, statement: LiteralString, params: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or ``None``."""
        row = self.fetch_one(statement, params)
        return None if row is None else row[0]

    def execute_many(self, statement: LiteralString, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for every row of parameters, without results."""
        check_statement(statement)
        with self.conn.cursor() as cursor:
            cursor.executemany(statement, [{**row, "programme_id": self.programme_id} for row in rows])

    @contextmanager
    def joined(self) -> Iterator[None]:
        """All or nothing with the transaction that is under way, without a savepoint; else a transaction of its own.

        For what its callers never catch a database error of: that spoils the whole transaction.
        """
        if self.conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            with self.transaction():
                yield
        else:
            yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when it returns. Inside another transaction it is a savepoint of that one."""
        within = self.conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        with self.conn.transaction():
            if not within:  # else it would be said again for every savepoint
                wait_for_the_disk(self.conn)
            yield


@lru_cache(maxsize=4096)
def check_statement(statement: str) -> None:
    """Refuse a statement that names tenant tables without tying each of them to the programme.

    The rule is counted, not parsed: a statement mentions ``programme_id`` at least once for every tenant table it
    reads or writes (``USING (programme_id, ...)`` ties two), and binds the parameter. Raises ``AccessError``.
    """
    text = _COMMENT.sub(" ", statement)
    if PARAMETER not in text:
        raise AccessError(f"This statement does not bind its programme: {_shown(text)}")
    tables = [name for name in _TABLE.findall(text) if name.lower() in TENANT]
    ties = len(_TIE.findall(text.replace(PARAMETER, ""))) + len(_TIES_TWO.findall(text))
    if ties < len(tables):
        raise AccessError(f"This statement ties {ties} of {len(tables)} tables to its programme: {_shown(text)}")


def _shown(statement: str) -> str:
    return " ".join(statement.split())[:200]


def retry[T](conn: Connection, work: Callable[[], T], *, attempts: int = _ATTEMPTS) -> T:
    """Run ``work`` in a transaction of its own, again when PostgreSQL broke it off for the sake of another.

    ``conn`` must not be inside a transaction. What is raised after the last attempt is PostgreSQL's error.
    """
    if conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise AccessError("Only a whole transaction can be tried again.")
    for attempt in range(1, attempts + 1):
        try:
            with conn.transaction():
                wait_for_the_disk(conn)
                return work()
        except RETRYABLE:
            if attempt == attempts:
                raise
            time.sleep(0.005 * 2**attempt)
    raise AssertionError("unreachable")
