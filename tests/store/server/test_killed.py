"""Servers that are really killed, and what is left of them."""

import os
import random
import secrets
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from fanshare.core.errors import FanshareError
from fanshare.store.server import Server, process, supervisor
from fanshare.store.server.account import Account
from fanshare.store.server.place import Place
from tests.support.effort import effort
from tests.support.embedded import (
    ask,
    kill_postmaster,
    leftovers,
    postmaster,
    wait_until,
)
from tests.support.pg_holder import Holder


def test_what_was_committed_survives_a_killed_postmaster(home: Path) -> None:
    name = f"kept_{secrets.token_hex(4)}"
    with Server(home) as server:
        with psycopg.connect(server.dsn("owner")) as conn:
            conn.execute(f"CREATE TABLE {name} AS SELECT generate_series(1, 1000) AS n")
        dead = kill_postmaster(server)
        server.ensure()
        assert postmaster(server).pid != dead.pid
        assert ask(server, f"SELECT count(*) FROM {name}") == 1000
        assert ask(server, "SHOW fsync") == "on"


def test_another_holder_restarts_a_postmaster_that_is_the_zombie_of_a_busy_starter(home: Path) -> None:
    with Holder(home) as starter, Holder(home) as other:
        starter.ask("acquire")
        other.ask("acquire")
        pid = starter.ask("pid")
        os.kill(pid, signal.SIGKILL)
        zombie = psutil.Process(pid)
        wait_until(lambda: zombie.status() == psutil.STATUS_ZOMBIE)
        other.ask("ensure")
        assert zombie.status() == psutil.STATUS_ZOMBIE, "the starter must not have buried it yet"
        assert other.ask("query", "SELECT 7") == [7]
        assert other.ask("pid") != pid
        starter.ask("ensure")
        assert not zombie.is_running(), "the starter buries its child when it looks"
        starter.leave()
        other.leave()


def test_without_the_zombie_check_the_server_would_stay_dead(home: Path) -> None:
    with Holder(home) as starter, Holder(home) as other:
        starter.ask("acquire")
        other.ask("acquire")
        pid = starter.ask("pid")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        other.ask("blind")
        other.ask("ensure")
        with pytest.raises(RuntimeError, match="OperationalError"):
            other.ask("query", "SELECT 7")


def test_many_threads_that_notice_at_once_restart_it_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launch, launches = Server._launch, []

    def counted(server: Server, programs: Path, alive: int) -> psutil.Process:
        launches.append(launch(server, programs, alive))
        return launches[-1]

    with Server(home) as server, ThreadPoolExecutor(8) as pool:
        monkeypatch.setattr(Server, "_launch", counted)
        kill_postmaster(server)
        list(pool.map(lambda _: server.ensure(), range(16)))
        assert launches == [postmaster(server)]


@contextmanager
def stranger(user: Account) -> Iterator[subprocess.Popen[bytes]]:
    """Some other program of the server's user: PostgreSQL itself believes only in ids that it may signal."""
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **user.identity) as other:
        try:
            yield other
        finally:
            other.kill()


def write_stale_pid_files(place: Place, pid: int, user: Account) -> None:
    lines = f"{pid}\n{place.data}\n1\n5432\n{place.run}\n\n  1 1\nready   \n"
    for path in (place.data / "postmaster.pid", place.run / ".s.PGSQL.5432.lock"):
        path.write_text(lines)
        user.own(path)


def test_a_pid_file_with_a_recycled_id_does_not_stop_the_start(home: Path) -> None:
    server = Server(home)
    with stranger(server.account) as other:
        write_stale_pid_files(server.place, other.pid, server.account)
        with server:
            assert ask(server) == 1
        assert other.poll() is None, "the stranger is not ours to end"


def test_without_the_sweep_a_recycled_id_would_stop_the_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(home)
    with stranger(server.account) as other:
        write_stale_pid_files(server.place, other.pid, server.account)
        monkeypatch.setattr(Server, "_sweep", lambda _: None)
        with pytest.raises(FanshareError, match=r"lock file .*postmaster.pid.* already exists"), server:
            pass


@pytest.fixture
def frozen_backend(home: Path) -> Iterator[tuple[Server, psutil.Process]]:
    """A server with a backend that is stopped (SIGSTOP), so that it can't notice the death of its postmaster."""
    with Server(home) as server:
        conn = psycopg.connect(server.dsn("owner"))
        backend = psutil.Process(conn.info.backend_pid)
        backend.suspend()
        kill_postmaster(server)
        yield server, backend
        conn.close()


def test_an_orphaned_backend_is_ended_before_the_restart(frozen_backend: tuple[Server, psutil.Process]) -> None:
    server, backend = frozen_backend
    assert process.is_living(backend)
    server.ensure()
    assert not process.is_living(backend)
    assert ask(server) == 1


def test_without_ending_orphans_the_restart_would_fail(
    frozen_backend: tuple[Server, psutil.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, backend = frozen_backend
    with monkeypatch.context() as patched:
        patched.setattr(process, "orphans", lambda *_: iter(()))
        patched.setattr(supervisor, "_ORPHAN_SECONDS", 1.5)
        with pytest.raises(FanshareError, match="Processes of an earlier server"):
            server.ensure()
        # Without our lock PostgreSQL still sees the shared memory in use.
        patched.setattr(type(server.place), "alive", property(lambda place: place.root / "other.lock"))
        with pytest.raises(FanshareError, match="shared memory block"):
            server.ensure()
    server.ensure()
    assert not process.is_living(backend)


def test_the_last_one_leaves_nothing_even_if_the_postmaster_was_killed(
    frozen_backend: tuple[Server, psutil.Process],
) -> None:
    server, backend = frozen_backend
    server.release()
    assert not process.is_living(backend)
    assert list(process.orphans(server.place, server.account.uid)) == []
    server.acquire()


def test_a_server_that_is_told_to_stop_by_others_is_started_again(home: Path) -> None:
    with Server(home) as server:
        conn = psycopg.connect(server.dsn("owner"))
        victim = postmaster(server)
        victim.send_signal(signal.SIGTERM)  # "smart": it now waits for our connection and refuses new ones
        wait_until(lambda: process.read_pid_file(server.place)[1] == "stopping")
        server.ensure()
        assert postmaster(server).pid != victim.pid
        assert ask(server) == 1
        conn.close()


@pytest.mark.soak_sized
def test_any_sequence_of_arrivals_departures_and_kills_ends_well(home: Path) -> None:
    rng = random.Random(20)
    holders: list[Server] = []
    for _ in range(effort(30)):
        action = rng.choice(("arrive", "arrive", "leave", "kill"))
        if action == "arrive" and len(holders) < 4:
            holders.append(Server(home))
            holders[-1].acquire()
        elif action == "leave" and holders:
            last = holders.pop(rng.randrange(len(holders))).release()
            assert last == (not holders)
        elif action == "kill" and holders:
            kill_postmaster(holders[0])
            rng.choice(holders).ensure()
        if holders:
            assert ask(rng.choice(holders)) == 1
        else:
            assert leftovers(Place(home / "pg")) == []
    for holder in holders:
        holder.release()
