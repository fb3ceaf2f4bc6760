"""Signed notes and checkpoints of the log, by C2SP (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

A signed note is a text, an empty line, and signature lines ``— <name> <base64(key id || signature)>``. A checkpoint
is a note whose text is the origin, the size and the base64 root of the log. Only Ed25519 (type 0x01) is used. The
signature primitive is passed in: this room computes, it holds no keys.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fanshare.core.errors import BadInputError

#: (public key of 32 bytes, signature of 64 bytes, message) -> whether it is valid.
type Verify = Callable[[bytes, bytes, bytes], bool]
#: message -> signature of 64 bytes.
type Sign = Callable[[bytes], bytes]

_ED25519 = b"\x01"
_DASH = "— "
_MAX_SIGNATURES = 16


class NoteError(BadInputError):
    """The note is malformed or not signed as it must be."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_note", message)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and the name it signs under; written ``name+hex key id+base64(0x01 || key)`` (C2SP vkey)."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(char.isspace() or char < " " for char in self.name):
            raise NoteError("The name of a key has no spaces and no plus sign.")
        if len(self.public_key) != 32:
            raise NoteError("An Ed25519 public key has 32 bytes.")

    @property
    def id(self) -> bytes:
        """The first 4 bytes of ``SHA-256(name || 0x0A || 0x01 || public key)``."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(_ED25519 + self.public_key)}"


def parse_key(text: str) -> VerifierKey:
    """Read a verifier key. Raises ``NoteError`` for another algorithm or when its key id does not match."""
    name, _, rest = text.partition("+")
    id_, _, encoded = rest.partition("+")
    data = _unbase64(encoded)
    if data[:1] != _ED25519:
        raise NoteError("Only Ed25519 keys are used here.")
    key = VerifierKey(name, data[1:])
    if id_ != key.id.hex():
        raise NoteError("The key id does not belong to this key.")
    return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending with a newline) and its signature lines, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]


def format_note(text: str, signatures: Iterable[Signature]) -> str:
    """Write a signed note. Raises ``NoteError`` if the text has control characters or does not end with a newline."""
    _check_text(text)
    lines = [f"{_DASH}{each.name} {_base64(each.key_id + each.signature)}\n" for each in signatures]
    return f"{text}\n{''.join(lines)}"


def parse_note(note: str) -> Note:
    """Split a signed note. Raises ``NoteError`` when it has not exactly the form that ``format_note`` writes."""
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("A signed note has a text, an empty line and signature lines.")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise NoteError("This note has too many signatures.")
    parsed = Note(text + "\n", tuple(_parse_signature(line) for line in lines))
    _check_text(parsed.text)
    return parsed


def sign_note(text: str, signers: Iterable[tuple[VerifierKey, Sign]]) -> str:
    """The note of ``text`` with one signature per signer, in order."""
    _check_text(text)
    message = text.encode()
    return format_note(text, [Signature(key.name, key.id, sign(message)) for key, sign in signers])


def open_note(note: str, keys: Iterable[VerifierKey], verify: Verify) -> tuple[str, list[VerifierKey]]:
    """The text of a note and those of ``keys`` that signed it, at least one.

    Signatures of unknown keys are passed over, as C2SP asks; a wrong signature of a known key refuses the note.
    Raises ``NoteError``.
    """
    parsed = parse_note(note)
    known = {(key.name, key.id): key for key in keys}
    signed_by = []
    for each in parsed.signatures:
        key = known.get((each.name, each.key_id))
        if key is None:
            continue
        if not verify(key.public_key, each.signature, parsed.text.encode()):
            raise NoteError(f"The signature of {each.name} is not valid.")
        signed_by.append(key)
    if not signed_by:
        raise NoteError("None of the known keys signed this note.")
    return parsed.text, signed_by


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin, number of leaves, root hash, and optional further lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that is signed. Raises ``NoteError`` for empty lines or line breaks inside a line."""
        lines = [self.origin, str(self.size), _base64(self.root), *self.extensions]
        if self.size < 0 or len(self.root) != 32 or not all(lines) or any("\n" in line for line in lines):
            raise NoteError("A checkpoint has an origin, a size, a root of 32 bytes and no empty lines.")
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint. Raises ``NoteError`` unless it is exactly what ``Checkpoint.text`` writes."""
    lines = text.split("\n")
    if len(lines) < 4 or not (lines[1].isascii() and lines[1].isdigit()) or len(lines[1]) > 18:
        raise NoteError("A checkpoint has an origin, a size and a root.")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _unbase64(lines[2]), tuple(lines[3:-1]))
    if checkpoint.text() != text:
        raise NoteError("This checkpoint is not written as it must be.")
    return checkpoint


def epoch_origin(name: str, epoch: int) -> str:
    """The origin line of a log's epoch.

    A restore from a backup forks the tree, and witnesses hold an origin to one history for ever: each epoch is
    therefore an origin of its own, while the key keeps the name without the epoch.
    """
    return f"{name}/{epoch}"


def _parse_signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator or not name or "+" in name:
        raise NoteError("A signature line begins with a dash and a name.")
    data = _unbase64(encoded)
    if len(data) < 5:
        raise NoteError("A signature line is too short.")
    return Signature(name, data[:4], data[4:])


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise NoteError("The text of a note ends with a newline and has no control characters.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError("The text of a note must be valid Unicode.") from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise NoteError("This is not base64.") from None
    # padding bits could otherwise differ without changing the value
    if _base64(data) != text:
        raise NoteError("This base64 is not in its one canonical form.")
    return data
