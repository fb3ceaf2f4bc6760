"""Reads the segments of one stream, oldest first, while a writer may still be appending.

Whether the writer lives is asked of its lock *before* the length is read: bytes that a dead writer left are final. An
unfinished record at the end of a living writer's segment is waited for; at the end of a dead one's it was never
acknowledged and is cut off. A bad record that good ones follow is decay: its bytes are put aside and counted.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fanshare.spool.files import Files, is_locked
from fanshare.spool.format import HEADER_BYTES, MARKER, MAX_RECORD, Codec, Flaw, Record, SpoolError
from fanshare.spool.writer import SUFFIX

_WINDOW = 2 * MAX_RECORD
_BATCH_BYTES = 16 << 20
_KEPT_ASIDE = 64 << 20


class Batch(NamedTuple):
    """Records between two offsets of a segment. ``finished``: nothing will ever follow, the segment may be discarded
    once this batch is committed. The last batch of a segment may be empty."""

    segment_id: bytes
    start: int
    end: int
    records: tuple[Record, ...]
    finished: bool


@dataclass(slots=True)
class Damage:
    """What a reader met: ``torn`` tails of dead writers, ``quarantined`` bad stretches, unreadable ``segments``."""

    torn: int = 0
    quarantined: int = 0
    segments: int = 0


class SpoolReader:
    """Reads ``<directory>/<stream>``. ``key`` is the writer's. Bad bytes are kept in ``<directory>/quarantine``."""

    def __init__(self, directory: Path, stream: str, *, key: bytes | None = None, files: Files | None = None) -> None:
        self.directory = directory / stream
        self.damage = Damage()
        self._aside = directory / "quarantine"
        self._key = key
        self._files = files or Files()

    def batches(self, max_records: int, positions: Mapping[bytes, int]) -> Iterator[Batch]:
        """Everything that can be read now, segment by segment, from the committed ``positions`` (segment id to
        ``end``) or from the beginning, in batches of at most ``max_records`` records and about 16 MB.

        Reading changes nothing, so a batch that was not committed comes again. Raises ``SpoolError`` (``spool_key``)
        for a stream that was sealed under another key.
        """
        for path in self._segments():
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                yield from self._segment(path, descriptor, max_records, positions)
            finally:
                os.close(descriptor)

    def discard(self, segment_id: bytes) -> bool:
        """Delete a segment whose finished batch is committed; false when it is gone already.

        Raises ``SpoolError`` (``spool_in_use``) while its writer lives.
        """
        for path in self.directory.glob(f"*-{segment_id.hex()}{SUFFIX}"):
            with path.open("rb") as file:
                if is_locked(file.fileno()):
                    raise SpoolError("spool_in_use", f"{path.name} is still being written.")
            path.unlink()
            self._files.sync_directory(self.directory)
            return True
        return False

    def backlog_bytes(self) -> int:
        """The bytes of all segments on the disk, read or not."""
        total = 0
        for path in self._segments():
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
        return total

    def _segments(self) -> list[Path]:
        return sorted(self.directory.glob(f"*{SUFFIX}"))

    def _segment(
        self, path: Path, descriptor: int, max_records: int, positions: Mapping[bytes, int]
    ) -> Iterator[Batch]:
        dead = not is_locked(descriptor)
        size = os.fstat(descriptor).st_size
        codec = Codec.of_header(os.pread(descriptor, HEADER_BYTES, 0), self._key)
        if codec is None:
            if dead:
                self._set_segment_aside(path)
            return
        scan = _Scan(descriptor, codec, size, dead, max_records)
        at = max(positions.get(codec.segment_id, 0), HEADER_BYTES)  # after a loss of power perhaps beyond the end
        while True:
            found = scan.from_offset(at)
            self._keep(path, descriptor, found.bad, size)
            finished = dead and found.end >= size
            if found.end > at or finished:
                yield Batch(codec.segment_id, at, found.end, tuple(found.records), finished)
            if finished or found.end == at:
                return
            at = found.end

    def _keep(self, path: Path, descriptor: int, bad: list[tuple[int, int]], size: int) -> None:
        for start, end in bad:
            if end == size:
                self.damage.torn += 1
            else:
                self.damage.quarantined += 1
            self._aside.mkdir(mode=0o700, exist_ok=True)
            if sum(file.stat().st_size for file in self._aside.iterdir()) + end - start <= _KEPT_ASIDE:
                (self._aside / f"{path.stem}-{start}.bad").write_bytes(os.pread(descriptor, end - start, start))

    def _set_segment_aside(self, path: Path) -> None:
        self.damage.segments += 1
        self._aside.mkdir(mode=0o700, exist_ok=True)
        path.rename(self._aside / path.name)


class _Found(NamedTuple):
    records: list[Record]
    bad: list[tuple[int, int]]  # stretches that hold no record, as (start, end) in the segment
    end: int


class _Scan:
    """Walks over one segment up to the size it had when it was opened, a window of a few megabytes at a time."""

    def __init__(self, descriptor: int, codec: Codec, size: int, dead: bool, max_records: int) -> None:
        self._descriptor, self._codec, self._size, self._dead = descriptor, codec, size, dead
        self._max = max_records

    def from_offset(self, at: int) -> _Found:
        """Up to ``max_records`` records from an offset on; ``end`` equals ``at`` where one has to wait."""
        found = _Found([], [], at)
        taken = 0
        while len(found.records) < self._max and found.end < self._size and taken < _BATCH_BYTES:
            before = found.end
            found = self._window(found)
            taken += found.end - before
            if found.end == before:
                break
        return found

    def _window(self, found: _Found) -> _Found:
        origin = found.end
        data = os.pread(self._descriptor, min(_WINDOW, self._size - origin), origin)
        last = origin + len(data) >= self._size
        index = 0
        while index < len(data) and len(found.records) < self._max:
            if not last and len(data) - index < MAX_RECORD:
                break  # the next window decides
            result = self._codec.unpack(data, index, origin + index)
            if not isinstance(result, Flaw):
                found.records.append(result[0])
                index = result[1]
                continue
            following = self._resync(data, index + 1, origin, last)
            if following is None:
                if not self._dead:
                    break  # perhaps the writer is in the middle of it
                following = len(data)
            found.bad.append((origin + index, origin + following))
            index = following
        return _Found(found.records, found.bad, origin + index)

    def _resync(self, data: bytes, start: int, origin: int, last: bool) -> int | None:
        """Where the next record begins, or may begin; ``None`` when the segment holds no further one."""
        at = data.find(MARKER, start)
        while at >= 0:
            result = self._codec.unpack(data, at, origin + at)
            if not isinstance(result, Flaw) or (result is Flaw.SHORT and not last):
                return at
            at = data.find(MARKER, at + 1)
        return None if last else len(data) - len(MARKER) + 1
