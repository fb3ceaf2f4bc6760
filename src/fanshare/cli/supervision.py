"""Keeps the worker and the embedded database alive beside a serving process, and takes the worker along when it goes.

The child's standard input is its lifeline: when the parent dies, however it dies, the pipe ends and the child stops. A
first byte on it says that the database is up to date. Until then the child only holds on to the database, so that
somebody is left to stop it should the parent be killed meanwhile.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import structlog

from fanshare.core.errors import FanshareError
from fanshare.store.server import Database

log = structlog.get_logger(__name__)

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 30.0
_PROVEN = 60.0
_WATCH = 0.5
_EAGER = 0.05
_PATIENCE = 4.0


class Keeper:
    """Runs a command as a child and runs it again when it dies, less and less often while it keeps dying.

    ``trouble`` and ``database_trouble`` say what is wrong, for ``/readyz``.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._database: Database | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._child: subprocess.Popen[bytes] | None = None
        self._problem: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the child, which waits for ``begin``."""
        self._thread.start()

    def begin(self, database: Database) -> None:
        """Let the child begin, and keep its database alive."""
        self._database = database

    def stop(self) -> None:
        """End the child. Twice is once."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def trouble(self) -> str | None:
        """What is wrong with the child."""
        child = self._child
        return None if child is not None and child.poll() is None else "The worker does not run; it is started again."

    def database_trouble(self) -> str | None:
        """What is wrong with the database."""
        return self._problem

    def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603
            self._watch(self._child)
            if self._stopping.is_set():
                break
            pause = _FIRST_PAUSE if time.monotonic() - began > _PROVEN else min(_LONGEST_PAUSE, pause * 2)
            log.error("worker_died", code=self._child.returncode, again_in=pause)
            self._stopping.wait(pause)
        self._end()

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Until the child has died or shall be ended; see to the database meanwhile."""
        told = False
        while not self._stopping.wait(_WATCH if told else _EAGER) and child.poll() is None:
            if self._database is None:
                continue
            if not told and child.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    child.stdin.write(b".")
                    child.stdin.flush()
                told = True
            self._see_to(self._database)

    def _see_to(self, database: Database) -> None:
        try:
            database.ensure()
            self._problem = None
        except (FanshareError, OSError) as error:
            if self._problem is None:
                log.error("database_down", reason=str(error))
            self._problem = "The database does not run and can't be started."

    def _end(self) -> None:
        child = self._child
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            log.warning("worker_killed", reason="it did not stop in time; what it had begun is undone and done again")
            child.kill()
            child.wait()
        if child.stdin is not None:
            child.stdin.close()


def keep_database(database: Database) -> None:
    """Restart a database whenever it has died, until a signal unwinds this process."""
    down = False
    while True:
        time.sleep(_WATCH)
        try:
            database.ensure()
            down = False
        except (FanshareError, OSError) as error:
            if not down:
                log.error("database_down", reason=str(error))
            down = True


def worker_command(home: str, *, log_json: bool) -> list[str]:
    """How to start the worker of a home as a child."""
    flags = ["--log-json"] if log_json else []
    return [sys.executable, "-m", "fanshare", "--home", home, *flags, "work", "--as-child"]


def stop_on_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT ask to stop; the work under way is finished first."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


class Lifeline:
    """The child's end: asks to stop when standard input ends, that is when the parent is gone."""

    def __init__(self, stop: threading.Event, patience: float = 20.0) -> None:
        self._stop, self._patience = stop, patience
        self._begin = threading.Event()
        threading.Thread(target=self._watch, name="lifeline", daemon=True).start()

    def wait(self) -> None:
        """Wait for the parent's word to begin. Raises ``SystemExit`` when it said to stop instead."""
        while not self._begin.wait(_WATCH):
            if self._stop.is_set():
                raise SystemExit(0)

    def _watch(self) -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                self._begin.set()
        self._stop.set()
        time.sleep(self._patience)
        os._exit(1)  # whatever it is that does not end: nobody is left to end it


def end_with_parent() -> None:
    """Have this process end as by SIGTERM when its standard input ends, that is when the parent is gone."""
    gone = threading.Event()

    def follow() -> None:
        gone.wait()
        os.kill(os.getpid(), signal.SIGTERM)

    Lifeline(gone)
    threading.Thread(target=follow, name="end with parent", daemon=True).start()


def exit_on_signals() -> None:
    """SIGTERM and SIGINT unwind the stack once, so that whatever was opened is closed; later ones are ignored."""

    def unwind(*_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, unwind)
