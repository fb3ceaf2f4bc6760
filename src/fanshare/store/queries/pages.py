"""What the public pages show: creators with their live links, terms, and the line behind an unguessable token."""

import json
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_CREATOR = """
SELECT id, slug, display_name FROM party
 WHERE programme_id = %(programme_id)s AND kind = 'creator' AND slug = %(slug)s AND erased_at IS NULL
   AND id NOT IN (SELECT party_id FROM party_leaving WHERE programme_id = %(programme_id)s)
   AND NOT EXISTS (SELECT FROM work_stop w WHERE w.programme_id = party.programme_id AND w.creator_party_id = party.id
                      AND w.kind = 'end' AND w.until_at IS NULL AND w.done_at IS NOT NULL)
"""
_CREATOR_OF_LINK = """
SELECT p.slug, coalesce(CASE WHEN o.owner_party_id = l.creator_party_id THEN l.code ELSE s.code END, '')
  FROM link l
  JOIN LATERAL (SELECT owner_party_id FROM link_owner WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) o ON true
  LEFT JOIN link s ON s.programme_id = l.programme_id AND s.id = l.from_link_id
  JOIN party p ON p.programme_id = l.programme_id AND p.id = l.creator_party_id
 WHERE l.programme_id = %(programme_id)s AND l.id = %(link)s AND p.kind = 'creator' AND p.erased_at IS NULL
   AND p.id NOT IN (SELECT party_id FROM party_leaving WHERE programme_id = %(programme_id)s)
   AND NOT EXISTS (SELECT FROM work_stop w WHERE w.programme_id = p.programme_id AND w.creator_party_id = p.id
                      AND w.kind = 'end' AND w.until_at IS NULL AND w.done_at IS NOT NULL)
"""
_LINKS = """
SELECT l.code, l.campaign, l.destination, l.label_text, l.label_country, l.label_platform FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON s.state = 'active'
  JOIN LATERAL (SELECT owner_party_id FROM link_owner WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) o ON o.owner_party_id = %(creator)s
 WHERE l.programme_id = %(programme_id)s AND l.creator_party_id = %(creator)s
   AND NOT EXISTS (SELECT FROM page_product g WHERE g.programme_id = l.programme_id AND g.link_id = l.id)
 ORDER BY l.id LIMIT 100
"""
_WHY = """
SELECT p.order_id, p.creator_party_id, p.role, p.bucket, p.matures_at, p.held_until, coalesce(c.display_name, ''),
       o.external_id, o.estimated, coalesce(h.reason, ''), coalesce(p.party_id, 0), l.body
  FROM position p
  JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
  JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id
  JOIN part t ON t.programme_id = p.programme_id AND t.order_id = p.order_id
             AND t.creator_party_id = p.creator_party_id
  JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
  LEFT JOIN LATERAL (SELECT reason FROM ruling WHERE programme_id = p.programme_id AND order_id = p.order_id
                        AND kind = 'held' AND until_at = p.held_until ORDER BY id DESC LIMIT 1) h ON true
 WHERE p.programme_id = %(programme_id)s AND p.why_token = %(token)s
"""
_OTHERS = """
SELECT l.body FROM part t JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
 WHERE t.programme_id = %(programme_id)s AND t.order_id = %(order)s AND t.creator_party_id <> %(creator)s
"""


class CreatorRow(NamedTuple):
    """A creator as her page needs her."""

    id: int
    slug: str
    name: str


class LinkRow(NamedTuple):
    """A live link with its label."""

    code: str
    campaign: str
    destination: str
    label: str
    country: str
    platform: str


class WhyRow(NamedTuple):
    """One share with the newest settlement of its part; ``others`` are the bodies of the order's other parts.

    ``hold_reason`` is what the person who decided on a hold gave as her reason; empty where a rule decided.
    """

    order_id: int
    creator_id: int
    role: str
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None
    creator_name: str
    order_number: str
    estimated: bool
    hold_reason: str
    party: int
    body: dict[str, Any]
    others: list[dict[str, Any]]


def creator(access: Access, slug: str) -> CreatorRow | None:
    """A creator by her short name."""
    row = access.fetch_one(_CREATOR, {"slug": slug})
    return None if row is None else CreatorRow(*row)


def creator_of_link(access: Access, link: int) -> tuple[str, str] | None:
    """The short name of the creator whom a link is for, and the code of the link of hers behind it.

    ``None`` where there is none who has a page. Empty where a fan's link was made from none.
    """
    row = access.fetch_one(_CREATOR_OF_LINK, {"link": link})
    return None if row is None else (str(row[0]), str(row[1]))


def links(access: Access, creator_id: int) -> list[LinkRow]:
    """The live links that a creator herself owns, oldest first, but for those of products on her page."""
    return [LinkRow(*row) for row in access.fetch(_LINKS, {"creator": creator_id})]


def why(access: Access, token: str) -> WhyRow | None:
    """The share that a token names."""
    row = access.fetch_one(_WHY, {"token": token})
    if row is None:
        return None
    *facts, body = row
    others = access.fetch(_OTHERS, {"order": facts[0], "creator": facts[1]})
    return WhyRow._make([*facts, json.loads(body), [json.loads(other[0]) for other in others]])
