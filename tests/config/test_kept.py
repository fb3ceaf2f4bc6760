"""Connections that are kept: in one hand at a time, never in a transaction, never dead."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from fanshare.config.kept import KeptConnections
from fanshare.store.access import Connection, connect
from fanshare.store.server import Database
from tests.support.schema import schema_template, shared_database

__all__ = ["schema_template", "shared_database"]


@pytest.fixture
def opened() -> list[int]:
    """The server processes of all connections that were made, in their order."""
    return []


@pytest.fixture
def kept(shared_database: Database, opened: list[int]) -> Iterator[KeptConnections]:
    def reach() -> Connection:
        conn = connect(shared_database.dsn())
        opened.append(conn.info.backend_pid)
        return conn

    made = KeptConnections(reach, most_idle=2)
    yield made
    made.close()


def test_one_connection_serves_one_request_after_the_other(kept: KeptConnections, opened: list[int]) -> None:
    for _ in range(3):
        with kept.lent() as conn:
            assert conn.info.backend_pid == opened[0]
    assert len(opened) == 1


def test_nobody_has_a_connection_that_another_one_has(kept: KeptConnections, opened: list[int]) -> None:
    with kept.lent() as first, kept.lent() as second:
        assert first is not second
    seen: list[int] = []
    inside = threading.Barrier(2)

    def ask() -> None:
        with kept.lent() as conn:
            inside.wait(10)
            seen.append(conn.info.backend_pid)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(opened)


def test_what_was_left_in_a_transaction_or_broke_is_not_kept(kept: KeptConnections, opened: list[int]) -> None:
    with kept.lent() as conn:
        conn.execute("BEGIN")
    assert conn.closed
    with pytest.raises(psycopg.errors.DivisionByZero), kept.lent() as conn, conn.transaction():
        conn.execute("SELECT 1 / 0")
    with kept.lent() as again:
        assert again is conn
        again.close()
    with kept.lent() as fresh:
        assert fresh.execute("SELECT 1").fetchone() == (1,)
    assert len(opened) == 3


def test_one_that_the_server_ended_meanwhile_is_given_to_nobody(
    kept: KeptConnections, opened: list[int], shared_database: Database
) -> None:
    assert kept.mine() is kept.mine()
    with kept.lent():
        pass
    with connect(shared_database.dsn()) as another:
        for pid in opened:
            another.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    with kept.lent() as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
    with kept.mine() as mine:
        assert mine.execute("SELECT 1").fetchone() == (1,)
    assert len(opened) == 4


def test_what_comes_back_beyond_the_most_is_closed(kept: KeptConnections) -> None:
    with kept.lent() as first, kept.lent() as second, kept.lent() as third:
        pass
    assert [conn.closed for conn in (first, second, third)] == [True, False, False]


def test_a_database_that_is_away_is_told_by_whoever_asks(opened: list[int]) -> None:
    def away() -> Connection:
        raise psycopg.OperationalError("gone")

    with pytest.raises(psycopg.OperationalError, match="gone"), KeptConnections(away).lent():
        raise AssertionError("there is none")
