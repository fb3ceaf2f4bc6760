"""How a request changes something: all or nothing, and once where the client gives it a key."""

from collections.abc import Callable
from typing import Any

from ninja import Schema, Status

from fanshare.api.gate import Desk, desk_of
from fanshare.flows.requests import answer_once

HEADER = "Idempotency-Key"


def write(
    request: Any,
    body: Schema | None,
    work: Callable[[Desk], Any],
    *,
    status: int = 201,
    show: Callable[[Desk, Any], Any] | None = None,
) -> Any:
    """Do ``work`` in one transaction and answer with what it gives (JSON), under ``status``.

    What is remembered for a repetition is what ``work`` gave; ``show`` may make the answer of it, so that a secret is
    never among what is remembered.
    With an ``Idempotency-Key`` the same request has the same answer, for ever; the key with another request is a
    conflict (``key_reused``).
    """
    desk = desk_of(request)
    asked = {
        "method": request.method,
        "path": request.path,
        "body": None if body is None else body.model_dump(mode="json"),
    }
    answer = answer_once(desk.programme, request.headers.get(HEADER), asked, desk.now, lambda: work(desk))
    return Status(status, answer if show is None else show(desk, answer))
