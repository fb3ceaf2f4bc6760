"""Who may get a code of a plan, who has one already, and how far the codes of each plan are."""

from collections.abc import Sequence
from typing import LiteralString, NamedTuple

from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('bulk codes', %(programme_id)s))"
_HAS: LiteralString = """
SELECT w.owner, w.creator, w.slug, EXISTS (
       SELECT 1 FROM shop_code s JOIN code_plan c ON c.programme_id = s.programme_id AND c.id = s.plan_id
        WHERE s.programme_id = %(programme_id)s AND s.owner_party_id = w.owner AND c.name = %(plan)s
          AND s.state IN ('wanted', 'asked', 'confirmed'))
  FROM wanted w ORDER BY w.owner
"""
_CREATORS: LiteralString = """
WITH wanted AS (
    SELECT y.id AS owner, y.id AS creator, coalesce(y.slug, '') AS slug FROM party y
      LEFT JOIN LATERAL (SELECT name FROM creator_group
                          WHERE programme_id = y.programme_id AND creator_party_id = y.id
                          ORDER BY from_at DESC LIMIT 1) g ON true
     WHERE y.programme_id = %(programme_id)s AND y.kind = 'creator' AND y.erased_at IS NULL
       AND (%(group)s::text = '' OR g.name = %(group)s)
       AND (cardinality(%(names)s::text[]) = 0 OR y.slug = ANY(%(names)s)))
"""
_FANS: LiteralString = """
WITH wanted AS (
    SELECT DISTINCT ON (f.id) f.id AS owner, y.id AS creator, coalesce(y.slug, '') AS slug FROM link_owner o
      JOIN party f ON f.programme_id = o.programme_id AND f.id = o.owner_party_id
      JOIN party y ON y.programme_id = o.programme_id AND y.id = o.creator_party_id
     WHERE o.programme_id = %(programme_id)s AND f.kind = 'fan' AND f.erased_at IS NULL AND y.erased_at IS NULL
       AND (cardinality(%(names)s::text[]) = 0 OR y.slug = ANY(%(names)s))
     ORDER BY f.id, o.from_at DESC)
"""
_STATES = """
SELECT c.name, s.state, count(*) FROM shop_code s
  JOIN code_plan c ON c.programme_id = s.programme_id AND c.id = s.plan_id
 WHERE s.programme_id = %(programme_id)s GROUP BY c.name, s.state
"""


class Candidate(NamedTuple):
    """Somebody who may get a code, through which creator, that one's short name, and whether she has one already."""

    owner: int
    creator: int
    slug: str
    has: bool


def lock(access: Access) -> None:
    """Let nobody else ask for many codes of this programme until the end of the transaction."""
    access.execute(_LOCK)


def creators(access: Access, plan: str, *, group: str = "", names: Sequence[str] = ()) -> list[Candidate]:
    """Creators who take part: all, those of a group, those of some short names."""
    values = {"plan": plan, "group": group, "names": list(names)}
    return [Candidate(*row) for row in access.fetch(_CREATORS + _HAS, values)]


def fans(access: Access, plan: str, *, names: Sequence[str] = ()) -> list[Candidate]:
    """Fans with a link, each through the creator of her newest one: of all creators, or of some."""
    return [Candidate(*row) for row in access.fetch(_FANS + _HAS, {"plan": plan, "names": list(names)})]


def states(access: Access) -> dict[str, dict[str, int]]:
    """How many codes of each plan are in each state."""
    found: dict[str, dict[str, int]] = {}
    for plan, state, count in access.fetch(_STATES):
        found.setdefault(plan, {})[state] = count
    return found
