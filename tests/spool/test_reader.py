"""The reader: torn tails, decay, living writers, positions."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.spool import reader as reader_module
from fanshare.spool.format import HEADER_BYTES, MARKER, RECORD_BYTES, Codec, SpoolError
from fanshare.spool.reader import SpoolReader
from fanshare.spool.writer import SpoolWriter
from tests.spool.test_writer import identity, read_ids, segments, write

SIZE = RECORD_BYTES + 20


def fixed(directory: Path, count: int) -> Path:
    """A closed segment of ``count`` records of ``SIZE`` bytes."""
    writer = SpoolWriter(directory, "clicks")
    for number in range(count):
        writer.append(1, b"%20d" % number, identity(number))
    writer.close()
    return segments(directory)[-1]


def collect(reader: SpoolReader, positions: dict[bytes, int] | None = None, most: int = 1000) -> list[int]:
    batches = list(reader.batches(most, positions or {}))
    return [int.from_bytes(record.record_id, "big") for batch in batches for record in batch.records]


@given(st.integers(0, 20 * SIZE + HEADER_BYTES))
def test_a_dead_writers_torn_tail_is_cut_off(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    directory = tmp_path_factory.mktemp("spool")
    path = fixed(directory, 20)
    os.truncate(path, length)
    reader = SpoolReader(directory, "clicks")
    whole = max(0, length - HEADER_BYTES) // SIZE
    batches = list(reader.batches(1000, {}))
    assert [r.offset for batch in batches for r in batch.records] == [HEADER_BYTES + n * SIZE for n in range(whole)]
    if length >= HEADER_BYTES:
        assert batches[-1].finished
        assert reader.damage.torn == bool((length - HEADER_BYTES) % SIZE)
        assert reader.damage.quarantined == 0
    else:
        assert reader.damage.segments == 1


@given(st.lists(st.integers(HEADER_BYTES * 8, (HEADER_BYTES + 30 * SIZE) * 8 - 1), min_size=1, max_size=6))
def test_flipped_bits_cost_their_own_records_only(tmp_path_factory: pytest.TempPathFactory, bits: list[int]) -> None:
    directory = tmp_path_factory.mktemp("spool")
    path = fixed(directory, 30)
    data = bytearray(path.read_bytes())
    clean = bytes(data)
    for bit in bits:
        data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    spans = [slice(HEADER_BYTES + n * SIZE, HEADER_BYTES + (n + 1) * SIZE) for n in range(30)]
    hit = {n for n, span in enumerate(spans) if data[span] != clean[span]}
    reader = SpoolReader(directory, "clicks")
    assert collect(reader) == [n for n in range(30) if n not in hit]
    damage = reader.damage
    assert (damage.quarantined + damage.torn > 0) == bool(hit)
    kept = sum(file.stat().st_size for file in (directory / "quarantine").iterdir()) if hit else 0
    assert kept == SIZE * len(hit)


def test_without_looking_for_the_next_record_one_bit_would_cost_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fixed(tmp_path, 30)
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES + 5 * SIZE] ^= 1
    path.write_bytes(data)
    assert len(read_ids(tmp_path)) == 29
    monkeypatch.setattr(reader_module._Scan, "_resync", lambda *_: None)
    assert len(read_ids(tmp_path)) == 5


def test_a_living_writers_unfinished_record_is_waited_for(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks")
    write(writer, range(3))
    path = segments(tmp_path)[0]
    with path.open("ab") as file:
        file.write(MARKER + b"\x05")
    reader = SpoolReader(tmp_path, "clicks")
    batches = list(reader.batches(1000, {}))
    assert [len(batch.records) for batch in batches] == [3]
    assert not batches[0].finished
    position = {batches[0].segment_id: batches[0].end}
    assert list(reader.batches(1000, position)) == []
    assert reader.damage.torn == 0
    writer._segment.close()
    assert [(batch.records, batch.finished) for batch in reader.batches(1000, position)] == [((), True)]
    assert reader.damage.torn == 1
    os.close(writer._writer_lock)


def test_a_record_hidden_in_a_payload_is_not_found_when_its_bearer_decays(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks")
    stranger = Codec("clicks", b"\0" * 16, 0).pack(2, b"forged", b"f" * 16)
    writer.append(1, b"A" * 50 + stranger + b"B" * 50, identity(1))
    writer.append(1, b"honest", identity(2))
    writer.close()
    path = segments(tmp_path)[0]
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES + RECORD_BYTES + 3] ^= 1
    path.write_bytes(data)
    assert read_ids(tmp_path) == [2]


def test_reading_goes_on_at_the_committed_position(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks")
    reader = SpoolReader(tmp_path, "clicks")
    positions: dict[bytes, int] = {}
    seen: list[int] = []
    for start in range(0, 100, 10):
        write(writer, range(start, start + 10))
        for batch in reader.batches(7, positions):
            assert batch.start == positions.get(batch.segment_id, HEADER_BYTES)
            assert len(batch.records) <= 7
            seen += [int.from_bytes(record.record_id, "big") for record in batch.records]
            positions[batch.segment_id] = batch.end
    assert seen == list(range(100))
    writer.close()
    (last,) = reader.batches(7, positions)
    assert last.finished
    assert last.records == ()


def test_a_segment_that_lost_its_committed_end_with_the_power_is_finished_all_the_same(tmp_path: Path) -> None:
    path = fixed(tmp_path, 5)
    reader = SpoolReader(tmp_path, "clicks")
    (batch,) = reader.batches(10, {})
    os.truncate(path, HEADER_BYTES + 3 * SIZE)
    (last,) = reader.batches(10, {batch.segment_id: batch.end})
    assert (last.start, last.end, last.records, last.finished) == (batch.end, batch.end, (), True)


def test_a_living_segment_is_not_discarded_and_a_finished_one_is_once(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "clicks")
    write(writer, range(3))
    reader = SpoolReader(tmp_path, "clicks")
    (batch,) = reader.batches(10, {})
    with pytest.raises(SpoolError):
        reader.discard(batch.segment_id)
    writer.close()
    assert reader.backlog_bytes() > 0
    assert reader.discard(batch.segment_id)
    assert not reader.discard(batch.segment_id)
    assert segments(tmp_path) == []
    assert reader.backlog_bytes() == 0


def test_records_larger_than_a_window_and_damage_across_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "MAX_RECORD", 600)
    monkeypatch.setattr(reader_module, "_WINDOW", 1200)
    random.seed(7)
    writer = SpoolWriter(tmp_path, "clicks")
    for number in range(200):
        writer.append(1, os.urandom(random.randrange(500)), identity(number))
    writer.close()
    assert read_ids(tmp_path) == list(range(200))
    path = segments(tmp_path)[0]
    data = bytearray(path.read_bytes())
    data[10_000:15_000] = bytes(5_000)
    path.write_bytes(data)
    kept = read_ids(tmp_path)
    offsets = [r.offset for batch in SpoolReader(tmp_path, "clicks").batches(1000, {}) for r in batch.records]
    assert len(kept) < 200
    assert all(
        end <= 10_000 or start >= 15_000
        for start, end in zip(offsets, [*offsets[1:], len(data)], strict=True)
        if not (start < 10_000 < end)
    )
    assert kept == sorted(kept)
    assert kept[-1] == 199


def test_a_damaged_header_is_put_aside_whole(tmp_path: Path) -> None:
    path = fixed(tmp_path, 3)
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    reader = SpoolReader(tmp_path, "clicks")
    assert list(reader.batches(10, {})) == []
    assert reader.damage.segments == 1
    assert (tmp_path / "quarantine" / path.name).read_bytes() == bytes(data)


def test_a_sealed_stream_needs_its_key(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "hooks", key=b"k" * 32)
    writer.append(2, b"Lena Musterfrau", identity(1))
    writer.close()
    (path,) = (tmp_path / "hooks").glob("*.seg")
    assert b"Lena" not in path.read_bytes()
    assert read_ids(tmp_path, "hooks", b"k" * 32) == [1]
    with pytest.raises(SpoolError):
        read_ids(tmp_path, "hooks", b"z" * 32)
