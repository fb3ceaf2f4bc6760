"""What links and codes brought, from sums that triggers keep (migration 0198): a page of them costs one look.

A sum is per creator, link or code, and currency. It follows every settlement, so what is given back is off it again.
"""

from collections.abc import Collection, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.brought import By
from fanshare.core.money import Micros
from fanshare.store.access import Access

_OF: LiteralString = """
SELECT kind, asset_id, currency::text, sum(orders)::bigint, sum(goods)::bigint, sum(commission)::bigint,
       sum(earned)::bigint
  FROM brought_sum
 WHERE programme_id = %(programme_id)s AND kind IN ('link', 'code')
   AND (kind, asset_id) IN (SELECT * FROM unnest(%(kinds)s::text[], %(assets)s::bigint[]))
   AND (%(creator)s::bigint IS NULL OR creator_party_id = %(creator)s)
 GROUP BY kind, asset_id, currency
HAVING sum(orders) <> 0 OR sum(goods) <> 0 OR sum(commission) <> 0 OR sum(earned) <> 0
 ORDER BY kind, asset_id, sum(orders) DESC, currency
"""
_CURRENCIES = """
SELECT currency::text FROM brought_sum
 WHERE programme_id = %(programme_id)s AND kind = ANY(%(kinds)s)
   AND (%(creator)s::bigint IS NULL OR creator_party_id = %(creator)s)
 GROUP BY currency ORDER BY sum(orders) DESC, currency
"""
# Whose a link or code is now decides where a sale by it stands, as in the lists beside which these sums are shown.
_WHOLE = """
WITH mine AS (
    SELECT 'link' AS kind, o.link_id AS asset_id FROM link_owner o
     WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(creator)s
       AND NOT EXISTS (SELECT FROM link_owner n WHERE n.programme_id = o.programme_id AND n.link_id = o.link_id
                          AND n.from_at > o.from_at)
     UNION
    SELECT 'code', o.code_id FROM code_owner o
     WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(creator)s
       AND NOT EXISTS (SELECT FROM code_owner n WHERE n.programme_id = o.programme_id AND n.code_id = o.code_id
                          AND n.from_at > o.from_at)
)
SELECT b.currency::text,
       CASE WHEN m.kind IS NOT NULL THEN m.kind || 's' WHEN b.kind IN ('link', 'code') THEN 'others'
            ELSE 'decisions' END,
       sum(b.orders)::bigint, sum(b.earned)::bigint
  FROM brought_sum b LEFT JOIN mine m USING (kind, asset_id)
 WHERE b.programme_id = %(programme_id)s AND b.creator_party_id = %(creator)s
 GROUP BY 1, 2 HAVING sum(b.orders) <> 0 OR sum(b.earned) <> 0
 UNION ALL
SELECT '', '', 0, 0 WHERE EXISTS (SELECT FROM part WHERE programme_id = %(programme_id)s AND by_kind = '')
"""
_LEFT = "SELECT EXISTS (SELECT FROM part WHERE programme_id = %(programme_id)s AND by_kind = '')"
_NEXT = """
SELECT order_id, creator_party_id FROM part WHERE programme_id = %(programme_id)s AND by_kind = ''
 ORDER BY order_id LIMIT %(limit)s
"""
_NOTE = """
UPDATE part p
   SET by_kind = fresh.kind, by_asset = fresh.asset,
       commission = (SELECT coalesce(sum(amount), 0) FROM position s
                      WHERE s.programme_id = p.programme_id AND s.order_id = p.order_id
                        AND s.creator_party_id = p.creator_party_id AND s.currency = p.currency),
       earned = (SELECT coalesce(sum(amount), 0) FROM position s
                  WHERE s.programme_id = p.programme_id AND s.order_id = p.order_id
                    AND s.creator_party_id = p.creator_party_id AND s.currency = p.currency AND s.role = 'creator')
  FROM unnest(%(orders)s::bigint[], %(creators)s::bigint[], %(kinds)s::text[], %(assets)s::bigint[])
       AS fresh (order_id, creator, kind, asset)
 WHERE p.programme_id = %(programme_id)s AND p.order_id = fresh.order_id AND p.creator_party_id = fresh.creator
   AND p.by_kind = ''
"""
#: One figure of each link or code of a list, to sort it by: for one creator, or (``creator`` null) for all. It is
#: looked up row by row, which is as quick where the database does not know yet how many rows there are.
FIGURES: LiteralString = """
 CROSS JOIN LATERAL (SELECT coalesce(sum(orders), 0)::bigint AS orders,
                            coalesce(sum(@amount) FILTER (WHERE currency = %(currency)s::text), 0)::bigint AS amount
                       FROM brought_sum WHERE programme_id = %(programme_id)s AND kind = '@kind' AND asset_id = @of
                        AND (%(creator)s::bigint IS NULL OR creator_party_id = %(creator)s)) b
"""
#: What comes after the last one of the page before, or (no ``at``) everything: written so that an index over both is
#: entered there, also by a plan that is made for any page.
BEHIND: LiteralString = (
    "(@rank, @id) < (coalesce(%(at)s::bigint, 9223372036854775807), coalesce(%(after)s::bigint, 9223372036854775807))"
)


class Sum(NamedTuple):
    """What one link or code brought in one currency, as it is kept now, micros.

    ``orders`` are those of which goods are kept, ``goods`` these goods as credited, ``commission`` what is booked for
    creator, fan and buyer together, ``earned`` the creator's share of it.
    """

    currency: str
    orders: int
    goods: Micros
    commission: Micros
    earned: Micros


class Whole(NamedTuple):
    """All that a creator earned by sales, in one currency, by what brought it; micros.

    ``others`` are links and codes that are not hers (of her fans, or handed on), ``decisions`` those of a person.
    """

    currency: str
    links: Micros
    codes: Micros
    others: Micros
    decisions: Micros

    @property
    def earned(self) -> Micros:
        """All of it: what the lines of her earnings come to, as far as she has them as a creator."""
        return self.links + self.codes + self.others + self.decisions


type Sums = dict[tuple[By, int], list[Sum]]


def of(access: Access, *, links: Collection[int] = (), codes: Collection[int] = (), creator: int | None = None) -> Sums:
    """What each of these brought, to one creator or to all; nothing for what brought nothing. Most sales first."""
    kinds = ["link"] * len(links) + ["code"] * len(codes)
    if not kinds:
        return {}
    found: Sums = {}
    for kind, asset, *figures in access.fetch(_OF, {"kinds": kinds, "assets": [*links, *codes], "creator": creator}):
        found.setdefault((By(kind), asset), []).append(Sum(*figures))
    return found


def currencies(access: Access, *kinds: By, creator: int | None = None) -> list[str]:
    """In which currencies links or codes brought anything, that of most sales first."""
    return [row[0] for row in access.fetch(_CURRENCIES, {"kinds": [one.value for one in kinds], "creator": creator})]


def whole(access: Access, creator: int) -> tuple[list[Whole], bool]:
    """Everything that a creator earned by sales, one row a currency; and whether parts from before an upgrade wait to
    be noted, so that it is too low."""
    found: dict[str, dict[str, Micros]] = {}
    for currency, group, _orders, earned in access.fetch(_WHOLE, {"creator": creator}):
        found.setdefault(currency, {})[group] = earned
    waits = found.pop("", None) is not None
    return [Whole(one, *(found[one].get(name, 0) for name in Whole._fields[1:])) for one in sorted(found)], waits


def left(access: Access) -> bool:
    """Whether parts from before an upgrade wait to be noted, so that the figures are too low."""
    return bool(access.value(_LEFT))


def not_noted(access: Access, limit: int) -> list[tuple[int, int]]:
    """Some of these parts: (order, creator)."""
    return [(row[0], row[1]) for row in access.fetch(_NEXT, {"limit": limit})]


def note(access: Access, pairs: Sequence[tuple[int, int]], by: Sequence[tuple[By, int]]) -> None:
    """Note by what these parts are whose they are, and what they come to. The caller holds the creators' scopes."""
    values = {
        "orders": [order for order, _ in pairs],
        "creators": [creator for _, creator in pairs],
        "kinds": [kind.value for kind, _ in by],
        "assets": [asset for _, asset in by],
    }
    access.execute(_NOTE, values)
