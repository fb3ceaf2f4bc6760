"""The bytes of a record: they come back as they went in, and a changed bit never passes."""

import secrets
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.spool.format import HEADER_BYTES, MARKER, RECORD_BYTES, Codec, Flaw, SpoolError

KEY = b"k" * 32
SEGMENT = b"s" * 16
kinds = st.integers(0, 255)
ids = st.binary(min_size=16, max_size=16)
payloads = st.binary(max_size=300)


def codec(key: bytes | None = None) -> Codec:
    return Codec("hooks", SEGMENT, 5, key)


@given(kinds, payloads, ids, st.booleans(), st.integers(0, 2**40))
def test_a_record_comes_back_as_it_went_in(kind: int, payload: bytes, record_id: bytes, sealed: bool, at: int) -> None:
    one = codec(KEY if sealed else None)
    data = one.pack(kind, payload, record_id)
    result = one.unpack(data, 0, at)
    assert not isinstance(result, Flaw)
    record, end = result
    assert (record.kind, record.payload, record.record_id, record.offset, end) == (
        kind,
        payload,
        record_id,
        at,
        len(data),
    )


@given(kinds, payloads, ids, st.booleans(), st.data())
def test_no_flipped_bit_passes(kind: int, payload: bytes, record_id: bytes, sealed: bool, data: st.DataObject) -> None:
    one = codec(KEY if sealed else None)
    packed = bytearray(one.pack(kind, payload, record_id))
    bit = data.draw(st.integers(0, len(packed) * 8 - 1))
    packed[bit // 8] ^= 1 << bit % 8
    assert isinstance(one.unpack(bytes(packed), 0, 0), Flaw)


def test_without_its_checksum_a_flipped_bit_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Codec, "_crc", lambda *_: 0)
    packed = bytearray(codec().pack(1, b"twenty euros", b"i" * 16))
    packed[-1] ^= 1
    assert not isinstance(codec().unpack(bytes(packed), 0, 0), Flaw)


@given(payloads, ids, st.data())
def test_a_cut_record_is_short(payload: bytes, record_id: bytes, data: st.DataObject) -> None:
    packed = codec().pack(1, payload, record_id)
    cut = data.draw(st.integers(0, len(packed) - 1))
    assert codec().unpack(packed[:cut], 0, 0) is Flaw.SHORT


def test_a_record_forged_without_the_segment_id_is_no_record() -> None:
    kind, record_id, payload = 2, b"x" * 16, b"pay me"
    crc = zlib.crc32(payload, zlib.crc32(bytes([kind]) + record_id + len(payload).to_bytes(4, "little")))
    forged = struct.pack("<4sIIB16s", MARKER, len(payload), crc, kind, record_id) + payload
    assert len(forged) == RECORD_BYTES + len(payload)
    assert codec().unpack(forged, 0, 0) is Flaw.BAD


def test_the_header_names_its_segment_and_refuses_damage() -> None:
    header = codec(KEY).header()
    assert len(header) == HEADER_BYTES
    again = Codec.of_header(header, KEY)
    assert again is not None
    assert (again.stream, again.segment_id, again.created_at) == ("hooks", SEGMENT, 5)
    for at in range(HEADER_BYTES):
        assert Codec.of_header(header[:at] + bytes([header[at] ^ 1]) + header[at + 1 :], KEY) is None


def test_another_master_key_is_told_and_not_taken_for_damage() -> None:
    with pytest.raises(SpoolError, match="another master key"):
        Codec.of_header(codec(KEY).header(), secrets.token_bytes(32))


def test_a_sealed_payload_is_not_readable_on_the_disk() -> None:
    assert b"Lena" not in codec(KEY).pack(2, b"Lena Musterfrau", b"i" * 16)
    assert b"Lena" in codec().pack(2, b"Lena Musterfrau", b"i" * 16)
