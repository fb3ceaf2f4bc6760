"""A home of its own for the demonstration: made anew, marked, its processes started and stopped by their ids."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from fanshare.cli.addresses import running
from fanshare.config.clock import FileClock
from fanshare.config.settings_env import DATABASE, Settings, from_env
from fanshare.core.errors import FanshareError

_MARK = "this-is-a-demo"
_CLOCK = "clock"
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class DemoHome:
    """Where a demonstration lives. ``environ`` is what its processes see; ``clock`` the one they share."""

    path: Path
    environ: Mapping[str, str]
    clock: FileClock

    @property
    def settings(self) -> Settings:
        """The settings of its processes."""
        return from_env(self.environ)

    @property
    def unmarked_settings(self) -> Settings:
        """The settings before its database is marked: with the real clock."""
        return from_env({name: value for name, value in self.environ.items() if name != "FANSHARE_CLOCK"})

    def start(self, *args: str, log: str) -> "Child":
        """Start a ``fanshare`` command here; what it says goes to the file ``log``."""
        return Child([sys.executable, "-m", "fanshare", "--home", str(self.path), *args], self, log)


def make_home(environ: Mapping[str, str], path: Path) -> DemoHome:
    """An empty home at ``path``; one that an earlier demonstration left behind is removed first.

    Whatever database the environment names is not used. Raises ``FanshareError`` (``not_a_demo``, ``demo_runs``).
    """
    if path.exists():
        if not (path / _MARK).exists() and any(path.iterdir()):
            raise FanshareError("not_a_demo", f"{path} holds something that no demonstration made; nothing is removed.")
        if running(path) is not None:
            raise FanshareError("demo_runs", f"A demonstration is running in {path}; stop it first.")
        remove(path)
    path.mkdir(parents=True, mode=0o700)
    (path / _MARK).write_text("fanshare demo makes this directory anew each time; keep nothing in it.\n", "utf-8")
    clock = path / _CLOCK
    ours = {"FANSHARE_HOME": str(path), "FANSHARE_CLOCK": str(clock), "FANSHARE_TRUSTED_PROXIES": "127.0.0.0/8"}
    strangers = {*DATABASE, *(f"{name}_FILE" for name in DATABASE)}
    kept = {key: value for key, value in environ.items() if not key.startswith("FANSHARE_") and key not in strangers}
    return DemoHome(path, kept | ours, FileClock(clock))


class Child:
    """A process of the demonstration. It ends when asked to, and by force after half a minute.

    Its standard input is its lifeline: if the demonstration is killed, it ends by itself.
    """

    def __init__(self, command: list[str], home: DemoHome, log: str) -> None:
        self._log: IO[bytes] = (home.path / log).open("ab")
        self.process = subprocess.Popen(  # noqa: S603  # our own program
            command,
            env=dict(home.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )

    @classmethod
    def module(cls, name: str, home: DemoHome, log: str) -> Self:
        """A module of ours, run as a program."""
        return cls([sys.executable, "-m", name], home, log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def say(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Wait for a line of JSON from it. Raises ``FanshareError`` (``demo_failed``) when it has ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise FanshareError("demo_failed", f"A process of the demonstration ended; {self._log.name} says why.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End it and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._log):
            if stream is not None:
                stream.close()


def wait_for_address(home: DemoHome, child: Child, file: str) -> tuple[str, int]:
    """Host and port of a serving process, once it says that it answers. Raises ``FanshareError`` (``demo_failed``)."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            told = json.loads((home.path / file).read_bytes())
            return str(told["host"]), int(told["port"])
        except (OSError, ValueError):
            if child.process.poll() is not None:
                break
            time.sleep(0.02)
    raise FanshareError("demo_failed", f"The server of the demonstration did not start; see the logs in {home.path}.")


@contextmanager
def removed_afterwards(home: DemoHome, keep: bool) -> Iterator[None]:
    """Remove the home at the end, unless it is to be kept. What serves from it must have stopped by then."""
    try:
        yield
    finally:
        home.clock.close()
        if not keep:
            remove(home.path, ignore_errors=True)


def remove(home: Path, *, ignore_errors: bool = False) -> None:
    """A home and its database, which lies elsewhere, behind a link, where its user can't enter the home."""
    link, named = home / "pg", home / "pg" / "home"
    if link.is_symlink() and named.is_file() and named.read_text("utf-8").strip() == str(home.absolute()):
        shutil.rmtree(link.resolve(), ignore_errors=ignore_errors)
    shutil.rmtree(home, ignore_errors=ignore_errors)
