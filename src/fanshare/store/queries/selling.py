"""What somebody sells with: her links and codes with what each brought, and where links may lead."""

from collections.abc import Mapping, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_LINKS: LiteralString = """
SELECT * FROM (
SELECT l.id, l.code, l.destination, l.campaign, l.label_country, l.label_platform, l.label_text, s.state,
       o.owner_party_id, l.created_at,
       (SELECT coalesce(sum(n), 0)::bigint FROM click_day d
         WHERE d.programme_id = l.programme_id AND d.link_id = l.id AND d.verdict = 'counted') AS clicks,
       (SELECT fan_bps FROM fan_choice f WHERE f.programme_id = l.programme_id
           AND f.creator_party_id = l.creator_party_id AND f.link_id = l.id ORDER BY from_at DESC LIMIT 1)
  FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(owner)s
 WHERE l.programme_id = %(programme_id)s
   AND (%(code)s::text = '' OR l.code = %(code)s)
   AND (%(state)s::text = '' OR s.state = %(state)s)
   AND (%(text)s::text = '' OR strpos(lower(l.destination || ' ' || l.campaign || ' ' || l.code), lower(%(text)s)) > 0)
   AND (%(since)s::bigint IS NULL OR l.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR l.created_at < %(until)s)
   AND l.id IN (SELECT link_id FROM link_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(owner)s)
) l WHERE (%(at)s::bigint IS NULL OR (@order, l.id) < (%(at)s, %(id)s))
 ORDER BY @order DESC, l.id DESC LIMIT %(limit)s
"""
_SORTED: Mapping[bool, LiteralString] = {
    False: _LINKS.replace("(@order, l.id) < (%(at)s, %(id)s)", "l.id < %(at)s").replace("@order DESC, ", ""),
    True: _LINKS.replace("@order", "l.clicks"),
}
_CODES = """
SELECT c.id, c.shown, c.single_use, c.label_text, s.state, c.created_at FROM code c
  JOIN LATERAL (SELECT state FROM code_state WHERE programme_id = c.programme_id AND code_id = c.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id FROM code_owner WHERE programme_id = c.programme_id AND code_id = c.id
                 ORDER BY from_at DESC LIMIT 1) o ON o.owner_party_id = %(owner)s
 WHERE c.programme_id = %(programme_id)s
   AND c.id IN (SELECT code_id FROM code_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(owner)s)
   AND (%(before)s::bigint IS NULL OR c.id < %(before)s)
 ORDER BY c.id DESC LIMIT %(limit)s
"""
_BROUGHT = """
SELECT t.asset, count(DISTINCT o.id) FROM (
    SELECT order_id FROM part WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s
     ORDER BY placed_at DESC LIMIT 2000) recent
  JOIN shop_order o ON o.programme_id = %(programme_id)s AND o.id = recent.order_id AND o.net > 0
 CROSS JOIN LATERAL (SELECT (e->>'asset')::bigint AS asset FROM jsonb_array_elements(o.touches) e
                      WHERE e->>'kind' = 'link') t
 WHERE t.asset = ANY(%(links)s::bigint[]) GROUP BY t.asset
"""
_CHOICE = """
SELECT fan_bps FROM fan_choice WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s
   AND (link_id IS NULL OR link_id = ANY(%(links)s::bigint[]))
 ORDER BY array_position(%(links)s::bigint[], link_id) NULLS LAST, from_at DESC LIMIT 1
"""
_OWN = """
SELECT l.id, l.code, l.destination FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON s.state = 'active'
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(creator)s AND o.creator_party_id = %(creator)s
 WHERE l.programme_id = %(programme_id)s AND (%(code)s::text = '' OR l.code = %(code)s)
   AND l.id IN (SELECT link_id FROM link_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(creator)s)
 ORDER BY l.id DESC LIMIT %(limit)s
"""
_SHOPS = """
SELECT coalesce(settings->'hosts', '[]'), base_url FROM connection
 WHERE programme_id = %(programme_id)s AND state = 'on' ORDER BY id
"""


class LinkRow(NamedTuple):
    """A link as it is now. ``fan_bps`` is the fan's part chosen for it alone, if one was."""

    id: int
    code: str
    destination: str
    campaign: str
    country: str
    platform: str
    label: str
    state: str
    owner: int
    created_at: Instant
    clicks: int
    fan_bps: int | None


class Source(NamedTuple):
    """A live link of a creator's own, from which fans make theirs."""

    id: int
    code: str
    destination: str


class CodeRow(NamedTuple):
    """A discount code as it is now."""

    id: int
    text: str
    single_use: bool
    label: str
    state: str
    created_at: Instant


def links(
    access: Access,
    owner: int,
    *,
    code: str = "",
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    clicked: bool = False,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[LinkRow]:
    """The links that somebody owns now, the newest or the most clicked first; ``since`` <= made < ``until``.

    ``after`` is the place of the last one shown: its number, or its clicks and its number.
    """
    at, id_ = after or (None, None)
    wanted = {"code": code.lower(), "state": state, "text": text, "since": since, "until": until}
    values = {"owner": owner, "at": at, "id": id_, "limit": limit, **wanted}
    return [LinkRow(*row) for row in access.fetch(_SORTED[clicked], values)]


def codes(access: Access, owner: int, *, before: int | None = None, limit: int) -> list[CodeRow]:
    """Codes that somebody owns now, the newest first; those made ``before`` one by its number."""
    return [CodeRow(*row) for row in access.fetch(_CODES, {"owner": owner, "before": before, "limit": limit})]


def brought(access: Access, creator: int, links_: list[int]) -> dict[int, int]:
    """In how many of a creator's newest 2,000 orders each link was clicked; links of none are left out."""
    return dict(access.fetch(_BROUGHT, {"creator": creator, "links": links_})) if links_ else {}


def chosen_part(access: Access, creator: int, links_: Sequence[int] = ()) -> int | None:
    """The fan's part (basis points) that a creator chose: for the first of these links that has a choice, else for all.

    ``None`` where she chose nothing.
    """
    found: int | None = access.value(_CHOICE, {"creator": creator, "links": list(links_)})
    return found


def sources(access: Access, creator: int, *, code: str = "", limit: int) -> list[Source]:
    """A creator's own live links, from which fans make theirs, the newest first."""
    values = {"creator": creator, "code": code.lower(), "limit": limit}
    return [Source(*row) for row in access.fetch(_OWN, values)]


def shops(access: Access) -> tuple[list[str], bool]:
    """The hosts to which links may lead, and whether one of the shops is reached without https."""
    rows = access.fetch(_SHOPS)
    hosts = dict.fromkeys(str(host) for found, _ in rows for host in found)
    return list(hosts), any(base.startswith("http://") for _, base in rows)
