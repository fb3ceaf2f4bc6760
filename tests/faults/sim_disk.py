"""A disk with a page cache: what was written is lost with the power unless it was synced, and any call may fail.

Each call has named places before, in the middle of and after it at which the process may end. A failed sync drops what
it should have written and succeeds next time, as Linux does it. Files and names are real: the real reader reads them.
"""

import contextlib
import errno
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fanshare.spool.files import Files
from fanshare.spool.writer import SpoolWriter
from tests.faults.sim_loop import Crash

_FREE = 1 << 40


@dataclass(slots=True)
class _File:
    path: Path
    key: tuple[int, int]
    size: int = 0
    durable: int = 0
    named: bool = False


class SimDisk(Files):
    """The disk of one life of the edge. ``crash_at`` counts the places; ``error_rate`` is per call.

    ``during_sync`` is called while a sync is under way, for what others do meanwhile.
    """

    def __init__(self, dice: random.Random, passed: Counter[str]) -> None:
        self.dice, self.passed = dice, passed
        self.crash_at: int | None = None
        self.error_rate = 0.0
        self.full = False
        self.dead = False
        self.places = 0
        self.during_sync: Callable[[], None] = lambda: None
        self.died: Callable[[], None] = lambda: None
        self._files: dict[int, _File] = {}
        self._lost: list[_File] = []
        self._locks: dict[int, tuple[int, int]] = {}

    def place(self, name: str) -> None:
        """One place at which the process may end."""
        if self.dead:
            raise Crash(name)
        self.places += 1
        if self.places == self.crash_at:
            self.kill(name)
            raise Crash(name)

    def kill(self, name: str) -> None:
        """The process ends; nothing it still does has an effect."""
        self.dead = True
        self.passed[f"crash: {name}"] += 1
        self.died()

    def create(self, path: Path) -> int:
        self.place("before create")
        self._fail("create", errno.ENOSPC if self.full else 0)
        descriptor = super().create(path)
        self._files[descriptor] = _File(path, _key(descriptor))
        self.place("after create")
        return descriptor

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        self.place("before write")
        file = self._files[descriptor]
        kept = self.dice.randrange(len(data))
        if self.full or self.dice.random() < self.error_rate:
            super().write(descriptor, data[:kept], offset)
            self._fail("write", errno.ENOSPC if self.full else errno.EIO)
        if self.places + 1 == self.crash_at:
            super().write(descriptor, data[:kept], offset)
            file.size = max(file.size, offset + kept)
            self.place("in the middle of write")
        super().write(descriptor, data, offset)
        file.size = max(file.size, offset + len(data))
        self.place("after write")

    def sync(self, descriptor: int) -> None:
        self.place("before sync")
        file = self._files[descriptor]
        reached = file.size
        self.during_sync()
        if self.dice.random() < self.error_rate * 4:
            os.pwrite(descriptor, bytes(reached - file.durable), file.durable)
            self._fail("sync", errno.EIO)
        self.place("in the middle of sync")
        file.durable = max(file.durable, reached)
        self.place("after sync")

    def publish(self, draft: Path, path: Path) -> None:
        self.place("before rename")
        draft.rename(path)
        file = next(one for one in self._files.values() if one.path == draft)
        file.path = path
        self.place("after rename")
        self.sync_directory(path.parent)
        file.named = True

    def sync_directory(self, path: Path) -> None:
        self.place("before directory sync")
        if self.dice.random() < self.error_rate:
            self._fail("directory sync", errno.EIO)
        self.place("after directory sync")

    def free_bytes(self, path: Path) -> int:
        return 0 if self.full else _FREE

    def adopt(self, descriptor: int) -> None:
        """Remember a lock that ends with the process."""
        self._locks[descriptor] = _key(descriptor)

    def let_go(self) -> None:
        """What the kernel does for a process that has ended: close everything it had open."""
        opened = {**{key: file.key for key, file in self._files.items()}, **self._locks}
        for descriptor, key in opened.items():
            with contextlib.suppress(OSError):
                if _key(descriptor) == key:
                    os.close(descriptor)

    def lose_power(self) -> None:
        """Of what was not synced any part may be missing, and some of it may read as zeros."""
        self.passed["power lost"] += 1
        for file in self._files.values():
            if not file.path.exists() or _key_of(file.path) != file.key:
                continue
            if not file.named and self.dice.random() < 0.5:
                file.path.unlink()
                continue
            reached = self.dice.randint(file.durable, max(file.durable, file.size))
            hole = self.dice.randint(file.durable, reached)
            with file.path.open("r+b") as opened:
                opened.truncate(reached)
                if self.dice.random() < 0.3:
                    opened.seek(file.durable)
                    opened.write(bytes(hole - file.durable))

    def _fail(self, call: str, number: int) -> None:
        if number:
            self.passed[f"{errno.errorcode[number]}: {call}"] += 1
            raise OSError(number, "injected")


class SimWriter(SpoolWriter):
    """The real writer, whose lock the simulated process takes along when it ends."""

    def _claim(self) -> int:
        descriptor = super()._claim()
        assert isinstance(self._files, SimDisk)
        self._files.adopt(descriptor)
        return descriptor


def _key(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def _key_of(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
