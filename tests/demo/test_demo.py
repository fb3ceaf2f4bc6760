"""The demonstration from the outside: run as a program, twice, and looked at."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from fanshare.cli.demo_home import make_home, remove
from fanshare.config.settings_env import from_env
from fanshare.config.wiring import clock_of, mark_as_demo
from fanshare.core.errors import FanshareError
from fanshare.store import directory
from fanshare.store.server import Database, supervisor
from tests.support.memory_limit import Limit, limited
from tests.support.schema import database, schema_template

__all__ = ["database", "schema_template"]

type Document = dict[str, Any]


def _start(home: Path, *args: str, limit: Limit | None = None) -> subprocess.Popen[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("FANSHARE_", "DATABASE_"))}
    command = [sys.executable, "-m", "fanshare", "--home", str(home), "--json", "demo", "--small", "--port", "0", *args]
    command = command if limit is None else limit.command(command)
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _document(process: subprocess.Popen[str]) -> Document:
    """The JSON document that a process prints, while it goes on."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line == "}\n":
            break
    found: Document = json.loads(text)
    return found


def _left_over(home: Path) -> list[list[str]]:
    """Processes that still speak of a home on their command line."""
    lines = (one.info["cmdline"] or [] for one in psutil.process_iter(["cmdline"]))
    return [line for line in lines if any(str(home) in word for word in line)]


def _databases(home: Path) -> list[Path]:
    """Databases of a home's demonstration that lie elsewhere, because the server's user can't enter the home."""
    told = supervisor.SHARED.glob("home-*/home")
    return [one.parent for one in told if one.read_text("utf-8").strip() == str(home / "demo")]


def _get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def memory() -> Iterator[Limit]:
    """One gigabyte for the demonstration."""
    with limited(10**9) as limit:
        yield limit


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, memory: Limit) -> Iterator[tuple[Document, Path]]:
    """What a demonstration of the small world reports, and its home, which it left where it is."""
    home = tmp_path_factory.mktemp("demo")
    with _start(home, "--no-serve", "--keep", limit=memory) as process:
        memory.watch(process.pid)
        told = _document(process)
        assert process.wait(60) == 0, process.stderr and process.stderr.read()
    assert len(_databases(home)) == int((home / "demo" / "pg").is_symlink())
    yield told, home
    remove(home / "demo")
    assert _databases(home) == []


def test_it_passes_within_one_gigabyte(played: tuple[Document, Path], memory: Limit) -> None:
    assert played[0]["ok"]
    assert memory.killed == 0
    assert 50_000_000 < memory.peak <= 10**9, f"{memory.peak} bytes by {memory.kind}"


@pytest.mark.parametrize("by_kernel", [True, False], ids=["the kernel", "looking"])
def test_what_takes_more_than_its_limit_is_noticed(by_kernel: bool) -> None:
    """The negative control of the limit itself, in a process below the one that was started."""
    greedy = "import subprocess, sys, time\nx = bytearray(90_000_000)\ntime.sleep(1)"
    below = f"import subprocess, sys\nsys.exit(subprocess.run([sys.executable, '-c', {greedy!r}]).returncode)"
    with limited(60_000_000, by_kernel=by_kernel) as limit:
        with subprocess.Popen(limit.command([sys.executable, "-c", below])) as process:
            limit.watch(process.pid)
        assert limit.killed == 1, (limit.kind, limit.peak)
        assert limit.group is None or process.returncode != 0


def test_the_books_balance_and_the_log_and_statements_hold(played: tuple[Document, Path]) -> None:
    told, home = played
    assert told["ok"]
    assert told["books_balanced"]
    assert told["log_verified"]
    assert told["findings"] == {}
    assert told["statements"] == {"of a creator": True, "of a fan": True, "of Mira": True}
    assert len(list((home / "demo" / "statements").iterdir())) == 3


def test_the_recorded_shop_ends_as_it_must(played: tuple[Document, Path]) -> None:
    recorded = played[0]["recorded_shop"]
    assert recorded == {"order 14 keeps": "44.625822", "order 16 keeps": "0.00", "Mira earns": "5.355097"}


def test_every_visit_is_judged_as_what_it_is(played: tuple[Document, Path]) -> None:
    told = played[0]
    visits = dict(told["visits"])
    assert visits.pop("sent") == sum(visits.values())
    assert visits["counted"] == 1_200
    assert set(visits) == {"counted", "duplicate", "provisional", "preview", "bot", "head", "embedded", "paused"}
    assert told["messages"] == {"200": told["world"]["messages"]}
    assert told["orders"]["booked"] == told["world"]["orders"]


def test_no_trick_brings_more_than_it_may(played: tuple[Document, Path]) -> None:
    tricks = {one["title"]: one for one in played[0]["tricks"]}
    assert all(one["bounded"] for one in tricks.values())
    for title in ("a fan buys through her own link", "a coupon extension stuffs clicks"):
        assert tricks[title]["gained"] == "0.00"
        assert tricks[title]["last_click"] != "0.00"
    assert tricks["a click is added after the order"]["gained"] == "0.00"
    ten = tricks["a fan works with ten accounts"]
    assert ten["gained"] == ten["limit"]  # ten accounts earn what one would
    assert float(tricks["one click goes round in a forum"]["held"]) > 0


def test_it_stays_where_it_is_and_nothing_goes_on_running(played: tuple[Document, Path]) -> None:
    _, home = played
    assert (home / "demo" / "this-is-a-demo").exists()
    assert _left_over(home) == []


def test_the_same_seed_tells_the_same_and_the_pages_show_it(played: tuple[Document, Path], tmp_path: Path) -> None:
    process = _start(tmp_path)
    try:
        again = _document(process)
        address = json.loads(_wait_for(tmp_path / "demo" / "serve.json", process))["url"]
        assert _without_chance(again) == _without_chance(played[0])
        assert len(again["doors"]) == 7
        for href in (*again["links"], *again["doors"]):
            status, page = _get(address + href)
            assert status == 200
            assert "<h1" in page
        assert "books balanced" in _get(address + "/demo")[1]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
    assert not (tmp_path / "demo").exists()
    assert _left_over(tmp_path) == []
    assert _databases(tmp_path) == []


def _wait_for(file: Path, process: subprocess.Popen[str]) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        if file.exists():
            return file.read_text("utf-8")
        time.sleep(0.05)
    raise AssertionError("the pages were not served")


_SERVES_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from fanshare.cli.demo_home import make_home, wait_for_address
from fanshare.config.wiring import mark_as_demo, open_installation
home = make_home({}, Path(sys.argv[1]))
with open_installation(home.unmarked_settings, name="fanshare demo") as opened:
    eve = opened.clock()
    home.clock.freeze(eve)
    mark_as_demo(opened.conn, eve)
    child = home.start("serve", *sys.argv[2:], "--port", "0", log="serve.log")
    wait_for_address(home, child, "serve.json")
    print(child.process.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("flags", [("--as-child",), ()], ids=["on a lifeline", "without one"])
def test_what_serves_ends_when_the_demonstration_is_killed(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """Without the lifeline, the negative control, it is an orphan that goes on serving."""
    command = [sys.executable, "-c", _SERVES_UNTIL_KILLED, str(tmp_path / "demo"), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        child = psutil.Process(int(demo.stdout.readline()))
        demo.kill()
    if not flags:
        time.sleep(1)
        assert child.is_running()
        child.terminate()
    child.wait(25)
    until = time.monotonic() + 20
    while (left := _left_over(tmp_path)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []
    remove(tmp_path / "demo")


def _without_chance(told: Mapping[str, Any]) -> Document:
    """The report without the time it took, and without the handles of pages, which nobody may guess."""
    return {key: value for key, value in told.items() if key not in ("seconds", "links")}


def test_a_directory_that_no_demonstration_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("keep me", "utf-8")
    with pytest.raises(FanshareError) as refused:
        make_home({}, tmp_path)
    assert refused.value.code == "not_a_demo"
    assert (tmp_path / "letters").read_text("utf-8") == "keep me"


def test_a_home_is_made_anew_and_takes_no_database_from_outside(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    outside = {"DATABASE_URL": "postgresql://elsewhere/real", "DATABASE_URL_FILE": "x", "FANSHARE_MASTER_KEY": "y"}
    first = make_home(outside, place)
    (place / "left over").write_text("old", "utf-8")
    again = make_home(outside, place)
    assert not (place / "left over").exists()
    assert not set(outside) & set(again.environ)
    assert again.settings.clock_file == place / "clock"
    assert again.unmarked_settings.clock_file is None
    for home in (first, again):
        home.clock.close()


def test_the_clock_is_refused_where_no_demonstration_is(database: Database, tmp_path: Path) -> None:
    settings = replace(from_env({}, home=tmp_path), clock_file=tmp_path / "clock")
    with psycopg.connect(database.dsn(), autocommit=True) as conn:
        with pytest.raises(FanshareError) as refused:
            clock_of(settings, conn)
        assert refused.value.code == "clock_refused"
        mark_as_demo(conn, 1)
        clock = clock_of(settings, conn)
        assert clock() > 0


def test_a_database_with_real_programmes_never_becomes_a_demonstration(database: Database) -> None:
    with psycopg.connect(database.dsn(), autocommit=True) as conn:
        new = directory.NewProgramme("real", "Real", "DE", "EUR", "Europe/Berlin")
        directory.found_programme(conn, new, 1, "Bea")
        with pytest.raises(FanshareError) as refused:
            mark_as_demo(conn, 2)
        assert refused.value.code == "not_a_demo"
        assert directory.fact(conn, "demo") is None
