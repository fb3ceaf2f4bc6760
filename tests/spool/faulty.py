"""A file layer whose disk misbehaves the way real ones do."""

import errno
import os
from collections.abc import Iterable

from fanshare.spool.files import Files


class FaultyDisk(Files):
    """``fdatasync`` fails at the given calls (counted from 0, or every time with ``broken``); as Linux does it, the
    unwritten pages of that file are then dropped, and the next ``fdatasync`` of it reports success."""

    def __init__(self, failing: Iterable[int] = ()) -> None:
        self.failing = set(failing)
        self.broken = False
        self.syncs = 0
        self._dirty: dict[int, list[tuple[int, int]]] = {}

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        super().write(descriptor, data, offset)
        self._dirty.setdefault(descriptor, []).append((offset, len(data)))

    def sync(self, descriptor: int) -> None:
        call, self.syncs = self.syncs, self.syncs + 1
        dirty = self._dirty.pop(descriptor, [])
        if self.broken or call in self.failing:
            for offset, length in dirty:
                os.pwrite(descriptor, bytes(length), offset)
            raise OSError(errno.EIO, "injected")
        super().sync(descriptor)
