"""A real PostgreSQL for tests: one server for the whole session, a database of their own for those who ask.

The server is the embedded one. All workers of a pytest-xdist run lease the same server; the last one stops it and
removes its directory.

It lies in memory where there is room: a database is more than a thousand files, and most tests ask for a fresh one.
What survives a crash is tested on disks, by servers of those tests' own.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psutil
import psycopg
import pytest
from psycopg import sql

from fanshare.core.errors import FanshareError
from fanshare.store.server import Database, Server, cluster, embedded_database

_PREFIX = f"fst-{os.geteuid()}-"
_MEMORY = Path("/dev/shm")
#: What has to be free there, as room and as memory: many times what a run of two workers was seen to take.
_ROOM = 4 << 30
#: All workers use one server, and tests of fifty at once run beside each other and beside pages that keep theirs.
_CONNECTIONS = "200"
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(6)


@contextmanager
def _alone() -> Iterator[None]:
    """No other test process opens or removes the shared home meanwhile."""
    path = Path(tempfile.gettempdir()) / f"fanshare-tests-{os.geteuid()}.lock"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


@contextmanager
def shared_server(run: str) -> Iterator[Server]:
    """The server of the test run ``run``, started by whoever comes first, removed by whoever leaves last."""
    with _alone():
        _bury_abandoned()
        home = home_of(run)
        server = Server(home)
        with patch.dict(cluster.SIZES, max_connections=_CONNECTIONS):
            server.acquire()
    try:
        yield server
    finally:
        with _alone():
            _leave(server, home)


def home_of(run: str) -> Path:
    """Where the server of a run lies, or would lie."""
    name = f"{_PREFIX}{run[:12]}"
    return next((place / name for place in _places() if (place / name).exists()), _place() / name)


def _places() -> list[Path]:
    """Where a home may lie."""
    return [_MEMORY, Path(tempfile.gettempdir())]


def _place() -> Path:
    """Where a new home lies."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM and psutil.virtual_memory().available >= _ROOM
    return _MEMORY if roomy else Path(tempfile.gettempdir())


def _leave(server: Server, home: Path) -> None:
    if server.release():
        shutil.rmtree(server.place.root, ignore_errors=True)  # may lie elsewhere, behind a link
        shutil.rmtree(home, ignore_errors=True)


def _bury_abandoned() -> None:
    """End the servers of test runs that were killed: whoever joins one and turns out to be alone is its last user."""
    for home in {home for place in _places() for home in place.glob(f"{_PREFIX}*")}:
        with contextlib.suppress(FanshareError, OSError):
            server = Server(home)
            server.acquire()
            _leave(server, home)


@pytest.fixture(scope="session")
def pg_server() -> Iterator[Server]:
    """The one server of this test session."""
    with shared_server(_RUN) as server:
        yield server


def create_database(server: Server, template: Database | str | None = None, name: str | None = None) -> Database:
    """A fresh database owned by the migrating role: empty, or a copy of ``template`` (which nobody may be using).

    A copy costs some tens of milliseconds, on a disk twenty times as much. Names are unique across workers unless
    ``name`` is given.
    """
    name = name or f"t_{os.getpid()}_{secrets.token_hex(4)}"
    source = template.name if isinstance(template, Database) else template or "template0"
    command = "CREATE DATABASE {} OWNER fanshare_owner TEMPLATE {} STRATEGY wal_log"
    with psycopg.connect(server.dsn("admin", "postgres"), autocommit=True) as conn:
        conn.execute("SET wal_compression = off")  # or it takes thrice as long
        conn.execute(sql.SQL(command).format(sql.Identifier(name), sql.Identifier(source)))
    return embedded_database(server).named(name)


def drop_database(server: Server, database: Database) -> None:
    """Remove a database, whoever is still connected to it."""
    command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name))
    with psycopg.connect(server.dsn("admin", "postgres"), autocommit=True) as conn:
        conn.execute(command)


@pytest.fixture
def fresh_database(pg_server: Server) -> Iterator[Callable[..., Database]]:
    """``fresh_database(template=None)`` makes a database that is gone after the test."""
    made: list[Database] = []

    def create(template: Database | str | None = None) -> Database:
        made.append(create_database(pg_server, template))
        return made[-1]

    yield create
    for database in made:
        drop_database(pg_server, database)
