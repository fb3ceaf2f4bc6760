"""What a fan sees: everything as of the beginning of a day, so that nobody learns at what hour a friend bought.

An amount is that of the newest settlement before the day; balances are those of now less what moved since.
"""

import json
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.settlement_leaf import Settlement, own_settlement
from fanshare.store.access import Access
from fanshare.store.queries.earnings import Purse, purses_of

_BALANCES = """
SELECT a.currency, a.kind, a.balance
       - (SELECT coalesce(sum(amount), 0) FROM transfer t
           WHERE t.programme_id = a.programme_id AND t.credit_account_id = a.id AND t.at >= %(day)s)
       + (SELECT coalesce(sum(amount), 0) FROM transfer t
           WHERE t.programme_id = a.programme_id AND t.debit_account_id = a.id AND t.at >= %(day)s)
  FROM account a WHERE a.programme_id = %(programme_id)s AND a.party_id = %(fan)s
 UNION ALL
SELECT currency, CASE WHEN state = 'kept' AND changed_at < %(day)s THEN 'away' ELSE 'promised' END, sum(amount)
  FROM gift WHERE programme_id = %(programme_id)s AND giver_party_id = %(fan)s AND given_at < %(day)s
   AND NOT (state = 'back' AND changed_at < %(day)s)
 GROUP BY 1, 2
 UNION ALL
SELECT p.currency, e.state, sum(p.amount) FROM payout p
  JOIN payout_event e ON e.programme_id = p.programme_id AND e.payout_id = p.id
                     AND e.state IN ('withheld', 'exchanged', 'received')
 WHERE p.programme_id = %(programme_id)s AND p.party_id = %(fan)s AND e.at < %(day)s
   AND NOT (p.state = 'returned' AND p.changed_at < %(day)s)
 GROUP BY 1, 2
 UNION ALL
SELECT currency, CASE WHEN {used} THEN 'spent' ELSE 'credit' END, sum(CASE WHEN {used} THEN used ELSE amount END)
  FROM shop_credit
 WHERE programme_id = %(programme_id)s AND party_id = %(fan)s AND created_at < %(day)s
   AND NOT (state IN ('cancelled', 'failed') AND changed_at < %(day)s)
 GROUP BY 1, 2
""".replace("{used}", "order_id IS NOT NULL AND NOT (state = 'used' AND changed_at >= %(day)s)")
_LINES = """
SELECT p.order_id, p.id, coalesce(c.display_name, ''), p.role, p.currency, p.bucket, p.matures_at, p.held_until,
       p.why_token, h.body
  FROM position p
  JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
 CROSS JOIN LATERAL (
       SELECT l.body FROM part_history t JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
        WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id AND t.creator_party_id = p.creator_party_id
          AND t.settled_at < %(day)s ORDER BY t.seq DESC LIMIT 1) h
 WHERE p.programme_id = %(programme_id)s AND p.party_id = %(fan)s
   AND (%(creator)s = '' OR strpos(lower(c.display_name), lower(%(creator)s)) > 0)
   AND (%(bucket)s = '' OR %(bucket)s = CASE WHEN p.bucket = 'held' THEN 'held'
                                             WHEN p.matures_at <= %(day)s THEN 'available' ELSE 'pending' END)
   AND (%(from_day)s = '' OR h.body::json->>'placed_on' >= %(from_day)s)
   AND (%(to_day)s = '' OR h.body::json->>'placed_on' <= %(to_day)s)
   AND (%(order)s::bigint IS NULL OR (p.order_id, p.id) < (%(order)s, %(id)s))
 ORDER BY p.order_id DESC, p.id DESC LIMIT %(limit)s
"""
_OLDEST = _LINES.replace("(p.order_id, p.id) <", "(p.order_id, p.id) >").replace(
    "p.order_id DESC, p.id DESC", "p.order_id, p.id"
)
_HELPED = """
SELECT p.creator_party_id, coalesce(c.display_name, ''), coalesce(c.slug, ''), count(*), count(DISTINCT o.buyer_key)
  FROM position p
  JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id
  JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
 WHERE p.programme_id = %(programme_id)s AND p.party_id = %(fan)s AND p.role = 'fan' AND p.amount > 0
   AND EXISTS (SELECT FROM part_history t WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id
                  AND t.creator_party_id = p.creator_party_id AND t.settled_at < %(day)s)
 GROUP BY p.creator_party_id, c.display_name, c.slug ORDER BY count(*) DESC, p.creator_party_id LIMIT 50
"""


class FanLine(NamedTuple):
    """One share as of a day: its place in the list, the creator, the role, and the settlement that says the rest."""

    order: int
    id: int
    creator: str
    role: str
    currency: str
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None
    why_token: str
    settlement: Settlement

    @property
    def amount(self) -> Micros:
        """What she had of it."""
        found = self.settlement.share(self.role)
        return 0 if found is None else found.amount

    @property
    def bps(self) -> int:
        """Her part of the commission."""
        return self.settlement.fan_bps if self.role == "fan" else self.settlement.buyer_bps


class Helped(NamedTuple):
    """A creator whom a fan brought sales, and how many, by how many buyers."""

    creator: int
    name: str
    slug: str
    orders: int
    buyers: int


def purses(access: Access, fan: int, day: Instant) -> list[Purse]:
    """What a fan had at the beginning of a day, one purse a currency; currencies of nothing are left out."""
    rows = access.fetch(_BALANCES, {"fan": fan, "day": day})
    return [purse for purse in purses_of({(row[0], row[1]): int(row[2]) for row in rows}) if any(purse[1:])]


class Sought(NamedTuple):
    """Which lines: of creators whose name holds ``creator``, in one ``bucket`` (held, available, pending), and of days.

    Days are those that a line shows (``2026-11-14``, both included), never instants: whoever could ask for hours would
    learn at which a friend bought. What is empty narrows nothing.
    """

    creator: str = ""
    bucket: str = ""
    from_day: str = ""
    to_day: str = ""


ALL = Sought()


def lines(
    access: Access,
    fan: int,
    day: Instant,
    *,
    sought: Sought = ALL,
    oldest: bool = False,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[FanLine]:
    """A fan's shares as they were at the beginning of a day, the newest orders first, or the ``oldest``."""
    order, id_ = after or (None, None)
    asked = {"fan": fan, "day": day, "order": order, "id": id_, "limit": limit, **sought._asdict()}
    rows = access.fetch(_OLDEST if oldest else _LINES, asked)
    return [FanLine._make([*row[:-1], own_settlement(json.loads(row[-1]))]) for row in rows]


def helped(access: Access, fan: int, day: Instant) -> list[Helped]:
    """Whom a fan brought sales before a day, the most helped first."""
    return [Helped(*row) for row in access.fetch(_HELPED, {"fan": fan, "day": day})]
