"""A real HTTP server on loopback that answers what it is told to and fails on command.

For tests of everything that asks somebody over HTTP: pages come from a function, faults from a queue. Give the
function's address to the client under test; ``misbehave(Fault.THROTTLE, None, Fault.CUT)`` makes the first of the next
three requests be throttled, the second go well, the third end in the middle of its body.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from fanshare.world.woo_server import Fault

__all__ = ["Fault", "FlakyServer", "Reply", "Request", "reply"]

#: Seconds that a throttled client is told to wait.
RETRY_AFTER = 7


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. Header names are in lower case; ``query`` keeps the order and the repetitions."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """The query as a mapping; the last of several values counts."""
        return dict(self.query)

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes over the wire; the length is added."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON; ``retry_after="7"`` becomes the header ``retry-after``."""
    more = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json", **more})


_PLAYED = {
    Fault.THROTTLE: Reply(429, b"slow down", {"retry-after": str(RETRY_AFTER)}),
    Fault.ERROR: Reply(500, b"<p>There has been a critical error on this website.</p>"),
    Fault.MAINTENANCE: Reply(503, b"<p>Briefly unavailable for scheduled maintenance.</p>"),
    Fault.HTML: Reply(200, b"<!doctype html><p>Welcome</p>", {"content-type": "text/html"}),
    Fault.REDIRECT: Reply(302, b"", {"location": "https://elsewhere.example/"}),
    Fault.MOVED: Reply(404, b"<p>Nothing here.</p>", {"content-type": "text/html"}),
    Fault.DENIED: reply({"errors": "Invalid API key or access token."}, 401),
}


class FlakyServer:
    """A threaded server on a free port; a context that is running inside. ``asked`` holds what came, in order."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self.asked: list[Request] = []
        self.stopping = threading.Event()
        self._faults: deque[Fault | None] = deque()
        self._lock = threading.Lock()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.flaky = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="flaky", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def misbehave(self, *faults: Fault | None) -> None:
        """The next requests fail so, one each; ``None`` is a request that goes well."""
        with self._lock:
            self._faults.extend(faults)

    def behave(self) -> tuple[Fault | None, ...]:
        """Forget the faults that have not been played, and say which they were."""
        with self._lock:
            left = tuple(self._faults)
            self._faults.clear()
        return left

    def take(self, request: Request) -> Fault | None:
        """Note a request; how it is to fail, if it is."""
        with self._lock:
            self.asked.append(request)
            return self._faults.popleft() if self._faults else None


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    flaky: FlakyServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is no event here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, query, headers, self.rfile.read(length))
        fault = self.server.flaky.take(request)
        if fault is None:
            self._send(self.server.flaky.answer(request))
        elif fault in _PLAYED:
            self._send(_PLAYED[fault])
        elif fault in {Fault.LOST, Fault.TORN}:
            self._lose(fault, self.server.flaky.answer(request))
        else:
            self._misbehave(fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the names of http.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of http.server
        """Keep quiet."""

    def _send(self, answer: Reply) -> None:
        self._write(answer.status, {**answer.headers, "content-length": str(len(answer.body))}, answer.body)

    def _write(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Head and body in one packet: two small ones would wait for each other."""
        head = [f"HTTP/1.1 {status} {self.responses.get(status, ('Answer', ''))[0]}"]
        told = {"date": self.date_time_string(), **headers}
        head += [f"{name}: {value}" for name, value in told.items()]
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def _misbehave(self, fault: Fault) -> None:
        """The faults that leave an answer unfinished."""
        self.close_connection = True
        body = json.dumps({"padding": "x" * 1_000}).encode()
        if fault is Fault.CUT:
            self._write(200, {"content-type": "application/json", "content-length": str(len(body))}, body[:500])
        elif fault is Fault.HALF:
            self._write(200, {"content-type": "application/json", "connection": "close"}, body[:500])
        elif fault is Fault.STALL:
            self.server.flaky.stopping.wait(20)
        else:
            self._drip(body)

    def _lose(self, fault: Fault, answer: Reply) -> None:
        """What was asked is done; whoever asked does not learn it."""
        self.close_connection = True
        if fault is Fault.LOST:
            self.server.flaky.stopping.wait(20)
        else:
            self._write(answer.status, {"content-length": str(len(answer.body))}, answer.body[: len(answer.body) // 2])

    def _drip(self, body: bytes) -> None:
        self._write(200, {"content-length": str(len(body))}, b"")
        for byte in body:
            if self.server.flaky.stopping.wait(0.05):
                return
            self.wfile.write(bytes([byte]))
