"""uvicorn's HTTP protocol with a deadline and a limit for the head of a request, both of which it lacks, and with a
limit of connections that says when to come again.

A connection that has not finished a head in time is closed, however it spends the time: silent, a byte now and then,
or after an earlier request (uvicorn's own keep-alive timer stops at the first byte).

A plain request for a link is answered on the spot: its answer waits for nothing, so it needs no task, no cycle of
messages and no queue. Whatever is out of the ordinary about it (a body, an escape in its path, an earlier request that
is not answered yet, a full write buffer) goes the usual way through ASGI and gets the same answer.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from fanshare.edge.answers import Answer
from fanshare.edge.settings import EdgeSettings

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


_FULL = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_AT_ONCE = b"/r/"
_LIVE = "/live/"
_UNUSUAL = {b"content-length", b"transfer-encoding", b"expect", b"upgrade"}

#: The answer to a scope that asks for a link.
type Quick = Callable[[Mapping[str, Any]], Answer]


class EdgeProtocol(HttpToolsProtocol):
    """Subclass per server with ``limited_to``."""

    header_deadline = 10.0
    max_header_bytes = 32 * 1024
    max_connections = 2_000
    quick: Quick | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head_bytes = 0
        self._answering = False
        self._at_once = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._start_clock()
        if len(self.connections) > self.max_connections:
            self._give_up(_FULL)

    def shutdown(self) -> None:
        """The server ends: a page that listens is not waited for, its browser comes again by itself."""
        cycle: Any = self.cycle  # None before the first request
        listens = cycle is not None and not cycle.response_complete and self.scope["path"].startswith(_LIVE)
        super().shutdown()
        if listens:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what arrives before a head is complete."""
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.max_header_bytes and not self._ends_head(data):
                self._give_up(_TOO_LARGE)
                return
        super().data_received(data)
        if self._in_head and self._head_bytes and self._head_timer is None:
            self._start_clock()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._in_head = False
        self._stop_clock()
        if self.quick is not None and self.url.startswith(_AT_ONCE) and self._is_plain():
            self._at_once = True
            return
        self._answering = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is there too; the next head may come, and its clock starts with its first byte."""
        at_once, self._at_once = self._at_once, False
        if not at_once:
            super().on_message_complete()
        self._in_head, self._head_bytes = True, 0
        self._stop_clock()
        if at_once and self.quick is not None:
            self._answer_at_once(self.quick)

    def on_response_complete(self) -> None:
        """A body that nobody waits for any more must end in time as well."""
        self._answering = bool(self.pipeline)
        super().on_response_complete()
        if not self._in_head and not self.transport.is_closing():
            self._start_clock()

    def _is_plain(self) -> bool:
        """Whether this request can be answered before anything else happens on the connection."""
        return (
            not self._answering
            and not self.flow.write_paused
            and self.parser.get_method() in {b"GET", b"HEAD"}
            and self.parser.get_http_version() == "1.1"
            and not (b"%" in self.url or b"#" in self.url)
            and _UNUSUAL.isdisjoint([name for name, _ in self.headers])
        )

    def _answer_at_once(self, quick: Quick) -> None:
        path, _, query = self.url.partition(b"?")
        scope = self.scope
        method = scope["method"] = self.parser.get_method().decode("ascii")
        scope["path"], scope["raw_path"], scope["query_string"] = path.decode("ascii"), path, query
        answer = quick(scope)
        parts = [STATUS_LINE[answer.status]]
        for name, value in (*self.server_state.default_headers, *answer.headers):
            parts += (name, b": ", value, b"\r\n")
        keep = self.parser.should_keep_alive() and (b"connection", b"close") not in answer.headers
        parts.append(b"\r\n" if keep else b"connection: close\r\n\r\n")
        if method == "GET":
            parts.append(answer.body)
        self.transport.write(b"".join(parts))
        if not keep:
            self.transport.close()
        super().on_response_complete()

    def _ends_head(self, data: bytes) -> bool:
        """Whether the limit was passed by a body that came along with the head's end."""
        end = data.find(b"\r\n\r\n")
        return end >= 0 and self._head_bytes - len(data) + end <= self.max_header_bytes

    def _start_clock(self) -> None:
        self._stop_clock()
        self._head_timer = self.loop.call_later(self.header_deadline, self._too_slow)

    def _stop_clock(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if self._in_head and self._answering:
            self._start_clock()  # an earlier request is still being answered
        else:
            self._give_up(_TOO_SLOW if self._in_head and self._head_bytes else b"")

    def _give_up(self, farewell: bytes) -> None:
        self._stop_clock()
        if not self.transport.is_closing():
            if farewell:
                self.transport.write(farewell)
            self.transport.close()


def limited_to(settings: EdgeSettings, quick: Quick | None = None) -> type[EdgeProtocol]:
    """The protocol class with these limits, and with what answers links on the spot."""
    names = ("header_deadline", "max_header_bytes", "max_connections")
    limits = {name: getattr(settings, name) for name in names}
    given: dict[str, Any] = {**limits, "quick": staticmethod(quick) if quick else None}
    return type("LimitedEdgeProtocol", (EdgeProtocol,), given)
