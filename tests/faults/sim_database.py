"""A real connection that breaks on request, and one database that begins every story anew."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import errors

from fanshare.store.access import Connection, connect
from fanshare.store.server import Database
from tests.faults.sim_loop import Crash

#: What PostgreSQL may do to a statement, and what it raises.
_REFUSALS = (errors.DeadlockDetected, errors.SerializationFailure)


class SimConnection(psycopg.Connection[Any]):
    """``fail_at`` counts the places: before each statement, before and after each commit. ``how`` is what happens."""

    fail_at: int | None = None
    how = ""
    places = 0
    passed: Counter[str]
    meanwhile: Callable[[], None] = staticmethod(lambda: None)
    _depth = 0

    def plan(self, dice: random.Random, how: str, within: int) -> None:
        """Break once, at one of the next places."""
        self.places, self.fail_at, self.how = 0, dice.randint(1, within), how

    def spare(self) -> None:
        """Break no more."""
        self.fail_at = None

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        self._place("before a statement", may_refuse=True)
        done = super().execute(query, params, **more)
        if not self._depth:
            self._place("after a statement of its own")
        return done

    @contextmanager
    def transaction(self, *args: Any, **more: Any) -> Iterator[psycopg.Transaction]:
        self._depth += 1
        try:
            with super().transaction(*args, **more) as opened:
                yield opened
                if self._depth == 1:
                    self._place("before commit", may_refuse=True)
        finally:
            self._depth -= 1
        if not self._depth:
            self._place("after commit")

    def _place(self, name: str, *, may_refuse: bool = False) -> None:
        self.places += 1
        self.meanwhile()
        if self.places != self.fail_at:
            return
        self.fail_at = None
        self.passed[f"database, {self.how}: {name}"] += 1
        if self.how == "refusal" and may_refuse:
            raise _REFUSALS[self.places % 2]("injected")
        if self.how == "cut":
            self.close()
            raise errors.OperationalError("injected: the server closed the connection")
        if self.how == "crash":
            raise Crash(name)


def open_breakable(database: Database) -> SimConnection:
    """A connection opened as all of fanshare opens them."""
    with patch.object(psycopg, "connect", SimConnection.connect):
        made: Any = connect(database.dsn())
    assert isinstance(made, SimConnection)
    # In tables this small planning costs more than running: plan each statement once.
    made.prepare_threshold = 0
    psycopg.Connection.execute(made, "SET plan_cache_mode = force_generic_plan")
    return made


_KEEP = """
CREATE SCHEMA kept;
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    -- The same refusal, but for the superuser who takes a story back that is over.
    IF current_setting('fanshare.reset', true) = 'yes' AND session_user = 'fanshare_admin' THEN RETURN NULL; END IF;
    RAISE EXCEPTION 'rows of % are never changed or removed; write a new row instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
DO $$ DECLARE one record; filled bool; BEGIN
    FOR one IN SELECT c.relname FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                  AND NOT c.relispartition AND c.relname NOT LIKE 'django%' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one.relname) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', one.relname, one.relname); END IF;
    END LOOP;
END $$;
"""
_TABLES = """
SELECT c.relname, k.relname IS NOT NULL FROM pg_class c
  LEFT JOIN pg_class k ON k.relname = c.relname AND k.relnamespace = 'kept'::regnamespace
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition AND c.relname NOT LIKE 'django%'
"""


class Rewind:
    """Takes the database back to where it stood when this was made."""

    def __init__(self, database: Database) -> None:
        assert database.server is not None
        self._conn: Connection = psycopg.connect(database.server.dsn("admin", database.name), autocommit=True)
        self._conn.execute(_KEEP.encode())
        self._conn.execute("SET session_replication_role = replica")
        self._conn.execute("SET fanshare.reset = 'yes'")
        steps = []
        for table, kept in self._conn.execute(_TABLES):
            steps.append(f"DELETE FROM public.{table};")
            if kept:
                steps.append(f"INSERT INTO public.{table} OVERRIDING SYSTEM VALUE SELECT * FROM kept.{table};")
        body = " ".join(steps)
        self._conn.execute(f"CREATE PROCEDURE kept.rewind() LANGUAGE plpgsql AS $$ BEGIN {body} END $$".encode())
        self._since_vacuum = 0

    def __call__(self) -> None:
        self._conn.execute("CALL kept.rewind()")
        self._since_vacuum += 1
        if self._since_vacuum >= 100:
            self._conn.execute("VACUUM")
            self._since_vacuum = 0

    def close(self) -> None:
        """Let go of the database."""
        self._conn.close()
