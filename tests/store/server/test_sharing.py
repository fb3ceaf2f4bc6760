"""Several processes, one server."""

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil

from fanshare.store.server import Server, process
from fanshare.store.server.place import Place
from tests.support.embedded import leftovers, postmaster
from tests.support.pg_holder import REPOSITORY, Holder
from tests.support.postgres import home_of, shared_server


def test_two_processes_share_one_server_and_the_last_stops_it(home: Path) -> None:
    with Holder(home) as one, Holder(home) as two:
        one.ask("acquire")
        two.ask("acquire")
        pid = one.ask("pid")
        assert two.ask("pid") == pid
        one.leave()
        assert two.ask("query", "SELECT 7") == [7]
        assert two.ask("pid") == pid
        two.leave()
        assert not psutil.pid_exists(pid) or not process.is_living(psutil.Process(pid))
        assert leftovers(Place(home / "pg")) == []


def test_when_the_starter_is_killed_the_others_keep_working(home: Path) -> None:
    with Holder(home) as starter, Holder(home) as other:
        starter.ask("acquire")
        other.ask("acquire")
        pid = starter.ask("pid")
        starter.kill()
        assert other.ask("query", "SELECT 7") == [7]
        other.ask("ensure")
        assert other.ask("pid") == pid
        other.leave()
        assert leftovers(Place(home / "pg")) == []


def test_when_everybody_was_killed_the_next_one_takes_over_and_stops_the_server(home: Path) -> None:
    with Holder(home) as starter:
        starter.ask("acquire")
        pid = starter.ask("pid")
        starter.kill()
    with Server(home) as server:
        assert postmaster(server).pid == pid
    assert leftovers(server.place) == []


def test_many_who_arrive_at_once_on_an_empty_home_get_the_same_server(empty_home: Path) -> None:
    with ExitStack() as stack:
        holders = [stack.enter_context(Holder(empty_home)) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda holder: holder.ask("acquire"), holders))
            assert len({holder.ask("pid") for holder in holders}) == 1
            list(pool.map(Holder.leave, holders))
    assert leftovers(Place(empty_home / "pg")) == []


def test_a_forked_child_that_leaves_does_not_stop_its_parents_server(home: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from fanshare.store.server import Server\n"
        "with Server(Path(sys.argv[1])) as server:\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        os._exit(1 if server.release() else 0)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "    import psycopg; psycopg.connect(server.dsn()).close()\n"
    )
    subprocess.run([sys.executable, "-c", script, str(home)], check=True, timeout=60)


def test_a_test_run_that_was_killed_is_cleared_away_by_the_next() -> None:
    run = secrets.token_hex(6)
    imports = "import os\nfrom tests.support.postgres import shared_server\n"
    script = f"{imports}with shared_server({run!r}):\n    os._exit(9)\n"
    subprocess.run([sys.executable, "-c", script], check=False, timeout=120, cwd=REPOSITORY)
    home = home_of(run)
    assert home.exists()
    abandoned = postmaster(Server(home))
    with shared_server(secrets.token_hex(6)):
        assert not process.is_living(abandoned)
        assert not home.exists()
