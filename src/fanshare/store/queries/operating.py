"""What an operator sees of a programme: balances by kind, the newest checkpoint, and its messages without content."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

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
_PARKED = """
SELECT d.received_at, c.kind, c.endpoint, d.topic, d.reason_code, d.attempts, octet_length(d.sealed_body)
  FROM delivery d JOIN connection c ON c.programme_id = d.programme_id AND c.id = d.connection_id
 WHERE d.programme_id = %(programme_id)s AND d.state = 'parked'
 ORDER BY d.received_at, d.id LIMIT %(limit)s
"""


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


class Parked(NamedTuple):
    """One message that could not be read, without what it says. ``size`` is that of the sealed bytes, if still kept."""

    at: Instant
    shop: str
    endpoint: str
    topic: str
    code: str
    attempts: int
    size: int | None


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


def parked(access: Access, limit: int) -> list[Parked]:
    """The oldest parked messages."""
    return [Parked(*row) for row in access.fetch(_PARKED, {"limit": limit})]
