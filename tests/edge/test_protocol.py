"""Heads that take for ever or grow without end are cut off; bodies and slow answers are not."""

import asyncio
import re
import socket
import time
from collections.abc import Iterator, MutableMapping
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fanshare.edge import server
from fanshare.edge.app import Receive, Send
from tests.edge.running import Edge, running, tuned
from tests.jobs.house import eventually

QUICK = tuned(header_deadline=0.3, max_header_bytes=4096, keep_alive=1)


async def slow_page(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    await asyncio.sleep(0.8)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"slow"})


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Edge]:
    with running(tmp_path, settings=QUICK, fallback=slow_page) as edge:
        yield edge


#: How long a connection may trickle on before its server counts as one that bears it: many times what it is to bear.
PATIENCE = 20.0
PAUSE = 0.05


def borne(edge: Edge, *parts: bytes, then: bytes = b"x: y\r\n", most: float = PATIENCE) -> bool:
    """Whether the server bears a connection for ``most`` seconds that sends these parts and then trickles on."""
    end = time.monotonic() + most
    with socket.create_connection(("127.0.0.1", edge.port)) as sock:
        sock.settimeout(PAUSE)
        for part in chain(parts, repeat(then)):
            if time.monotonic() > end:
                return True
            try:
                sock.sendall(part)
                while sock.recv(65_536):
                    pass
            except TimeoutError:
                continue
            except ConnectionError:
                pass
            return False
    raise AssertionError("it trickles until it is closed")


def test_a_head_that_trickles_is_cut_off(quick: Edge) -> None:
    assert not borne(quick, b"GET /r/cleo HTTP/1.1\r\n")


def test_uvicorn_alone_would_bear_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "limited_to", lambda *_: HttpToolsProtocol)
    with running(tmp_path, settings=QUICK) as edge:
        assert borne(edge, b"GET /r/cleo HTTP/1.1\r\n", most=1.5)


def test_a_silent_connection_is_closed(quick: Edge) -> None:
    assert not borne(quick, then=b"")


def test_a_second_head_has_a_deadline_too(quick: Edge) -> None:
    first = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
    assert not borne(quick, first, b"\r\n", b"G", then=b"x")


def test_a_body_that_nobody_waits_for_must_end_in_time(quick: Edge) -> None:
    head = b"POST /hooks/nobody HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
    assert not borne(quick, head, then=b"x")


def test_a_head_without_end_is_431(quick: Edge) -> None:
    assert b" 431 " in quick.raw(b"GET /r/cleo HTTP/1.1\r\n", b"x: " + b"y" * 5_000, pause=0.05)
    many = b"GET /r/cleo HTTP/1.1\r\n" + b"".join(b"x%d: y\r\n" % n for n in range(1_000))
    assert b" 431 " in quick.raw(many, timeout=2)


def test_a_body_that_comes_with_its_head_is_not_taken_for_head(quick: Edge) -> None:
    head = b"POST /hooks/bea-shop HTTP/1.1\r\nhost: x\r\nconnection: close\r\nwebhook-signature: secret\r\n"
    answer = quick.raw(head + b"content-length: 50000\r\n\r\n" + b"x" * 50_000)
    assert b" 200 " in answer


def test_an_answer_may_take_longer_than_a_head(quick: Edge) -> None:
    assert quick.client.get("/slow").text == "slow"
    two = b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTT"
    answer = quick.raw(two, b"P/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", pause=0.5)
    assert answer.count(b"HTTP/1.1 200") == 2


def test_many_requests_on_one_connection(quick: Edge) -> None:
    pipelined = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n" * 50
    answer = quick.raw(pipelined, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 51


def test_beyond_the_limit_of_connections_one_is_asked_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, settings=tuned(max_connections=3)) as edge:
        held = [socket.create_connection(("127.0.0.1", edge.port)) for _ in range(3)]
        answer = edge.raw()  # connections are taken in their order
        assert b" 503 " in answer
        assert b"retry-after: 5" in answer
        for sock in held:
            sock.close()
        assert eventually(lambda: edge.client.get("/healthz").status_code == 200)


def everything(edge: Edge, sent: bytes) -> bytes:
    """What comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", edge.port)) as sock:
        sock.settimeout(5)
        sock.sendall(sent)
        return b"".join(iter(lambda: sock.recv(65_536), b""))


def alike(answer: bytes) -> bytes:
    """An answer without what is new in each: the click's id and the time."""
    return re.sub(rb"(?<=[=])[0-9a-z]{36}|(?<=date: )[^\r]+", b"", answer)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("code", ["cleo", "nobody", "cleo/", "cleo?utm_source=x&to=/p/7", "paused", "x" * 300])
def test_a_link_is_answered_on_the_spot_as_it_is_the_usual_way(quick: Edge, code: str, method: str) -> None:
    path = code.encode()
    escaped = b"%%%02x" % path[0] + path[1:]  # an escape is unusual
    ask = method.encode() + b" /r/%s HTTP/1.1\r\nhost: x\r\nuser-agent: a\r\nconnection: close\r\n\r\n"
    assert alike(everything(quick, ask % path)) == alike(everything(quick, ask % escaped))


def test_links_and_pages_asked_at_once_are_answered_in_their_order(quick: Edge) -> None:
    ask = b"GET %s HTTP/1.1\r\nhost: x\r\n%s\r\n"
    paths = [b"/r/cleo", b"/r/nobody", b"/slow", b"/r/cleo", b"/healthz", b"/r/nobody", b"/r/cleo"]
    sent = b"".join(ask % (path, b"") for path in paths) + ask % (b"/healthz", b"connection: close\r\n")
    told = everything(quick, sent)
    assert re.findall(rb"HTTP/1.1 (\d+)", told) == [b"302", b"404", b"200", b"302", b"200", b"404", b"302", b"200"]


@pytest.mark.parametrize(
    "ask",
    [
        b"GET /r/cleo HTTP/1.0\r\nhost: x\r\n\r\n",
        b"GET /r/cleo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc",
        b"GET /r/cleo HTTP/1.1\r\nhost: x\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n\r\n",
    ],
)
def test_an_unusual_request_for_a_link_is_answered_too(quick: Edge, ask: bytes) -> None:
    told = everything(quick, ask)
    assert told.startswith(b"HTTP/1.1 302 ")
    assert told.count(b"HTTP/1.1") == 1
