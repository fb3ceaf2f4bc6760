"""Fans under 18: whose fans they are without a link, and becoming a fan like the others."""

from collections.abc import Sequence

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_JOIN = """
INSERT INTO circle (programme_id, fan_party_id, creator_party_id, since_at)
VALUES (%(programme_id)s, %(fan)s, %(creator)s, %(now)s) ON CONFLICT DO NOTHING
"""
_OF_FAN = """
SELECT coalesce(c.display_name, ''), r.since_at FROM circle r
  JOIN party c ON c.programme_id = r.programme_id AND c.id = r.creator_party_id
 WHERE r.programme_id = %(programme_id)s AND r.fan_party_id = %(fan)s ORDER BY r.since_at, c.id
"""
_GROW = "UPDATE party SET kind = 'fan' WHERE programme_id = %(programme_id)s AND id = %(party)s AND kind = 'young'"
_FORGET = """
DELETE FROM circle WHERE programme_id = %(programme_id)s AND (fan_party_id = ANY(%(parties)s)
    OR creator_party_id = ANY(%(parties)s))
"""


def join(access: Access, fan: int, creator: int, now: Instant) -> None:
    """Somebody is a creator's fan from now on; again it changes nothing."""
    access.execute(_JOIN, {"fan": fan, "creator": creator, "now": now})


def of_fan(access: Access, fan: int) -> list[tuple[str, Instant]]:
    """Whose fan somebody is without a link, by name, and since when."""
    return [(row[0], row[1]) for row in access.fetch(_OF_FAN, {"fan": fan})]


def grow(access: Access, party: int) -> bool:
    """Make a fan under 18 one like the others; whether she was under 18 until now."""
    return access.execute(_GROW, {"party": party}).rowcount == 1


def forget(access: Access, parties: Sequence[int]) -> None:
    """Forget whose fans these were, and who was theirs."""
    access.execute(_FORGET, {"parties": list(parties)})
