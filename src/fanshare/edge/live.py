"""Server-sent events: a page that is open learns that something moved in its programme, and looks again.

The worker touches one small file a programme (``pulse/<id>``) when it has booked something; the edge looks at its time
once a second for as long as somebody listens. No database, no queue, nothing to lose: a missed event is made up for by
the next one, or by loading the page. Format: WHATWG HTML, section 9.2.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from fanshare.config.clock import Clock
from fanshare.core import live_token
from fanshare.edge import answers
from fanshare.edge.answers import Answer

type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/live/"
PULSE = "pulse"
#: Seconds between looks, between signs of life on a silent line, and of one stream; then the browser comes again.
LOOKS, ALIVE, LASTS = 1.0, 20.0, 600.0

_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex"),
    (b"x-accel-buffering", b"no"),  # nginx would wait for more
]
#: An event stream that is answered so is not asked for again.
_OVER = Answer(204, [(b"cache-control", b"no-store")], b"")


class Live:
    """The streams of one edge. ``most`` are open at once, so that links and hooks keep their connections."""

    def __init__(self, home: Path, key: bytes, now: Clock, *, most: int) -> None:
        self.open = 0
        self._folder, self._key, self._now, self._most = home / PULSE, key, now, most

    def refusal(self, token: str) -> Answer | None:
        """What is answered instead of a stream: to a token that is none, that is over, or where there are too many."""
        found = live_token.read(self._key, token)
        if found is None:
            return answers.NOT_FOUND
        if found[1] <= self._now():
            return _OVER
        if self.open >= self._most:
            return answers.problem(503, "too_many", "Too many pages listen at the moment.", answers.retry_after(60))
        return None

    async def stream(self, token: str, receive: Receive, send: Send) -> None:
        """Tell until the reader goes, or some minutes are over. ``refusal`` has let the token pass."""
        found = live_token.read(self._key, token)
        assert found is not None
        self.open += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._tell(self._folder / str(found[0]), receive, send)
        finally:
            self.open -= 1

    async def _tell(self, path: Path, receive: Receive, send: Send) -> None:
        seen, silent = beat(path), 0.0
        await _say(send, b"retry: 5000\n\n")
        gone = asyncio.ensure_future(_until_gone(receive))
        end = asyncio.get_running_loop().time() + LASTS
        try:
            while not gone.done() and asyncio.get_running_loop().time() < end:
                await asyncio.wait({gone}, timeout=LOOKS)
                silent += LOOKS
                if (newest := beat(path)) != seen:
                    seen, silent = newest, 0.0
                    await _say(send, f"event: moved\nid: {newest}\ndata: {newest}\n\n".encode())
                elif silent >= ALIVE:
                    silent = 0.0
                    await _say(send, b":\n\n")
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone


def beat(path: Path) -> int:
    """When a programme last moved, as a number that changes whenever it does; 0 before the first time."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


async def _say(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
