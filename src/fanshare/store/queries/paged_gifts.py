"""Gifts and goals for software, page by page, under the public ids of their people."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_GIFTS = """
SELECT g.id, f.public_id, c.public_id, g.goal_id, g.currency, g.amount, g.state, g.given_at, g.changed_at
  FROM gift g
  JOIN party f ON f.programme_id = g.programme_id AND f.id = g.giver_party_id
  JOIN party c ON c.programme_id = g.programme_id AND c.id = g.creator_party_id
 WHERE g.programme_id = %(programme_id)s AND g.id > %(after)s
   AND (%(party)s::bigint IS NULL OR %(party)s IN (g.giver_party_id, g.creator_party_id))
 ORDER BY g.id LIMIT %(limit)s
"""
_GOALS = """
SELECT o.id, c.public_id, o.title, o.currency, o.target, o.opened_at, o.ends_at, o.booked_at,
       (SELECT coalesce(sum(g.amount), 0)::bigint FROM gift g
         WHERE g.programme_id = o.programme_id AND g.goal_id = o.id AND g.state <> 'back'),
       CASE WHEN o.booked_at IS NULL THEN 'open' WHEN o.withdrawn_at IS NOT NULL THEN 'withdrawn'
            WHEN EXISTS (SELECT FROM gift g WHERE g.programme_id = o.programme_id AND g.goal_id = o.id
                            AND g.state = 'kept') THEN 'reached' ELSE 'missed' END
  FROM goal o JOIN party c ON c.programme_id = o.programme_id AND c.id = o.creator_party_id
 WHERE o.programme_id = %(programme_id)s AND o.id > %(after)s
   AND (%(party)s::bigint IS NULL OR o.creator_party_id = %(party)s)
 ORDER BY o.id LIMIT %(limit)s
"""


class PagedGift(NamedTuple):
    """A gift from one party to another, and its goal."""

    id: int
    giver: str
    creator: str
    goal: int | None
    currency: str
    amount: Micros
    state: str
    given_at: Instant
    changed_at: Instant


class PagedGoal(NamedTuple):
    """A goal, what is given to it and did not go back, and how it stands."""

    id: int
    creator: str
    title: str
    currency: str
    target: Micros
    opened_at: Instant
    ends_at: Instant
    over_at: Instant | None
    given: Micros
    state: str


def gifts(access: Access, *, party: int | None, after: int, limit: int) -> list[PagedGift]:
    """Gifts, oldest first, of everybody or that one party gave or was given."""
    return [PagedGift(*row) for row in access.fetch(_GIFTS, {"party": party, "after": after, "limit": limit})]


def goals(access: Access, *, creator: int | None, after: int, limit: int) -> list[PagedGoal]:
    """Goals, oldest first, of everybody or of one creator."""
    return [PagedGoal(*row) for row in access.fetch(_GOALS, {"party": creator, "after": after, "limit": limit})]
