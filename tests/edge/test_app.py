"""Health, metrics, what is passed on, and garbage: nothing makes the edge answer 500 or fall over."""

import random
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fanshare.edge.app import Receive, Send
from tests.edge.running import SIGNED, Edge, running, tuned


def test_it_says_that_it_is_alive_and_ready(edge: Edge) -> None:
    assert edge.client.get("/healthz").json() == {"alive": True}
    response = edge.client.get("/readyz")
    assert (response.status_code, response.json()) == (
        200,
        {"ready": True, "snapshot": "ok", "hooks": "ok", "clicks": "ok"},
    )
    assert edge.client.post("/healthz").status_code == 405


def test_added_checks_decide_and_strangers_are_told_no_details(tmp_path: Path) -> None:
    problem: list[str | None] = [None]
    with running(tmp_path, checks={"worker": lambda: problem[0]}) as edge:
        assert edge.client.get("/readyz").status_code == 200
        problem[0] = "The worker has not been seen for five minutes."
        response = edge.client.get("/readyz")
        assert (response.status_code, response.json()["worker"]) == (503, problem[0])
        passed_on = edge.client.get("/readyz", headers={"x-forwarded-for": "203.0.113.9"})
        assert passed_on.json() == {"ready": False}


def test_metrics_are_prometheus_text_and_not_for_strangers(edge: Edge) -> None:
    edge.client.get("/r/cleo")
    edge.client.post("/hooks/bea-shop", content=b"{}", headers=SIGNED)
    response = edge.client.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert families["fanshare_edge_visits"].samples[0].labels == {"verdict": "counted"}
    assert families["fanshare_edge_hooks"].samples[0].value == 1
    assert edge.client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404


def test_behind_a_trusted_proxy_a_forged_address_opens_no_metrics(tmp_path: Path) -> None:
    with running(tmp_path, settings=tuned(trusted_proxies=("127.0.0.1",))) as edge:
        assert edge.client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1, 203.0.113.9"}).status_code == 404
        assert edge.client.get("/metrics").status_code == 200


def test_what_is_not_the_edges_goes_to_the_fallback(tmp_path: Path) -> None:
    async def shop_pages(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"hi"})

    with running(tmp_path, fallback=shop_pages) as edge:
        assert edge.client.get("/creators/cleo").text == "hi"
        assert edge.client.get("/r/nobody").status_code == 404
        assert edge.client.get("/rx").text == "hi"


def test_without_a_fallback_there_is_a_plain_page(edge: Edge) -> None:
    response = edge.client.get("/anything")
    assert response.status_code == 404
    assert "There is no page" in response.text


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


_LINE = b"GET /r/cleo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
GARBAGE = [
    b"\x00" * 100 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    b"GET\r\n\r\n",
    b"GET  HTTP/1.1\r\n\r\n",
    b"GET /r/cleo\r\n\r\n",
    b"GET /r/cleo HTTP/9.9\r\n\r\n",
    b"get /r/cleo HTTP/1.1\r\n\r\n",
    b"FROB /r/cleo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET http://evil.example/r/cleo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET //evil.example/r/cleo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /r/%00%ff%zz%c0%af HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /r/../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /r/cle\xffo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /r/cleo?to=%0d%0aset-cookie:x=1&a=%0d%0a&\xff=1&%=&&&=== HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /r/cleo?a=\x00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    _LINE + b"user-agent: \xff\xfe\x80\r\n\r\n",
    _LINE + b"user-agent:\r\n\r\n",
    _LINE + b"referer: https://[::1\r\n\r\n",
    _LINE + b"referer: \xff://\xff\r\n\r\n",
    _LINE + b"x-forwarded-for: " + b"," * 5_000 + b"\r\n\r\n",
    _LINE + b"sec-fetch-dest: \xc3\x28\r\nsec-purpose: \xff\r\n\r\n",
    _LINE + b"a: b\r\n" * 500 + b"\r\n",
    _LINE + b"content-length: -1\r\n\r\n",
    _LINE + b"content-length: 5\r\ncontent-length: 6\r\n\r\n",
    _LINE + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
    b"POST /hooks/bea-shop HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n\r\n",
    b"POST /hooks/bea-shop HTTP/1.1\r\nconnection: close\r\ncontent-length: 2\r\nwebhook-signature: \xff\r\n\r\n{}",
    b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", GARBAGE)
def test_garbage_is_answered_with_a_status_below_500_or_a_closed_connection(steady: Edge, request_bytes: bytes) -> None:
    answer = steady.raw(request_bytes, timeout=0.5)
    assert status(answer) < 500, answer
    assert b"set-cookie" not in answer.lower()
    assert b"location: http" not in answer.lower() or b"location: https://shop.example/" in answer
    assert steady.app.counts.errors == 0
    assert steady.client.get("/healthz").status_code == 200


def test_random_bytes_do_no_harm(edge: Edge) -> None:
    generator = random.Random(20261114)
    seeds = [one for one in GARBAGE if len(one) < 300] + [_LINE + b"\r\n"]
    for _ in range(150):
        data = bytearray(generator.choice(seeds))
        for _ in range(generator.randrange(1, 6)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        assert status(edge.raw(bytes(data), timeout=0.02)) < 500
    assert edge.app.counts.errors == 0
    assert edge.client.get("/r/cleo").status_code == 302


def test_an_error_inside_is_counted_and_answered_with_a_request_to_come_again(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control for the tests above: they would see an error, for it is counted."""
    monkeypatch.setattr(edge.app._redirects, "_prepare", lambda *_: 1 / 0)
    response = edge.client.get("/r/cleo")
    assert response.status_code == 503
    assert edge.app.counts.errors == 1
