"""One encrypted file, written and read as a stream: a readable first line, and authenticated chunks.

The construction is that of age (age-encryption.org/v1): STREAM of Hoang, Reyhanitabar, Rogaway and Vizar (2015) over
ChaCha20-Poly1305 (RFC 8439) in chunks of 64 KiB, the nonce being an 11-byte counter and a byte that marks the last
chunk; so chunks can't be changed, dropped, repeated, exchanged, nor the end cut off. The key comes from the passphrase
by scrypt (RFC 7914) and HKDF-SHA256 (RFC 5869) with the hash of the header as salt, so no word of the header can be
changed either.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fanshare.core.errors import BadInputError, FanshareError

MAGIC = b"FANSHARE-BACKUP\n"
FORMAT = 1
CHUNK = 64 << 10
_TAG = 16
_LINE = 16 << 10
#: 128 MB of memory and about half a second for each guess; more than this a header may not ask for.
COST, _HIGHEST_COST = 1 << 17, 1 << 20
_BLOCK, _LANES = 8, 1


class BackupError(FanshareError):
    """The file can't be used as it is; nothing was changed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, 409)


class SealedWriter:
    """Encrypts what is written to it into ``file``. ``close`` writes the last chunk and leaves the file open."""

    def __init__(self, file: IO[bytes], header: Mapping[str, Any], passphrase: str, *, cost: int = 0) -> None:
        self._file = file
        self._pending = bytearray()
        self._count = 0
        whole = {**header, "format": FORMAT, "scrypt": {"n": cost or COST, "salt": os.urandom(16).hex()}}
        key, check = _keys(whole, passphrase)
        self._cipher = ChaCha20Poly1305(key)
        line = json.dumps({**whole, "check": check}, sort_keys=True).encode() + b"\n"
        file.write(MAGIC + line)
        self.written = len(MAGIC) + len(line)

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._pending += data
        while len(self._pending) > CHUNK:  # a full chunk waits, for it may be the last
            self._put(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write what is left as the last chunk."""
        self._put(bytes(self._pending), last=True)
        self._pending.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._count, last=last), plain, None)
        self._file.write(sealed)
        self._count += 1
        self.written += len(sealed)


class SealedReader:
    """Decrypts ``file`` from where its chunks begin. Nothing is given out that was not authenticated."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._file, self._key = file, key
        self._cipher = ChaCha20Poly1305(key)
        self._ready = bytearray()
        self._count = 0
        self._over = False

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes, fewer at the end. Raises ``BackupError`` (``backup_damaged``)."""
        while not self._over and (size < 0 or len(self._ready) < size):
            self._take()
        found = bytes(self._ready if size < 0 else self._ready[:size])
        del self._ready[: len(found)]
        return found

    def from_here(self) -> "SealedReader":
        """A reader that begins anew where the file stands now, without the slow derivation."""
        return SealedReader(self._file, self._key)

    def drain(self) -> int:
        """Read to the end and return how many bytes that were."""
        total = 0
        while part := self.read(CHUNK):
            total += len(part)
        return total

    def _take(self) -> None:
        sealed = self._file.read(CHUNK + _TAG)
        last = len(sealed) < CHUNK + _TAG or not self._more()
        try:
            plain = self._cipher.decrypt(_nonce(self._count, last=last), sealed, None)
        except (InvalidTag, ValueError):
            said = f"The backup is damaged or cut off after {self._count * CHUNK} bytes: use another one."
            raise BackupError("backup_damaged", said) from None
        self._count += 1
        self._over = last
        self._ready += plain

    def _more(self) -> bool:
        following = self._file.read(1)
        if following:
            self._file.seek(-1, os.SEEK_CUR)
        return bool(following)


def read_header(file: IO[bytes]) -> dict[str, Any]:
    """The readable part, not authenticated yet; the file then stands at its first chunk.

    Raises ``BackupError``: ``not_a_backup``, or ``backup_version`` for a format this program does not know.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupError("not_a_backup", "This file is not a backup of fanshare.")
    try:
        header = json.loads(file.readline(_LINE))
        known, cost = header["format"], header["scrypt"]["n"]
        bytes.fromhex(header["scrypt"]["salt"])
    except (ValueError, KeyError, TypeError):
        raise BackupError("not_a_backup", "The first line of this backup is damaged.") from None
    if known != FORMAT:
        raise BackupError("backup_version", f"This backup has format {known}; this fanshare reads format {FORMAT}.")
    if type(cost) is not int or not 2 <= cost <= _HIGHEST_COST or cost & (cost - 1):
        raise BackupError("not_a_backup", "The first line of this backup asks for an impossible key derivation.")
    return dict(header)


def unlock(file: IO[bytes], header: Mapping[str, Any], passphrase: str) -> SealedReader:
    """The chunks behind ``header``. Raises ``BackupError`` (``wrong_passphrase``)."""
    whole = {name: value for name, value in header.items() if name != "check"}
    key, check = _keys(whole, passphrase)
    if not hmac.compare_digest(check, str(header.get("check"))):
        raise BackupError("wrong_passphrase", "The passphrase is not that of this backup. Nothing was changed.")
    return SealedReader(file, key)


def check_passphrase(passphrase: str) -> str:
    """Refuse what can be guessed. Raises ``BadInputError`` (``weak_passphrase``)."""
    if len(passphrase) < 12:
        raise BadInputError("weak_passphrase", "The passphrase of a backup has at least 12 characters.")
    return passphrase


def _keys(header: Mapping[str, Any], passphrase: str) -> tuple[bytes, str]:
    """The key of the chunks, and a check that tells a wrong passphrase or a changed header from damage."""
    scrypt = header["scrypt"]
    cost = scrypt["n"]
    secret = hashlib.scrypt(
        passphrase.encode(), salt=bytes.fromhex(scrypt["salt"]), n=cost, r=_BLOCK, p=_LANES, dklen=32,
        maxmem=128 * _BLOCK * (cost + _LANES + 2),
    )  # fmt: skip
    salt = hashlib.sha256(json.dumps(header, sort_keys=True).encode()).digest()
    derived = HKDF(hashes.SHA256(), 64, salt, b"fanshare backup").derive(secret)
    return derived[:32], derived[32:].hex()


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])
