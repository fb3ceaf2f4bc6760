"""Who may connect, and as what."""

import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fanshare.store.server import Server
from tests.support.embedded import ROLES, STRAY, as_root, ask, postmaster, wait_until
from tests.support.pg_holder import Holder


def test_the_server_listens_on_nothing_but_a_socket_in_a_closed_directory(home: Path) -> None:
    with Server(home) as server:
        connections = postmaster(server).net_connections(kind="inet")
        assert connections == []
        assert server.place.run.stat().st_mode & 0o777 == 0o700
        assert server.place.data.stat().st_mode & 0o777 == 0o700
        assert server.place.socket.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def stray(home: Path) -> Iterator[Holder]:
    with Holder(home, STRAY) as holder:
        with pytest.raises(RuntimeError):
            holder.ask("connect", "host=/nowhere")
        yield holder


def is_let_in(stray: Holder, dsn: str) -> bool:
    try:
        return bool(stray.ask("connect", dsn) == ["fanshare_admin"])
    except RuntimeError:
        return False


@as_root
def test_another_user_is_stopped_by_the_directory_and_then_by_authentication(home: Path, stray: Holder) -> None:
    with Server(home) as server:
        for role in ROLES:
            with pytest.raises(RuntimeError, match="Permission denied"):
                stray.ask("connect", server.dsn(role))
        server.place.run.chmod(0o711)
        server.place.socket.chmod(0o777)
        for role in ROLES:
            with pytest.raises(RuntimeError, match="Peer authentication failed"):
                stray.ask("connect", server.dsn(role))
        # The negative control: these two refusals are what keeps Stray out.
        server.place.hba.write_text("local all all trust\n")
        assert ask(server, "SELECT pg_reload_conf()", "admin") is True
        wait_until(lambda: is_let_in(stray, server.dsn("admin")))
    with Server(home) as server:
        server.place.run.chmod(0o711)
        server.place.socket.chmod(0o777)
        with pytest.raises(RuntimeError, match="Peer authentication failed"):
            stray.ask("connect", server.dsn("app"))


@as_root
def test_a_client_notices_when_somebody_else_answers_on_the_socket(empty_home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as impostor:
        empty_home.mkdir()
        impostor.bind(str(empty_home / ".s.PGSQL.5432"))
        impostor.listen(1)
        with pytest.raises(psycopg.OperationalError, match="requirepeer"):
            psycopg.connect(f"host={empty_home} user=fanshare_app dbname=fanshare requirepeer=fanshare")


def test_the_application_role_starts_with_nothing_but_the_right_to_connect(home: Path) -> None:
    forbidden = (
        "CREATE TABLE t (id bigint)",
        "CREATE SCHEMA s",
        "CREATE TEMPORARY TABLE t (id bigint)",
        "CREATE ROLE r",
        "CREATE DATABASE d",
        "SET ROLE fanshare_owner",
        "ALTER SYSTEM SET fsync = off",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
    )
    with Server(home) as server, psycopg.connect(server.dsn("app"), autocommit=True) as conn:
        for statement in forbidden:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement)


def test_the_log_keeps_no_values_of_a_failed_statement(home: Path) -> None:
    with Server(home) as server, psycopg.connect(server.dsn("owner"), autocommit=True) as conn:
        conn.execute("CREATE TEMPORARY TABLE t (mail text CHECK (mail = ''))")
        with pytest.raises(psycopg.errors.CheckViolation):
            conn.execute("INSERT INTO t VALUES ('bea@example.org')")
    logs = "".join(log.read_text() for log in server.place.log.iterdir())
    assert "violates check constraint" in logs
    assert "bea@" not in logs
