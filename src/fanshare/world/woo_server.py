"""The HTTP side of the small WooCommerce: keys are checked, answers sent, faults played."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

type Query = dict[str, str]

ROUTE = "/wp-json/wc/v3/"
_NO_KEY = {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 401}}
_READ_ONLY = {
    "code": "woocommerce_rest_authentication_error",
    "message": "The API key provided does not have write permissions.",
    "data": {"status": 401},
}
_CLOCK_TOLERANCE = 15 * 60


class Fault(StrEnum):
    """How a shop can fail a request."""

    THROTTLE = "throttle"  # 429 with Retry-After: 7
    ERROR = "error"  # 500
    MAINTENANCE = "maintenance"  # 503 with a page for people
    HTML = "html"  # 200 with a page for people
    REDIRECT = "redirect"  # 302 to another host
    STALL = "stall"  # never answers
    DRIP = "drip"  # a byte now and then
    CUT = "cut"  # half of the promised body
    HALF = "half"  # half of a body without a promised length
    MOVED = "moved"  # 404 without saying that it is about the order
    DENIED = "denied"  # 401
    LOST = "lost"  # carried out, and the answer never comes
    TORN = "torn"  # carried out, and half of the answer comes


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keys:
    """The REST key of the shop."""

    key: str
    secret: str
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose key fits; ``path`` begins behind the route of the API."""

    method: str
    path: str
    query: Query
    body: bytes = b""


def json_answer(status: int, value: Any) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(value).encode(), {"content-type": "application/json; charset=UTF-8"})


_PLAYED = {
    Fault.THROTTLE: Answer(429, b"slow down", {"retry-after": "7"}),
    Fault.ERROR: Answer(500, b"<p>There has been a critical error on this website.</p>"),
    Fault.MAINTENANCE: Answer(503, b"<p>Briefly unavailable for scheduled maintenance.</p>"),
    Fault.HTML: Answer(200, b"<!doctype html><p>Welcome</p>"),
    Fault.REDIRECT: Answer(302, b"", {"location": "https://elsewhere.example/"}),
    Fault.MOVED: json_answer(404, {"code": "rest_no_route", "message": "No route was found."}),
    Fault.DENIED: json_answer(401, _NO_KEY),
}


class ShopServer:
    """A threaded HTTP server on a free loopback port."""

    def __init__(
        self,
        keys: Keys,
        answer: Callable[["Asked"], Answer],
        fault: Callable[[], Fault | None],
        tls: ssl.SSLContext | None,
    ) -> None:
        self.keys, self.answer, self.fault, self.secure = keys, answer, fault, tls is not None
        self.stopping = threading.Event()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.shop = self
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="woo-shop", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; running answers are cut short."""
        self.stopping.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    def may_look(self, method: str, url: str, query: list[tuple[str, str]], authorization: str) -> bool:
        """WooCommerce's rule: Basic over https, an OAuth 1.0a signature over plain http."""
        if self.secure:
            wanted = base64.b64encode(f"{self.keys.key}:{self.keys.secret}".encode()).decode()
            return hmac.compare_digest(authorization, f"Basic {wanted}")
        given = dict(query)
        fresh = abs(int(given.get("oauth_timestamp", "0")) - time.time()) <= _CLOCK_TOLERANCE
        signed = [pair for pair in query if pair[0] != "oauth_signature"]
        expected = oauth_signature(method, url, signed, self.keys.secret)
        known = given.get("oauth_consumer_key") == self.keys.key
        return fresh and known and hmac.compare_digest(given.get("oauth_signature", ""), expected)


def oauth_signature(method: str, url: str, pairs: list[tuple[str, str]], secret: str) -> str:
    """The signature WooCommerce computes, written down a second time so that both sides check each other."""
    query = "&".join(
        "=".join(pair) for pair in sorted((quote(name, safe=""), quote(value, safe="")) for name, value in pairs)
    )
    base = f"{method}&{quote(url, safe='')}&{quote(query, safe='')}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()).decode()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    # Threads of stalled answers end by `stopping`; waiting for each would make every stop slow.
    block_on_close = False
    shop: ShopServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is no event here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def handle_any(self) -> None:
        shop, parts = self.server.shop, urlsplit(self.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        fault = shop.fault()
        if fault not in {None, Fault.LOST, Fault.TORN}:
            self._misbehave(fault)
        elif not parts.path.startswith(ROUTE):
            self._send(_PLAYED[Fault.MOVED])
        elif not shop.may_look(self.command, shop.url + parts.path, pairs, self.headers.get("authorization", "")):
            self._send(json_answer(401, _NO_KEY))
        elif self.command != "GET" and not shop.keys.may_write:
            self._send(json_answer(401, _READ_ONLY))
        else:
            answer = shop.answer(Asked(self.command, parts.path.removeprefix(ROUTE), dict(pairs), body))
            self._send(answer) if fault is None else self._lose(fault, answer)

    do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the names of http.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of http.server
        """Keep quiet."""

    def _send(self, answer: Answer) -> None:
        self._write(answer.status, {**answer.headers, "content-length": str(len(answer.body))}, answer.body)

    def _write(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Head and body in one packet: two small ones would wait for each other."""
        head = [f"HTTP/1.1 {status} {self.responses[status][0]}", f"date: {self.date_time_string()}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def _misbehave(self, fault: Fault | None) -> None:
        if fault in _PLAYED:
            self._send(_PLAYED[fault])
            return
        self.close_connection = True
        body = json.dumps({"id": 14, "padding": "x" * 1_000}).encode()
        if fault is Fault.CUT:
            self._write(200, {"content-length": str(len(body))}, body[:500])
        elif fault is Fault.HALF:
            self._write(200, {"connection": "close"}, body[:500])
        elif fault is Fault.STALL:
            self.server.shop.stopping.wait(20)
        else:
            self._drip(body)

    def _lose(self, fault: Fault, answer: Answer) -> None:
        """What was asked is done; whoever asked does not learn it."""
        self.close_connection = True
        if fault is Fault.LOST:
            self.server.shop.stopping.wait(20)
        else:
            self._write(answer.status, {"content-length": str(len(answer.body))}, answer.body[: len(answer.body) // 2])

    def _drip(self, body: bytes) -> None:
        self._write(200, {"content-length": str(len(body))}, b"")
        for byte in body:
            if self.server.shop.stopping.wait(0.05):
                return
            self.wfile.write(bytes([byte]))
