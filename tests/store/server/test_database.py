"""The door: embedded, or by address."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from fanshare.core.errors import FanshareError
from fanshare.store.server import Database, Server, open_database, verify_settings
from fanshare.store.server.place import Place
from tests.support.embedded import kill_postmaster, leftovers


def test_without_an_address_the_embedded_server_is_opened_and_closed(home: Path) -> None:
    with open_database(home, {}) as database:
        assert database.embedded
        assert (database.app_role, database.owner_role) == ("fanshare_app", "fanshare_owner")
        assert database.server is not None
        kill_postmaster(database.server)
        database.ensure()
        with psycopg.connect(database.dsn()) as conn:
            verify_settings(conn)
    assert leftovers(Place(home / "pg")) == []


def test_with_an_address_nothing_is_started(empty_home: Path, pg_server: Server) -> None:
    env = {"DATABASE_URL": pg_server.dsn("app"), "DATABASE_OWNER_URL": pg_server.dsn("owner")}
    with open_database(empty_home, env) as database:
        database.ensure()
        assert not database.embedded
        assert database.name == "fanshare"
        with psycopg.connect(database.dsn()) as conn:
            verify_settings(conn)
        with psycopg.connect(database.dsn(owner=True)) as conn:
            assert conn.execute("SELECT current_user").fetchone() == ("fanshare_owner",)
    assert not empty_home.exists()


def test_a_password_is_neither_shown_nor_quoted_in_an_error(empty_home: Path) -> None:
    with open_database(empty_home, {"DATABASE_URL": "postgresql://bea:s3cret@db.example/shop"}) as database:
        assert "s3cret" not in repr(database)
        assert database.dsn(owner=True) == database.dsn()
    for url in ("postgresql://bea:s3cret@db.example:port/shop", "mysql://bea:s3cret@h/d", "postgresql://h", "s3cret"):
        with pytest.raises(FanshareError) as caught, open_database(empty_home, {"DATABASE_URL": url}):
            pass
        assert "s3cret" not in str(caught.value)
        assert caught.value.code == "database_url"


def test_a_database_of_ones_own_can_be_copied_from_a_template(fresh_database: Callable[..., Database]) -> None:
    template = fresh_database()
    with psycopg.connect(template.dsn(owner=True)) as conn:
        conn.execute("CREATE TABLE t AS SELECT 7 AS seven")
    with psycopg.connect(fresh_database(template).dsn(owner=True)) as conn:
        assert conn.execute("SELECT seven FROM t").fetchone() == (7,)
