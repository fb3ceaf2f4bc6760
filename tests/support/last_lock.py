"""What is executed between the lock of a programme's log and the end of the transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fanshare.store.access import Access

#: What has to know the places in the log: the leaves themselves, and the rows that say where theirs are.
BEHIND = ("WITH leaves AS", "INSERT INTO order_state", "INSERT INTO payout_event")
_LOCKED = "FROM log_tree WHERE programme_id = %(programme_id)s FOR NO KEY UPDATE"


@contextmanager
def executed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements about programmes that are executed meanwhile, on one line each, in their order."""
    told: list[str] = []

    def heard(inner: Callable[..., Any]) -> Callable[..., Any]:
        def hearing(self: Access, statement: str, *args: Any, **more: Any) -> Any:
            told.append(" ".join(statement.split()))
            return inner(self, statement, *args, **more)

        return hearing

    with monkeypatch.context() as patched:
        patched.setattr(Access, "execute", heard(Access.execute))
        patched.setattr(Access, "later", heard(Access.later))
        yield told


def behind_the_log(told: list[str], until: str) -> list[str]:
    """What was executed after the last lock of the log and before a statement that holds ``until`` (or the end)."""
    last = max(place for place, statement in enumerate(told) if _LOCKED in statement)
    rest = told[last + 1 :]
    ends = (place for place, statement in enumerate(rest) if until and until in statement)
    return rest[: next(ends, len(rest))]


def only_what_must(behind: list[str]) -> bool:
    """Whether nothing was done under the lock of the log but what needs it."""
    return bool(behind) and all(statement.startswith(BEHIND) for statement in behind)
