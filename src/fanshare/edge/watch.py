"""Keeps the newest usable snapshot at hand: looks at the files twice a second and swaps when they change."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from fanshare.config.keys import Keys
from fanshare.edge.snapshot import Snapshot

_log = logging.getLogger(__name__)

_MISSING = (0, 0, 0)

type _Signature = tuple[tuple[int, int, int], ...]


class SnapshotWatch:
    """``current`` is the snapshot in use, ``None`` until one could be loaded. A bad file changes nothing."""

    def __init__(self, base: Path, overlay: Path, keys: Keys, *, interval: float = 0.5) -> None:
        self.current: Snapshot | None = None
        self.failures = 0
        self.swaps = 0
        self.on_swap: Callable[[], None] = lambda: None
        self._base, self._overlay, self._keys, self._interval = base, overlay, keys, interval
        self._signature: _Signature = ()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load what is there and begin to watch."""
        await self.poll()
        self._task = asyncio.get_running_loop().create_task(self._keep_looking())

    async def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def poll(self) -> bool:
        """Look once; true when a new snapshot was taken into use."""
        signature = (_signature(self._base), _signature(self._overlay))
        if signature == self._signature:
            return False
        self._signature = signature
        if signature[0] == _MISSING:
            return False
        found = await self._open()
        if found is None:
            return False
        if self.current is not None and found.generation < self.current.generation:
            self._refuse(f"generation {found.generation} is older than {self.current.generation}")
            return False
        self.current = found
        self.swaps += 1
        self.on_swap()
        return True

    async def _open(self) -> Snapshot | None:
        try:
            return await asyncio.to_thread(Snapshot.open, self._base, self._keys, self._overlay)
        except Exception as error:  # whatever is in the files, redirects go on
            self._refuse(str(error))
        if self.current is not None:
            return None
        try:  # after a restart a bad overlay must not take the links with it
            return await asyncio.to_thread(Snapshot.open, self._base, self._keys)
        except Exception:
            return None

    def _refuse(self, why: str) -> None:
        self.failures += 1
        _log.warning("snapshot not taken into use: %s", why)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self.poll()


def _signature(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return _MISSING
    return (status.st_ino, status.st_mtime_ns, status.st_size)
