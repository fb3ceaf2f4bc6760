"""What the edge knows without a database: links, allow-lists, webhook secrets; two files, checked and mapped.

The *base* is sorted and mapped into memory: a million links cost file cache, not heap, and nothing is parsed at start.
Layout: header, heap, sorted 64-bit code hashes, heap offsets in the same order, meta, HMAC-SHA256 over it all. A heap
entry is a length and MessagePack; equal destinations are stored once. The *overlay* holds what changed since that
base and is small enough to live in memory. Both are replaced atomically. Endpoint secrets are sealed under the
master key. The MAC keeps anyone without the key from sending buyers elsewhere; it does not notice an older genuine
file put back, so a running edge also refuses to step back to a lower generation.
"""

import contextlib
import hashlib
import hmac
import mmap
import os
import re
import secrets as randomness
import struct
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import msgspec

from fanshare.config.keys import ENDPOINT_SECRET, SNAPSHOT_MAC, Keys
from fanshare.core.errors import BadInputError, FanshareError

#: Codes are matched without regard to case; they are kept in lower case.
CODE = re.compile(r"[a-z0-9_-]{3,64}", re.ASCII)
ENDPOINT = re.compile(r"[A-Za-z0-9_-]{3,128}", re.ASCII)


class LinkState(StrEnum):
    """Whether a link earns: only ``active`` links with a label give out click ids."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    UNLABELLED = "unlabelled"  # no advertising label yet, therefore not live


class LinkRow(msgspec.Struct, array_like=True, frozen=True):
    """A link as the edge needs it. ``medium`` is ``creator`` or ``fan``; ``label`` is its advertising label."""

    code: str
    link_id: int
    programme_id: int
    state: LinkState
    medium: str
    campaign: str
    destination: str
    label: str


class ProgrammeRow(msgspec.Struct, array_like=True, frozen=True):
    """Where links may lead: host names, or ``host:port`` for an unusual port; ``stopped``: all are as if paused."""

    programme_id: int
    hosts: tuple[str, ...]
    allow_http: bool = False
    name: str = ""
    stopped: bool = False


class EndpointRow(msgspec.Struct, array_like=True, frozen=True):
    """A webhook address of a shop connection. ``secrets`` are the raw keys, newest first; sealed in the file.

    A ``paused`` one sends deliveries back for later.
    """

    endpoint: str
    programme_id: int
    connection_id: int
    kind: str
    secrets: tuple[bytes, ...]
    paused: bool = False


class _Stored(msgspec.Struct, array_like=True, frozen=True):
    code: str
    link_id: int
    programme_id: int
    state: LinkState
    medium: str
    campaign: str
    destination_at: int
    label: str


class _Meta(msgspec.Struct, array_like=True, frozen=True):
    """Everything but the big link table. ``None`` in an overlay means: as in the base."""

    programmes: tuple[ProgrammeRow, ...] | None
    endpoints: tuple[EndpointRow, ...] | None
    links: tuple[LinkRow, ...] = ()  # overlays only
    removed: tuple[str, ...] = ()  # overlays only


#: Writes the link table; returns the number of links and where the hashes and the offsets begin.
type _Fill = Callable[[BinaryIO], tuple[int, int, int]]

_MAGIC = b"FANSNAP1"
_BASE, _OVERLAY = 1, 2
_HEADER = struct.Struct("<8sIIQQQQQQQ")  # magic, kind, 0, generation, base, links, hashes, offsets, meta, end
_LENGTH = struct.Struct("<I")
_MAC_BYTES = 32
_CHUNK = 1 << 20
_INTERNED = 65_536

_encode = msgspec.msgpack.Encoder().encode
_decode_stored = msgspec.msgpack.Decoder(_Stored).decode
_decode_meta = msgspec.msgpack.Decoder(_Meta).decode


class SnapshotError(FanshareError):
    """A snapshot file that can't be used. The edge keeps the one it has."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_snapshot", message, 503)


class Snapshot:
    """A base and its overlay, opened and checked. Reads are safe from any thread."""

    def __init__(self, base: "_File", overlay: "_File | None", keys: Keys) -> None:
        self._base = base
        if overlay is not None and overlay.base != base.generation:
            overlay = None  # left over from an older base, which this one contains already
        meta = overlay.meta if overlay else _Meta(None, None)
        self.generation = overlay.generation if overlay else base.generation
        self.link_count = base.link_count
        self._changed: dict[str, LinkRow | None] = {row.code: row for row in meta.links}
        self._changed.update(dict.fromkeys(meta.removed))
        programmes = meta.programmes if meta.programmes is not None else base.meta.programmes
        endpoints = meta.endpoints if meta.endpoints is not None else base.meta.endpoints
        self.programmes = {row.programme_id: row for row in programmes or ()}
        self._endpoints = {row.endpoint: _unsealed(row, keys) for row in endpoints or ()}

    @classmethod
    def open(cls, path: Path, keys: Keys, overlay: Path | None = None) -> "Snapshot":
        """Map and check the files. Takes about a millisecond a megabyte: call it off the event loop.

        Raises ``SnapshotError`` for a missing, foreign, damaged or forged file, be it base or overlay. A missing
        overlay is none; one that belongs to another base is ignored.
        """
        mac = keys.derive(SNAPSHOT_MAC)
        base = _File(path, _BASE, mac)
        second = _File(overlay, _OVERLAY, mac) if overlay is not None and overlay.exists() else None
        return cls(base, second, keys)

    def link(self, code: str) -> LinkRow | None:
        """The link of a code in lower case, or ``None``."""
        if code in self._changed:
            return self._changed[code]
        return self._base.link(code)

    def endpoint(self, name: str) -> EndpointRow | None:
        """The webhook endpoint of that exact name, or ``None``."""
        return self._endpoints.get(name)


class _File:
    """One mapped, authenticated file."""

    def __init__(self, path: Path, kind: int, mac_key: bytes) -> None:
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise SnapshotError(f"{path} can't be read: {error}.") from error
        view = memoryview(self._map)
        if len(view) < _HEADER.size + _MAC_BYTES:
            raise SnapshotError(f"{path} is too short to be a snapshot.")
        magic, found, _, self.generation, self.base, self.link_count, hashes, offsets, meta, end = _HEADER.unpack_from(
            view
        )
        if magic != _MAGIC or found != kind or end + _MAC_BYTES != len(view):
            raise SnapshotError(f"{path} is not a snapshot of this kind.")
        if not hmac.compare_digest(_mac(view[:end], mac_key), bytes(view[end:])):
            raise SnapshotError(f"{path} was not written by this installation, or was changed since.")
        # Cast to native integers so that bisect runs in C; a machine of the other byte order is refused when writing.
        self._hashes = view[hashes:offsets].cast("Q")
        self._offsets = view[offsets:meta].cast("Q")
        self._view = view
        self.meta = _decode_meta(view[meta:end])

    def link(self, code: str) -> LinkRow | None:
        wanted = _hash(code)
        index = bisect_left(self._hashes, wanted)
        while index < len(self._hashes) and self._hashes[index] == wanted:
            stored = _decode_stored(self._blob(self._offsets[index]))
            if stored.code == code:
                destination = str(self._blob(stored.destination_at), "utf-8")
                what = (stored.state, stored.medium, stored.campaign, destination, stored.label)
                return LinkRow(code, stored.link_id, stored.programme_id, *what)
            index += 1
        return None

    def _blob(self, at: int) -> memoryview:
        (length,) = _LENGTH.unpack_from(self._view, at)
        start = at + _LENGTH.size
        return self._view[start : start + length]


def write_snapshot(
    path: Path,
    *,
    links: Iterable[LinkRow],
    programmes: Iterable[ProgrammeRow],
    endpoints: Iterable[EndpointRow],
    keys: Keys,
    generation: int,
) -> int:
    """Write a base and put it in place atomically; returns the number of links. ``links`` may come in any order.

    ``generation`` must grow with every base and overlay (an instant will do). Memory: about 150 bytes a link while
    one of 256 parts is sorted, 16 bytes a link otherwise. Raises ``BadInputError`` for a code or endpoint name of the
    wrong form and for a code that comes twice; the old file then stays.
    """
    meta = _Meta(tuple(programmes), tuple(_sealed(row, keys) for row in endpoints))

    def fill(file: BinaryIO) -> tuple[int, int, int]:
        heap = _Heap(file)
        for row in links:
            heap.add(row)
        hashes = heap.finish()
        return heap.count, hashes, hashes + 8 * heap.count

    return _write(path, _BASE, generation, 0, fill, meta, keys)


def write_overlay(
    path: Path,
    *,
    base: int,
    generation: int,
    keys: Keys,
    links: Iterable[LinkRow] = (),
    removed: Iterable[str] = (),
    programmes: Iterable[ProgrammeRow] | None = None,
    endpoints: Iterable[EndpointRow] | None = None,
) -> None:
    """Write everything that differs from the base of generation ``base``, replacing the overlay before it.

    ``programmes`` and ``endpoints`` replace the base's lists as a whole; ``None`` leaves them.
    """
    rows = tuple(links)
    for row in rows:
        _check_code(row.code)
    meta = _Meta(
        None if programmes is None else tuple(programmes),
        None if endpoints is None else tuple(_sealed(row, keys) for row in endpoints),
        rows,
        tuple(removed),
    )
    _write(path, _OVERLAY, generation, base, lambda file: (0, file.tell(), file.tell()), meta, keys)


class _Heap:
    """Writes link entries as they come and their index at the end, sorted by hash in 256 parts."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = file.tell()
        self._destinations: dict[str, int] = {}
        self._parts = [bytearray() for _ in range(256)]
        self.count = 0

    def add(self, row: LinkRow) -> None:
        _check_code(row.code)
        what = (row.state, row.medium, row.campaign, self._destination(row.destination), row.label)
        at = self._put(_encode(_Stored(row.code, row.link_id, row.programme_id, *what)))
        number = _hash(row.code)
        self._parts[number >> 56] += struct.pack(">QQ", number, at)  # big-endian sorts as bytes
        self.count += 1

    def finish(self) -> int:
        self._pad()
        hashes = self._at
        offsets = bytearray()
        for part in self._parts:
            entries = sorted(part[at : at + 16] for at in range(0, len(part), 16))
            self._refuse_twins(entries)
            for entry in entries:
                self._file.write(entry[7::-1])
                offsets += entry[:7:-1]
        self._file.write(offsets)
        return hashes

    def _refuse_twins(self, entries: Sequence[bytearray]) -> None:
        """Two codes with one hash are fine, a code that comes twice is not; only equal hashes need a look."""
        seen: dict[bytes, set[str]] = {}
        for first, second in pairwise(entries):
            if first[:8] == second[:8]:
                codes = seen.setdefault(bytes(first[:8]), {self._code_at(first)})
                code = self._code_at(second)
                if code in codes:
                    raise BadInputError("code_twice", "The link code %(link)s comes twice.", link=repr(code))
                codes.add(code)

    def _code_at(self, entry: bytearray) -> str:
        here = self._file.tell()
        self._file.seek(int.from_bytes(entry[8:], "big"))
        (length,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
        stored = _decode_stored(self._file.read(length))
        self._file.seek(here)
        return stored.code

    def _destination(self, text: str) -> int:
        at = self._destinations.get(text)
        if at is None:
            if len(self._destinations) >= _INTERNED:
                self._destinations.clear()
            at = self._destinations[text] = self._put(text.encode())
        return at

    def _put(self, blob: bytes) -> int:
        at = self._at
        self._file.write(_LENGTH.pack(len(blob)) + blob)
        self._at += _LENGTH.size + len(blob)
        return at

    def _pad(self) -> None:
        padding = -self._at % 8
        self._file.write(bytes(padding))
        self._at += padding


def _write(path: Path, kind: int, generation: int, base: int, fill: _Fill, meta: _Meta, keys: Keys) -> int:
    if sys.byteorder != "little":
        raise FanshareError("byte_order", "Snapshots are made for little-endian machines.", 500)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{randomness.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b") as file:
            file.write(bytes(_HEADER.size))
            links, hashes, offsets = fill(file)
            tail = file.tell()
            file.write(_encode(meta))
            end = file.tell()
            file.seek(0)
            file.write(_HEADER.pack(_MAGIC, kind, 0, generation, base, links, hashes, offsets, tail, end))
            _append_mac(file, end, keys.derive(SNAPSHOT_MAC))
        draft.replace(path)
        _sync_directory(path.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    return links


def _append_mac(file: BinaryIO, end: int, key: bytes) -> None:
    file.flush()
    with mmap.mmap(file.fileno(), end, access=mmap.ACCESS_READ) as written, memoryview(written) as view:
        tag = _mac(view, key)
    file.seek(end)
    file.write(tag)
    file.flush()
    os.fsync(file.fileno())


def _mac(view: memoryview, key: bytes) -> bytes:
    tag = hmac.new(key, digestmod=hashlib.sha256)
    for at in range(0, len(view), _CHUNK):
        tag.update(view[at : at + _CHUNK])
    return tag.digest()


def _hash(code: str) -> int:
    return int.from_bytes(hashlib.blake2b(code.encode(), digest_size=8).digest(), "big")


def _check_code(code: str) -> None:
    if CODE.fullmatch(code) is None:
        said = "%(link)s is not a link code: 3 to 64 of a-z, 0-9, - and _."
        raise BadInputError("bad_link_code", said, link=repr(code[:70]))


def _sealed(row: EndpointRow, keys: Keys) -> EndpointRow:
    if ENDPOINT.fullmatch(row.endpoint) is None:
        raise BadInputError("bad_endpoint", "%(name)s is not a webhook endpoint name.", name=repr(row.endpoint[:130]))
    place = row.endpoint.encode()
    return msgspec.structs.replace(row, secrets=tuple(keys.seal(ENDPOINT_SECRET, one, place) for one in row.secrets))


def _unsealed(row: EndpointRow, keys: Keys) -> EndpointRow:
    place = row.endpoint.encode()
    return msgspec.structs.replace(row, secrets=tuple(keys.unseal(ENDPOINT_SECRET, one, place) for one in row.secrets))


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
