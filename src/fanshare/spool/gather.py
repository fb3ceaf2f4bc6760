"""The spool for an event loop: one ``fdatasync`` in a thread for everyone who waits.

While the disk is busy with one group the next one gathers, so that the disk sets the pace and not the number of
waiters (group commit). ``put`` is for records that need no answer: they are written at once and made durable within
``delay`` seconds, together with whatever else is under way.
"""

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor

from fanshare.spool.format import SpoolError
from fanshare.spool.writer import SpoolFailedError, SpoolWriter

_log = logging.getLogger(__name__)


class Gather:
    """Wraps a writer for one event loop. ``start`` and ``close`` are called on that loop."""

    def __init__(self, writer: SpoolWriter, *, delay: float = 0.05, tick: float = 1.0) -> None:
        self.writer = writer
        self.durable = 0
        #: How many times records were waited for until the disk had them; ``durable / syncs`` is the mean group.
        self.syncs = 0
        self.waiting = 0
        self._delay = delay
        self._tick = tick
        self._thread = ThreadPoolExecutor(1, f"spool-{writer.stream}")
        self._next: asyncio.Future[None] | None = None
        self._runner: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ticker: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin the regular upkeep: rotation by age, recovery, measuring the disk."""
        self._loop = asyncio.get_running_loop()
        self._ticker = self._loop.create_task(self._keep_ticking())

    def put(self, kind: int, payload: bytes, record_id: bytes) -> None:
        """Write now, durable soon. Raises ``SpoolError`` when the record was not taken."""
        self.writer.append(kind, payload, record_id)
        if self._timer is None and self._runner is None:
            self._timer = self._loop.call_later(self._delay, self._run_soon)

    async def commit(self, kind: int, payload: bytes, record_id: bytes) -> None:
        """Return once the record is on the disk. Raises ``SpoolError`` when that can't be promised.

        Such a record may still reach the drain later; its sender, told to come again, then repeats it, which is
        harmless because orders are states.
        """
        self.writer.append(kind, payload, record_id)
        if self._next is None:
            self._next = self._loop.create_future()
        group = self._next
        self._run_soon()
        self.waiting += 1
        try:
            await asyncio.shield(group)
        finally:
            self.waiting -= 1

    async def close(self) -> None:
        """Sync what is left and stop."""
        if self._timer is not None:
            self._timer.cancel()
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        if self._runner is not None:
            await self._runner
        await self._loop.run_in_executor(self._thread, self.writer.close)
        self._thread.shutdown()

    def _run_soon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._runner is None:
            self._runner = self._loop.create_task(self._run())

    async def _run(self) -> None:
        while True:
            group, self._next = self._next, None
            try:
                self.durable += await self._loop.run_in_executor(self._thread, self.writer.sync)
                self.syncs += 1
            except SpoolError as error:
                _settle(group, error)
            except Exception:  # a waiter must never hang, whatever went wrong
                _log.exception("syncing the spool failed")
                _settle(group, SpoolFailedError(self.writer.stream))
            else:
                _settle(group, None)
            if self._next is None:
                break
        self._runner = None
        if self.writer.unsynced and self.writer.healthy:
            self._timer = self._loop.call_later(self._delay, self._run_soon)

    async def _keep_ticking(self) -> None:
        while True:
            await asyncio.sleep(self._tick)
            try:
                self.durable += await self._loop.run_in_executor(self._thread, self.writer.maintain)
            except SpoolError:
                _log.warning("the disk does not take %s", self.writer.stream)
            except Exception:
                _log.exception("upkeep of the spool failed")


def _settle(group: asyncio.Future[None] | None, error: SpoolError | None) -> None:
    if group is None or group.done():
        return
    if error is None:
        group.set_result(None)
    else:
        group.set_exception(error)
        group.exception()  # waiters that went away must not leave a warning behind
