"""Single entries of the list of orders to settle: for working through them one by one when a batch has failed."""

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_ORDERS = """
SELECT order_id FROM settle_due
 WHERE programme_id = %(programme_id)s AND due_at <= %(now)s
 GROUP BY order_id ORDER BY min(due_at), order_id LIMIT %(batch)s
"""
_CLAIM = """
SELECT order_id, reason FROM settle_due
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND due_at <= %(now)s FOR UPDATE SKIP LOCKED
"""
_PUT_OFF = """
UPDATE settle_due
   SET attempts = attempts + 1, failure = left(%(failure)s, 500),
       due_at = %(now)s + least(%(longest)s::bigint, %(first)s::bigint << least(attempts, 30))
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND due_at <= %(now)s
"""


def orders(access: Access, now: Instant, batch: int) -> list[int]:
    """Up to ``batch`` orders that are due, those who wait longest first."""
    return [row[0] for row in access.fetch(_ORDERS, {"now": now, "batch": batch})]


def claim_order(access: Access, order: int, now: Instant) -> list[tuple[int, str]]:
    """Lock the due entries of one order, as ``parts.claim`` does; none when another worker has them."""
    return [(row[0], row[1]) for row in access.fetch(_CLAIM, {"order": order, "now": now})]


def put_off(access: Access, order: int, failure: str, now: Instant, first: int, longest: int) -> None:
    """Note why an order could not be settled; it is due again after ``first`` microseconds, doubled every time."""
    clean = failure.replace("\0", "?").encode("utf-8", "replace").decode()
    values = {"order": order, "failure": clean, "now": now, "first": first, "longest": longest}
    access.execute(_PUT_OFF, values)
