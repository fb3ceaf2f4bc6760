"""Requests that a client may repeat: the same key and the same request give the same answer, for ever."""

from collections.abc import Callable
from typing import Any

from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.store import idempotency


def answer_once(programme: Programme, key: str | None, request: object, now: Instant, work: Callable[[], Any]) -> Any:
    """The answer of ``work()`` (JSON), all or nothing; with a ``key`` the recorded one for the same ``request``.

    Raises ``BadInputError`` (``bad_key``) and ``ConflictError`` (``key_reused``) as ``store.idempotency.once``.
    """
    if key is None:
        with programme.access.transaction():
            return work()
    return idempotency.once(programme.access, programme.keys, key, request, now, work)
