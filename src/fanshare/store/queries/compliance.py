"""Requests of a shop's customers, the raw deliveries that may name them, and the orders that are theirs."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_RECORD = """
INSERT INTO compliance_request (programme_id, connection_id, kind, request, customer, email, sealed, received_at,
                                due_at)
VALUES (%(programme_id)s, %(connection)s, %(kind)s, %(request)s, %(customer)s, %(email)s, %(sealed)s, %(received)s,
        %(due)s)
ON CONFLICT (programme_id, connection_id, kind, request) DO UPDATE
   SET sealed = excluded.sealed, received_at = excluded.received_at, due_at = excluded.due_at, done_at = NULL,
       outcome = ''
 WHERE compliance_request.kind <> 'data_request' AND compliance_request.done_at IS NOT NULL
   AND compliance_request.received_at < excluded.received_at
"""
_SELECT = """
SELECT r.id, r.connection_id, c.endpoint, r.kind, r.customer, r.email, r.sealed, r.request, r.received_at, r.due_at,
       r.done_at, r.outcome
  FROM compliance_request r
  JOIN connection c ON c.programme_id = r.programme_id AND c.id = r.connection_id
 WHERE r.programme_id = %(programme_id)s AND (%(id)s::bigint IS NULL OR r.id = %(id)s)
   AND (%(all)s OR r.done_at IS NULL)
 ORDER BY r.done_at IS NOT NULL, r.due_at, r.id LIMIT %(limit)s
"""
_DONE = """
UPDATE compliance_request SET done_at = %(now)s, outcome = %(outcome)s, sealed = NULL
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND done_at IS NULL
"""
_OPEN = """
SELECT kind, count(*), min(due_at) FROM compliance_request
 WHERE programme_id = %(programme_id)s AND done_at IS NULL GROUP BY kind ORDER BY kind
"""
_BODIES = """
SELECT id, received_at, state, sealed_body FROM delivery
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND sealed_body IS NOT NULL
   AND received_at >= %(since)s AND (received_at, id) > (%(at)s, %(after)s)
 ORDER BY received_at, id LIMIT %(limit)s
"""
_DROP = """
UPDATE delivery SET sealed_body = NULL, state = CASE state WHEN 'parked' THEN 'ignored' ELSE state END,
       reason_code = 'redacted', reason = 'Dropped because somebody wished to be forgotten.'
  FROM unnest(%(ids)s::bytea[], %(ats)s::bigint[]) AS gone(id, received_at)
 WHERE delivery.programme_id = %(programme_id)s AND delivery.id = gone.id AND delivery.received_at = gone.received_at
   AND delivery.state <> 'new'
"""
_ORDERS = """
SELECT o.external_id, o.placed_at, o.currency, o.net, o.status,
       (SELECT count(*) FROM order_state s WHERE s.programme_id = o.programme_id AND s.order_id = o.id),
       (SELECT count(*) FROM order_click k WHERE k.programme_id = o.programme_id AND k.order_id = o.id),
       (SELECT coalesce(array_agg(d.folded ORDER BY d.folded), '{}') FROM order_code d
         WHERE d.programme_id = o.programme_id AND d.order_id = o.id)
  FROM shop_order o
 WHERE o.programme_id = %(programme_id)s AND o.connection_id = %(connection)s
   AND (o.external_id = ANY(%(orders)s) OR (%(customer)s <> '' AND o.buyer_key = 'c:' || %(customer)s)
        OR (%(email)s <> '' AND o.view->'buyer'->>'email' = %(email)s))
 ORDER BY o.placed_at, o.id
"""
_PARTIES = """
SELECT DISTINCT p.public_id, p.kind FROM party_identity i
  JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.hash = ANY(%(hashes)s) ORDER BY p.public_id
"""
_SWITCHED_ON = """
SELECT max(from_at) FROM connection_state
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND state = 'on'
"""


class Request(NamedTuple):
    """A request as it stands. ``customer`` and ``email`` are keyed hashes; ``sealed`` goes when it is done."""

    id: int
    connection_id: int
    endpoint: str
    kind: str
    customer: str
    email: str
    sealed: bytes | None
    request: str
    received_at: Instant
    due_at: Instant
    done_at: Instant | None
    outcome: str


class OpenKind(NamedTuple):
    """Open requests of one kind: how many, and when the first is due."""

    kind: str
    number: int
    due_at: Instant


class Body(NamedTuple):
    """A raw delivery, sealed."""

    id: bytes
    received_at: Instant
    state: str
    sealed: bytes


class HeldOrder(NamedTuple):
    """What is kept of an order for good: no name, no address."""

    order: str
    placed_at: Instant
    currency: str
    net: int
    status: str
    states: int
    clicks: int
    codes: list[str]


def record(
    access: Access,
    connection: int,
    kind: str,
    request: str,
    hashes: tuple[str, str],
    sealed: bytes,
    received_at: Instant,
    due_at: Instant,
) -> None:
    """Write a request down. A repetition changes nothing; a wish to be forgotten that comes again is done again.

    ``hashes``: the pseudonyms of customer number and e-mail.
    """
    values = {"connection": connection, "kind": kind, "request": request, "customer": hashes[0], "email": hashes[1]}
    access.execute(_RECORD, {**values, "sealed": sealed, "received": received_at, "due": due_at})


def requests(access: Access, *, done: bool = False, limit: int = 1_000) -> list[Request]:
    """Open requests, the first due first; with ``done`` the finished ones behind them."""
    return [Request(*row) for row in access.fetch(_SELECT, {"id": None, "all": done, "limit": limit})]


def request(access: Access, number: int) -> Request | None:
    """One request, finished or not."""
    row = access.fetch_one(_SELECT, {"id": number, "all": True, "limit": 1})
    return None if row is None else Request(*row)


def finish(access: Access, number: int, outcome: str, now: Instant) -> bool:
    """Say that a request is done and forget whom it named; false when it was done before."""
    return access.execute(_DONE, {"id": number, "outcome": outcome, "now": now}).rowcount == 1


def open_kinds(access: Access) -> list[OpenKind]:
    """What is open, by kind."""
    return [OpenKind(*row) for row in access.fetch(_OPEN)]


def bodies(access: Access, connection: int, since: Instant, after: Body | None, limit: int) -> list[Body]:
    """The next raw deliveries of a connection that are still held, oldest first."""
    at, last = (0, b"") if after is None else (after.received_at, after.id)
    values = {"connection": connection, "since": since, "at": at, "after": last, "limit": limit}
    return [Body(bytes(row[0]), row[1], row[2], bytes(row[3])) for row in access.fetch(_BODIES, values)]


def drop(access: Access, found: Sequence[Body]) -> int:
    """Drop raw deliveries that have been read or parked; those that wait to be read stay. Returns how many went."""
    if not found:
        return 0
    return access.execute(_DROP, {"ids": [one.id for one in found], "ats": [one.received_at for one in found]}).rowcount


def orders_of(access: Access, connection: int, customer: str, email: str, orders: Sequence[str]) -> list[HeldOrder]:
    """The orders of a customer, by the hashes of her number and e-mail, and those the shop names."""
    values = {"connection": connection, "customer": customer, "email": email, "orders": list(orders)}
    return [HeldOrder(*row) for row in access.fetch(_ORDERS, values)]


def parties_of(access: Access, hashes: Sequence[str]) -> list[tuple[str, str]]:
    """The creators and fans known by one of some hashes: public id and kind."""
    return [(row[0], row[1]) for row in access.fetch(_PARTIES, {"hashes": [one for one in hashes if one]})]


def switched_on_at(access: Access, connection: int) -> Instant | None:
    """When a connection was last switched on by hand; ``None`` if it never was off."""
    found: Instant | None = access.value(_SWITCHED_ON, {"connection": connection})
    return found
