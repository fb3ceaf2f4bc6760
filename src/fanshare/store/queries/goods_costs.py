"""What a brand says that its goods cost, by rate and from when on."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_SAID = """
SELECT from_at, bps, said_at FROM goods_cost WHERE programme_id = %(programme_id)s ORDER BY id
"""
_ADD = """
INSERT INTO goods_cost (programme_id, bps, from_at, said_by, said_at)
VALUES (%(programme_id)s, %(bps)s, %(from_at)s, %(by)s, %(now)s)
"""


class Said(NamedTuple):
    """From ``since`` on goods cost ``bps`` of what buyers pay; ``None``: unknown from then on."""

    since: Instant
    bps: int | None
    at: Instant


def said(access: Access) -> list[Said]:
    """Everything that was said, in that order."""
    return [Said(*row) for row in access.fetch(_SAID)]


def add(access: Access, bps: int | None, since: Instant, now: Instant) -> None:
    """Another rate. What was said before stays."""
    access.execute(_ADD, {"bps": bps, "from_at": since, "by": access.actor, "now": now})
