"""``fanshare serve`` for real: one command, one port, from the click to the explained cent, and an end without rest."""

import json
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psutil
import pytest

from fanshare.cli import supervision
from fanshare.core.instants import SECOND, format_rfc3339
from fanshare.integrations.generic.verify import sign
from fanshare.store.server import Server
from fanshare.upkeep.memory import memory_facts, processes
from tests.cli.conftest import LABEL, SHIRT, TERMS, Terminal
from tests.cli.running import Otto, Serving, until


@dataclass
class Shop:
    """A programme with a generic shop and a fan's link."""

    otto: Otto
    secret: str
    endpoint: str
    link: str
    page: str

    def click(self, serving: Serving) -> str:
        """Follow the link; returns the click id."""
        answer = serving.get(f"/r/{self.link}")
        assert answer.status_code == 302
        return parse_qs(urlsplit(answer.headers["location"]).query)["fs"][0]

    def post(self, serving: Serving, body: bytes, message: str = "m1") -> int:
        """Deliver signed bytes."""
        sent = int(time.time())
        signature = sign(self.secret.encode(), message, sent, body)
        headers = {"webhook-id": message, "webhook-timestamp": str(sent), "webhook-signature": signature}
        url = f"{serving.url}/hooks/{self.endpoint}"
        return httpx.post(url, content=body, headers=headers, timeout=20).status_code

    def settled(self, number: str) -> Any:
        """What ``order explain`` says of an order once it is settled."""

        def look() -> Any:
            known = {one["number"] for one in self.otto.ask("order", "list")["orders"]}
            found = self.otto.ask("order", "explain", number) if number in known else None
            return found if found and found["settled"] and found["parts"] else None

        return until(look, f"order {number} to be settled")


def order(number: str, *clicks: str) -> bytes:
    """A paid order of 59.00."""
    now = format_rfc3339(int(time.time()) * SECOND)
    return json.dumps(
        {
            "order_id": number, "ordered_at": now, "currency": "EUR", "status": "captured",
            "lines": [{"id": "1", "net": "59.00"}], "buyer": {"email": f"{number}@example.test"},
            "clicks": list(clicks),
        }
    ).encode()  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Arranged before anything is served; meanwhile this process keeps the database alive."""
    home = Path(tempfile.mkdtemp(prefix="fss-"))
    otto = Otto(home)
    otto.ask_anew("programme", "create", "Bea", "--currency", "EUR", "--terms", str(TERMS))
    assert not otto.processes()
    with Server(home):
        creator = otto.ask("creator", "add", "Cleo")
        connection = otto.ask("connection", "add", "generic", "--shop", "https://shop.example")
        fan = otto.ask("fan", "add", "--of", "cleo", "--to", SHIRT, *LABEL)
        otto.ask("work", "--once")  # publishes the link to the edge
    page = urlsplit(creator["page"]).path
    yield Shop(otto, connection["secret"], connection["endpoint"], fan["link"], page)
    for process in otto.processes():
        process.kill()
    link = home / "pg"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    (home.parent / f"{home.name}.log").unlink(missing_ok=True)


def test_a_click_becomes_an_explained_cent_and_the_end_leaves_nothing(shop: Shop) -> None:
    with shop.otto.serving() as serving:
        until(lambda: serving.get("/readyz").status_code == 200, "readiness")
        assert "Cleo" in serving.get(shop.page).text
        assert shop.post(serving, order("1001", shop.click(serving))) == 200
        [part] = shop.settled("1001")["parts"]
        assert part["shares"] == {"creator": "5.664000", "fan": "1.416000", "buyer": "0.000000"}
        why = urlsplit(part["positions"][1]["why"])
        assert f"{why.scheme}://{why.netloc}" == serving.url
        assert "1.41" in serving.get(why.path).text
        assert shop.post(serving, b"no order") == 200
        [parked] = until(lambda: shop.otto.ask("inbox", "list")["parked"], "the parked delivery")
        assert shop.otto.ask("inbox", "retry", parked["id"]) == {"retried": 1}
        assert shop.otto.ask("check")["ok"]
        assert _codes(shop, "bad") == set()
        facts = memory_facts(shop.otto.home)
        assert facts is not None
        assert {one.pid for one in processes(shop.otto.home)} >= {one.pid for one in shop.otto.processes()}
        assert 30 << 20 < facts.held < 300_000_000, facts
        began = time.monotonic()
        serving.process.send_signal(signal.SIGTERM)
        assert serving.process.wait(20) == 0
        assert time.monotonic() - began < 10
    assert not (shop.otto.home / "serve.json").exists()
    assert not shop.otto.processes()
    (shop.otto.home / "keys" / "master").chmod(0o644)
    try:
        assert shop.otto.ask_anew("doctor", exit_code=1)["error"]["code"] == "open_master_key"
    finally:
        (shop.otto.home / "keys" / "master").chmod(0o600)


def test_a_killed_serve_takes_everything_along_and_starts_again(shop: Shop) -> None:
    with shop.otto.serving() as serving:
        click = shop.click(serving)
        assert shop.post(serving, order("1002", click), "m2") == 200
        serving.process.kill()
        serving.process.wait()
        until(lambda: not shop.otto.processes(), "the rest to end")
    with shop.otto.serving():
        assert shop.settled("1002")["parts"][0]["commission"] == "7.080000"


def test_a_killed_worker_and_a_killed_database_come_back(shop: Shop) -> None:
    with shop.otto.serving() as serving:
        worker = _child(serving, "work")
        postmaster = _child(serving, "postgres")
        worker.kill()
        postmaster.kill()
        assert shop.post(serving, order("1003", shop.click(serving)), "m3") == 200
        until(lambda: _find(serving, "work") not in (None, worker), "another worker")
        until(lambda: serving.get("/readyz").status_code == 200, "readiness")
        assert shop.settled("1003")["settled"]
        assert shop.otto.ask("check")["ok"]


def test_edge_and_pages_run_apart(shop: Shop) -> None:
    with shop.otto.serving("edge", name="serve-edge.json") as edge:
        assert len(shop.click(edge)) == 36
        assert edge.get(shop.page).status_code == 404
        assert not [one for one in shop.otto.processes() if one.name() == "postgres"]
        with shop.otto.serving("web", name="serve-web.json") as web:
            assert "Cleo" in web.get(shop.page).text
            assert web.get(f"/r/{shop.link}").status_code == 404
            clicks, reading, database = (psutil.Process(one).nice() for one in (
                edge.process.pid, web.process.pid, _child(web, "postgres").pid
            ))  # fmt: skip
            assert (reading - clicks, database - clicks) == (10, 0), "whoever clicks waits for nobody who reads"
    assert not shop.otto.processes()


def test_a_port_in_use_and_a_home_in_use_are_said(shop: Shop) -> None:
    with shop.otto.serving("edge", name="serve-edge.json") as edge:
        port = str(urlsplit(edge.url).port)
        assert shop.otto.ask_anew("serve", "edge", "--port", port, exit_code=1)["error"]["code"] == "cannot_listen"
        assert shop.otto.ask_anew("serve", "edge", "--port", "0", exit_code=1)["error"]["code"] == "cannot_serve"
        # The second one did not take away what the first one says of itself.
        assert json.loads((shop.otto.home / "serve-edge.json").read_text())["url"] == edge.url


def test_another_clock_is_refused_where_no_demonstration_is(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal({"FANSHARE_HOME": str(shop.otto.home), "FANSHARE_CLOCK": str(shop.otto.home / "clock")})
    monkeypatch.setattr(supervision, "exit_on_signals", lambda: None)
    with Server(shop.otto.home):
        for command in (("programme", "show"), ("work", "--once"), ("serve", "--port", "0"), ("serve", "edge")):
            assert terminal.refused(*command) == "clock_refused"
        assert not (shop.otto.home / "clock").exists()


def _codes(shop: Shop, level: str) -> set[str]:
    """What the doctor says at a level."""
    remarks = shop.otto.ask("doctor")["remarks"]
    return {one["code"] for one in remarks if one["level"] == level}


def _find(serving: Serving, word: str) -> psutil.Process | None:
    for child in serving.children():
        try:
            if word in " ".join(child.cmdline()):
                return child
        except psutil.Error:
            continue
    return None


def _child(serving: Serving, word: str) -> psutil.Process:
    found = until(lambda: _find(serving, word), word)
    assert isinstance(found, psutil.Process)
    return found
