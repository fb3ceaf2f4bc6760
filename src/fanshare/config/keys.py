"""One master key per installation and what is derived from it.

Every purpose has a key of its own (HKDF-SHA256, RFC 5869), so that a key that leaks from one room opens no other and
the master key itself is used for nothing. Sealing is AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces, which
is safe for 2^32 messages a purpose; the spool, which writes more, makes a key per segment.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fanshare.core.errors import FanshareError

KEY_BYTES = 32
VARIABLE = "FANSHARE_MASTER_KEY"
FILE_VARIABLE = "FANSHARE_MASTER_KEY_FILE"

CLICK_ID = "click id"
SNAPSHOT_MAC = "snapshot mac"
ENDPOINT_SECRET = "endpoint secret"  # noqa: S105  # the name of a purpose
SPOOL_HOOKS = "spool hooks"
PSEUDONYM = "pseudonym"
VAULT = "vault"
DELIVERY = "delivery"

#: What lives on in many places under these keys (clicks out in the world, hashes of buyers, commitments of the log):
#: they stay what they were when the master key is changed, sealed under the new one in ``keys/kept-...``.
STABLE = (CLICK_ID, PSEUDONYM)
KEPT = "kept keys"
#: The new master key, for as long as a change of it is not finished.
UNFINISHED = "master.next"

_NONCE_BYTES = 12
_VERSION = b"\x01"


class Keys:
    """Derives keys by purpose; seals and unseals. Safe to share between threads."""

    def __init__(self, master: bytes, kept: Mapping[str, bytes] | None = None) -> None:
        if len(master) != KEY_BYTES:
            raise FanshareError("bad_master_key", f"The master key must hold {KEY_BYTES} bytes.", 500)
        self._master = master
        self._kept = dict(kept or {})
        self._derived: dict[str, bytes] = dict(self._kept)
        self._ciphers: dict[str, AESGCM] = {}

    @classmethod
    def load_or_create(cls, home: Path, environ: Mapping[str, str] = os.environ) -> "Keys":
        """The installation's keys: from ``FANSHARE_MASTER_KEY`` (64 hexadecimal digits or base 64), else from the file
        named by ``FANSHARE_MASTER_KEY_FILE``, else from ``<home>/keys/master``, which is made when it is missing.

        Raises ``FanshareError`` (``bad_master_key``, ``open_master_key``) for a key of the wrong size or a file that
        other users of the machine may read, ``key_change_unfinished`` while its change waits to be finished.
        """
        if (home / "keys" / UNFINISHED).exists():
            raise FanshareError(
                "key_change_unfinished",
                "A change of the master key was interrupted: finish it with `fanshare key rotate-master`.",
                409,
            )
        return cls.present(home, environ)

    @classmethod
    def present(cls, home: Path, environ: Mapping[str, str] = os.environ) -> "Keys":
        """The same, also while a change of the master key is not finished."""
        if text := environ.get(VARIABLE):
            return cls(_decode(text)).with_kept(home)
        if name := environ.get(FILE_VARIABLE):
            return cls(read_key(Path(name))).with_kept(home)
        path = home / "keys" / "master"
        if not path.exists():
            write_secret_once(path, secrets.token_hex(KEY_BYTES).encode() + b"\n")
        return cls(read_key(path)).with_kept(home)

    def kept_file(self, home: Path) -> Path:
        """Where the keys lie that outlived earlier master keys. Named after this one, so that it can be made ready
        before this one comes into use."""
        return home / "keys" / f"kept-{hashlib.sha256(b'fanshare master key' + self._master).hexdigest()[:16]}"

    def with_kept(self, home: Path) -> "Keys":
        """These keys with those that outlived earlier master keys."""
        path = self.kept_file(home)
        if not path.exists():
            return self
        found = json.loads(self.unseal(KEPT, path.read_bytes()))
        return Keys(self._master, {purpose: bytes.fromhex(key) for purpose, key in found.items()})

    def exported(self) -> bytes:
        """The master key as its file holds it, for a backup that is encrypted itself."""
        return self._master.hex().encode() + b"\n"

    def kept_for(self, successor: "Keys", purposes: Iterable[str]) -> bytes:
        """The content of the next master key's ``kept_file``: what was kept, what is stable, and ``purposes``."""
        kept = self._kept | {purpose: self.derive(purpose) for purpose in sorted({*STABLE, *purposes})}
        text = json.dumps({purpose: key.hex() for purpose, key in kept.items()}, sort_keys=True)
        return successor.seal(KEPT, text.encode())

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key for a purpose; always the same for the same master key."""
        key = self._derived.get(purpose)
        if key is None:
            info = b"fanshare " + purpose.encode()
            key = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._master)
            self._derived[purpose] = key
        return key

    def fingerprint(self, purpose: str, content: bytes) -> bytes:
        """32 bytes that stand for a content (HMAC-SHA-256): the same again, and without the key nobody can guess."""
        return hmac.digest(self.derive(f"{purpose} fingerprint"), content, "sha256")

    def seal(self, purpose: str, plaintext: bytes, aad: bytes = b"") -> bytes:
        """Encrypt and authenticate. ``aad`` ties the result to its place (an id), so that it can't be moved."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher(purpose).encrypt(nonce, plaintext, aad)

    def unseal(self, purpose: str, sealed: bytes, aad: bytes = b"") -> bytes:
        """Undo ``seal``. Raises ``FanshareError`` (``cannot_unseal``) for a wrong key, wrong ``aad`` or damage."""
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] != _VERSION:
                raise InvalidTag
            return self._cipher(purpose).decrypt(nonce, rest, aad)
        except (InvalidTag, ValueError) as error:
            raise FanshareError(
                "cannot_unseal",
                "A sealed value can't be opened: it was changed, or the master key is another one.",
                500,
            ) from error

    def _cipher(self, purpose: str) -> AESGCM:
        cipher = self._ciphers.get(purpose)
        if cipher is None:
            cipher = self._ciphers[purpose] = AESGCM(self.derive(purpose))
        return cipher


def write_secret_once(path: Path, content: bytes) -> bool:
    """Create a file only its owner may read, durably, unless it exists. Returns whether this call made it.

    Processes that start together agree: the file appears complete under its name or not at all.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
            _sync_directory(path.parent)
            return True
        return False
    finally:
        draft.unlink()


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_key(path: Path) -> bytes:
    """The key in a file that only its owner may read. Raises ``FanshareError``."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise FanshareError(
                    "open_master_key", f"Other users may read {path}; run: chmod 600 {path}", 500
                )  # a mounted secret can be passed as FANSHARE_MASTER_KEY instead
            return _decode(file.read(1024).decode("ascii", "replace"))
    except OSError as error:
        raise FanshareError("no_master_key", f"The master key {path} can't be read: {error.strerror}.", 500) from error


def _decode(text: str) -> bytes:
    text = text.strip()
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise FanshareError("bad_master_key", "The master key is neither hexadecimal nor base 64.", 500) from error
