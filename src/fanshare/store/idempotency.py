"""Once per key: the answer to a client's key is kept for ever, with a keyed hash of the body it answered.

Keyed, because it is kept for ever and a body may hold an address or an amount: of a plain hash whoever reads the
database could try guesses, also after the person was erased.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Protocol

from psycopg.types.json import Jsonb

from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.store.access import Access

MAX_KEY = 255
#: What the installation's key of these hashes is derived for. It outlives a change of the master key.
PURPOSE = "request"


class Prints(Protocol):
    """The installation's keys, as far as these hashes need them."""

    def fingerprint(self, purpose: str, content: bytes) -> bytes:
        """32 bytes that stand for a content, which nobody can try without the key."""


def once(access: Access, keys: Prints, key: str, body: object, at: Instant, work: Callable[[], Any]) -> Any:
    """The answer for ``key``: that of ``work()`` the first time, the recorded one ever after.

    ``body`` is what the client asked for (anything ``canonical`` accepts); the answer is JSON. Everything happens in
    one transaction, so a crash leaves neither effect nor answer, and a second caller with the same key waits for the
    first. Raises ``ConflictError`` (``key_reused``) when the key came with another body before.
    """
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise BadInputError("bad_key", "An idempotency key has 1 to %(most)s printable characters.", most=MAX_KEY)
    asked = canonical(body)
    body_hash = keys.fingerprint(PURPOSE, _place(access, key) + asked)
    with access.transaction():
        _wait_for(access, key)
        known = access.fetch_one(
            "SELECT body_hash, answer FROM idempotency WHERE programme_id = %(programme_id)s AND key = %(key)s",
            {"key": key},
        )
        if known is not None:
            return _same(key, (body_hash, _as_before(asked)), bytes(known[0]), known[1])
        answer = work()
        access.execute(
            "INSERT INTO idempotency (programme_id, key, body_hash, answer, at)"
            " VALUES (%(programme_id)s, %(key)s, %(body_hash)s, %(answer)s, %(at)s)",
            {"key": key, "body_hash": body_hash, "answer": Jsonb(answer), "at": at},
        )
        return answer


def _wait_for(access: Access, key: str) -> None:
    """Two callers with one key go one after the other. The lock is taken first of all, so it can't close a circle."""
    name = hashlib.sha256(f"idempotency {access.programme_id} {key}".encode()).digest()[:8]
    access.conn.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(name, "big", signed=True)])


def _place(access: Access, key: str) -> bytes:
    """What ties a hash to its key in its programme, so that equal bodies do not show; no key holds a line's end."""
    return f"{access.programme_id} {key}\n".encode()


def _as_before(asked: bytes) -> bytes:
    """How bodies were hashed before the hashes were keyed: such answers can't be rewritten, and still stand."""
    return hashlib.sha256(asked).digest()


def _same(key: str, hashes: tuple[bytes, ...], recorded: bytes, answer: Any) -> Any:
    if not any(hmac.compare_digest(one, recorded) for one in hashes):
        raise ConflictError("key_reused", "The key %(key)s was used before, with another body.", key=repr(key[:60]))
    return answer
