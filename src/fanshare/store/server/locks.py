"""``flock(2)`` on small files: how the processes of one home agree without a daemon.

The kernel drops a lock when its last holder dies, however it dies, so nothing here can go stale.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from fanshare.core.errors import FanshareError


class FileLock:
    """One lock file opened once. Two instances exclude each other, also within one process."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def try_exclusive(self) -> bool:
        """Take or upgrade to the exclusive lock; ``False`` when somebody else holds the file."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the shared lock; ``False`` when somebody else holds it exclusively."""
        return self._try(fcntl.LOCK_SH)

    def exclusive(self, timeout: float, busy: str) -> None:
        """Wait ``timeout`` seconds for the exclusive lock, then raise ``FanshareError("database_busy", busy)``."""
        for _ in until(timeout):
            if self.try_exclusive():
                return
        raise FanshareError("database_busy", busy, 503)

    def close(self) -> None:
        """Give up this instance. A child process that inherited the descriptor keeps the lock."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def until(timeout: float) -> Iterator[float]:
    """Seconds waited so far, again and again until ``timeout``: quick at first, then twenty times a second."""
    begin = time.monotonic()
    pause = 0.002
    while (waited := time.monotonic() - begin) < timeout:
        yield waited
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def sync_directory(path: Path) -> None:
    """Make renames and new names in ``path`` durable (fsync(2) on the directory)."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
