"""What a programme's doctor looks at: what waits, what was refused, what somebody should look at soon."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_PARKED = """
SELECT reason_code, count(*), min(reason) FROM delivery
 WHERE programme_id = %(programme_id)s AND state = 'parked'
 GROUP BY reason_code ORDER BY count(*) DESC, reason_code
"""
_REFUSED = """
SELECT endpoint, count(*), max(received_at) FROM refused_delivery
 WHERE programme_id = %(programme_id)s AND received_at >= %(since)s GROUP BY endpoint ORDER BY endpoint
"""
_OLDEST_DELIVERY = """
SELECT min(received_at) FROM delivery
 WHERE programme_id = %(programme_id)s AND state = 'new' AND retry_at <= %(now)s
"""
_POSTPONED = """
SELECT count(*), min(received_at) FROM delivery
 WHERE programme_id = %(programme_id)s AND state = 'new' AND reason_code = 'shop_unreachable'
"""
_OLDEST_DUE = """
SELECT min(due_at) FROM settle_due WHERE programme_id = %(programme_id)s AND due_at <= %(now)s
"""
_FAILED = """
SELECT count(DISTINCT order_id), min(failure) FROM settle_due
 WHERE programme_id = %(programme_id)s AND failure <> ''
"""
_WAITING = """
SELECT count(*) FROM shop_order
 WHERE programme_id = %(programme_id)s AND waiting AND accepted_at < %(before)s
"""
_UNLABELLED = """
SELECT (SELECT count(*) FROM link WHERE programme_id = %(programme_id)s AND btrim(label_text) = ''),
       (SELECT count(*) FROM code WHERE programme_id = %(programme_id)s AND btrim(label_text) = '')
"""
_HOLDS = """
SELECT count(*), min(held_until) FROM position
 WHERE programme_id = %(programme_id)s AND bucket = 'held' AND amount > 0 AND held_until < %(before)s
"""
_NEWEST_LINK_CHANGE = """
SELECT max(from_at) FROM link_state WHERE programme_id = %(programme_id)s AND from_at <= %(now)s
"""


class ParkedKind(NamedTuple):
    """Deliveries parked for one reason."""

    code: str
    number: int
    reason: str


class RefusedAt(NamedTuple):
    """Deliveries refused at one endpoint."""

    endpoint: str
    number: int
    newest: Instant


def parked(access: Access) -> list[ParkedKind]:
    """Parked deliveries by reason, the commonest first."""
    return [ParkedKind(*row) for row in access.fetch(_PARKED)]


def refused(access: Access, since: Instant) -> list[RefusedAt]:
    """Refused deliveries by endpoint."""
    return [RefusedAt(*row) for row in access.fetch(_REFUSED, {"since": since})]


def oldest_delivery(access: Access, now: Instant) -> Instant | None:
    """When the oldest delivery arrived that could be taken now."""
    found: Instant | None = access.value(_OLDEST_DELIVERY, {"now": now})
    return found


def postponed(access: Access) -> tuple[int, Instant | None]:
    """Deliveries whose shop does not answer: how many, and the oldest."""
    row = access.fetch_one(_POSTPONED)
    return (0, None) if row is None else (int(row[0]), row[1])


def oldest_due(access: Access, now: Instant) -> Instant | None:
    """Since when the order that waits longest could have been settled."""
    found: Instant | None = access.value(_OLDEST_DUE, {"now": now})
    return found


def failed(access: Access) -> tuple[int, str]:
    """Orders that could not be settled, and what was wrong with one of them."""
    row = access.fetch_one(_FAILED)
    return (0, "") if row is None else (int(row[0]), row[1] or "")


def waiting(access: Access, before: Instant) -> int:
    """Orders accepted before an instant that still wait for a click."""
    return int(access.value(_WAITING, {"before": before}))


def unlabelled(access: Access) -> tuple[int, int]:
    """Links and codes without an advertising label."""
    row = access.fetch_one(_UNLABELLED)
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def holds(access: Access, before: Instant) -> tuple[int, Instant | None]:
    """Shares whose hold ends before an instant: how many, and the first end."""
    row = access.fetch_one(_HOLDS, {"before": before})
    return (0, None) if row is None else (int(row[0]), row[1])


def newest_link_change(access: Access, now: Instant) -> Instant | None:
    """When the state of a link was last set."""
    found: Instant | None = access.value(_NEWEST_LINK_CHANGE, {"now": now})
    return found
