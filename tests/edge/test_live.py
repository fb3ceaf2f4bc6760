"""Open pages are told when something moved: at once, only with a token, and never at the cost of links and hooks."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from fanshare.core import live_token
from fanshare.edge import live
from fanshare.jobs.pulse import beat
from tests.edge.running import KEYS, NOON, Edge, running, tuned


def token(programme: int = 1, at: int = NOON) -> str:
    return live_token.make(KEYS.derive(live_token.PURPOSE), programme, at)


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    with running(tmp_path, settings=tuned(live_pages=2)) as started:
        yield started


@contextmanager
def listening(edge: Edge, programme: int = 1) -> Iterator[socket.socket]:
    """A page that listens, after the head of its answer."""
    with socket.create_connection(("127.0.0.1", edge.port), timeout=10) as sock:
        sock.sendall(f"GET /live/{token(programme)} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        head = until(sock, b"retry: 5000\n\n")
        assert b" 200 " in head
        assert b"content-type: text/event-stream" in head
        yield sock


def until(sock: socket.socket, text: bytes, seconds: float = 8) -> bytes:
    """Everything up to a text; what came before the line fell silent, if it does not come."""
    sock.settimeout(seconds)
    received = b""
    try:
        while text not in received:
            received += (data := sock.recv(4096))
            if not data:
                break
    except TimeoutError:
        pass
    return received


def test_a_page_is_told_when_its_programme_moved_and_not_when_another_did(edge: Edge) -> None:
    with listening(edge) as sock:
        beat(edge.home, 2)
        assert b"moved" not in until(sock, b"moved", 2.5)
        beat(edge.home, 1)
        assert b"event: moved\nid: " in until(sock, b"data: ")
        time.sleep(0.02)
        beat(edge.home, 1)
        assert b"event: moved" in until(sock, b"data: ")


def test_without_a_right_token_nobody_listens(edge: Edge) -> None:
    good = token()
    for wrong in ("", "x", good[:-3], "A" + good[1:], good + "=", good + ".", "a" * 500):
        assert edge.client.get(f"/live/{wrong}").status_code == 404
    assert edge.client.post(f"/live/{good}").status_code == 405


def test_a_token_that_is_over_says_so_once(edge: Edge) -> None:
    answer = edge.client.get(f"/live/{token(at=NOON - live_token.LIVES)}")
    assert (answer.status_code, answer.content) == (204, b""), "an event stream is not asked for again after a 204"


def test_only_so_many_pages_listen_and_who_goes_makes_room(edge: Edge) -> None:
    with listening(edge), listening(edge):
        refused = edge.client.get(f"/live/{token()}")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        assert edge.client.get("/r/cleo").status_code == 302, "links go on"
    deadline = time.monotonic() + 10
    while edge.app._live.open and time.monotonic() < deadline:
        time.sleep(0.05)
    with listening(edge):
        assert edge.app._live.open == 1


def test_a_silent_line_shows_that_it_lives_and_ends_for_the_browser_to_come_again(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "ALIVE", 0.2)
    monkeypatch.setattr(live, "LOOKS", 0.1)
    monkeypatch.setattr(live, "LASTS", 1.0)
    with listening(edge) as sock:
        received = until(sock, b"0\r\n\r\n")
        assert b":\n\n" in received
        assert received.endswith(b"0\r\n\r\n"), "the end of a chunked answer"


def test_an_edge_that_ends_does_not_wait_for_pages_that_listen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as open_for_longer:
        with running(tmp_path) as edge:
            sock = open_for_longer.enter_context(listening(edge))
        assert until(sock, b"never") == b"", "it was hung up on"
    assert "graceful" not in caplog.text, "uvicorn ends by force what it has waited for in vain"


def test_a_disk_that_refuses_the_pulse_stops_no_worker(tmp_path: Path) -> None:
    (tmp_path / live.PULSE).write_text("a file where a folder should be")
    beat(tmp_path, 1)
    assert live.beat(tmp_path / live.PULSE / "1") == 0
