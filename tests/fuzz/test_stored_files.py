"""Files that the program wrote itself and finds spoiled: segments of the spool, and what the edge knows of links."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from fanshare.edge.snapshot import SnapshotError
from fanshare.spool import reader as reader_module
from fanshare.spool.format import HEADER_BYTES, Codec, SpoolError
from fanshare.spool.reader import SpoolReader
from fanshare.spool.writer import SUFFIX
from tests.edge.running import link, overlay, write_base
from tests.edge.test_snapshot import opened
from tests.fuzz import spoil
from tests.fuzz.campaign import campaign, shown
from tests.fuzz.usable import refusal

PLACE = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
KEY = b"k" * 32
STREAMS: tuple[tuple[str, bytes | None], ...] = (("clicks", None), ("hooks", KEY))


@dataclass(frozen=True)
class Segment:
    """One segment as a writer leaves it: its bytes, and its records as they are read back."""

    codec: Codec
    records: tuple[tuple[int, bytes, bytes], ...]
    raw: bytes

    @classmethod
    def of(cls, chance: Random, stream: str, key: bytes | None) -> "Segment":
        """A segment with a handful of records."""
        codec = Codec(stream, chance.randbytes(16), chance.randrange(1 << 50), key)
        records = tuple(
            (chance.randrange(1, 4), chance.randbytes(16), chance.randbytes(chance.choice((0, 3, 40, 300))))
            for _ in range(chance.randrange(1, 6))
        )
        packed = [codec.pack(kind, payload, record_id) for kind, record_id, payload in records]
        return cls(codec, records, codec.header() + b"".join(packed))


def foreign(chance: Random, segment: Segment) -> bytes:
    """Bytes of somebody else: records of another segment behind this one's, or in their midst."""
    key = KEY if segment.codec.stream == "hooks" else None
    other = Segment.of(chance, segment.codec.stream, key).raw[HEADER_BYTES:]
    at = chance.randrange(HEADER_BYTES, len(segment.raw) + 1)
    return segment.raw[:at] + other + segment.raw[at:]


def spoiled(chance: Random, segment: Segment) -> bytes:
    raw, how = segment.raw, chance.random()
    if how < 0.2:
        return raw[: chance.randrange(len(raw))]
    if how < 0.4:
        return foreign(chance, segment)
    if how < 0.5:
        at = chance.randrange(len(raw))
        return raw[:at] + bytes(len(raw) - at)  # blocks that were never written
    return spoil.noise(chance, raw)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Path]:
    made = (PLACE or tmp_path) / f"fanshare-shelf-{os.getpid()}"
    made.mkdir()
    yield made
    shutil.rmtree(made)


def segment_case(shelf: Path) -> Callable[[Random], str]:
    """A spoiled segment gives records of its own and no others, whatever else is in it."""

    def case(chance: Random) -> str:
        stream, key = chance.choice(STREAMS)
        segment = Segment.of(chance, stream, key)
        raw = spoiled(chance, segment)
        folder = shelf / stream
        folder.mkdir(exist_ok=True)
        path = folder / f"1-{segment.codec.segment_id.hex()}{SUFFIX}"
        path.write_bytes(raw)
        try:
            return _read(SpoolReader(shelf, stream, key=key), segment, raw)
        except Exception as error:
            error.add_note(f"the segment was {shown(segment.raw)} and is {shown(raw)}")
            raise
        finally:
            shutil.rmtree(shelf / "quarantine", ignore_errors=True)
            path.unlink(missing_ok=True)

    return case


def _read(reader: SpoolReader, segment: Segment, raw: bytes) -> str:
    try:
        batches = list(reader.batches(3, {}))
    except SpoolError as error:
        return refusal(error)
    found = [(one.kind, one.record_id, one.payload) for batch in batches for one in batch.records]
    assert set(found) <= set(segment.records), "a record that nobody wrote here"
    if not batches:
        assert reader.damage.segments or len(raw) < HEADER_BYTES
        return "set aside"
    assert batches[-1].finished
    intact = [one for one in segment.records if segment.codec.pack(one[0], one[2], one[1]) in raw]
    assert set(intact) <= set(found), "a whole record that is not found"
    return "all read" if len(found) == len(segment.records) else "read in part"


@pytest.mark.soak_sized
def test_a_spoiled_segment_gives_each_whole_record_and_nothing_that_was_not_written(shelf: Path) -> None:
    outcomes = campaign(segment_case(shelf))
    assert min(outcomes[one] for one in ("all read", "read in part", "set aside")) > 100, outcomes


def test_a_reader_that_believes_any_record_is_found(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Codec, "_crc", lambda self, kind, payload, record_id: 0)
    with pytest.raises(AssertionError, match="that nobody wrote"):
        campaign(segment_case(shelf), 2_000)


def test_a_reader_that_stops_at_the_first_bad_record_is_found(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module._Scan, "_resync", lambda self, data, start, origin, last: None)
    with pytest.raises(AssertionError, match="whole record"):
        campaign(segment_case(shelf), 2_000)


@dataclass(frozen=True)
class Known:
    """What an edge knows: two files, and the destination that its link leads to."""

    home: Path
    files: dict[str, bytes]

    def lay(self, name: str, raw: bytes) -> None:
        (self.home / "snapshot" / name).write_bytes(raw)


@pytest.fixture
def knowing(shelf: Path) -> Known:
    write_base(shelf)
    overlay(shelf, [link("fresh", 99)], 2)
    return Known(shelf, {name: (shelf / "snapshot" / name).read_bytes() for name in ("base", "overlay")})


def snapshot_case(known: Known) -> Callable[[Random], str]:
    """A spoiled file is refused; one that is taken says what was written."""

    def case(chance: Random) -> str:
        for name, raw in known.files.items():
            known.lay(name, raw)
        name = chance.choice(["base", "overlay"])
        raw = spoil.noise(chance, known.files[name])
        if chance.random() < 0.1:
            raw = known.files["overlay" if name == "base" else "base"]
        known.lay(name, raw)
        try:
            found = opened(known.home)
        except SnapshotError as error:
            return refusal(error)
        assert raw == known.files[name], f"{name} is taken as {shown(raw)}"
        fresh = found.link("fresh")
        assert fresh is not None
        return "as it was"

    return case


@pytest.mark.soak_sized
def test_a_spoiled_file_of_links_is_refused_whole(knowing: Known) -> None:
    assert opened(knowing.home).link("fresh")
    outcomes = campaign(snapshot_case(knowing))
    assert outcomes["refused: bad_snapshot"] > 4_000


def test_a_file_of_links_without_its_mac_would_be_believed(knowing: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: True)
    with pytest.raises(Exception, match=r".") as caught:
        campaign(snapshot_case(knowing), 2_000)
    assert not isinstance(caught.value, SnapshotError)
