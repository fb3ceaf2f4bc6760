"""What a brand's people look at: orders with what was booked, creators with what they brought, what is owed."""

import json
from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.settlement_leaf import Settlement, own_settlement
from fanshare.store.access import Access

_ORDER: LiteralString = """
SELECT o.id, c.kind, o.external_id, o.status, o.currency, o.net, o.placed_at, o.estimated, o.waiting,
       (SELECT coalesce(sum(p.amount), 0)::bigint FROM position p
         WHERE p.programme_id = o.programme_id AND p.order_id = o.id),
       EXISTS (SELECT FROM position p WHERE p.programme_id = o.programme_id AND p.order_id = o.id
                  AND p.bucket = 'held' AND p.amount > 0),
       ARRAY(SELECT coalesce(y.display_name, '') FROM part t
               JOIN party y ON y.programme_id = t.programme_id AND y.id = t.creator_party_id
              WHERE t.programme_id = o.programme_id AND t.order_id = o.id ORDER BY t.creator_party_id)
  FROM shop_order o JOIN connection c ON c.programme_id = o.programme_id AND c.id = o.connection_id
 WHERE o.programme_id = %(programme_id)s"""
_ONE_ORDER = _ORDER + " AND o.id = %(id)s"
_SOUGHT: LiteralString = (
    _ORDER
    + """ AND (%(number)s::text = '' OR o.external_id = %(number)s)
   AND (%(currency)s::text = '' OR o.currency = %(currency)s)
   AND (%(status)s::text = '' OR o.status = %(status)s)
   AND (%(since)s::bigint IS NULL OR o.placed_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR o.placed_at < %(until)s)"""
)
#: Begins with the creator's parts: among a million orders hers may be few.
_HERS: LiteralString = """ AND o.id IN (
   SELECT order_id FROM part WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s)"""
#: The same of what a fan brought.
_HIS: LiteralString = """ AND o.id IN (
   SELECT order_id FROM position WHERE programme_id = %(programme_id)s AND party_id = %(fan)s AND role = 'fan'
      AND amount > 0)"""
_SORTED: Mapping[str, LiteralString] = {
    "newest": """ AND (%(at)s::bigint IS NULL OR (o.placed_at, o.id) < (%(at)s, %(after)s))
 ORDER BY o.placed_at DESC, o.id DESC LIMIT %(limit)s""",
    "amount": """ AND (%(at)s::bigint IS NULL OR (o.net, o.id) < (%(at)s, %(after)s))
 ORDER BY o.net DESC, o.id DESC LIMIT %(limit)s""",
}
_SHARES = """
SELECT p.creator_party_id, p.party_id, p.role, p.currency, p.amount, p.bucket, p.matures_at, p.held_until,
       coalesce(y.display_name, ''), coalesce(y.public_id, ''), coalesce(y.kind, '')
  FROM position p LEFT JOIN party y ON y.programme_id = p.programme_id AND y.id = p.party_id
 WHERE p.programme_id = %(programme_id)s AND p.order_id = %(order)s ORDER BY p.creator_party_id, p.role, p.id
"""
_PARTS = """
SELECT t.creator_party_id, coalesce(c.display_name, ''), l.body FROM part t
  JOIN party c ON c.programme_id = t.programme_id AND c.id = t.creator_party_id
  JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
 WHERE t.programme_id = %(programme_id)s AND t.order_id = %(order)s ORDER BY t.creator_party_id
"""
_SALES = """
SELECT o.currency, count(*), sum(o.net)::bigint, sum(s.amount)::bigint FROM shop_order o
 CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount), 0) AS amount, count(*) AS n FROM position p
                      WHERE p.programme_id = o.programme_id AND p.order_id = o.id) s
 WHERE o.programme_id = %(programme_id)s AND o.placed_at >= %(since)s AND s.n > 0
 GROUP BY o.currency ORDER BY o.currency
"""
_OWED = """
SELECT currency, kind, sum(balance)::bigint FROM account
 WHERE programme_id = %(programme_id)s AND kind IN ('available', 'pending', 'held', 'in_transit', 'unclaimed')
 GROUP BY currency, kind ORDER BY currency, kind
"""
_APPLICATIONS = "SELECT count(*) FROM application WHERE programme_id = %(programme_id)s AND state = 'waiting'"


_PARTS_OF = """
SELECT t.order_id, l.body FROM part t
  JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
 WHERE t.programme_id = %(programme_id)s AND t.order_id = ANY(%(orders)s::bigint[])
 ORDER BY t.order_id, t.creator_party_id
"""


class OrderRow(NamedTuple):
    """An order as it is now, and the commission booked for it; ``held``: some of it is being checked."""

    id: int
    shop: str
    number: str
    status: str
    currency: str
    net: Micros
    placed_at: Instant
    estimated: bool
    waiting: bool
    commission: Micros
    held: bool
    #: Those who have a part of it, by name; empty for one who was erased.
    creators: list[str]


class ShareRow(NamedTuple):
    """One party's share of an order. ``party`` is ``None`` while nobody has claimed it."""

    creator: int
    party: int | None
    role: str
    currency: str
    amount: Micros
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None
    name: str
    public_id: str
    kind: str


class PartRow(NamedTuple):
    """One creator's part of an order, as it was settled last."""

    creator: int
    name: str
    settlement: Settlement


class OrderPart(NamedTuple):
    """One creator's part of one of several orders."""

    order: int
    settlement: Settlement


class Sold(NamedTuple):
    """What was sold through creators in one currency, and the commission on it."""

    currency: str
    orders: int
    goods: Micros
    commission: Micros


class Owed(NamedTuple):
    """What stands on the accounts of everybody in one currency."""

    currency: str
    ready: Micros
    waiting: Micros
    checked: Micros
    leaving: Micros
    unclaimed: Micros


def orders(
    access: Access,
    *,
    number: str = "",
    currency: str = "",
    status: str = "",
    creator: int | None = None,
    fan: int | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[OrderRow]:
    """Orders, the last placed first or (``amount``) those over most goods.

    Perhaps of one currency or state, or those of which one creator has a part, or one fan a share.

    ``after`` is (placed_at, id), or (net, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    values = {"number": number, "currency": currency, "status": status, "since": since, "until": until}
    words = _SOUGHT + ("" if creator is None else _HERS) + ("" if fan is None else _HIS) + _SORTED[sort]
    whole = {**values, "creator": creator, "fan": fan, "at": at, "after": id_, "limit": limit}
    return [OrderRow(*row) for row in access.fetch(words, whole)]


def order(access: Access, id_: int) -> OrderRow | None:
    """One order."""
    row = access.fetch_one(_ONE_ORDER, {"id": id_})
    return None if row is None else OrderRow(*row)


def shares(access: Access, order: int) -> list[ShareRow]:
    """Everybody's share of an order."""
    return [ShareRow(*row) for row in access.fetch(_SHARES, {"order": order})]


def parts(access: Access, order: int) -> list[PartRow]:
    """Every creator's part of an order, with everything that explains it."""
    rows = access.fetch(_PARTS, {"order": order})
    return [PartRow(row[0], row[1], own_settlement(json.loads(row[2]))) for row in rows]


def parts_of(access: Access, orders: list[int]) -> list[OrderPart]:
    """Every creator's part of some orders."""
    rows = access.fetch(_PARTS_OF, {"orders": orders})
    return [OrderPart(row[0], own_settlement(json.loads(row[1]))) for row in rows]


def sold(access: Access, since: Instant) -> list[Sold]:
    """What creators sold since an instant, by currency."""
    return [Sold(*row) for row in access.fetch(_SALES, {"since": since})]


def owed(access: Access) -> list[Owed]:
    """What is owed to creators, fans and buyers, by currency."""
    found: dict[str, dict[str, int]] = {}
    for currency, kind, balance in access.fetch(_OWED):
        found.setdefault(currency, {})[kind] = int(balance)
    kinds = ("available", "pending", "held", "in_transit", "unclaimed")
    return [Owed(one, *(balances.get(kind, 0) for kind in kinds)) for one, balances in found.items()]


def applications(access: Access) -> int:
    """How many applications wait for an answer."""
    return int(access.value(_APPLICATIONS))
