"""Payments as their providers told them: stored whole, found by the names they have in common with orders."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from fanshare.core.instants import Instant
from fanshare.core.payments import Payment
from fanshare.store.access import Access

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Payment)

_LOCK = """
SELECT external_id, document, fingerprint_at FROM payment
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND external_id = ANY(%(payments)s)
 ORDER BY id FOR NO KEY UPDATE
"""
_WRITE = """
INSERT INTO payment (programme_id, connection_id, external_id, document, currency, refunded, fingerprint,
                     fingerprint_at, test, accepted_at, due)
SELECT %(programme_id)s, %(connection)s, external_id, document, currency, refunded, fingerprint,
       CASE WHEN fingerprint <> '' THEN %(now)s::bigint END, test, %(now)s, news
  FROM unnest(%(payments)s::text[], %(documents)s::text[], %(currencies)s::text[], %(refunded)s::bigint[],
              %(fingerprints)s::text[], %(tests)s::boolean[], %(news)s::boolean[])
       AS fresh(external_id, document, currency, refunded, fingerprint, test, news)
 ORDER BY external_id
ON CONFLICT (programme_id, connection_id, external_id) DO UPDATE
   SET document = excluded.document, currency = excluded.currency, refunded = excluded.refunded,
       fingerprint = excluded.fingerprint, test = excluded.test,
       due = payment.due OR excluded.due,
       fingerprint_at = CASE WHEN payment.fingerprint = excluded.fingerprint THEN payment.fingerprint_at
                             ELSE excluded.fingerprint_at END
RETURNING id, external_id
"""
_NAMES = """
INSERT INTO payment_name (programme_id, payment_id, name)
SELECT %(programme_id)s, payment_id, name FROM unnest(%(ids)s::bigint[], %(names)s::text[]) AS fresh(payment_id, name)
ON CONFLICT DO NOTHING
"""
_WAKE = """
UPDATE payment SET due = true
 WHERE programme_id = %(programme_id)s AND NOT due AND id IN (
       SELECT id FROM payment WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s)
        UNION
       SELECT p.id FROM shop_order o
         JOIN payment p ON p.programme_id = o.programme_id AND p.connection_id = o.connection_id
                       AND p.external_id = o.external_id
        WHERE o.programme_id = %(programme_id)s AND o.id = ANY(%(orders)s)
        UNION
       SELECT payment_id FROM payment_name WHERE programme_id = %(programme_id)s AND name = ANY(%(names)s))
"""
_DUE = """
SELECT id, connection_id, external_id, document, order_id FROM payment
 WHERE programme_id = %(programme_id)s AND due ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""
_DONE = """
UPDATE payment SET due = false, order_id = %(order)s, several = %(several)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_OWN = """
SELECT id FROM shop_order
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND external_id = %(payment)s
"""
_OF_ORDER = """
SELECT document FROM payment WHERE programme_id = %(programme_id)s AND order_id = %(order)s ORDER BY id
"""
_FINGERPRINTS = """
SELECT order_id, fingerprint, fingerprint_at FROM payment
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s) AND fingerprint <> ''
"""
_RULINGS = """
SELECT kind, reason, until_at, creator_party_id, line_id, evidence->>'provider', evidence->>'dispute' FROM ruling
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND kind IN ('held', 'denied', 'released')
 ORDER BY id
"""
_WITH_DUE = """
SELECT 1 FROM payment WHERE programme_id = %(programme_id)s AND due LIMIT 1
"""


class Due(NamedTuple):
    """A payment to be looked at again, locked; ``order`` is the one it was attached to the last time."""

    id: int
    connection_id: int
    payment: Payment
    order: int | None


@dataclass(frozen=True, slots=True)
class Stance:
    """A decision about a whole order, as far as another one may have to take it back."""

    kind: str
    reason: str
    until: Instant | None
    provider: str
    dispute: str


def locked(access: Access, connection: int, payments: Iterable[str]) -> dict[str, Payment]:
    """What is known of some payments of a connection, locked until the transaction ends."""
    rows = access.fetch(_LOCK, {"connection": connection, "payments": sorted(payments)})
    return {row[0]: _decoder.decode(row[1]) for row in rows}


def write(access: Access, connection: int, payments: Sequence[Payment], news: Container[str], now: Instant) -> None:
    """Write down what is known of payments now, and that those with ``news`` (by id) are to be looked at again."""
    if not payments:
        return
    columns = {
        "payments": [one.payment_id for one in payments],
        "documents": [_encoder.encode(one).decode() for one in payments],
        "currencies": [one.currency or None for one in payments],
        "refunded": [one.charge.refunded if one.charge else 0 for one in payments],
        "fingerprints": [one.charge.fingerprint if one.charge else "" for one in payments],
        "tests": [one.test for one in payments],
        "news": [one.payment_id in news for one in payments],
    }
    ids = {row[1]: row[0] for row in access.fetch(_WRITE, {**columns, "connection": connection, "now": now})}
    names = [(ids[one.payment_id], name) for one in payments for name in one.names]
    if names:
        access.execute(_NAMES, {"ids": [one[0] for one in names], "names": [one[1] for one in names]})


def wake(access: Access, orders: Iterable[int], names: Iterable[str]) -> None:
    """Have payments looked at again that belong to some orders or have a name in common with them."""
    access.execute(_WAKE, {"orders": sorted(orders), "names": sorted(names)})


def any_due(access: Access) -> bool:
    """Whether a payment is to be looked at."""
    return access.value(_WITH_DUE) is not None


def due(access: Access, batch: int) -> list[Due]:
    """Payments to be looked at, locked for the caller's transaction."""
    rows = access.fetch(_DUE, {"batch": batch})
    return [Due(id_, connection, _decoder.decode(document), order) for id_, connection, _, document, order in rows]


def done(access: Access, id_: int, order: int | None, *, several: bool) -> None:
    """A payment was looked at: the order it belongs to, if there is one, or that several could be meant."""
    access.execute(_DONE, {"id": id_, "order": order, "several": several})


def own_order(access: Access, connection: int, payment: str) -> int | None:
    """The order that a payment itself amounts to."""
    found: int | None = access.value(_OWN, {"connection": connection, "payment": payment})
    return found


def of_order(access: Access, order: int) -> list[Payment]:
    """The payments that belong to an order."""
    return [_decoder.decode(row[0]) for row in access.fetch(_OF_ORDER, {"order": order})]


def fingerprints(access: Access, orders: Sequence[int]) -> Mapping[int, list[tuple[str, Instant]]]:
    """What paid for some orders, as pseudonyms, each with the moment since when it is known."""
    found: dict[int, list[tuple[str, Instant]]] = {}
    for order, fingerprint, at in access.fetch(_FINGERPRINTS, {"orders": orders}):
        found.setdefault(order, []).append((fingerprint, at))
    return found


def stances(access: Access, order: int) -> list[Stance]:
    """Decisions to hold, deny or release an order as a whole, in the order they were made."""
    rows: list[tuple[Any, ...]] = access.fetch(_RULINGS, {"order": order})
    return [
        Stance(kind, reason, until, provider or "", dispute or "")
        for kind, reason, until, creator, line, provider, dispute in rows
        if creator is None and not line
    ]
