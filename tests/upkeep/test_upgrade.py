"""The next PostgreSQL takes over, and a crash at any step leaves a database that starts, with everything in it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fanshare.core.errors import FanshareError
from fanshare.store import directory
from fanshare.store.access import Access, connect
from fanshare.store.migrate import migrate
from fanshare.store.queries import upkeep
from fanshare.store.server import Server, cluster, embedded_database
from fanshare.upkeep import upgrade as work
from tests.cli.conftest import Terminal
from tests.support.embedded import new_home
from tests.support.schema import found
from tests.upkeep.conftest import PASSPHRASE

OLD, NEW = 16, 18
#: The other steps leave on the disk what one of these does.
KILLED_AT = ("copied", "moved away", "switched")
KILL = """
import os, signal, sys
from pathlib import Path
from fanshare.upkeep.upgrade import upgrade

def reached(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(Path(sys.argv[1]), lambda database, major: None, reached=reached)
"""


@pytest.fixture(scope="module")
def old_home() -> Iterator[Path]:
    """A home whose database PostgreSQL 16 wrote: a programme with a log, and a half-told schema."""
    home = new_home()
    with Server(home, major=OLD) as server:
        database = embedded_database(server)
        migrate(database.dsn(owner=True), database.app_role)
        with connect(database.dsn()) as conn:
            found(conn, "bea").party()
    yield home
    shutil.rmtree(Server(home).place.root, ignore_errors=True)
    shutil.rmtree(home.parent, ignore_errors=True)


def logs(server: Server) -> list[upkeep.LogAsOf]:
    with connect(embedded_database(server).dsn(owner=True)) as conn:
        assert directory.programme(conn, "bea").name == "Bea's shop"
        assert conn.execute("SELECT count(*) FROM party").fetchone() == (1,)
        return upkeep.logs(conn)


def test_the_present_program_leaves_the_old_database_alone(old_home: Path) -> None:
    with pytest.raises(FanshareError, match="fanshare upgrade") as caught:
        Server(old_home).acquire()
    assert caught.value.code == "database_version"


def test_nothing_is_upgraded_that_somebody_uses(old_home: Path) -> None:
    with Server(old_home, major=OLD), pytest.raises(FanshareError, match="systemctl stop") as caught:
        work.upgrade(old_home, lambda *_: None)
    assert caught.value.code == "database_in_use"


def test_a_crash_at_any_step_leaves_a_database_that_starts_and_the_next_run_ends_it(old_home: Path) -> None:
    with Server(old_home, major=OLD) as server:
        before = logs(server)
    for step in KILLED_AT:
        done = subprocess.run([sys.executable, "-c", KILL, str(old_home), step], check=False, capture_output=True)
        assert done.returncode == -signal.SIGKILL, (step, done.stderr)
        with Server(old_home, major=NEW if step == "switched" else OLD) as server:
            assert logs(server) == before, step
    finished = work.upgrade(old_home, lambda *_: None)
    assert (finished.before, finished.migrations) == (NEW, 0)
    with Server(old_home) as server, psycopg.connect(server.dsn("owner")) as conn:
        assert conn.info.server_version // 10_000 == NEW
        assert logs(server) == before
    assert cluster.found_version(Server(old_home).place) == NEW
    assert Server(old_home).place.former_data(OLD).is_dir()


def test_an_upgraded_database_has_the_rights_and_the_guards_of_a_new_one(old_home: Path) -> None:
    with Server(old_home) as server, connect(embedded_database(server).dsn()) as conn:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("UPDATE log_leaf SET body = ''")
        access = Access(conn, directory.programme(conn, "bea").id, "test")
        assert access.value("SELECT count(*) FROM log_epoch WHERE programme_id = %(programme_id)s") == 1


def test_old_data_does_not_stand_in_for_data_that_was_lost(old_home: Path) -> None:
    place = Server(old_home).place
    place.data.rename(place.root / "lost")
    try:
        with pytest.raises(FanshareError, match="is gone") as caught:
            Server(old_home).acquire()
        assert caught.value.code == "database_missing"
        assert not place.data.exists()
    finally:
        (place.root / "lost").rename(place.data)


def test_a_missing_step_of_the_schema_is_backed_up_before_it_is_taken(old_home: Path) -> None:
    with Server(old_home) as server, connect(embedded_database(server).dsn(owner=True)) as conn:
        conn.execute("DELETE FROM django_migrations WHERE name = '0010_spine'")
        conn.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0999_future', now())")
    terminal = Terminal({"FANSHARE_HOME": str(old_home), "FANSHARE_BACKUP_PASSPHRASE": PASSPHRASE})
    assert terminal.ask("upgrade", exit_code=1)["error"]["code"] == "database_newer"
    assert terminal.ask("doctor", exit_code=1)["error"]["code"] == "database_newer"
    with Server(old_home) as server, connect(embedded_database(server).dsn(owner=True)) as conn:
        conn.execute("DELETE FROM django_migrations WHERE name = '0999_future'")
        conn.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0010_spine', now())")
    assert terminal.say("upgrade") == "Everything is up to date; nothing was changed.\n"
    assert not (old_home / "backups").exists()
    assert os.access(old_home, os.R_OK)
