"""What the edge must know of a programme: its links as they are now, where they may lead, who may post."""

from collections.abc import Iterator
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_LINKS = """
SELECT l.code, l.id, l.destination, l.campaign, l.label_text, s.state, o.owner_party_id <> o.creator_party_id
  FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o ON true
 WHERE l.programme_id = %(programme_id)s AND (%(since)s = 0 OR EXISTS (
       SELECT FROM link_state n WHERE n.programme_id = l.programme_id AND n.link_id = l.id AND n.from_at >= %(since)s))
"""
_STAMP = """
SELECT (SELECT coalesce(max(id), 0) FROM link_state WHERE programme_id = %(programme_id)s),
       (SELECT coalesce(max(id), 0) FROM link_owner WHERE programme_id = %(programme_id)s),
       (SELECT coalesce(sum(hashtextextended(endpoint || state || settings::text, 0)), 0)
          FROM connection WHERE programme_id = %(programme_id)s),
       (SELECT coalesce(sum(hashtextextended(encode(sealed_secrets, 'hex'), 0)), 0)
          FROM connection WHERE programme_id = %(programme_id)s)
"""


class LinkNow(NamedTuple):
    """A link as it is now. ``by_fan``: a fan owns it."""

    code: str
    id: int
    destination: str
    campaign: str
    label: str
    state: str
    by_fan: bool


def links(access: Access, since: Instant = 0) -> Iterator[LinkNow]:
    """Every link of the programme, or those whose state was set at or after ``since``."""
    for row in access.execute(_LINKS, {"since": since}):
        yield LinkNow(*row)


def stamp(access: Access) -> tuple[int, ...]:
    """A value that changes whenever the edge's knowledge of the programme would."""
    row = access.fetch_one(_STAMP)
    assert row is not None
    return tuple(int(value) for value in row)
