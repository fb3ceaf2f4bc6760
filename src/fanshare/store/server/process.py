"""Which processes belong to a server: the postmaster, and what a killed one may leave behind.

A process id alone proves nothing (ids are recycled, and a dead child stays as a zombie until its parent asks), so a
process counts by what it is: not a zombie, the right user, its working directory inside the server's place.
"""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from fanshare.store.server.locks import until
from fanshare.store.server.place import Place

_children: list[subprocess.Popen[bytes]] = []


def adopt(child: subprocess.Popen[bytes]) -> None:
    """Remember a child that may outlive its starter object, so that :func:`reap` can bury it."""
    _children.append(child)


def reap() -> None:
    """Collect those of our own children that have ended; nobody else can."""
    _children[:] = [child for child in _children if child.poll() is None]


def find_postmaster(place: Place, uid: int) -> psutil.Process | None:
    """The running postmaster of this place, or ``None``; zombies and strangers with its old id do not count."""
    reap()
    pid, _ = read_pid_file(place)
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    return process if belongs(process, place.data, uid) else None


def belongs(process: psutil.Process, directory: Path, uid: int) -> bool:
    """Whether ``process`` is alive, is PostgreSQL, runs as ``uid`` and works in ``directory`` or below."""
    try:
        if not is_living(process) or process.uids().real != uid:
            return False
        named = process.name() in ("postgres", "initdb")
        return named and Path(process.cwd()).is_relative_to(directory)
    except psutil.Error:
        return False


def is_living(process: psutil.Process) -> bool:
    """Whether this very process (id and start time) still runs. A zombie does not: it only waits to be reaped."""
    try:
        return process.is_running() and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def read_pid_file(place: Place) -> tuple[int | None, str]:
    """Process id and state (``starting``, ``ready``, ``stopping``, or empty) as the server wrote them down."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, ValueError, IndexError):
        return None, ""


def orphans(place: Place, uid: int) -> Iterator[psutil.Process]:
    """PostgreSQL processes that work in this place, whoever started them."""
    return (process for process in psutil.process_iter() if belongs(process, place.root, uid))


def send(process: psutil.Process, number: signal.Signals) -> None:
    """Signal this very process, never a stranger who got its id; nothing when it is gone."""
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def wait_for(done: Callable[[], bool], timeout: float) -> bool:
    """Whether ``done`` came true within ``timeout`` seconds, collecting dead children meanwhile."""
    for _ in until(timeout):
        reap()
        if done():
            return True
    return False
