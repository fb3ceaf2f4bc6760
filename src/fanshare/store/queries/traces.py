"""What somebody's own links and codes brought lately: visits by day, kept orders, and visitors by quarter of an hour.

Of visits only counts are read, never a visit.
"""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

#: More than anybody has; the newest are enough.
_MOST = 5_000
_LINKS = """
SELECT l.id, l.code FROM link l
  JOIN LATERAL (SELECT owner_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(owner)s
 WHERE l.programme_id = %(programme_id)s
   AND l.id IN (SELECT link_id FROM link_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(owner)s)
 ORDER BY l.id DESC LIMIT %(most)s
"""
_CODES = """
SELECT c.id, c.folded FROM code c
  JOIN LATERAL (SELECT owner_party_id FROM code_owner
                 WHERE programme_id = c.programme_id AND code_id = c.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(owner)s
 WHERE c.programme_id = %(programme_id)s
   AND c.id IN (SELECT code_id FROM code_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(owner)s)
 ORDER BY c.id DESC LIMIT %(most)s
"""
_VISITS = """
SELECT link_id, day, sum(n)::bigint FROM click_day
 WHERE programme_id = %(programme_id)s AND link_id = ANY(%(links)s) AND day >= %(first)s AND verdict = 'counted'
 GROUP BY link_id, day ORDER BY link_id, day
"""
_SALES = """
SELECT t.day, t.currency,
       ARRAY(SELECT DISTINCT (e->>'asset')::bigint FROM jsonb_array_elements(o.touches) e WHERE e->>'kind' = 'link'),
       ARRAY(SELECT DISTINCT (e->>'asset')::bigint FROM jsonb_array_elements(o.touches) e WHERE e->>'kind' = 'code'),
       (SELECT coalesce(sum(p.amount), 0)::bigint FROM position p
         WHERE p.programme_id = t.programme_id AND p.order_id = t.order_id AND p.creator_party_id = t.creator_party_id
           AND p.party_id = %(creator)s AND p.currency = t.currency)
  FROM part t JOIN shop_order o ON o.programme_id = t.programme_id AND o.id = t.order_id
 WHERE t.programme_id = %(programme_id)s AND t.creator_party_id = %(creator)s AND t.day >= %(first)s AND t.in_tier > 0
 ORDER BY t.placed_at DESC LIMIT %(most)s
"""
#: A visitor is told apart for a day, so that each counts once a day: at the first visit.
_SLOTS = """
SELECT first / %(slot)s * %(slot)s, count(*) FROM (
       SELECT min(at) AS first FROM click
        WHERE programme_id = %(programme_id)s AND link_id = ANY(%(links)s) AND at >= %(since)s AND at < %(until)s
          AND verdict = 'counted'
        GROUP BY coalesce(visitor, click_id::bytea)) AS visits
 GROUP BY 1
"""


class SaleRow(NamedTuple):
    """A kept order: its day where the programme is, which links and codes led to it, what is hers of it."""

    day: str
    currency: str
    links: list[int]
    codes: list[int]
    earned: Micros


def links(access: Access, owner: int) -> dict[int, str]:
    """The links that somebody owns now: id -> the code in their address."""
    return dict(access.fetch(_LINKS, {"owner": owner, "most": _MOST}))


def codes(access: Access, owner: int) -> dict[int, str]:
    """The discount codes that somebody owns now: id -> the code, folded."""
    return dict(access.fetch(_CODES, {"owner": owner, "most": _MOST}))


def visits(access: Access, links_: list[int], first: str) -> list[tuple[int, str, int]]:
    """Visits that counted from a UTC day on: link, day, number."""
    return [(row[0], row[1], row[2]) for row in access.fetch(_VISITS, {"links": links_, "first": first})]


def sales(access: Access, creator: int, first: str) -> list[SaleRow]:
    """A creator's kept orders from a day on, the newest first."""
    return [SaleRow(*row) for row in access.fetch(_SALES, {"creator": creator, "first": first, "most": _MOST})]


def slots(
    access: Access, links_: list[int], since: Instant, until: Instant, slot: Instant
) -> list[tuple[Instant, int]]:
    """How many visitors came by some links in each slot of a stretch of time: its beginning, their number."""
    values = {"links": links_, "since": since, "until": until, "slot": slot}
    return [(row[0], row[1]) for row in access.fetch(_SLOTS, values)]
