"""Clients of the benchmarks: requests over kept connections, as fast as they are answered or at a steady pace."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Told:
    """How a run went: how many answers of each status, each one's seconds, and the seconds of it all."""

    statuses: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    took: float = 0.0
    #: When the first was due, on the clock of ``perf_counter``.
    began: float = 0.0

    def share(self, part: float) -> float:
        """The time within which a part of the requests was answered: 0.99 for p99."""
        return sorted(self.seconds)[max(0, round(part * len(self.seconds)) - 1)]


def send(address: tuple[str, int], requests: Sequence[bytes], lanes: int, pace: float = 0.0) -> Told:
    """Send requests over ``lanes`` connections; with a ``pace`` so many a second, whether they are answered or not.

    With a pace a request's time runs from when it was due, so that one slow answer counts for all that it held up.
    """
    return asyncio.run(_send(address, requests, lanes, pace))


async def _send(address: tuple[str, int], requests: Sequence[bytes], lanes: int, pace: float) -> Told:
    told, queue = Told(), iter(enumerate(requests))
    connections = [await asyncio.open_connection(*address) for _ in range(lanes)]
    began = told.began = time.perf_counter()

    async def lane(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, request in queue:
            due = time.perf_counter() if not pace else began + number / pace
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            writer.write(request)
            status = await _answer(reader)
            told.seconds.append(time.perf_counter() - due)
            told.statuses[status] = told.statuses.get(status, 0) + 1
        writer.close()

    await asyncio.gather(*(lane(*one) for one in connections))
    told.took = time.perf_counter() - began
    return told


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    if rest:
        await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
    elif b"transfer-encoding: chunked" in head:
        while int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
            await reader.readuntil(b"\r\n")
        await reader.readuntil(b"\r\n")
    return int(head.split(b" ", 2)[1])
