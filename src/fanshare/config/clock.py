"""The clock that is passed to everything that asks for the time.

``system_clock`` is the real one. ``FileClock`` is one clock shared by the processes of a demo or a test: real time plus
an offset that any of them can move, or a frozen instant. Who may use it on which database is decided elsewhere.
"""

import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

from fanshare.core.instants import Instant

type Clock = Callable[[], Instant]

_LAYOUT = struct.Struct("<qq")  # frozen flag; offset from real time, or the frozen instant; microseconds
_RUNNING, _FROZEN = 0, 1


def system_clock() -> Instant:
    """Now, in microseconds since 1970 UTC."""
    return time.time_ns() // 1_000


class FileClock:
    """A clock read from a 16-byte file mapped into memory: a change is seen by every process at once.

    The two numbers are written in one 16-byte copy; a reader that meets a change half way would be off by one call,
    which a demo can bear.
    """

    def __init__(self, path: Path) -> None:
        """Open the clock at ``path``; a missing file is made and shows real time."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size < _LAYOUT.size:
                os.truncate(descriptor, _LAYOUT.size)
            self._map = mmap.mmap(descriptor, _LAYOUT.size)
        finally:
            os.close(descriptor)

    def __call__(self) -> Instant:
        mode, value = _LAYOUT.unpack_from(self._map)
        return int(value) if mode == _FROZEN else system_clock() + int(value)

    def freeze(self, at: Instant) -> None:
        """Stand still at an instant until ``advance``, ``freeze`` or ``run_from``."""
        self._map[:] = _LAYOUT.pack(_FROZEN, at)

    def run_from(self, at: Instant) -> None:
        """Show ``at`` now and go on at the speed of real time."""
        self._map[:] = _LAYOUT.pack(_RUNNING, at - system_clock())

    def advance(self, delta: Instant) -> Instant:
        """Move by ``delta`` microseconds, frozen or running, and return the new time."""
        mode, value = _LAYOUT.unpack_from(self._map)
        self._map[:] = _LAYOUT.pack(mode, value + delta)
        return self()

    def close(self) -> None:
        """Let go of the mapping."""
        self._map.close()


def advance(path: Path, delta: Instant) -> Instant:
    """Move the clock in ``path`` by ``delta`` microseconds and return the new time."""
    clock = FileClock(path)
    try:
        return clock.advance(delta)
    finally:
        clock.close()
