"""Edge, worker and database as processes, killed and stopped at random while a shop goes on selling."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fanshare.core.instants import MINUTE
from fanshare.edge.server import bind
from fanshare.store.migrate import migrate
from fanshare.store.server import Server
from tests.faults.sales import PART, assert_green
from tests.faults.test_network import delivered
from tests.jobs.house import House
from tests.support.effort import effort
from tests.support.embedded import new_home, postmaster
from tests.support.postgres import create_database

_EDGE = """
import asyncio, socket, sys
from pathlib import Path
from fanshare.config.clock import FileClock
from fanshare.config.keys import Keys
from fanshare.edge.app import EdgeApp
from fanshare.edge.server import server_for
from fanshare.edge.settings import EdgeSettings
from fanshare.integrations.verifiers import VERIFIERS
from fanshare.spool.gather import Gather
from fanshare.spool.writer import Limits
home, listener = Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
if "hasty" in sys.argv:
    async def commit(self, *record):
        asyncio.get_running_loop().call_later(0.5, self.put, *record)
    Gather.commit = commit
settings = EdgeSettings(hooks=Limits(reserve=1 << 18))
clock = FileClock(home / "clock")
app = EdgeApp(home, keys=Keys(b"m" * 32), verifiers=VERIFIERS, now=clock, settings=settings)
server_for(app, settings).run(sockets=[listener])
"""
_WORKER = """
import sys, time
from pathlib import Path
from fanshare.config.clock import FileClock
from fanshare.config.keys import Keys
from fanshare.jobs.worker import Worker
from fanshare.store.access import connect
home = Path(sys.argv[1])
worker = Worker(connect(sys.argv[2]), home, Keys(b"m" * 32), FileClock(home / "clock"), "shop.example", {})
while True:
    if not worker.round().busy:
        time.sleep(0.02)
"""


@dataclass
class Staff:
    """The processes of a house, started again when they have ended. ``did`` counts what was done to them."""

    house: House
    listener: socket.socket = field(default_factory=lambda: bind("127.0.0.1", 0))
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    how: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def keep(self) -> None:
        """Start whoever is missing."""
        for name in ("edge", "worker", "other worker"):
            if name not in self.running or self.running[name].poll() is not None:
                self.running[name] = self._start(name)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        number = str(self.listener.fileno())
        command = [_EDGE, str(self.house.home), number, *self.how]
        if name != "edge":
            command = [_WORKER, str(self.house.home), self.house.database.dsn()]
        return subprocess.Popen(
            [sys.executable, "-c", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[self.listener.fileno()],
        )

    def disturb(
        self, dice: random.Random, whom: Sequence[str] = (), how: Sequence[str] = ("killed", "stopped")
    ) -> None:
        """Do something to somebody, and see that all are there again."""
        name, what = dice.choice([*(whom or (*self.running, "database"))]), dice.choice(how)
        server = self.house.database.server
        assert server is not None
        pid = postmaster(server).pid if name == "database" else self.running[name].pid
        self.did[f"{name} {what}"] += 1
        if what == "killed":
            os.kill(pid, signal.SIGKILL)
            if name != "database":
                self.running[name].wait(10)
        else:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(dice.uniform(0.1, 0.5))
            os.kill(pid, signal.SIGCONT)
        server.ensure()
        self.keep()

    def dismiss(self) -> None:
        """End all of them."""
        for one in self.running.values():
            one.kill()
            one.wait(10)
        self.listener.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A database server that may be killed: nobody else uses it."""
    home = new_home()
    with Server(home) as server:
        yield server
    shutil.rmtree(home.parent)


@pytest.fixture
def staff(own_server: Server, tmp_path: Path) -> Iterator[Staff]:
    database = create_database(own_server)
    migrate(database.dsn(owner=True), database.app_role)
    with House.built(database, tmp_path) as house:
        house.worker.housekeeping()
        made = Staff(house)
        yield made
        made.dismiss()


def clicked(staff: Staff, number: int) -> str:
    """The click of somebody new, who tries again until she gets to the shop."""
    agent = {"user-agent": f"Mozilla/5.0 (X11; Linux x86_64) Chrome/{100 + number}.0"}
    for _ in range(200):
        with contextlib.suppress(httpx.TransportError):
            answer = httpx.get(f"{staff.url}/r/{staff.house.bea.code}", headers=agent, trust_env=False, timeout=5)
            if answer.status_code == 302:
                return parse_qs(urlsplit(answer.headers["location"]).query).get("fs", [""])[0]
        time.sleep(0.02)
    raise AssertionError("nobody gets to the shop")


def sell_until(staff: Staff, stop: threading.Event) -> int:
    """Sell one order after the other, each told until it is answered with 200; how many."""
    hook, number = f"{staff.url}/hooks/{staff.house.bea.shop.endpoint}", 0
    while number < effort(5) or not stop.is_set():
        number += 1
        assert delivered(staff.house, hook, number, clicked(staff, number), 200)
    return number


def finish(staff: Staff) -> None:
    """Nobody disturbs any more; one worker does what is left, also what dead ones had claimed."""
    staff.dismiss()
    staff.house.reconnect()
    staff.house.later(3 * MINUTE)
    staff.house.work()


def sold_meanwhile(staff: Staff, disturb: Callable[[], None], times: int, dice: random.Random) -> int:
    """Sell while somebody is disturbed so often; how many orders were thanked for."""
    stop = threading.Event()
    staff.keep()
    with ThreadPoolExecutor(1) as pool:
        shop = pool.submit(sell_until, staff, stop)
        try:
            for _ in range(times):
                time.sleep(dice.uniform(0.1, 0.7))
                disturb()
        finally:
            stop.set()
        sold = shop.result(120)
    finish(staff)
    return sold


@pytest.mark.soak_sized
def test_processes_that_are_killed_and_stopped_at_random_lose_nothing_and_book_nothing_twice(
    staff: Staff, record_property: Callable[[str, object], None]
) -> None:
    dice = random.Random(effort(26))
    sold = sold_meanwhile(staff, lambda: staff.disturb(dice), effort(10), dice)
    bea = staff.house.bea
    assert bea.earned(bea.cleo) == sold * PART
    assert bea.inbox().keys() == {"done"}
    assert bea.inbox()["done"] >= sold
    assert_green(staff.house)
    record_property("tried", {"orders while processes end": sold, **staff.did})


def test_an_edge_that_thanks_too_early_is_found_out_by_random_kills(staff: Staff) -> None:
    staff.how, dice = ("hasty",), random.Random(3)
    sold = sold_meanwhile(staff, lambda: staff.disturb(dice, ("edge",), ("killed",)), 4, dice)
    assert staff.house.bea.earned(staff.house.bea.cleo) < sold * PART


@pytest.mark.parametrize(("how", "kept"), [((), True), (("hasty",), False)], ids=["as it is", "thanks before it keeps"])
def test_an_edge_that_is_killed_right_after_its_200_has_kept_the_delivery(
    staff: Staff, how: tuple[str, ...], kept: bool
) -> None:
    staff.how = how
    staff.keep()
    assert delivered(staff.house, f"{staff.url}/hooks/{staff.house.bea.shop.endpoint}", 1, clicked(staff, 1), 200)
    staff.running["edge"].kill()
    finish(staff)
    assert staff.house.bea.inbox() == ({"done": 1} if kept else {})
