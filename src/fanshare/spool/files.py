"""The few calls to the operating system that the spool makes, in one place so that tests can make them fail."""

import fcntl
import os
from pathlib import Path


class Files:
    """The real thing. Every method raises ``OSError`` as the system does."""

    def create(self, path: Path) -> int:
        """A new file for reading and writing that only its owner may open, locked by this process."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of ``data`` at ``offset``; on an error nothing of it is promised."""
        if os.pwrite(descriptor, data, offset) == len(data):
            return
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written

    def sync(self, descriptor: int) -> None:
        """Return once the file's data, and its length, are on the disk (``fdatasync``)."""
        os.fdatasync(descriptor)

    def publish(self, draft: Path, path: Path) -> None:
        """Give a synced file its name, and make the name durable."""
        draft.rename(path)
        self.sync_directory(path.parent)

    def sync_directory(self, path: Path) -> None:
        """Make the names in a directory durable."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def is_in_place(self, descriptor: int, path: Path) -> bool:
        """Whether a name still leads to an open file; not so when its volume was emptied, replaced or covered."""
        try:
            named, opened = path.stat(), os.fstat(descriptor)
        except FileNotFoundError:
            return False
        return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)

    def reserve(self, descriptor: int, size: int) -> None:
        """Claim ``size`` bytes of disk for a file."""
        os.posix_fallocate(descriptor, 0, size)

    def free_bytes(self, path: Path) -> int:
        """What an ordinary user can still write on this file system."""
        status = os.statvfs(path)
        return status.f_bavail * status.f_frsize


def is_locked(descriptor: int) -> bool:
    """Whether another open file holds the lock, which is: whether the writer is alive."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
