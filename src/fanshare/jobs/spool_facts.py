"""Looks at the spool and the snapshot in a home, for the doctor."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from fanshare.config.keys import SPOOL_HOOKS, Keys
from fanshare.core.instants import Instant
from fanshare.edge.snapshot import Snapshot, SnapshotError
from fanshare.flows.doctor import SpoolFacts
from fanshare.jobs.publish import BASE, OVERLAY
from fanshare.spool.format import HEADER_BYTES, Codec
from fanshare.spool.records import CLICKS, HOOKS
from fanshare.spool.writer import SUFFIX
from fanshare.store.access import Connection
from fanshare.store.queries import edge


def spool_facts(conn: Connection, home: Path, keys: Keys) -> SpoolFacts:
    """What waits in the spool and was not drained yet, what was put aside, and how new the edge's snapshot is."""
    spool = home / "spool"
    backlog, ages = {}, [0]
    for stream, key in ((CLICKS, None), (HOOKS, keys.derive(SPOOL_HOOKS))):
        waiting = list(_waiting(spool / stream, key, edge.positions(conn, stream)))
        backlog[stream] = sum(size for size, _ in waiting)
        ages += [age for _, age in waiting]
    aside = spool / "quarantine"
    generation, links = _snapshot(home, keys)
    return SpoolFacts(
        backlog=backlog,
        oldest_age=max(ages),
        quarantined=len(list(aside.iterdir())) if aside.is_dir() else 0,
        generation=generation,
        links=links,
    )


def _waiting(directory: Path, key: bytes | None, positions: Mapping[bytes, int]) -> Iterator[tuple[int, int]]:
    """Per segment that holds something unread: how many bytes, and how long ago it was last written to."""
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            codec = Codec.of_header(file.read(HEADER_BYTES), key)
            status = os.fstat(file.fileno())
            read = HEADER_BYTES if codec is None else max(HEADER_BYTES, positions.get(codec.segment_id, 0))
            if status.st_size > read:
                yield status.st_size - read, (time.time_ns() - status.st_mtime_ns) // 1_000


def _snapshot(home: Path, keys: Keys) -> tuple[Instant | None, int]:
    try:
        found = Snapshot.open(home / BASE, keys, home / OVERLAY)
    except SnapshotError:
        return None, 0
    return found.generation, found.link_count
