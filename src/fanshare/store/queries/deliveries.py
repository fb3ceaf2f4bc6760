"""Messages of shops as a brand's people look for one: the newest first. What stands in them stays sealed here."""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.seeking import PREFIX, among_messages

#: The last rows of each shop, then of all: each shop has an index of its own, which the edge need not pay for again.
_LISTED = """
SELECT d.id, d.received_at, c.kind, c.endpoint, d.topic, d.state, d.reason_code, d.reason, d.attempts,
       d.sealed_body IS NOT NULL
  FROM connection c
  JOIN LATERAL (
       SELECT * FROM delivery
        WHERE programme_id = c.programme_id AND connection_id = c.id AND {state}
          AND (%(since)s::bigint IS NULL OR received_at >= %(since)s)
          AND (%(until)s::bigint IS NULL OR received_at < %(until)s)
          AND (%(at)s::bigint IS NULL OR (received_at, substr(id, 1, 7)) < (%(at)s, %(prefix)s::bytea))
          AND (%(text)s::text = '' OR strpos(lower(topic || ' ' || reason_code || ' ' || reason), lower(%(text)s)) > 0)
        ORDER BY received_at DESC, substr(id, 1, 7) DESC LIMIT %(limit)s) d ON true
 WHERE c.programme_id = %(programme_id)s AND (%(endpoint)s::text = '' OR c.endpoint = %(endpoint)s)
 ORDER BY d.received_at DESC, substr(d.id, 1, 7) DESC LIMIT %(limit)s
"""
#: Written out, so that the index of those that are parked or wait can be used.
_LISTS: Mapping[str, LiteralString] = {
    "": _LISTED.replace("{state}", "true"),
    "new": _LISTED.replace("{state}", "state = 'new'"),
    "done": _LISTED.replace("{state}", "state = 'done'"),
    "parked": _LISTED.replace("{state}", "state = 'parked'"),
    "ignored": _LISTED.replace("{state}", "state = 'ignored'"),
}
_ONE = """
SELECT d.id, d.received_at, c.kind, c.endpoint, d.topic, d.state, d.reason_code, d.reason, d.attempts,
       d.sealed_body IS NOT NULL, d.sealed_body
  FROM delivery d JOIN connection c ON c.programme_id = d.programme_id AND c.id = d.connection_id
 WHERE d.programme_id = %(programme_id)s AND d.id = %(id)s
"""


class DeliveryRow(NamedTuple):
    """One message: when and from which shop it came, what became of it, and whether its body is still here."""

    id: bytes
    received_at: Instant
    kind: str
    endpoint: str
    topic: str
    state: str
    code: str
    reason: str
    attempts: int
    has_body: bool

    @property
    def name(self) -> str:
        """How an address names it."""
        return self.id.hex()

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the list: its time, and the first 56 bits of its id."""
        return self.received_at, int.from_bytes(self.id[:PREFIX])


def listed(
    access: Access,
    *,
    state: str = "",
    endpoint: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[DeliveryRow]:
    """Messages behind a place of the list, the newest first; ``since`` <= received < ``until``."""
    asked = {
        "endpoint": endpoint,
        "text": text,
        "since": since,
        "until": until,
        "limit": limit,
        **among_messages(after),
    }
    rows = access.fetch(_LISTS[state], asked)
    return [DeliveryRow(bytes(row[0]), *row[1:]) for row in rows]


def one(access: Access, id_: bytes) -> tuple[DeliveryRow, bytes | None] | None:
    """A message and its sealed body, ``None`` where this programme has no such message."""
    row = access.fetch_one(_ONE, {"id": id_})
    if row is None:
        return None
    return DeliveryRow(bytes(row[0]), *row[1:-1]), None if row[-1] is None else bytes(row[-1])
