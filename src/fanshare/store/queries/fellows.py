"""Creators who let the others of their programme see that they are there."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_SEEN = """
SELECT seen_by_creators FROM creator_page WHERE programme_id = %(programme_id)s AND party_id = %(party)s
"""
_SHOW = """
INSERT INTO creator_page (programme_id, party_id, seen_by_creators, updated_at)
VALUES (%(programme_id)s, %(party)s, %(seen)s, %(now)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET seen_by_creators = excluded.seen_by_creators
"""
_FELLOWS = """
SELECT p.id, p.slug, p.display_name FROM creator_page c
  JOIN party p ON p.programme_id = c.programme_id AND p.id = c.party_id
 WHERE c.programme_id = %(programme_id)s AND c.seen_by_creators AND c.party_id <> %(party)s
   AND p.kind = 'creator' AND p.erased_at IS NULL AND p.slug IS NOT NULL AND p.id > %(after)s
 ORDER BY p.id LIMIT %(limit)s
"""


class FellowRow(NamedTuple):
    """A creator as the others see her: what her page shows anyway."""

    party: int
    slug: str
    name: str


def is_seen(access: Access, party: int) -> bool:
    """Whether a creator lets the others see her."""
    row = access.fetch_one(_SEEN, {"party": party})
    return row is not None and bool(row[0])


def show(access: Access, party: int, seen: bool, now: Instant) -> None:
    """Let the others see a creator, or no longer."""
    access.execute(_SHOW, {"party": party, "seen": seen, "now": now})


def fellows(access: Access, party: int, after: int, limit: int) -> list[FellowRow]:
    """The others who let themselves be seen, in the order in which they joined, behind a row."""
    return [FellowRow(*row) for row in access.fetch(_FELLOWS, {"party": party, "after": after, "limit": limit})]
