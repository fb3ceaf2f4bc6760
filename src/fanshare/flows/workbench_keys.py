"""The keys of a creator's books: what a passphrase and a recovery code open, and how a row is sealed.

The key of the books is 32 random bytes. It is wrapped with AES-256-GCM (NIST SP 800-38D) by a key that Argon2id (RFC
9106, its second recommended setting: 64 MiB, three passes, four lanes) makes of the passphrase, and by one that
HKDF-SHA256 (RFC 5869) makes of the recovery code, which is random and needs no slow function; for a passkey by what
HKDF makes of 32 bytes that its device makes of the books' salt (WebAuthn level 3, section 10.1.4, "prf"), as good as
random to whoever has not the device. All are sealed once more under the master key, bound to the account. Each row is
sealed under the key of the books, bound to its id, and padded; what is inside knows no account, since her address may
change while nobody but she can open the books.
"""

import json
import os
import secrets
import unicodedata
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.store.queries.workbench import Lock
from fanshare.store.queries.workbench_passkeys import Wrap

PURPOSE = "workbench"
SHORTEST, LONGEST = 12, 200
_FEWEST_LETTERS = 6
_KEY_BYTES, _NONCE_BYTES, _SALT_BYTES = 32, 12, 16
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 6, 5
_VERSION = b"\x01"
#: A sealed row tells its length in steps of so many bytes.
_STEP = 256
_MOST_BYTES = 6_000
#: The same of a sealed receipt.
_PAPER_STEP = 16_384
_PAPER = b"fanshare workbench paper\0"
_BY_PASSKEY = b"fanshare workbench passkey\0"


class Cost(NamedTuple):
    """What one attempt costs: KiB of memory, passes over it, lanes."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the device of a passkey (the hash of its id) made of the salt of some books: 32 bytes each. Never printed.

    The salt never changes and no other books have it, so it names their owner; her account may change.
    """

    salt: bytes
    credential: bytes
    output: bytes = field(repr=False)


COST = Cost()
#: One attempt at a time in a process: each takes its memory.
_turn = BoundedSemaphore(1)


def checked(passphrase: str) -> str:
    """A passphrase that may lock books, in one way of writing. Raises ``BadInputError`` (``weak_passphrase``)."""
    text = unicodedata.normalize("NFC", passphrase)
    if not SHORTEST <= len(text) <= LONGEST:
        raise BadInputError("weak_passphrase", "Take at least 12 characters, at most 200: four or five words are good.")
    if len(set(text.casefold())) < _FEWEST_LETTERS:
        raise BadInputError("weak_passphrase", "This passphrase repeats itself; take four or five different words.")
    return text


def fresh_key() -> bytes:
    """The key of new books."""
    return os.urandom(_KEY_BYTES)


def fresh_code() -> str:
    """A recovery code of 148 random bits, in groups that can be written down."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def lock_by(keys: Keys, account: bytes, key: bytes, passphrase: str, code: str) -> Lock:
    """A lock that a passphrase and a recovery code open. Raises ``BadInputError`` (``weak_passphrase``)."""
    salt, text = os.urandom(_SALT_BYTES), checked(passphrase)
    wrapped = _wrap(_of_passphrase(text, salt, COST), key)
    by_code = keys.seal(PURPOSE, _wrap(_of_code(code), key), account)
    return Lock(salt, *COST, keys.seal(PURPOSE, wrapped, account), by_code)


def with_passphrase(keys: Keys, account: bytes, lock: Lock, key: bytes, passphrase: str) -> Lock:
    """The same lock with another passphrase; the recovery code stays. Raises ``BadInputError``."""
    return lock_by(keys, account, key, passphrase, "")._replace(by_recovery=lock.by_recovery)


def with_code(keys: Keys, account: bytes, lock: Lock, key: bytes, code: str) -> Lock:
    """The same lock with another recovery code; the passphrase stays."""
    return lock._replace(by_recovery=keys.seal(PURPOSE, _wrap(_of_code(code), key), account))


def opened_by_passphrase(keys: Keys, account: bytes, lock: Lock, passphrase: str) -> bytes | None:
    """The key of the books, ``None`` for a passphrase that is not theirs."""
    text = unicodedata.normalize("NFC", passphrase)[:LONGEST]
    wrapping = _of_passphrase(text, lock.salt, Cost(lock.memory, lock.passes, lock.lanes))
    return _unwrap(wrapping, keys.unseal(PURPOSE, lock.by_passphrase, account))


def opened_by_code(keys: Keys, account: bytes, lock: Lock, code: str) -> bytes | None:
    """The key of the books, ``None`` for a recovery code that is not theirs, however it is typed."""
    return _unwrap(_of_code(code), keys.unseal(PURPOSE, lock.by_recovery, account))


def wrap_by_passkey(keys: Keys, account: bytes, key: bytes, made: Evaluated) -> Wrap:
    """The key of the books as one passkey opens it."""
    salt = os.urandom(_KEY_BYTES)
    return Wrap(salt, keys.seal(PURPOSE, _wrap(_of_passkey(made, salt), key), place_of(account, made.credential)))


def opened_by_passkey(keys: Keys, account: bytes, wrap: Wrap, made: Evaluated) -> bytes | None:
    """The key of the books, ``None`` where this is not what its passkey makes of their salt.

    Raises ``FanshareError`` (``cannot_unseal``) for a wrap that was changed, or is another account's or passkey's.
    """
    wrapped = keys.unseal(PURPOSE, wrap.wrapped, place_of(account, made.credential))
    return _unwrap(_of_passkey(made, wrap.salt), wrapped)


def place_of(account: bytes, credential: bytes) -> bytes:
    """Where the key that is wrapped for a passkey belongs."""
    return account + credential


def seal(key: bytes, row_id: UUID, content: dict[str, Any]) -> bytes:
    """One row, sealed. Raises ``BadInputError`` (``too_long``)."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(text) > _MOST_BYTES:
        raise BadInputError("too_long", "This holds more than one entry can; shorten it.")
    padded = text.ljust(-(-len(text) // _STEP) * _STEP)
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, padded, _place(row_id))


def unseal(key: bytes, row_id: UUID, sealed: bytes) -> dict[str, Any]:
    """What ``seal`` sealed. Raises ``FanshareError`` (``cannot_unseal``) for what was changed or is of other books."""
    nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        found: dict[str, Any] = json.loads(AESGCM(key).decrypt(nonce, rest, _place(row_id)))
    except (InvalidTag, ValueError) as error:
        raise FanshareError("cannot_unseal", "An entry of these books can't be opened: it was changed.", 500) from error
    return found


def seal_paper(key: bytes, paper: UUID, content: bytes) -> bytes:
    """The bytes of a receipt, sealed: bound to its id, and padded so that their length tells little."""
    framed = len(content).to_bytes(4, "big") + content
    padded = framed.ljust(-(-len(framed) // _PAPER_STEP) * _PAPER_STEP, b"\0")
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, padded, _PAPER + paper.bytes)


def unseal_paper(key: bytes, paper: UUID, sealed: bytes) -> bytes:
    """What ``seal_paper`` sealed. Raises ``FanshareError`` (``cannot_unseal``) for what was changed."""
    nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        padded = AESGCM(key).decrypt(nonce, rest, _PAPER + paper.bytes)
    except (InvalidTag, ValueError) as error:
        raise FanshareError("cannot_unseal", "This receipt can't be opened: it was changed.", 500) from error
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _of_passphrase(text: str, salt: bytes, cost: Cost) -> bytes:
    with _turn:
        slow = Argon2id(salt=salt, length=_KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory)
        return slow.derive(text.encode("utf-8", "surrogatepass"))


def _of_code(code: str) -> bytes:
    letters = "".join(one for one in code.casefold() if one.isalnum()).encode("utf-8", "surrogatepass")
    info = b"fanshare workbench recovery"
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(letters)


def _of_passkey(made: Evaluated, salt: bytes) -> bytes:
    """Purpose, owner and passkey are each of one length, so that no two can be read as one another."""
    info = _BY_PASSKEY + made.salt + made.credential
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=salt, info=info).derive(made.output)


def _wrap(wrapping: bytes, key: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(wrapping).encrypt(nonce, key, b"fanshare workbench key")


def _unwrap(wrapping: bytes, wrapped: bytes) -> bytes | None:
    try:
        nonce, rest = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        return AESGCM(wrapping).decrypt(nonce, rest, b"fanshare workbench key")
    except InvalidTag:
        return None


def _place(row_id: UUID) -> bytes:
    return b"fanshare workbench row\0" + row_id.bytes
