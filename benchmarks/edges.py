"""An edge as a process of its own, and what its measurements need: wrk, nginx, and a home with links."""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from subprocess import PIPE, run

import psutil

from benchmarks.ground import SECRET
from benchmarks.trials import MissingError, free_port, program, running
from fanshare.config.keys import Keys
from fanshare.edge.snapshot import EndpointRow, LinkRow, LinkState, ProgrammeRow, write_snapshot
from fanshare.jobs.publish import BASE

ENDPOINT = "bench-endpoint"
SHOP = "https://shop.example/"

#: Visitors differ by address, so that none is taken for the one before; nginx gets the same requests.
_LUA = """
local codes = {}
for line in io.lines("%s") do codes[#codes + 1] = line end
math.randomseed(%d)
local agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
request = function()
  local from = math.random(1, 223) .. "." .. math.random(0, 255) .. "." .. math.random(0, 255) .. ".7"
  local path = "%s" .. codes[math.random(#codes)] .. "%s"
  return wrk.format("GET", path, {["User-Agent"] = agent, ["X-Forwarded-For"] = from})
end
"""

_NGINX = """
daemon off; master_process off; worker_processes 1; pid {home}/nginx.pid; error_log {home}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log {home}/access.log combined; keepalive_requests 100000000;
  client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u;
  scgi_temp_path {home}/s;
  server {{ listen 127.0.0.1:{port}; location / {{ return 302 {shop}; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Edge:
    """A running edge, or another part that is served."""

    home: Path
    address: tuple[str, int]
    process: psutil.Process

    @property
    def cpu(self) -> float:
        """Its processor seconds so far."""
        times = self.process.cpu_times()
        return times.user + times.system


def edge_of(home: Path) -> AbstractContextManager[Edge]:
    """Serve the links and hooks of a home."""
    return served(home, "edge", FANSHARE_TRUSTED_PROXIES="127.0.0.0/8")


@contextmanager
def served(home: Path, part: str, module: str = "fanshare", **environ: str) -> Iterator[Edge]:
    """Serve a part of a home in a process of its own. Raises ``MissingError`` where it does not start."""
    file, log = home / f"serve-{part}.json", home / f"{part}.log"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", module, "--home", str(home), "--json", "serve", part, "--port", "0"]
    with running(command, log, **environ) as process:
        until = time.monotonic() + 60
        while not file.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise MissingError(f"The {part} did not start: {log.read_text('utf-8')[-300:]}")
            time.sleep(0.05)
        told = json.loads(file.read_bytes())
        yield Edge(home, (told["host"], int(told["port"])), psutil.Process(process.pid))


@contextmanager
def home_of(links: int) -> Iterator[Path]:
    """A home with so many links of one programme, and one hook."""
    with tempfile.TemporaryDirectory(prefix="fsb-") as name:
        home = Path(name)
        rows = (
            LinkRow(code_of(n), n + 1, 1, LinkState.ACTIVE, "fan", "", f"{SHOP}p/{n % 997}", "Werbung")
            for n in range(links)
        )
        write_snapshot(
            home / BASE,
            links=rows,
            programmes=[ProgrammeRow(1, ("shop.example",), name="Bench")],
            endpoints=[EndpointRow(ENDPOINT, 1, 1, "generic", (SECRET,))],
            keys=Keys.load_or_create(home),
            generation=1,
        )
        yield home


def code_of(number: int) -> str:
    """Codes as people get them: eight letters and digits without order."""
    return f"{number * 2_654_435_761 % 2**40:08x}"


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw."""

    requests: int
    seconds: float
    errors: int

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Wrk:
    """wrk with 64 connections, asking for random links as random visitors."""

    def __init__(self, folder: Path, codes: Sequence[str], before: str = "/r/", after: str = "") -> None:
        self._wrk = program("wrk")
        (folder / "codes").write_text("\n".join(codes) + "\n", "utf-8")
        self._script = folder / "visitors.lua"
        self._script.write_text(_LUA % (folder / "codes", os.getpid(), before, after), "utf-8")

    def __call__(self, address: tuple[str, int], seconds: int) -> Load:
        """Load an address for some seconds."""
        url = f"http://{address[0]}:{address[1]}"
        command = [self._wrk, "-t1", "-c64", f"-d{seconds}s", "-s", str(self._script), url]
        told = run(command, stdout=PIPE, check=True, text=True).stdout  # noqa: S603  # wrk
        counted = re.search(r"(\d+) requests in ([\d.]+)s", told)
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
        assert counted is not None, told
        return Load(int(counted[1]), float(counted[2]), int(wrong[1]) if wrong else 0)


@contextmanager
def nginx(folder: Path) -> Iterator[tuple[tuple[str, int], psutil.Process]]:
    """nginx with one process that answers 302 and writes its access log."""
    binary, port = program("nginx"), free_port()
    home = folder / "nginx"
    home.mkdir()
    (home / "conf").write_text(_NGINX.format(home=home, port=port, shop=SHOP), "utf-8")
    with running([binary, "-p", str(home), "-c", str(home / "conf")], home / "out") as process:
        time.sleep(0.5)
        yield ("127.0.0.1", port), psutil.Process(process.pid)


def some_codes(links: int, number: int = 2_000) -> list[str]:
    """Codes of random links."""
    rng = Random(1)  # noqa: S311  # the same links every time
    return [code_of(rng.randrange(links)) for _ in range(number)]
