"""The signing keys of the logs: one Ed25519 key per programme's log, in a file outside the database.

``keys/log-<last part of the name>.json`` (mode 0600) holds the private key, every public key so far and the notes by
which each handed over to the next. Whoever can change the database but not read this file cannot sign another history.
"""

import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.notes import Checkpoint, VerifierKey, epoch_origin, parse_key, sign_note
from fanshare.core.statement import content_hash, seal_text, sealed
from fanshare.core.statement_check import rotation_text


@dataclass(frozen=True, slots=True)
class LogSigner:
    """Signs for one log. ``keys`` are all its public keys, the present one last; ``rotations`` the notes between."""

    private: Ed25519PrivateKey
    keys: tuple[VerifierKey, ...]
    rotations: tuple[str, ...] = ()

    @property
    def key(self) -> VerifierKey:
        """The present public key."""
        return self.keys[-1]

    def sign_checkpoint(self, size: int, root: bytes, epoch: int, extensions: Sequence[str] = ()) -> str:
        """The signed note stating that the log's epoch has this many records and this root."""
        checkpoint = Checkpoint(epoch_origin(self.key.name, epoch), size, root, tuple(extensions))
        return sign_note(checkpoint.text(), [(self.key, self.private.sign)])

    def seal(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The complete statement: ``document`` (of ``statement.document``) with its seal."""
        return sealed(
            document, sign_note(seal_text(content_hash(document), self.key.name), [(self.key, self.private.sign)])
        )


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is valid (RFC 8032); for ``core.notes`` and ``core.statement_check``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_or_create(keys_dir: Path, name: str) -> LogSigner:
    """The signer of the log ``name`` (``host/log/<programme id>``); the first call makes its key.

    Two processes that call this at once get the same key. Raises ``FanshareError`` when the file can be read by
    others, is damaged, or is of another log.
    """
    path = _path(keys_dir, name)
    if not path.exists():
        private = Ed25519PrivateKey.generate()
        _write(path, LogSigner(private, (_public(name, private),)), replace=False)
    signer = _load(path)
    if signer.key.name != name:
        raise ConflictError("wrong_log_key", f"The key file {path.name} belongs to the log {signer.key.name}.")
    return signer


def rotate(keys_dir: Path, name: str) -> LogSigner:
    """Replace the key of a log: the new key's note is signed by the old key and by itself.

    The old private key is gone afterwards; checkpoints that it signed stay valid. Write a ``leaves.key`` leaf too.
    """
    with _one_at_a_time(_path(keys_dir, name)):
        old = load_or_create(keys_dir, name)
        private = Ed25519PrivateKey.generate()
        new = _public(name, private)
        note = sign_note(rotation_text(new), [(old.key, old.private.sign), (new, private.sign)])
        signer = LogSigner(private, (*old.keys, new), (*old.rotations, note))
        _write(_path(keys_dir, name), signer, replace=True)
    return signer


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    # two rotations at once would each lose the other's key, with which something may be signed already
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _path(keys_dir: Path, name: str) -> Path:
    last = name.rpartition("/")[2]
    if not last or last.startswith(".") or not all(char.isalnum() or char in "-_." for char in last):
        raise FanshareError("bad_log_name", f"{name[:80]!r} does not end with the id of a programme.")
    return keys_dir / f"log-{last}.json"


def _public(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey(name, private.public_key().public_bytes_raw())


def _load(path: Path) -> LogSigner:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise FanshareError(
            "key_file_open", f"{path.name} can be read by others; allow only its owner (chmod 600).", 500
        )
    try:
        content = json.loads(path.read_bytes())
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content["private"]))
        keys = tuple(parse_key(key) for key in content["keys"])
        signer = LogSigner(private, keys, tuple(content["rotations"]))
    except (ValueError, KeyError, TypeError, FanshareError) as error:
        raise FanshareError("key_file_damaged", f"{path.name} is damaged; restore it from a backup.", 500) from error
    if not keys or _public(signer.key.name, private) != signer.key:
        raise FanshareError("key_file_damaged", f"{path.name} is damaged; restore it from a backup.", 500)
    return signer


def _write(path: Path, signer: LogSigner, *, replace: bool) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {
        "keys": [str(key) for key in signer.keys],
        "private": signer.private.private_bytes_raw().hex(),
        "rotations": list(signer.rotations),
    }
    # mkstemp makes the file with mode 0600, so the key is never readable by others, not even for a moment
    handle, temporary = tempfile.mkstemp(prefix=".log-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        _place(Path(temporary), path, replace=replace)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _sync(path.parent)


def _place(temporary: Path, path: Path, *, replace: bool) -> None:
    if replace:
        temporary.replace(path)
        return
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return  # another process was first; its key is the key


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
