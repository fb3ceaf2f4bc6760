"""What is being checked in a programme: of which order and creator, how much, why, and until when."""

import json
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.settlement_leaf import Settlement, own_settlement
from fanshare.store.access import Access

# A check without an end stands behind all that have one.
_FOUND = """
WITH held AS (
    SELECT min(p.id) AS id, p.order_id, p.creator_party_id, p.currency, sum(p.amount)::bigint AS amount,
           max(p.held_until) AS until
      FROM position p WHERE p.programme_id = %(programme_id)s AND p.bucket = 'held' AND p.amount > 0
     GROUP BY p.order_id, p.creator_party_id, p.currency)
SELECT held.id, held.order_id, o.external_id, coalesce(c.display_name, ''), held.currency, held.amount, held.until,
       coalesce(r.reason, ''), r.at, l.body, v.value
  FROM held
  JOIN shop_order o ON o.programme_id = %(programme_id)s AND o.id = held.order_id
  JOIN party c ON c.programme_id = o.programme_id AND c.id = held.creator_party_id
  JOIN part t ON t.programme_id = o.programme_id AND t.order_id = held.order_id
             AND t.creator_party_id = held.creator_party_id
  JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
  LEFT JOIN LATERAL (SELECT reason, at FROM ruling WHERE programme_id = o.programme_id AND order_id = held.order_id
                        AND kind = 'held' AND until_at = held.until ORDER BY id DESC LIMIT 1) r ON true
 CROSS JOIN LATERAL (SELECT CASE WHEN %(sort)s::text = 'amount' THEN held.amount
                                 ELSE -coalesce(held.until, 4611686018427387904) END AS value) v
 WHERE (%(by)s::text = '' OR (%(by)s = 'person') = (r.at IS NOT NULL))
   AND (%(text)s::text = '' OR strpos(lower(o.external_id), lower(%(text)s)) > 0
        OR strpos(lower(coalesce(c.display_name, '')), lower(%(text)s)) > 0)
   AND (%(since)s::bigint IS NULL OR held.until >= %(since)s)
   AND (%(until)s::bigint IS NULL OR held.until < %(until)s)
   AND (%(at)s::bigint IS NULL OR (v.value, held.id) < (%(at)s, %(after)s))
 ORDER BY v.value DESC, held.id DESC LIMIT %(limit)s
"""
_NEXT = """
SELECT count(DISTINCT order_id), min(held_until) FROM position
 WHERE programme_id = %(programme_id)s AND bucket = 'held' AND amount > 0
"""


class HeldRow(NamedTuple):
    """One creator's part of an order of which something is being checked.

    ``amount`` (micros) is what everybody has of it together; ``reason`` and ``ruled_at`` are of the person who decided
    so, empty and ``None`` where a rule did; ``value`` is what the list goes by.
    """

    id: int
    order: int
    number: str
    creator: str
    currency: str
    amount: Micros
    until: Instant | None
    reason: str
    ruled_at: Instant | None
    settlement: Settlement
    value: int


def found(
    access: Access,
    *,
    text: str = "",
    by: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "ends",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[HeldRow]:
    """What is being checked, by when it ends or (``amount``) the dearest first.

    ``text`` is part of an order's number or a creator's name; ``by``: ``person`` or ``rule``; ``since`` and ``until``
    bound when the check ends; ``after`` is (value, id) of the last one of the page before.
    """
    at, id_ = after or (None, None)
    wanted = {"text": text, "by": by, "since": since, "until": until, "sort": sort, "at": at, "after": id_}
    rows = access.fetch(_FOUND, {**wanted, "limit": limit})
    return [HeldRow(*(*row[:9], own_settlement(json.loads(row[9])), row[10])) for row in rows]


def count(access: Access) -> tuple[int, Instant | None]:
    """Of how many orders something is being checked, and when the first check ends."""
    row = access.fetch_one(_NEXT)
    return (0, None) if row is None else (int(row[0]), row[1])
