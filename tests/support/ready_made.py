"""Databases that are filled once in a test run and then copied, which takes a fraction of what filling them takes.

Whoever comes first makes one, whichever worker that is; the others wait for it. What the maker has to tell whoever gets
a copy (ids, files beside the database) is kept as bytes in the server's own database.
"""

from collections.abc import Callable

import psycopg
from psycopg import sql

from fanshare.store.server import Database, Server
from tests.support.postgres import create_database, drop_database

_LOCK = 7_103_558_124


def ready_made(server: Server, name: str, fill: Callable[[Database], bytes], template: str | None = None) -> bytes:
    """See that the template ``name`` is there; what ``fill`` told about it when it was made, of ``template``.

    ``fill`` leaves no connection to the database behind, for a template that somebody uses can't be copied.
    """
    with psycopg.connect(server.dsn("admin", "postgres"), autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        conn.execute("CREATE TABLE IF NOT EXISTS ready_made (name text PRIMARY KEY, told bytea NOT NULL)")
        if (found := conn.execute("SELECT told FROM ready_made WHERE name = %s", [name]).fetchone()) is not None:
            return bytes(found[0])
        draft = create_database(server, template)
        try:
            told = fill(draft)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            conn.execute(rename.format(sql.Identifier(draft.name), sql.Identifier(name)))
        except BaseException:
            drop_database(server, draft)
            raise
        conn.execute("INSERT INTO ready_made VALUES (%s, %s)", [name, told])
        return told
