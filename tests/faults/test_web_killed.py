"""``fanshare serve web`` is killed while software makes links: each that was asked for is there once, and whole."""

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from fanshare.store.server import Server
from tests.cli.conftest import TERMS, Terminal
from tests.cli.running import Otto
from tests.support.effort import effort

LINK = {
    "creator": "cleo",
    "destination": "https://shop.example/linen",
    "label": {"country": "DE", "platform": "instagram", "text": "Werbung"},
}


@dataclass
class Software:
    """Makes links over the API and asks again until it is answered; ``sure``: under a key, so that it may.

    ``patience`` is how long it waits for the first answer about each link.
    """

    key: str
    sure: bool = True
    patience: float = 5
    url: str = ""
    made: dict[int, str] = field(default_factory=dict)
    unheard: int = 0

    def make(self, number: int) -> None:
        """One link, asked for until an answer comes."""
        headers = {"authorization": f"Bearer {self.key}"}
        if self.sure:
            headers["idempotency-key"] = f"link {number}"
        body = {**LINK, "campaign": str(number)}
        for attempt in range(400):
            patience = 5 if attempt else self.patience
            try:
                answer = httpx.post(f"{self.url}/api/v1/links", json=body, headers=headers, timeout=patience)
            except httpx.TransportError:
                self.unheard += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 201:
                self.made[number] = answer.json()["code"]
                return
            assert answer.status_code in {502, 503}, answer.text
        raise AssertionError("nobody answers")


@pytest.fixture(scope="module")
def otto() -> Iterator[Otto]:
    """An installation with one creator; meanwhile this process keeps the database alive."""
    home = Path(tempfile.mkdtemp(prefix="fsw-"))
    machine = Otto(home)
    machine.ask_anew("programme", "create", "Bea", "--currency", "EUR", "--terms", str(TERMS))
    with Server(home):
        machine.ask("creator", "add", "Cleo")
        yield machine
    for process in machine.processes():
        process.kill()
    link = home / "pg"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    (home.parent / f"{home.name}.log").unlink(missing_ok=True)


def links(otto: Otto) -> list[str]:
    """The codes of all links of the programme."""
    return [one["code"] for one in otto.ask("link", "list")["links"]]


def software_of(otto: Otto, **more: Any) -> Software:
    """Software with a key of its own."""
    made = Terminal({"FANSHARE_HOME": str(otto.home)}).ask("api-key", "make", "software", "--scope", "links:write")
    return Software(made["key"], **more)


def make_links(otto: Otto, software: Software, number: int, kills: int) -> None:
    """Let four at a time ask for links while the pages' process is killed again and again."""
    dice = Random(kills)
    with ThreadPoolExecutor(4) as pool:
        asked: list[Future[None]] = []
        for life in range(kills + 1):
            with otto.serving("web", name="serve-web.json") as serving:
                software.url = serving.url
                asked = asked or [pool.submit(software.make, one) for one in range(number)]
                if life < kills:
                    time.sleep(dice.uniform(0.05, 0.5))
                    serving.process.send_signal(signal.SIGKILL)
                else:
                    for one in asked:
                        one.result(60)


@pytest.mark.soak_sized
def test_each_link_that_was_asked_for_is_there_once_however_often_the_pages_die(otto: Otto) -> None:
    before, number, software = links(otto), effort(40), software_of(otto)
    make_links(otto, software, number, 2)
    assert software.unheard, "it was killed while it was asked"
    after = links(otto)
    assert len(software.made) == len(set(software.made.values())) == number
    assert set(software.made.values()) == set(after) - set(before)
    assert otto.ask("check")["ok"]


def test_who_asks_again_without_a_key_may_have_two(otto: Otto) -> None:
    before, software = links(otto), software_of(otto, sure=False, patience=0.02)
    make_links(otto, software, 12, 0)
    assert software.unheard
    assert len(software.made) == 12 < len(links(otto)) - len(before)
