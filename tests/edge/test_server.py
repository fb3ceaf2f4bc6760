"""The edge as a process: clean stop, sudden death, a second one, and the database nowhere."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fanshare.config.keys import SPOOL_HOOKS, Keys
from fanshare.edge.app import SNAPSHOT_BASE
from fanshare.edge.server import bind
from fanshare.edge.snapshot import write_snapshot
from fanshare.spool.reader import SpoolReader
from tests.edge.running import ENDPOINTS, LINKS, PERSON, PROGRAMMES

_RUN = """
import sys
from pathlib import Path
from fanshare.edge import server
from fanshare.integrations.types import Verdict, Verification
listener = server.bind("127.0.0.1", 0)
print(listener.getsockname()[1], flush=True)
accept = lambda raw, headers, secrets, now: Verification(Verdict.ACCEPTED)
server.run(Path(sys.argv[1]), listener=listener, verifiers={"plain": accept})
"""


@contextlib.contextmanager
def process(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FANSHARE_")}
    child = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
    )
    assert child.stdout is not None
    try:
        yield child, f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        time.sleep(0.02)
    raise AssertionError("the edge did not start")


def prepared(home: Path) -> Keys:
    keys = Keys.load_or_create(home, {})
    write_snapshot(
        home / SNAPSHOT_BASE, links=LINKS, programmes=PROGRAMMES, endpoints=ENDPOINTS, keys=keys, generation=1
    )
    return keys


def count(home: Path, keys: Keys) -> tuple[int, int]:
    clicks = SpoolReader(home / "spool", "clicks")
    hooks = SpoolReader(home / "spool", "hooks", key=keys.derive(SPOOL_HOOKS))
    found = [sum(len(batch.records) for batch in reader.batches(1000, {})) for reader in (clicks, hooks)]
    assert clicks.damage.quarantined == hooks.damage.quarantined == 0
    return found[0], found[1]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_answered_is_kept_however_it_ends(tmp_path: Path, how: signal.Signals) -> None:
    keys = prepared(tmp_path)
    with process(tmp_path) as (child, url):
        wait_for(url)
        with httpx.Client(base_url=url, trust_env=False, headers={"user-agent": PERSON}) as client:
            for _ in range(20):
                assert client.get("/r/cleo").status_code == 302
                assert client.post("/hooks/bea-shop", content=b"{}").status_code == 200
        child.send_signal(how)
        assert child.wait(30) == -how
    assert count(tmp_path, keys) == (20, 20)
    with process(tmp_path) as (_, url):
        wait_for(url)
        assert httpx.get(f"{url}/r/cleo", headers={"user-agent": PERSON}, trust_env=False).status_code == 302
    assert count(tmp_path, keys) == (21, 20)


def test_a_second_edge_over_the_same_home_does_not_start(tmp_path: Path) -> None:
    prepared(tmp_path)
    with process(tmp_path) as (_, url):
        wait_for(url)
        with process(tmp_path) as (second, _):
            assert second.wait(30) == 3
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200


def test_the_edge_loads_neither_django_nor_a_database_driver(tmp_path: Path) -> None:
    # What may not be imported stands there as None (``fanshare.integrations``).
    code = "import fanshare.edge.server, sys; print(*[name for name, module in sys.modules.items() if module])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"django", "psycopg", "numpy", "pandas", "pydantic", "httpx"}


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            bind("127.0.0.1", taken.getsockname()[1])
