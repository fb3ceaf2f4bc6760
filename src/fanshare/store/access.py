"""The only door to the data of a programme.

An ``Access`` belongs to one programme. It binds ``%(programme_id)s`` itself and refuses a statement that names more
tenant tables than it ties to the programme, so that a forgotten condition is an error on its first run and not a leak.
Behind it stand the composite keys of the schema: a row of one programme can't point to a row of another.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache, partial
from typing import Any, LiteralString

import psycopg
from psycopg import errors

from fanshare.core.errors import FanshareError
from fanshare.store import arrays
from fanshare.store.ahead import Ahead
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

    __slots__ = ("_ahead", "actor", "conn", "programme_id")

    def __init__(self, conn: Connection, programme_id: int, actor: str) -> None:
        if type(programme_id) is not int or programme_id < 1:
            raise AccessError("An access belongs to one programme.")
        self.conn = conn
        self.programme_id = programme_id
        self.actor = actor
        self._ahead: Ahead | None = None

    def execute(self, statement: LiteralString, params: Mapping[str, Any] | None = None) -> psycopg.Cursor[Row]:
        """Run one statement; parameters are named, ``%(programme_id)s`` is bound here. Raises ``AccessError``."""
        bound = self._bound(statement, params)
        self._catch_up()
        return self.conn.execute(statement, bound)

    def later(
        self,
        statement: LiteralString,
        params: Mapping[str, Any] | None = None,
        *,
        within: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> "Future[list[Row]]":
        """Run one statement ahead of the program (see ``ahead``), or now where nothing is; its rows, once it has run.

        ``within`` is entered around it, to say in plain words why the database refused it. Raises ``AccessError``.
        """
        bound = self._bound(statement, params)
        if self._ahead is None:
            done = Future[list[Row]]()
            done.set_result(self._rows(statement, bound, within))
            return done
        for name, value in bound.items():
            if type(value) is list:  # here, not while PostgreSQL waits for it
                bound[name] = self.written(value)
        return self._ahead.give(partial(self._rows, statement, bound, within))

    def _bound(self, statement: LiteralString, params: Mapping[str, Any] | None) -> dict[str, Any]:
        check_statement(statement)
        if params and "programme_id" in params:
            raise AccessError("The programme of a statement is bound by its access alone.")
        return {**(params or {}), "programme_id": self.programme_id}

    def _rows(
        self, statement: LiteralString, bound: Mapping[str, Any], within: Callable[[], AbstractContextManager[None]]
    ) -> list[Row]:
        with within():
            cursor = self.conn.execute(statement, bound)
            return [] if cursor.description is None else cursor.fetchall()

    def written(self, values: list[Any]) -> arrays.Written | None:
        """A list as it will be sent: for statements under a lock for which others wait. Raises as they would."""
        return arrays.written(values, self.conn)

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Inside, in a transaction, ``later`` returns at once, and PostgreSQL works while the program goes on.

        The order stays: every other statement waits for those before it. What the database refuses is raised there or
        at the end, and breaks off the whole block: nobody may catch it inside and go on. So savepoints are left out.
        """
        if self._ahead is not None:
            yield
            return
        if self.conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            raise AccessError("Only inside a transaction can statements run ahead.")
        with Ahead() as self._ahead:
            try:
                yield
                self._catch_up()
            finally:
                self._ahead = None

    def _catch_up(self) -> None:
        if self._ahead is not None:
            self._ahead.wait()

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
        self._catch_up()
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
        if self._ahead is not None:  # all of its block or nothing
            yield
            return
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
