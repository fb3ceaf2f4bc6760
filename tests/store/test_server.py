"""The embedded PostgreSQL, with real processes that really get killed."""

from collections.abc import Callable

import psycopg

from fanshare.store.server import Database, verify_settings


def test_a_fresh_database_is_ready_safe_and_owned_by_the_migrating_role(
    fresh_database: Callable[..., Database],
) -> None:
    database = fresh_database()
    with psycopg.connect(database.dsn()) as conn:
        verify_settings(conn)
        assert conn.execute("SELECT current_user, current_database()").fetchone() == ("fanshare_app", database.name)
    with psycopg.connect(database.dsn(owner=True)) as conn:
        conn.execute("CREATE TABLE t (id bigint)")


def test_a_database_can_be_copied(fresh_database: Callable[..., Database]) -> None:
    template = fresh_database()
    with psycopg.connect(template.dsn(owner=True)) as conn:
        conn.execute("CREATE TABLE t AS SELECT 7 AS seven")
    with psycopg.connect(fresh_database(template).dsn(owner=True)) as conn:
        assert conn.execute("SELECT seven FROM t").fetchone() == (7,)
