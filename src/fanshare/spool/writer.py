"""Appends records to the segments of one stream; tells apart what is written from what is on the disk.

``append`` puts a record into the page cache (it survives the death of this process), ``sync`` makes everything
appended so far survive a loss of power. One thread appends, another one may sync: the lock between them is held for
memory operations and writes into the page cache only.

A segment that its name no longer leads to, because somebody emptied or replaced the volume below a running edge, takes
bytes and syncs without complaint, and nobody would ever read them: it counts as failed too.

After a failed ``fdatasync`` the kernel may have dropped the dirty pages and report success next time, so a failed
segment is never trusted again: what was not yet durable is kept in memory and written into a new segment. Record ids
make the copies harmless.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from fanshare.spool.files import Files
from fanshare.spool.format import HEADER_BYTES, MAX_PAYLOAD, RECORD_BYTES, RECORD_ID_BYTES, Codec, SpoolError

SUFFIX = ".seg"
_RESCAN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, age in seconds.

    ``quota`` bounds what waits for the drain. ``free_floor``: appends stop while the disk has less than this left, so
    that one stream leaves room for others. ``reserve`` is claimed on the disk in advance and given up when it is full.
    """

    segment: int = 64 << 20
    age: float = 60.0
    quota: int = 1 << 30
    free_floor: int = 0
    reserve: int = 0


class SpoolFullError(SpoolError):
    """The quota or the disk is full."""

    def __init__(self, stream: str) -> None:
        super().__init__("spool_full", f"The space for {stream} is used up; the worker has to catch up first.")


class SpoolFailedError(SpoolError):
    """The disk refuses; nothing is acknowledged until a new segment could be written."""

    def __init__(self, stream: str) -> None:
        super().__init__("spool_failed", f"The disk does not take {stream} at the moment.")


class _Segment:
    def __init__(self, directory: Path, stream: str, key: bytes | None, files: Files) -> None:
        """Create, sync and name a segment; it can be used once this returns."""
        created = time.time_ns() // 1_000
        self._codec = Codec(stream, secrets.token_bytes(16), created, key)
        self._files = files
        name = f"{created:017d}-{self._codec.segment_id.hex()}{SUFFIX}"
        self._path, draft = directory / name, directory / f".{name}.tmp"
        self.born = time.monotonic()
        self.size = HEADER_BYTES
        self.descriptor = files.create(draft)
        try:
            files.write(self.descriptor, self._codec.header(), 0)
            files.sync(self.descriptor)
            files.publish(draft, self._path)
        except OSError:
            os.close(self.descriptor)
            with contextlib.suppress(OSError):
                draft.unlink()
            raise

    def write(self, kind: int, payload: bytes, record_id: bytes) -> None:
        data = self._codec.pack(kind, payload, record_id)
        try:
            self._files.write(self.descriptor, data, self.size)
        except OSError:
            os.ftruncate(self.descriptor, self.size)  # cut the torn bytes off, the next record begins here
            raise
        self.size += len(data)

    def sync(self) -> None:
        self._files.sync(self.descriptor)
        if not self._files.is_in_place(self.descriptor, self._path):
            raise OSError(errno.ESTALE, "nobody will ever find this segment", str(self._path))

    def close(self) -> None:
        os.close(self.descriptor)


type _Entry = tuple[int, bytes, bytes]


class SpoolWriter:
    """The one writer of ``<directory>/<stream>``; a second one is refused with ``SpoolError`` (``spool_in_use``).

    With ``key`` (32 bytes) payloads are sealed. Record ids are random and never used for two payloads.
    """

    def __init__(
        self,
        directory: Path,
        stream: str,
        *,
        limits: Limits | None = None,
        key: bytes | None = None,
        files: Files | None = None,
    ) -> None:
        self.stream = stream
        self.directory = directory / stream
        self.limits = limits or Limits()
        self._key = key
        self._files = files or Files()
        self._lock = threading.Lock()
        self._syncing = threading.Lock()
        self._unsynced: list[_Entry] = []
        self._failed = False
        self._cramped = False
        self._others = 0
        self._scanned = 0.0
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._writer_lock = self._claim()
        try:
            for draft in self.directory.glob(f".*{SUFFIX}.tmp"):
                draft.unlink()
            self._segment = self._first()
            self._reserved = self._refill()
            self._scan()
        except BaseException:
            os.close(self._writer_lock)
            raise

    @property
    def healthy(self) -> bool:
        """Whether records can be appended, as far as is known."""
        return not self._failed

    @property
    def unsynced(self) -> int:
        """How many appended records are not yet known to be on the disk."""
        return len(self._unsynced)

    @property
    def used(self) -> int:
        """Bytes waiting in this stream, up to a second old."""
        return self._others + self._segment.size

    def append(self, kind: int, payload: bytes, record_id: bytes) -> None:
        """Write one record into the page cache. ``record_id`` has 16 bytes, ``payload`` at most 2 MB.

        Raises ``SpoolFullError`` or ``SpoolFailedError``; the record is then not in the spool.
        """
        if len(payload) > MAX_PAYLOAD or len(record_id) != RECORD_ID_BYTES:
            raise ValueError("payload too long or record id of the wrong size")
        with self._lock:
            if self._failed:
                raise SpoolFailedError(self.stream)
            if self._cramped or self.used + len(payload) + RECORD_BYTES > self.limits.quota:
                raise SpoolFullError(self.stream)
            self._write((kind, payload, record_id))
            self._unsynced.append((kind, payload, record_id))

    def sync(self) -> int:
        """Make everything appended so far durable; returns how many records that were. Blocks: call it in a thread.

        Rotates the segment when it is due. Raises ``SpoolFailedError`` when the disk refuses even a new segment; the
        records stay in memory and a later call tries again.
        """
        with self._syncing:
            fresh = None if self._failed or not self._is_due() else self._try_create()
            with self._lock:
                segment, batch = self._segment, self._unsynced
                self._unsynced = []
                if fresh is not None:
                    self._segment = fresh
                    self._others += segment.size
            try:
                if self._failed or not _synced(segment):
                    return self._rewrite(segment, batch)
                return len(batch)
            finally:
                if fresh is not None:
                    segment.close()

    def maintain(self) -> int:
        """What is due now and then, about once a second: measure, rotate, recover. Returns as ``sync`` does."""
        self._scan()
        if not self._reserved:
            self._reserved = self._refill()
        return self.sync() if self._failed or self._unsynced or self._is_due() else 0

    def close(self) -> None:
        """Sync what can be synced and let go."""
        with contextlib.suppress(SpoolError):
            self.sync()
        self._segment.close()
        os.close(self._writer_lock)

    def _write(self, entry: _Entry) -> None:
        try:
            self._segment.write(*entry)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                self._failed = True
                raise SpoolFailedError(self.stream) from error
            if not self._release_reserve():
                raise SpoolFullError(self.stream) from error
            try:
                self._segment.write(*entry)
            except OSError as again:
                raise SpoolFullError(self.stream) from again

    def _rewrite(self, failed: _Segment, batch: list[_Entry]) -> int:
        """Put what is not durable into a segment that never failed."""
        self._release_reserve()
        try:
            if self._segment is failed:
                self._replace(failed, batch)
            else:  # a rotation was under way: the new segment is in use and holds what came since
                with self._lock:
                    self._copy(batch, self._segment)
            with self._lock:
                batch, self._unsynced = batch + self._unsynced, []
            self._segment.sync()
        except OSError as error:
            with self._lock:
                self._unsynced = batch + self._unsynced
                self._failed = True
            raise SpoolFailedError(self.stream) from error
        self._failed = False
        self._scanned = 0.0
        return len(batch)

    def _replace(self, failed: _Segment, batch: list[_Entry]) -> None:
        fresh = self._create()
        try:
            with self._lock:
                self._copy(batch + self._unsynced, fresh)
                self._segment = fresh
        except OSError:
            fresh.close()
            raise
        failed.close()

    @staticmethod
    def _copy(entries: list[_Entry], target: _Segment) -> None:
        for entry in entries:
            target.write(*entry)

    def _is_due(self) -> bool:
        segment = self._segment
        if segment.size == HEADER_BYTES:
            return False
        return segment.size >= self.limits.segment or time.monotonic() - segment.born >= self.limits.age

    def _create(self) -> _Segment:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # its volume may have been replaced
        return _Segment(self.directory, self.stream, self._key, self._files)

    def _first(self) -> _Segment:
        try:
            return self._create()
        except OSError:
            if not self._release_reserve():  # of the process before this one
                raise
            return self._create()

    def _try_create(self) -> _Segment | None:
        """A new segment, or ``None`` while there is no room for one: the old one then grows on."""
        try:
            return self._create()
        except OSError:
            return None

    def _claim(self) -> int:
        descriptor = os.open(self.directory / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise SpoolError("spool_in_use", f"Another edge already writes to {self.directory}.") from error
        return descriptor

    def _scan(self) -> None:
        if time.monotonic() - self._scanned < _RESCAN_SECONDS:
            return
        self._scanned = time.monotonic()
        total = 0
        for path in self.directory.glob(f"*{SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
        with self._lock:
            self._others = max(0, total - self._segment.size)
        floor = self.limits.free_floor
        self._cramped = bool(floor) and self._files.free_bytes(self.directory) < floor

    def _refill(self) -> bool:
        """Claim the reserve; false while the disk has no room for it."""
        size = self.limits.reserve
        if not size:
            return True
        descriptor = os.open(self.directory / "reserve", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size < size and self._files.free_bytes(self.directory) > 2 * size:
                self._files.reserve(descriptor, size)
            return os.fstat(descriptor).st_size >= size
        except OSError:
            os.ftruncate(descriptor, 0)
            return False
        finally:
            os.close(descriptor)

    def _release_reserve(self) -> bool:
        path = self.directory / "reserve"
        self._reserved = not self.limits.reserve
        if not path.exists() or path.stat().st_size == 0:
            return False
        os.truncate(path, 0)
        return True


def _synced(segment: _Segment) -> bool:
    try:
        segment.sync()
    except OSError:
        return False
    return True
