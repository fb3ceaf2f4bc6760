"""The bytes of a segment file.

A segment is a 64-byte header and records. Header, little-endian: magic, version, flags, stream name, 128-bit segment
id, creation time (microseconds), key check, CRC. Record: 4-byte marker, payload length, CRC, kind, 128-bit record id,
payload. CRC-32 (zlib, gigabytes a second) is there to notice torn writes and decay, not enemies: who can write to the
disk can also write a checksum. It is seeded with the segment's random id, so that bytes which a stranger sent inside a
payload can never pass for a record when a reader looks for the next good one. Sealed segments are AES-256-GCM per
record; the key comes from the stream's key and the segment id, the nonce from the record id, which is random.
"""

import hashlib
import hmac
import struct
import zlib
from enum import Enum
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fanshare.core.errors import FanshareError

MARKER = b"\xf5\x9d\x1eR"
#: Largest payload; an edge accepts bodies of up to 1 MB and adds headers.
MAX_PAYLOAD = 2 << 20
SEGMENT_ID_BYTES = 16
RECORD_ID_BYTES = 16

_MAGIC = b"FANSPOOL"
_VERSION = 1
_SEALED = 1
_HEADER = struct.Struct("<8sHH16s16sQ8sI")
HEADER_BYTES = _HEADER.size
_RECORD = struct.Struct("<4sIIB16s")
RECORD_BYTES = _RECORD.size
_TAG_BYTES = 16
MAX_RECORD = RECORD_BYTES + MAX_PAYLOAD + _TAG_BYTES


class SpoolError(FanshareError):
    """The spool can't take or give a record now."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, 503)


class Record(NamedTuple):
    """One entry: its kind (see ``records``), its id and its payload, and where it begins in the segment."""

    kind: int
    record_id: bytes
    payload: bytes
    offset: int


class Flaw(Enum):
    """Why there is no record at a place."""

    SHORT = "short"  # it may go on beyond the bytes at hand
    BAD = "bad"


class Codec:
    """Packs and unpacks the records of one segment."""

    def __init__(self, stream: str, segment_id: bytes, created_at: int, key: bytes | None = None) -> None:
        self.stream, self.segment_id, self.created_at = stream, segment_id, created_at
        self._seed = zlib.crc32(segment_id)
        self._key = None if key is None else hmac.digest(key, b"segment" + segment_id, hashlib.sha256)
        self._cipher = None if self._key is None else AESGCM(self._key)

    def header(self) -> bytes:
        """The segment's first 64 bytes."""
        flags = _SEALED if self._key else 0
        name = self.stream.encode().ljust(16, b"\0")
        check = _key_check(self._key)
        body = _HEADER.pack(_MAGIC, _VERSION, flags, name, self.segment_id, self.created_at, check, 0)[:-4]
        return body + zlib.crc32(body).to_bytes(4, "little")

    @classmethod
    def of_header(cls, header: bytes, key: bytes | None) -> "Codec | None":
        """The codec of an existing segment, or ``None`` where the header is damaged or foreign.

        Raises ``SpoolError`` (``spool_key``) when the segment is sealed under another key: nothing is lost then,
        the right key reads it.
        """
        if len(header) != HEADER_BYTES or zlib.crc32(header[:-4]) != int.from_bytes(header[-4:], "little"):
            return None
        magic, version, flags, name, segment_id, created_at, check, _ = _HEADER.unpack(header)
        if magic != _MAGIC or version != _VERSION:
            return None
        codec = cls(name.rstrip(b"\0").decode("ascii", "replace"), segment_id, created_at, key if flags else None)
        if flags and _key_check(codec._key) != check:
            raise SpoolError("spool_key", "This spool was sealed under another master key; give back the old one.")
        return codec

    def pack(self, kind: int, payload: bytes, record_id: bytes) -> bytes:
        """A record ready to be written."""
        if self._cipher is not None:
            payload = self._cipher.encrypt(record_id[:12], payload, _aad(kind, record_id))
        crc = self._crc(kind, payload, record_id)
        return _RECORD.pack(MARKER, len(payload), crc, kind, record_id) + payload

    def unpack(self, data: bytes, at: int, offset: int) -> tuple[Record, int] | Flaw:
        """The record at index ``at`` of ``data``, which is ``offset`` in the segment, and the index behind it."""
        if len(data) - at < RECORD_BYTES:
            return Flaw.SHORT if MARKER.startswith(data[at : at + 4]) else Flaw.BAD
        marker, length, crc, kind, record_id = _RECORD.unpack_from(data, at)
        if marker != MARKER or length > MAX_PAYLOAD + _TAG_BYTES:
            return Flaw.BAD
        end = at + RECORD_BYTES + length
        if end > len(data):
            return Flaw.SHORT
        payload = data[at + RECORD_BYTES : end]
        if self._crc(kind, payload, record_id) != crc:
            return Flaw.BAD
        if self._cipher is not None:
            try:
                payload = self._cipher.decrypt(record_id[:12], payload, _aad(kind, record_id))
            except InvalidTag:
                return Flaw.BAD
        return Record(kind, record_id, payload, offset), end

    def _crc(self, kind: int, payload: bytes, record_id: bytes) -> int:
        start = zlib.crc32(_aad(kind, record_id) + len(payload).to_bytes(4, "little"), self._seed)
        return zlib.crc32(payload, start)


def _aad(kind: int, record_id: bytes) -> bytes:
    return kind.to_bytes(1, "big") + record_id


def _key_check(key: bytes | None) -> bytes:
    return bytes(8) if key is None else hmac.digest(key, b"check", hashlib.sha256)[:8]
