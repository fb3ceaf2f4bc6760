"""What a fan shares with: her live links and codes, each for one creator."""

from typing import NamedTuple

from fanshare.store.access import Access

_LINKS = """
SELECT l.id, l.code, l.label_country, l.label_text, l.creator_party_id, coalesce(c.display_name, ''),
       coalesce(c.slug, ''), l.from_link_id, l.destination
  FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON s.state = 'active'
  JOIN LATERAL (SELECT owner_party_id FROM link_owner WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) o ON o.owner_party_id = %(fan)s
  JOIN party c ON c.programme_id = l.programme_id AND c.id = l.creator_party_id
 WHERE l.programme_id = %(programme_id)s AND c.erased_at IS NULL
   AND l.id IN (SELECT link_id FROM link_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(fan)s)
 ORDER BY l.id DESC LIMIT 100
"""
_CODES = """
SELECT c.id, c.shown, c.label_country, c.label_text, coalesce(p.display_name, ''), s.state FROM code c
  JOIN LATERAL (SELECT state FROM code_state WHERE programme_id = c.programme_id AND code_id = c.id
                 ORDER BY from_at DESC LIMIT 1) s ON s.state = 'active'
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM code_owner
                 WHERE programme_id = c.programme_id AND code_id = c.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(fan)s
  JOIN party p ON p.programme_id = c.programme_id AND p.id = o.creator_party_id
 WHERE c.programme_id = %(programme_id)s
   AND c.id IN (SELECT code_id FROM code_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(fan)s)
   AND (%(before)s::bigint IS NULL OR c.id < %(before)s)
 ORDER BY c.id DESC LIMIT %(limit)s
"""


class FanLink(NamedTuple):
    """A live link of a fan's, and for whom it is."""

    id: int
    code: str
    country: str
    label: str
    creator: int
    creator_name: str
    creator_slug: str
    #: The creator's link from which it was made.
    source: int | None
    destination: str

    @property
    def chain(self) -> tuple[int, ...]:
        """The links whose chosen part holds for it, the nearest first."""
        return (self.id,) if self.source is None else (self.id, self.source)


class FanCode(NamedTuple):
    """A live code of a fan's, and for whom it is."""

    id: int
    text: str
    country: str
    label: str
    creator_name: str
    state: str


def links(access: Access, fan: int) -> list[FanLink]:
    """A fan's newest live links."""
    return [FanLink(*row) for row in access.fetch(_LINKS, {"fan": fan})]


def codes(access: Access, fan: int, *, before: int | None = None, limit: int) -> list[FanCode]:
    """A fan's live codes, the newest first; those made ``before`` one by its number."""
    return [FanCode(*row) for row in access.fetch(_CODES, {"fan": fan, "before": before, "limit": limit})]
