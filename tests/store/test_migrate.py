"""Migrations run in a process of their own, as often as one likes, and say what is wrong."""

import threading
from collections.abc import Callable

import psycopg
import pytest

from fanshare.core.errors import FanshareError
from fanshare.store.django_settings import database as django_database
from fanshare.store.migrate import migrate
from fanshare.store.server import Database
from tests.support import catalogue


def test_two_processes_migrate_at_once_and_a_third_finds_nothing_to_do(
    fresh_database: Callable[..., Database],
) -> None:
    database = fresh_database()
    threads = [threading.Thread(target=migrate, args=(database.dsn(owner=True),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    migrate(database.dsn(owner=True))
    with psycopg.connect(database.dsn(owner=True), autocommit=True) as conn:
        assert [offence for check in catalogue.CHECKS for offence in check(conn)] == []
        done = conn.execute("SELECT count(*), count(DISTINCT name) FROM django_migrations").fetchone()
        assert done is not None
        assert done[0] == done[1] >= 9


def test_the_rights_go_to_the_role_that_was_named(fresh_database: Callable[..., Database]) -> None:
    database = fresh_database()
    migrate(database.dsn(owner=True), app_role=database.owner_role)
    with psycopg.connect(database.dsn(owner=True)) as conn:
        may = "SELECT has_table_privilege(%s, 'party', 'SELECT')"
        assert conn.execute(may, [database.app_role]).fetchone() == (False,)
        assert conn.execute(may, [database.owner_role]).fetchone() == (True,)


def test_what_the_database_says_is_passed_on(pg_server: object, fresh_database: Callable[..., Database]) -> None:
    database = fresh_database().named("no_such_database")
    with pytest.raises(FanshareError, match="no_such_database") as caught:
        migrate(database.dsn(owner=True))
    assert caught.value.code == "migration_failed"


def test_the_application_cannot_migrate(fresh_database: Callable[..., Database]) -> None:
    with pytest.raises(FanshareError, match="permission denied"):
        migrate(fresh_database().dsn())


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        (
            "postgresql://bea:s%20x@db.example:6000/shop?sslmode=require",
            {"NAME": "shop", "USER": "bea", "PASSWORD": "s x", "HOST": "db.example", "PORT": "6000"},
        ),
        ("host=/run/pg dbname=shop", {"NAME": "shop", "USER": "", "PASSWORD": "", "HOST": "/run/pg", "PORT": ""}),
    ],
)
def test_a_connection_string_becomes_djangos_settings(dsn: str, expected: dict[str, str]) -> None:
    entry = django_database(dsn)
    assert {name: entry[name] for name in expected} == expected
    assert entry["OPTIONS"] == ({"sslmode": "require"} if "sslmode" in dsn else {})
