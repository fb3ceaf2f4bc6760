"""Once per key: the answer to a client's key is kept for ever, with the hash of the body it answered."""

import hashlib
from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb

from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.store.access import Access

MAX_KEY = 255


def once(access: Access, key: str, body: object, at: Instant, work: Callable[[], Any]) -> Any:
    """The answer for ``key``: that of ``work()`` the first time, the recorded one ever after.

    ``body`` is what the client asked for (anything ``canonical`` accepts); the answer is JSON. Everything happens in
    one transaction, so a crash leaves neither effect nor answer, and a second caller with the same key waits for the
    first. Raises ``ConflictError`` (``key_reused``) when the key came with another body before.
    """
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise BadInputError("bad_key", "An idempotency key has 1 to %(most)s printable characters.", most=MAX_KEY)
    body_hash = hashlib.sha256(canonical(body)).digest()
    with access.transaction():
        _wait_for(access, key)
        known = access.fetch_one(
            "SELECT body_hash, answer FROM idempotency WHERE programme_id = %(programme_id)s AND key = %(key)s",
            {"key": key},
        )
        if known is not None:
            return _same(key, body_hash, bytes(known[0]), known[1])
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


def _same(key: str, body_hash: bytes, recorded: bytes, answer: Any) -> Any:
    if body_hash != recorded:
        raise ConflictError("key_reused", "The key %(key)s was used before, with another body.", key=repr(key[:60]))
    return answer
