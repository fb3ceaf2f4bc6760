"""The running numbers that a shop gives its orders: which between the first and the last known one never came."""

from collections.abc import Mapping
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_NOTE = """
UPDATE shop_order SET number = fresh.number
  FROM unnest(%(ids)s::bigint[], %(numbers)s::bigint[]) AS fresh(id, number)
 WHERE shop_order.programme_id = %(programme_id)s AND shop_order.id = fresh.id
   AND shop_order.number IS DISTINCT FROM fresh.number
"""
#: A gap is known from the order behind it. Orders of before the connection are not missed.
_GAPS = """
SELECT connection_id, next_lower + 1, number - 1
  FROM (SELECT o.connection_id, o.number, o.placed_at,
               lag(o.number) OVER (PARTITION BY o.connection_id ORDER BY o.number) AS next_lower
          FROM shop_order o JOIN connection c USING (programme_id)
         WHERE o.programme_id = %(programme_id)s AND c.id = o.connection_id AND o.number IS NOT NULL
           AND o.placed_at >= greatest(%(since)s, c.created_at)) AS known
 WHERE number > next_lower + 1 AND placed_at < %(before)s
 ORDER BY connection_id, number
"""


class Gap(NamedTuple):
    """Numbers of a connection that no known order has, both ends included."""

    connection: int
    first: int
    last: int

    @property
    def orders(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


def note(access: Access, numbers: Mapping[int, int]) -> None:
    """Write down the numbers of orders, by the orders' ids."""
    if numbers:
        access.execute(_NOTE, {"ids": list(numbers), "numbers": list(numbers.values())})


def gaps(access: Access, since: Instant, before: Instant) -> list[Gap]:
    """What lies between known orders placed since an instant; the one behind a gap was placed before ``before``."""
    return [Gap(*row) for row in access.fetch(_GAPS, {"since": since, "before": before})]
