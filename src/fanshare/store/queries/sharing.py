"""What a fan shares with: her live links and codes, each for one creator."""

from typing import LiteralString, NamedTuple

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
_STOPPED: LiteralString = """
SELECT '{0}', k.id, k.{1}, coalesce(c.display_name, ''), {2} FROM {0} k
  JOIN LATERAL (SELECT state FROM {0}_state WHERE programme_id = k.programme_id AND {0}_id = k.id
                 ORDER BY from_at DESC LIMIT 1) s ON s.state = 'paused'
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM {0}_owner
                 WHERE programme_id = k.programme_id AND {0}_id = k.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(fan)s
  JOIN party c ON c.programme_id = k.programme_id AND c.id = o.creator_party_id
 WHERE k.programme_id = %(programme_id)s
   AND k.id IN (SELECT {0}_id FROM {0}_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(fan)s)
   AND EXISTS (SELECT FROM work_stop w WHERE w.programme_id = k.programme_id AND w.{0}_id = k.id AND w.kind = 'pause'
                  AND w.by_brand AND w.until_at IS NULL)
"""
_ALL_STOPPED = (
    _STOPPED.format("link", "destination", "k.from_link_id")
    + " UNION ALL "
    + _STOPPED.format("code", "shown", "NULL::bigint")
    + " ORDER BY 1, 2 DESC LIMIT %(limit)s"
)


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


class Stopped(NamedTuple):
    """A link or code of a fan's (``kind``) that the brand has paused: where it leads or its text, and for whom."""

    kind: str
    id: int
    what: str
    creator_name: str
    source: int | None


def links(access: Access, fan: int) -> list[FanLink]:
    """A fan's newest live links."""
    return [FanLink(*row) for row in access.fetch(_LINKS, {"fan": fan})]


def codes(access: Access, fan: int, *, before: int | None = None, limit: int) -> list[FanCode]:
    """A fan's live codes, the newest first; those made ``before`` one by its number."""
    return [FanCode(*row) for row in access.fetch(_CODES, {"fan": fan, "before": before, "limit": limit})]


def stopped(access: Access, fan: int, *, limit: int) -> list[Stopped]:
    """A fan's links and codes that the brand has paused, the newest of each first."""
    return [Stopped(*row) for row in access.fetch(_ALL_STOPPED, {"fan": fan, "limit": limit})]
