"""A code for everybody who joins: of which plan, and who has joined since and waits for hers."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_RULE = """
SELECT plan_name, for_creators, for_fans, named, since_at FROM joining_code WHERE programme_id = %(programme_id)s
"""
_SET = """
INSERT INTO joining_code (programme_id, plan_name, for_creators, for_fans, named, since_at)
VALUES (%(programme_id)s, %(plan)s, %(creators)s, %(fans)s, %(named)s, %(since)s)
ON CONFLICT (programme_id) DO UPDATE
   SET plan_name = excluded.plan_name, for_creators = excluded.for_creators, for_fans = excluded.for_fans,
       named = excluded.named, since_at = excluded.since_at
"""
_OFF = "DELETE FROM joining_code WHERE programme_id = %(programme_id)s"
# Whoever had one that ended gets no other one by herself: somebody ended it. One that the shop refused was none.
# Who was brought along from another tool did not join here, and whose work is paused or ended gets nothing new.
_WAITING = """
WITH joined AS (
    SELECT y.id AS owner, y.id AS creator, coalesce(y.slug, '') AS slug, y.created_at,
           coalesce((SELECT label_country FROM link l WHERE l.programme_id = y.programme_id
                      AND l.creator_party_id = y.id ORDER BY l.id LIMIT 1), '') AS country
      FROM party y
     WHERE y.programme_id = %(programme_id)s AND y.kind = 'creator' AND %(creators)s
       AND y.erased_at IS NULL AND y.created_at >= %(since)s
     UNION ALL
    SELECT f.id, o.creator_party_id, '', f.created_at, l.label_country FROM party f
     CROSS JOIN LATERAL (SELECT creator_party_id, link_id FROM link_owner
                          WHERE programme_id = f.programme_id AND owner_party_id = f.id ORDER BY from_at LIMIT 1) o
      JOIN link l ON l.programme_id = f.programme_id AND l.id = o.link_id
     WHERE f.programme_id = %(programme_id)s AND f.kind = 'fan' AND %(fans)s
       AND f.erased_at IS NULL AND f.created_at >= %(since)s
)
SELECT owner, creator, slug, country FROM joined j
 WHERE (%(owner)s::bigint IS NULL OR owner = %(owner)s)
   AND NOT EXISTS (SELECT FROM party_leaving g WHERE g.programme_id = %(programme_id)s
                      AND g.party_id IN (j.owner, j.creator))
   AND NOT EXISTS (SELECT FROM moved_person m WHERE m.programme_id = %(programme_id)s AND m.party_id = j.owner)
   AND NOT EXISTS (SELECT FROM work_stop w WHERE w.programme_id = %(programme_id)s AND w.until_at IS NULL
                      AND w.creator_party_id = j.creator)
   AND NOT EXISTS (SELECT FROM shop_code s JOIN code_plan p ON p.programme_id = s.programme_id AND p.id = s.plan_id
                    WHERE s.programme_id = %(programme_id)s AND s.owner_party_id = j.owner AND p.name = %(plan)s
                      AND (s.state <> 'failed' OR s.created_at > %(refused_since)s::bigint))
 ORDER BY j.created_at, owner LIMIT %(limit)s
"""
_ON_ITS_WAY = """
SELECT EXISTS (SELECT FROM shop_code WHERE programme_id = %(programme_id)s AND owner_party_id = %(owner)s
                  AND state IN ('wanted', 'asked'))
    OR EXISTS (
       SELECT FROM joining_code r JOIN party y ON y.programme_id = r.programme_id AND y.id = %(owner)s
        WHERE r.programme_id = %(programme_id)s AND y.created_at >= r.since_at
          AND ((y.kind = 'creator' AND r.for_creators) OR (y.kind = 'fan' AND r.for_fans))
          AND NOT EXISTS (SELECT FROM moved_person m WHERE m.programme_id = y.programme_id AND m.party_id = y.id)
          AND NOT EXISTS (SELECT FROM shop_code s JOIN code_plan p ON p.programme_id = s.programme_id
                                                                  AND p.id = s.plan_id
                           WHERE s.programme_id = y.programme_id AND s.owner_party_id = y.id AND p.name = r.plan_name
                             AND s.state <> 'failed'))
"""


class Rule(NamedTuple):
    """Codes of which plan, for whom, whether a creator's has her name in it, and for those who join from when on."""

    plan: str
    creators: bool
    fans: bool
    named: bool
    since: Instant


class Joined(NamedTuple):
    """Somebody who waits for a code: through which creator, the creator's short name, the country of her first link."""

    owner: int
    creator: int
    slug: str
    country: str


def rule(access: Access) -> Rule | None:
    """What holds now, if anything does."""
    row = access.fetch_one(_RULE)
    return None if row is None else Rule(*row)


def put(access: Access, rule_: Rule | None) -> None:
    """What holds from now on; ``None``: nobody gets a code by joining."""
    if rule_ is None:
        access.execute(_OFF)
    else:
        access.execute(_SET, rule_._asdict())


def waiting(
    access: Access, rule_: Rule, *, owner: int | None = None, refused_since: Instant | None = None, limit: int
) -> list[Joined]:
    """Who has joined since and has no code of the plan yet, longest waiting first; all, or one of them.

    With ``refused_since`` without those to whom the shop has refused one after that moment.
    """
    values = {**rule_._asdict(), "owner": owner, "refused_since": refused_since, "limit": limit}
    return [Joined(*row) for row in access.fetch(_WAITING, values)]


def on_its_way(access: Access, owner: int) -> bool:
    """Whether the shop has still to confirm a code of hers, or to be told of the one that she gets by joining."""
    return bool(access.value(_ON_ITS_WAY, {"owner": owner}))
