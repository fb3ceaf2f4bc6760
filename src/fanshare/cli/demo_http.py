"""A small HTTP/1.1 client for very many small requests to one server: keep-alive, pipelined, on a few connections.

It reads what our edge answers and no more: a status line, headers with ``Content-Length``, a body.
"""

import asyncio
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


class Answer(NamedTuple):
    """A response: its status and the raw headers."""

    status: int
    head: bytes

    def search(self, pattern: re.Pattern[bytes]) -> str:
        """The first group of a pattern in the headers; empty when it is not there."""
        found = pattern.search(self.head)
        return found[1].decode("ascii") if found else ""


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request. Header values are plain ASCII."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


class Lane(asyncio.Protocol):
    """One connection. Requests that are sent together are answered in their order."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: deque[asyncio.Future[Answer]] = deque()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever still waits gets no answer."""
        for future in self._waiting:
            if not future.done():
                future.set_exception(ConnectionError("The server hung up.") if exc is None else exc)
        self._waiting.clear()

    def data_received(self, data: bytes) -> None:
        """Hand out the answers that are complete."""
        self._buffer += data
        start = 0
        while self._waiting:
            end = self._buffer.find(_END, start)
            if end < 0:
                break
            head = self._buffer[start : end + 2]
            length = _LENGTH.search(head)
            following = end + len(_END) + (int(length[1]) if length else 0)
            if following > len(self._buffer):
                break
            self._waiting.popleft().set_result(Answer(int(head[9:12]), head))
            start = following
        self._buffer = self._buffer[start:]

    async def send(self, requests: Sequence[bytes]) -> list[Answer]:
        """Send all requests at once and wait for all answers. None of them may be a HEAD with a promised body."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in requests]
        self._waiting.extend(futures)
        self._transport.write(b"".join(requests))
        return [await future for future in futures]

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class Lanes:
    """Several connections to one server, for the length of an ``async with``."""

    def __init__(self, host: str, port: int, number: int) -> None:
        self._place, self._number = (host, port), number
        self._lanes: list[Lane] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for _ in range(self._number):
            _, lane = await loop.create_connection(Lane, *self._place)
            self._lanes.append(lane)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lane in self._lanes:
            lane.close()

    async def send(self, requests: Iterable[bytes]) -> list[Answer]:
        """Send requests over all connections; the answers come in the order of the requests."""
        every = list(requests)
        parts = [every[place :: self._number] for place in range(self._number)]
        answered = await asyncio.gather(
            *(lane.send(part) for lane, part in zip(self._lanes, parts, strict=True) if part)
        )
        found: list[Answer] = [_NOTHING] * len(every)
        for place, answers in enumerate(answered):
            found[place :: self._number] = answers
        return found


_NOTHING = Answer(0, b"")
