"""Looking at, and killing, the processes of an embedded server."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from fanshare.store.server import Server, process, supervisor
from fanshare.store.server.account import server_account
from fanshare.store.server.place import Place

STRAY = "nobody"
ROLES: tuple[supervisor.Role, ...] = ("admin", "owner", "app")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def new_home() -> Path:
    """A home whose parents every user may pass; pytest's own directories are closed."""
    parent = Path(tempfile.mkdtemp(prefix="fsh-", dir="/tmp"))
    parent.chmod(0o711)
    return parent / "home"


def copy_home(source: Path, target: Path) -> None:
    """A second home with the same stopped database, which is much quicker than making one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["/bin/cp", "-a", str(source), str(target)], check=True)


def leftovers(place: Place) -> list[str]:
    """What a clean stop must not leave: processes, socket, pid files."""
    found = [f"process {p.pid}" for p in process.orphans(place, server_account().uid)]
    files = [*place.run.iterdir(), place.data / "postmaster.pid", place.fresh_data]
    return found + [str(file) for file in files if file.exists()]


def ask(server: Server, query: str = "SELECT 1", role: supervisor.Role = "owner") -> object:
    with psycopg.connect(server.dsn(role), connect_timeout=30) as conn:
        row = conn.execute(query).fetchone()
        return row[0] if row else None


def postmaster(server: Server) -> psutil.Process:
    found = process.find_postmaster(server.place, server.account.uid)
    assert found is not None
    return found


def kill_postmaster(server: Server) -> psutil.Process:
    """kill -9 without collecting the child, as when its parent looks elsewhere."""
    victim = postmaster(server)
    victim.kill()
    deadline = time.monotonic() + 60
    while victim.is_running() and victim.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.005)
    return victim


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.005)
