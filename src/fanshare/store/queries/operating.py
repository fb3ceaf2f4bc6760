"""What an operator sees of a programme: balances by kind, the newest checkpoint, and its messages without content."""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.seeking import PREFIX, among_messages

_BALANCES = """
SELECT currency, kind, sum(balance) FROM account WHERE programme_id = %(programme_id)s GROUP BY currency, kind
"""
_CHECKPOINT = """
SELECT epoch, size, encode(root, 'hex'), signed_at FROM checkpoint
 WHERE programme_id = %(programme_id)s AND (%(before)s::bigint IS NULL OR signed_at <= %(before)s)
 ORDER BY id DESC LIMIT 1
"""
_WAITING = """
SELECT (SELECT count(*) FROM delivery WHERE programme_id = %(programme_id)s AND state = 'new'),
       (SELECT min(received_at) FROM delivery WHERE programme_id = %(programme_id)s AND state = 'new'),
       (SELECT count(*) FROM delivery WHERE programme_id = %(programme_id)s AND state = 'parked'),
       (SELECT count(*) FROM refused_delivery WHERE programme_id = %(programme_id)s AND received_at >= %(since)s)
"""
#: The last rows of each shop, then of all. What an operator may look for is what she sees: no reason, for it can quote.
_MESSAGES = """
SELECT d.id, d.received_at, c.kind, c.endpoint, d.topic, d.state, d.reason_code, d.size
  FROM connection c
  JOIN LATERAL (
       SELECT id, received_at, topic, state, reason_code, octet_length(sealed_body) AS size FROM delivery
        WHERE programme_id = c.programme_id AND connection_id = c.id AND {state}
          AND (%(since)s::bigint IS NULL OR received_at >= %(since)s)
          AND (%(until)s::bigint IS NULL OR received_at < %(until)s)
          AND (%(at)s::bigint IS NULL OR (received_at, substr(id, 1, 7)) {behind} (%(at)s, %(prefix)s::bytea))
          AND (%(text)s::text = ''
               OR strpos(lower(topic || ' ' || reason_code || ' ' || c.kind || ' ' || c.endpoint), lower(%(text)s)) > 0)
        ORDER BY received_at {way}, substr(id, 1, 7) {way} LIMIT %(limit)s) d ON true
 WHERE c.programme_id = %(programme_id)s
 ORDER BY d.received_at {way}, substr(d.id, 1, 7) {way} LIMIT %(limit)s
"""
_NEWEST: LiteralString = _MESSAGES.replace("{behind}", "<").replace("{way}", "DESC")
_OLDEST: LiteralString = _MESSAGES.replace("{behind}", ">").replace("{way}", "ASC")
#: Each state written out, so that the index of those that are parked or wait can be used.
_STATES: Mapping[str, LiteralString] = {
    "": "true",
    "new": "state = 'new'",
    "done": "state = 'done'",
    "parked": "state = 'parked'",
    "ignored": "state = 'ignored'",
}
_LISTS: Mapping[tuple[bool, str], LiteralString] = {
    (oldest, state): text.replace("{state}", condition)
    for oldest, text in ((False, _NEWEST), (True, _OLDEST))
    for state, condition in _STATES.items()
}


class Checkpoint(NamedTuple):
    """What was signed last: which epoch and size of the log, its root in hex, and when."""

    epoch: int
    size: int
    root: str
    signed_at: Instant


class Waiting(NamedTuple):
    """Messages by where they are; ``since`` is when the oldest that waits was received."""

    waits: int
    since: Instant | None
    parked: int
    refused: int


class Message(NamedTuple):
    """One message of a shop, without what it says. ``size`` is that of the sealed bytes, if still kept."""

    id: bytes
    at: Instant
    kind: str
    endpoint: str
    topic: str
    state: str
    code: str
    size: int | None

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the list: its time, and the first 56 bits of its id."""
        return self.at, int.from_bytes(self.id[:PREFIX])


def balances(access: Access) -> list[tuple[str, str, Micros]]:
    """What stands on all accounts of each kind: (currency, kind, sum)."""
    return [(currency, kind, int(total)) for currency, kind, total in access.fetch(_BALANCES)]


def checkpoint(access: Access, before: Instant | None = None) -> Checkpoint | None:
    """The newest checkpoint, or the newest that was signed by an instant."""
    row = access.fetch_one(_CHECKPOINT, {"before": before})
    return None if row is None else Checkpoint(*row)


def waiting(access: Access, refused_since: Instant) -> Waiting:
    """How many messages wait, are parked, were refused since an instant."""
    row = access.fetch_one(_WAITING, {"since": refused_since})
    assert row is not None
    return Waiting(*row)


def messages(
    access: Access,
    *,
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    oldest: bool = False,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[Message]:
    """Messages behind a place of the list, received at ``since`` <= t < ``until``; the newest or the oldest first."""
    asked = {
        "text": text,
        "since": since,
        "until": until,
        "limit": limit,
        **among_messages(after),
    }
    return [Message(bytes(row[0]), *row[1:]) for row in access.fetch(_LISTS[oldest, state], asked)]
