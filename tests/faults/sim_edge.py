"""One life of the edge in a story: the real application over the simulated disk, until it is killed or leaves."""

import asyncio
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from fanshare.edge import app as edge_app
from fanshare.edge.app import EdgeApp
from fanshare.integrations.verifiers import VERIFIERS
from fanshare.jobs import worker as worker_module
from fanshare.spool import writer as writer_module
from fanshare.spool.format import SpoolError
from fanshare.spool.reader import SpoolReader
from fanshare.spool.records import ClickRecord, decode
from fanshare.spool.writer import Limits
from tests.edge.running import KEYS, tuned
from tests.faults.sim_disk import SimDisk, SimWriter
from tests.faults.sim_loop import Crash, at_once

if TYPE_CHECKING:
    from tests.faults.sim_story import Story


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    location: str = ""


class EdgeLife:
    """From a start to a death. ``died`` is done when it is over."""

    def __init__(self, story: "Story") -> None:
        self.story = story
        self.disk = SimDisk(story.dice, story.promises.passed)
        self.died: asyncio.Future[None] = story.loop.create_future()
        self.recorded: list[str] = []
        self._tasks: list[asyncio.Task[Any]] = []
        disk, dice = self.disk, story.dice
        disk.died = lambda: None if self.died.done() else self.died.set_result(None)
        disk.during_sync = story.meanwhile
        if story.may("kill", 0.8):
            disk.crash_at = dice.randint(1, 70)
        if story.may("disk errors", 1):
            disk.error_rate = dice.choice((0.01, 0.05))
        settings = tuned(
            clicks=Limits(segment=dice.choice((400, 1 << 20)), age=dice.choice((4, 60))),
            hooks=Limits(segment=dice.choice((3_000, 1 << 20)), age=dice.choice((4, 60)), reserve=4_096),
        )
        self.app = EdgeApp(
            story.home, keys=KEYS, verifiers=VERIFIERS, now=story.clock, settings=settings, files=self.disk
        )
        self._others = asyncio.all_tasks()

    async def start(self) -> bool:
        """Open everything; true where it did not live to see that."""
        try:
            await self.app.start()
        except (Crash, OSError, SpoolError) as error:
            self.story.tell(f"edge did not start: {error}")
            self.disk.dead = True
            return True
        self._listen_in()
        self.story.tell("edge up")
        return self.disk.dead

    async def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """Put a request to the application; ``None`` when it died over it or before it."""
        if body:
            self.story.promises.arrived[body] += 1
        sent: list[MutableMapping[str, Any]] = []
        task = at_once(self._called(method, path, headers, body, sent))
        self._tasks.append(task)
        if not task.done():
            await asyncio.wait({task, self.died}, return_when=asyncio.FIRST_COMPLETED)
        if self.disk.dead or not sent:
            return None
        found = dict(sent[0]["headers"])
        return Answer(sent[0]["status"], found.get(b"location", b"").decode())

    async def leave(self) -> None:
        """A clean stop; or the process ends over it, and is buried as after any other death."""
        try:
            await self.app.close()
        except Crash:
            self.story.tell("edge gone while leaving")
            await self.died
            return
        self._note_counted()

    def bury(self, *, power: bool) -> None:
        """What remains of it is on the disk; after a loss of power less than that."""
        self._note_counted()
        for task in (*self._tasks, *(asyncio.all_tasks() - self._others - {asyncio.current_task()})):
            if getattr(task.get_coro(), "__qualname__", "").startswith(
                ("EdgeApp", "Gather", "SnapshotWatch", "EdgeLife")
            ):
                task.cancel()
        self.disk.let_go()
        if power:
            self.disk.lose_power()

    async def _called(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, sent: list[MutableMapping[str, Any]]
    ) -> None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("203.0.113.7", 4711),
        }

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)

    def _listen_in(self) -> None:
        """Which clicks were written, in their order: the first ``durable`` of them are what it calls counted."""
        real = self.app.clicks.put

        def put(kind: int, payload: bytes, record_id: bytes) -> None:
            real(kind, payload, record_id)
            record = decode(kind, payload)
            assert isinstance(record, ClickRecord)
            self.recorded.append(record.click_id)
            self.story.promises.issued.add(record.click_id)

        self.app.clicks.put = put  # type: ignore[method-assign]

    def _note_counted(self) -> None:
        clicks = getattr(self.app, "clicks", None)
        if clicks is not None:
            self.story.promises.counted += [click for click in self.recorded[: clicks.durable] if click]
        self.story.promises.edge_errors += self.app.counts.errors


@contextmanager
def patched(story: "Story") -> Iterator[None]:
    """The few things that the program does not let itself be handed: its monotonic clock, and who holds the lock."""

    class Reader(SpoolReader):
        def discard(self, segment_id: bytes) -> bool:
            story.promises.passed["segment discarded"] += 1
            return super().discard(segment_id)

    class Time:
        monotonic = staticmethod(lambda: story.loop.now)
        time_ns = staticmethod(lambda: story.clock() * 1_000)

    with (
        patch.object(edge_app, "SpoolWriter", SimWriter),
        patch.object(writer_module, "time", Time),
        patch.object(worker_module, "SpoolReader", Reader),
    ):
        yield
