"""What creators brought in a stretch of time, in one currency: by creator, by day, and line by line for products.

A sale counts on the day of the terms' zone on which it was placed, a click on its day in UTC.
"""

import json
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.margin import Margin, Sold, margin
from fanshare.core.money import Micros
from fanshare.core.moving import ALLOWANCE, BONUS, EXPENSE
from fanshare.core.results import SoldLine, SoldPart
from fanshare.core.settlement_leaf import own_settlement
from fanshare.store import codec
from fanshare.store.access import Access

_PAID: LiteralString = """
 CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount), 0)::bigint AS amount FROM position p
                      WHERE p.programme_id = t.programme_id AND p.order_id = t.order_id
                        AND p.creator_party_id = t.creator_party_id AND p.currency = t.currency) s
 WHERE t.programme_id = %(programme_id)s AND t.currency = %(currency)s
   AND t.placed_at >= %(since)s AND t.placed_at < %(until)s
   AND (%(creator)s::bigint IS NULL OR t.creator_party_id = %(creator)s) AND (t.in_tier > 0 OR s.amount > 0)
"""
_SUMS: LiteralString = """
       count(DISTINCT t.order_id) FILTER (WHERE t.in_tier > 0),
       count(DISTINCT t.order_id) FILTER (WHERE t.in_tier > 0 AND o.touches @> jsonb_build_array(
                               jsonb_build_object('kind', 'link', 'creator', t.creator_party_id))),
       sum(t.in_tier)::bigint, sum(s.amount)::bigint
  FROM part t JOIN shop_order o ON o.programme_id = t.programme_id AND o.id = t.order_id
"""
_BY_CREATOR = "SELECT t.creator_party_id::text, " + _SUMS + _PAID + " GROUP BY t.creator_party_id"
_BY_DAY = "SELECT t.day, " + _SUMS + _PAID + " GROUP BY t.day"
_GOODS: LiteralString = """
       count(DISTINCT t.order_id) FILTER (WHERE t.in_tier > 0), sum(t.in_tier)::bigint FROM part t
"""
_KEPT = "SELECT t.day, t.creator_party_id, " + _GOODS + _PAID + " GROUP BY t.day, t.creator_party_id"
_CLICKED: LiteralString = """
  FROM click_day d JOIN link l ON l.programme_id = d.programme_id AND l.id = d.link_id
 WHERE d.programme_id = %(programme_id)s AND d.verdict = 'counted' AND d.day >= %(first)s AND d.day <= %(last)s
   AND (%(creator)s::bigint IS NULL OR l.creator_party_id = %(creator)s)
"""
_CLICKS_BY_CREATOR = "SELECT l.creator_party_id::text, sum(d.n)::bigint " + _CLICKED + " GROUP BY l.creator_party_id"
_CLICKS_BY_DAY = "SELECT d.day, sum(d.n)::bigint " + _CLICKED + " GROUP BY d.day"
_LINES: LiteralString = """
SELECT t.order_id, t.in_tier, s.amount, b.body, v.view::text FROM part t
  JOIN log_leaf b ON b.programme_id = t.programme_id AND b.index = t.leaf_index
  JOIN shop_order v ON v.programme_id = t.programme_id AND v.id = t.order_id
"""
_PARTS = _LINES + _PAID + " ORDER BY t.placed_at DESC, t.order_id DESC, t.creator_party_id LIMIT %(limit)s"
_CURRENCIES = """
SELECT currency FROM account WHERE programme_id = %(programme_id)s AND kind = 'owed' ORDER BY currency
"""
_SPENT = """
SELECT o.currency, count(*), sum(o.net)::bigint, sum(s.amount)::bigint, sum(f.amount)::bigint,
       sum(coalesce(d.spared, 0))::bigint, bool_and(d.told), c.bps
  FROM shop_order o
 CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount), 0) AS amount, count(*) AS n FROM position p
                      WHERE p.programme_id = o.programme_id AND p.order_id = o.id AND p.currency = o.currency) s
 CROSS JOIN LATERAL (SELECT coalesce(sum(CASE a.kind WHEN 'fee' THEN t.amount ELSE -t.amount END), 0) AS amount
                       FROM transfer t JOIN account a ON a.programme_id = t.programme_id AND a.id = t.credit_account_id
                      WHERE t.programme_id = o.programme_id AND t.order_id = o.id AND t.kind = 'fee'
                        AND t.currency = o.currency) f
 CROSS JOIN LATERAL (SELECT sum(CASE WHEN (e->>'net')::bigint > 0 THEN trunc((e->>'discount')::numeric
                                       * (o.view->'kept'->>(n - 1)::int)::numeric / (e->>'net')::numeric)
                                ELSE 0 END)::bigint AS spared,
                            bool_and(e->>'discount' IS NOT NULL OR (e->>'gift_card')::boolean IS TRUE) AS told
                       FROM jsonb_array_elements(o.view->'lines') WITH ORDINALITY AS line(e, n)) d
  LEFT JOIN LATERAL (SELECT g.bps FROM goods_cost g
                      WHERE g.programme_id = o.programme_id AND g.from_at <= o.placed_at
                      ORDER BY g.from_at DESC, g.id DESC LIMIT 1) c ON true
 WHERE o.programme_id = %(programme_id)s AND o.placed_at >= %(since)s AND s.n > 0 AND o.net > 0
 GROUP BY o.currency, c.bps ORDER BY o.currency
"""
_BESIDE = """
SELECT currency, tool = %(bonus)s, sum(amount)::bigint FROM opening
 WHERE programme_id = %(programme_id)s AND tool = ANY(%(tools)s) AND moved_at >= %(since)s GROUP BY 1, 2
"""


class Stretch(NamedTuple):
    """What is asked about: half open instants, the first and last day (``2026-11-14``), and perhaps one creator."""

    since: Instant
    until: Instant
    first: str
    last: str
    currency: str
    creator: int | None = None


class Brought(NamedTuple):
    """One creator (her row's number as text) or one day. ``clicked`` orders are those before which a link was clicked.

    ``goods`` are kept and credited, ``commission`` what is booked for creator, fan and buyer together.
    """

    key: str
    clicks: int
    orders: int
    clicked: int
    goods: Micros
    commission: Micros


class Kept(NamedTuple):
    """One creator on one day (``2026-11-14``): orders of which goods were kept, and these goods, as credited to her."""

    day: str
    creator: int
    orders: int
    goods: Micros


def by_creator(access: Access, asked: Stretch) -> list[Brought]:
    """Each creator with a click or a sale, in no order."""
    return _joined(access, _BY_CREATOR, _CLICKS_BY_CREATOR, asked)


def by_day(access: Access, asked: Stretch) -> list[Brought]:
    """Each day with a click or a sale, in no order."""
    return _joined(access, _BY_DAY, _CLICKS_BY_DAY, asked)


def kept(access: Access, asked: Stretch) -> list[Kept]:
    """What each creator with a sale brought on each day, in no order; an order counts on the day it was placed."""
    return [Kept(*row) for row in access.fetch(_KEPT, asked._asdict())]


def parts(access: Access, asked: Stretch, limit: int) -> list[SoldPart]:
    """The newest parts with their lines."""
    rows = access.fetch(_PARTS, {**asked._asdict(), "limit": limit})
    return [_part(*row) for row in rows]


def currencies(access: Access) -> list[str]:
    """The currencies in which something was ever booked."""
    return [row[0] for row in access.fetch(_CURRENCIES)]


def margins(access: Access, since: Instant) -> list[Margin]:
    """What kept orders through creators since an instant came to and left, by currency."""
    found: dict[str, list[Sold]] = {}
    for currency, orders, goods, commission, fee, discount, told, bps in access.fetch(_SPENT, {"since": since}):
        found.setdefault(currency, []).append(Sold(orders, goods, commission, fee, discount, bool(told), bps))
    asked = {"bonus": BONUS, "tools": [BONUS, EXPENSE, ALLOWANCE], "since": since}
    beside = {(row[0], row[1]): int(row[2]) for row in access.fetch(_BESIDE, asked)} if found else {}
    return [
        margin(currency, sold, beside.get((currency, True), 0), beside.get((currency, False), 0))
        for currency, sold in found.items()
    ]


def _joined(access: Access, sums: LiteralString, clicks: LiteralString, asked: Stretch) -> list[Brought]:
    values = asked._asdict()
    sold = {row[0]: row[1:] for row in access.fetch(sums, values)}
    clicked = {row[0]: int(row[1]) for row in access.fetch(clicks, values)}
    return [Brought(key, clicked.get(key, 0), *sold.get(key, (0, 0, 0, 0))) for key in sorted({*sold, *clicked})]


def _part(order: int, goods: Micros, commission: Micros, body: str, view: str) -> SoldPart:
    granted = {line.id: line.pool for line in own_settlement(json.loads(body)).lines}
    seen = codec.view(view)
    lines = (
        SoldLine(line.product or line.sku, kept, granted.get(line.id, 0))
        for line, kept in zip(seen.lines, seen.kept, strict=True)
    )
    return SoldPart(order, goods, commission, tuple(lines))
