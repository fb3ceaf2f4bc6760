"""Codes of shops and stocks beside what counts for their owners, for checking that the two say the same."""

import json
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_PLANS = """
SELECT p.id, p.connection_id, p.name, p.document, p.from_at, l.body FROM code_plan p
  LEFT JOIN log_leaf l ON l.programme_id = p.programme_id AND l.index = p.leaf_index
 WHERE p.programme_id = %(programme_id)s ORDER BY p.id
"""
_MADE = """
SELECT s.id, s.code_id, t.id, s.state, s.single_use, p.document, c.state,
       jsonb_build_array(s.plan_id, s.connection_id, s.folded, s.shown, s.single_use, s.label_country, s.label_platform,
                         s.label_text, s.owner_party_id, s.creator_party_id, s.confirmed_at)::text,
       jsonb_build_array(k.plan_id, k.connection_id, k.folded, k.shown, k.single_use, k.label_country, k.label_platform,
                         k.label_text, o.owner_party_id, o.creator_party_id, k.created_at)::text,
       jsonb_build_array(p.name, s.connection_id, s.folded, s.shown, s.confirmed_at)::text,
       jsonb_build_array(t.plan_name, t.connection_id, t.folded, t.shown, t.given_at)::text
  FROM shop_code s
  LEFT JOIN code_plan p ON p.programme_id = s.programme_id AND p.id = s.plan_id
  LEFT JOIN code k ON k.programme_id = s.programme_id AND k.id = s.code_id
  LEFT JOIN code_stock t ON t.programme_id = s.programme_id AND t.shop_code_id = s.id
  LEFT JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM code_owner
                      WHERE programme_id = s.programme_id AND code_id = s.code_id ORDER BY from_at LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT state FROM code_state
                      WHERE programme_id = s.programme_id AND code_id = s.code_id ORDER BY from_at DESC LIMIT 1) c
            ON true
 WHERE s.programme_id = %(programme_id)s ORDER BY s.id
"""
_STRAYS = """
SELECT 'code ' || k.id, count(s.id) || ' ways into a shop' FROM code k
  LEFT JOIN shop_code s ON s.programme_id = k.programme_id AND s.code_id = k.id
 WHERE k.programme_id = %(programme_id)s GROUP BY k.id, k.plan_id
HAVING count(s.id) <> CASE WHEN k.plan_id IS NULL THEN 0 ELSE 1 END
 UNION ALL
SELECT 'code_stock ' || t.id, 'given as shop_code ' || t.shop_code_id FROM code_stock t
  LEFT JOIN shop_code s ON s.programme_id = t.programme_id AND s.id = t.shop_code_id
 WHERE t.programme_id = %(programme_id)s AND t.shop_code_id IS NOT NULL AND s.id IS NULL
"""


class PlanLogged(NamedTuple):
    """A version of a plan and the leaf that records it."""

    id: int
    connection: int
    name: str
    document: str
    since: Instant
    body: str | None


class Made(NamedTuple):
    """A code on its way (``way``), what counts for its owner (``counting``), and what the stock says (``piece``)."""

    id: int
    code: int | None
    stock: int | None
    state: str
    single_use: bool
    plan: dict[str, Any] | None
    code_state: str | None
    way: str
    counting: str
    given: str
    piece: str


def plans(access: Access) -> list[PlanLogged]:
    """Every version of every plan."""
    return [PlanLogged(*row) for row in access.fetch(_PLANS)]


def made(access: Access) -> list[Made]:
    """Every code of a shop or stock."""
    found = []
    for *begin, document, state, way, counting, given, piece in access.fetch(_MADE):
        plan = None if document is None else json.loads(document)
        found.append(Made._make((*begin, plan, state, way, counting, given, piece)))
    return found


def strays(access: Access) -> list[tuple[str, str]]:
    """Codes that say they come from a plan and do not, or the other way round; stock that was given to nobody."""
    return [(row[0], row[1]) for row in access.fetch(_STRAYS)]
