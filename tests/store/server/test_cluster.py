"""Data directories: made whole, of the right version, with safe settings."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from fanshare.core.errors import FanshareError
from fanshare.store.server import Server, cluster, process, verify_settings
from fanshare.store.server.place import Place
from tests.support.effort import effort
from tests.support.embedded import ask, copy_home, leftovers, wait_until
from tests.support.pg_holder import Holder


def test_a_crash_while_the_database_is_made_leaves_nothing_half_done(empty_home: Path) -> None:
    place = Place(empty_home / "pg")
    with Holder(empty_home) as holder, ThreadPoolExecutor(1) as pool:
        failed = pool.submit(holder.ask, "acquire")
        wait_until((place.fresh_data / "base").exists)
        holder.process.kill()
        with pytest.raises(RuntimeError, match="gone"):
            failed.result(60)
    assert not place.data.exists()
    assert place.fresh_data.exists()
    with Server(empty_home) as server:
        assert ask(server) == 1
    assert leftovers(place) == []


@pytest.mark.soak_sized
def test_a_starter_killed_at_any_moment_leaves_a_home_that_starts(empty_home: Path) -> None:
    rng = random.Random(7)
    for _ in range(effort(3)):
        with Holder(empty_home) as holder, ThreadPoolExecutor(1) as pool:
            holder.ask("pid")
            pool.submit(holder.ask, "acquire")
            time.sleep(rng.uniform(0, 1.0))
            holder.kill()
    with Server(empty_home) as server:
        assert ask(server, "SELECT current_user", "app") == "fanshare_app"
    assert leftovers(server.place) == []


def test_a_failed_initdb_is_reported_and_leaves_no_data_directory(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cluster.SIZES, "max_connections", "minus one")
    server = Server(empty_home)
    with pytest.raises(FanshareError, match=r"could not make its data directory.*max_connections"):
        server.acquire()
    assert not server.place.data.exists()
    assert list(process.orphans(server.place, server.account.uid)) == []


def test_a_database_of_another_major_version_is_refused_and_not_touched(empty_home: Path, home: Path) -> None:
    copy_home(home, empty_home)
    server = Server(empty_home)
    version = server.place.data / "PG_VERSION"
    version.write_text("16\n")
    before = sorted((str(path), path.stat().st_mtime_ns) for path in server.place.data.rglob("*"))
    with pytest.raises(FanshareError, match=r"PostgreSQL 16 .*fanshare upgrade") as caught:
        server.acquire()
    assert caught.value.code == "database_version"
    assert sorted((str(path), path.stat().st_mtime_ns) for path in server.place.data.rglob("*")) == before
    version.unlink()
    with pytest.raises(FanshareError, match="no PostgreSQL database"):
        server.acquire()


def test_safety_can_not_be_switched_off_from_inside(home: Path) -> None:
    with Server(home) as server, psycopg.connect(server.dsn("admin"), autocommit=True) as conn:
        for setting in ("fsync = off", "full_page_writes = off", "listen_addresses = '*'"):
            conn.execute("ALTER SYSTEM SET " + setting)
    with Server(home) as server, psycopg.connect(server.dsn("admin"), autocommit=True) as conn:
        verify_settings(conn)
        assert conn.execute("SHOW listen_addresses").fetchone() == ("",)
        conn.execute("ALTER SYSTEM RESET ALL")


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_without_its_safety_is_refused(home: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = cluster.settings
    monkeypatch.setattr(cluster, "settings", lambda place: right(place) | {name: "off"})
    with Server(home) as server, psycopg.connect(server.dsn()) as conn:
        with pytest.raises(FanshareError, match=f"{name} = off") as caught:
            verify_settings(conn)
        assert caught.value.code == "database_unsafe"
