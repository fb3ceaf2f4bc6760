"""The writer: one at a time, durable when it says so, bounded, and honest when the disk is not."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.spool.format import HEADER_BYTES, SpoolError
from fanshare.spool.reader import SpoolReader
from fanshare.spool.writer import Limits, SpoolFailedError, SpoolFullError, SpoolWriter
from tests.spool.faulty import FaultyDisk
from tests.support.small_disk import fill, make_room, small_disk


def identity(number: int) -> bytes:
    return number.to_bytes(16, "big")


def write(writer: SpoolWriter, numbers: range, size: int = 100) -> None:
    for number in numbers:
        writer.append(1, b"%d " % number + b"x" * size, identity(number))


def read_ids(directory: Path, stream: str = "clicks", key: bytes | None = None) -> list[int]:
    reader = SpoolReader(directory, stream, key=key)
    return [int.from_bytes(r.record_id, "big") for batch in reader.batches(1000, {}) for r in batch.records]


def segments(directory: Path) -> list[Path]:
    return sorted((directory / "clicks").glob("*.seg"))


def test_what_was_appended_is_read_in_order(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks")
    write(writer, range(500))
    assert writer.sync() == 500
    assert writer.unsynced == 0
    writer.close()
    assert read_ids(tmp_path) == list(range(500))


def test_a_second_writer_is_refused_and_the_next_one_is_not(tmp_path: Path) -> None:
    first = SpoolWriter(tmp_path, "clicks")
    with pytest.raises(SpoolError, match="Another edge"):
        SpoolWriter(tmp_path, "clicks")
    SpoolWriter(tmp_path, "hooks").close()
    first.close()
    SpoolWriter(tmp_path, "clicks").close()


def test_a_restarted_writer_opens_a_new_segment(tmp_path: Path) -> None:
    for start in (0, 10):
        writer = SpoolWriter(tmp_path, "clicks")
        write(writer, range(start, start + 10))
        writer.close()
    assert len(segments(tmp_path)) == 2
    assert read_ids(tmp_path) == list(range(20))


def test_it_rotates_by_size_and_by_age_but_not_when_empty(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks", limits=Limits(segment=5_000))
    for start in range(0, 100, 10):
        write(writer, range(start, start + 10))
        writer.sync()
    writer.close()
    assert len(segments(tmp_path)) == 3
    assert read_ids(tmp_path) == list(range(100))
    aged = SpoolWriter(tmp_path, "hooks", limits=Limits(age=0))
    aged.maintain()
    assert len(list((tmp_path / "hooks").glob("*.seg"))) == 1
    aged.append(1, b"x", identity(1))
    aged.maintain()
    assert len(list((tmp_path / "hooks").glob("*.seg"))) == 2
    aged.close()


def test_the_quota_refuses_before_it_is_exceeded(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks", limits=Limits(quota=10_000))
    with pytest.raises(SpoolFullError):
        write(writer, range(1000))
    writer.sync()
    kept = read_ids(tmp_path)
    assert kept == list(range(len(kept)))
    assert 60 < len(kept) < 80
    assert sum(path.stat().st_size for path in segments(tmp_path)) <= 10_000
    writer.close()


def test_room_that_the_drain_makes_is_seen(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks", limits=Limits(quota=10_000, segment=2_000))
    with contextlib.suppress(SpoolFullError):
        write(writer, range(1000))
    writer.sync()
    reader = SpoolReader(tmp_path, "clicks")
    for batch in list(reader.batches(1000, {})):
        if batch.finished:
            assert reader.discard(batch.segment_id)
    writer._scanned = 0
    writer.maintain()
    writer.append(1, b"again", identity(5000))
    writer.close()


def test_a_file_size_limit_leaves_whole_records_only(tmp_path: Path) -> None:
    code = (
        "import sys, signal; from pathlib import Path; from fanshare.spool.writer import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "w = SpoolWriter(Path(sys.argv[1]), 'clicks')\n"
        "try:\n"
        "    for n in range(1000): w.append(1, b'x' * 100, n.to_bytes(16, 'big'))\n"
        "except SpoolFullError: print(n); w.sync()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert read_ids(tmp_path) == list(range(int(done.stdout)))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    with small_disk(tmp_path / "disk", 4) as place:
        yield place


def test_a_full_disk_is_told_and_nothing_torn_stays(disk: Path) -> None:
    writer = SpoolWriter(disk, "clicks")
    write(writer, range(10))
    fill(disk)
    with pytest.raises(SpoolFullError):
        write(writer, range(10, 20_000), size=2_000)
    kept = read_ids(disk)
    assert kept == list(range(len(kept)))
    make_room(disk)
    write(writer, range(len(kept), len(kept) + 5))
    writer.sync()
    assert read_ids(disk) == list(range(len(kept) + 5))
    writer.close()


def test_deliveries_still_fit_on_a_full_disk_because_of_their_reserve(disk: Path) -> None:
    hooks = SpoolWriter(disk, "hooks", limits=Limits(reserve=1 << 20))
    fill(disk)
    for number in range(100):
        hooks.append(2, b"x" * 5_000, identity(number))
    hooks.sync()
    assert read_ids(disk, "hooks") == list(range(100))
    with contextlib.suppress(SpoolFullError):
        for number in range(100, 1000):
            hooks.append(2, b"x" * 5_000, identity(number))
    assert number < 400
    hooks.close()
    make_room(disk)
    SpoolWriter(disk, "hooks", limits=Limits(reserve=1 << 20)).close()
    assert (disk / "hooks" / "reserve").stat().st_size == 1 << 20


def test_a_writer_starts_on_a_full_disk_by_its_reserve(disk: Path) -> None:
    SpoolWriter(disk, "hooks", limits=Limits(reserve=1 << 20)).close()
    for path in (disk / "hooks").glob("*.seg"):
        path.unlink()
    fill(disk)
    hooks = SpoolWriter(disk, "hooks", limits=Limits(reserve=1 << 20))
    hooks.append(2, b"x", identity(1))
    hooks.close()
    assert read_ids(disk, "hooks") == [1]


def test_appends_stop_while_the_disk_is_below_the_floor(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks", limits=Limits(free_floor=1 << 60))
    with pytest.raises(SpoolFullError):
        writer.append(1, b"x", identity(1))
    writer.close()


def acknowledged_in(directory: Path, disk: FaultyDisk, groups: int, *, limits: Limits | None = None) -> list[int]:
    """Write groups of three records; returns the numbers whose sync said yes."""
    writer = SpoolWriter(directory, "clicks", files=disk, limits=limits)
    promised: list[int] = []
    waiting: list[int] = []
    for group in range(groups):
        for number in range(group * 3, group * 3 + 3):
            try:
                writer.append(1, b"n%d" % number, identity(number))
            except SpoolFailedError:
                continue
            waiting.append(number)
        with contextlib.suppress(SpoolFailedError):
            writer.sync()
            promised += waiting
            waiting = []
    os.close(writer._writer_lock)  # as if the process had died here: nothing more is synced
    writer._segment.close()
    return promised


@given(st.sets(st.integers(1, 30), max_size=12), st.booleans())
def test_after_failed_syncs_everything_promised_is_on_the_disk(
    tmp_path_factory: pytest.TempPathFactory, failing: set[int], small: bool
) -> None:
    directory = tmp_path_factory.mktemp("spool")
    limits = Limits(segment=HEADER_BYTES + 200) if small else None
    promised = acknowledged_in(directory, FaultyDisk(failing), 12, limits=limits)
    assert set(promised) <= set(read_ids(directory))


def test_a_writer_that_just_syncs_again_would_lose_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sync_again(self: SpoolWriter, failed: object, batch: list[object]) -> int:
        self._segment.sync()
        return len(batch)

    monkeypatch.setattr(SpoolWriter, "_rewrite", sync_again)
    promised = acknowledged_in(tmp_path, FaultyDisk({2, 5}), 12)
    assert not set(promised) <= set(read_ids(tmp_path))


def test_a_dead_disk_stops_appends_until_it_lives_again(tmp_path: Path) -> None:
    disk = FaultyDisk()
    writer = SpoolWriter(tmp_path, "clicks", files=disk)
    writer.append(1, b"first", identity(1))
    disk.broken = True
    for _ in range(3):
        with pytest.raises(SpoolFailedError):
            writer.sync()
    assert not writer.healthy
    with pytest.raises(SpoolFailedError):
        writer.append(1, b"second", identity(2))
    disk.broken = False
    assert writer.maintain() == 1
    writer.append(1, b"third", identity(3))
    writer.close()
    assert read_ids(tmp_path) == [1, 3]


_FOREVER = """
import sys
from pathlib import Path
from fanshare.spool.writer import Limits, SpoolWriter
writer = SpoolWriter(Path(sys.argv[1]), "clicks", limits=Limits(segment=20_000))
number = 0
while True:
    for _ in range(7):
        writer.append(1, b"x" * 900, number.to_bytes(16, "big"))
        number += 1
    writer.sync()
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_what_it_promised(tmp_path: Path) -> None:
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", _FOREVER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(40):
            promised = int(child.stdout.readline())
        with pytest.raises(SpoolError):
            SpoolWriter(tmp_path, "clicks")
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split()
        promised = int(rest[-1]) if rest else promised
        child.stdout.close()
        child.wait()
        kept = read_ids(tmp_path)
        assert kept[:promised] == list(range(promised))
        reader = SpoolReader(tmp_path, "clicks")
        for batch in list(reader.batches(1000, {})):
            if batch.finished:
                reader.discard(batch.segment_id)
        assert segments(tmp_path) == []
        assert reader.damage.quarantined == 0
