"""The real program in processes of its own, over a home with its own database."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.cli.conftest import Terminal

PATIENCE = 60.0
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "accept": "text/html",
}


@dataclass
class Otto:
    """Otto at his machine: commands in processes of their own."""

    home: Path

    def command(self, *args: str) -> list[str]:
        """The words of a command."""
        return [sys.executable, "-m", "fanshare", "--home", str(self.home), *args]

    @property
    def env(self) -> dict[str, str]:
        """An environment in which nothing of ours is set."""
        foreign = ("FANSHARE_", "DATABASE_")
        return {name: text for name, text in os.environ.items() if not name.startswith(foreign)}

    def ask(self, *args: str) -> Any:
        """The document of a command that goes well, called in this process: starting one costs a second."""
        return Terminal({"FANSHARE_HOME": str(self.home)}).ask(*args)

    def ask_anew(self, *args: str, exit_code: int = 0) -> Any:
        """The document that a command prints in a process of its own."""
        done = subprocess.run(self.command("--json", *args), env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == exit_code, (done.stdout, done.stderr)
        return json.loads(done.stdout)

    @contextmanager
    def serving(self, *args: str, name: str = "serve.json") -> Iterator["Serving"]:
        """``fanshare serve`` on a free port, ended by SIGTERM at last."""
        log = (self.home.parent / f"{self.home.name}.log").open("ab")
        command = self.command("--log-json", "serve", *args, "--port", "0")
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(command, env=self.env, stdout=nothing, stderr=log, stdin=nothing)
        log.close()
        try:
            until(lambda: self._said(name, process.pid) or process.poll() is not None, "serve to answer")
            assert process.poll() is None, Path(log.name).read_text()
            yield Serving(process, self._said(name, process.pid))
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

    def _said(self, name: str, pid: int) -> str:
        """Where a process says that it answers; empty as long as it says nothing (a killed one may have)."""
        try:
            known = json.loads((self.home / name).read_text())
        except FileNotFoundError:
            return ""
        return str(known["url"]) if known["pid"] == pid else ""

    def processes(self) -> list[psutil.Process]:
        """Every living process that works for this home, whoever started it."""
        return [one for one in psutil.process_iter() if self._is_ours(one)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return any(self.home.name in word for word in (*process.cmdline(), process.cwd()))
        except psutil.Error:
            return False


@dataclass
class Serving:
    """A running ``serve``."""

    process: subprocess.Popen[bytes]
    url: str

    def get(self, path: str) -> httpx.Response:
        """What a browser gets."""
        return httpx.get(self.url + path, headers=BROWSER, timeout=20)

    def children(self) -> list[psutil.Process]:
        """The processes that it started and that still run."""
        return psutil.Process(self.process.pid).children()


def until(done: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait until something is true, and return it."""
    end = time.monotonic() + patience
    while not (found := done()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)
    return found
