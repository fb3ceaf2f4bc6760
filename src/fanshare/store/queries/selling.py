"""What somebody sells with: her links and codes with what each brought, and where links may lead."""

from collections.abc import Mapping, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.brought import FIGURES

_LINKS: LiteralString = """
SELECT * FROM (
SELECT l.id, l.code, l.destination, l.campaign, l.label_country, l.label_platform, l.label_text, s.state,
       o.owner_party_id, l.created_at, d.counted AS clicks,
       (SELECT fan_bps FROM fan_choice f WHERE f.programme_id = l.programme_id
           AND f.creator_party_id = l.creator_party_id AND f.link_id = l.id ORDER BY from_at DESC LIMIT 1) AS bps,
       @order AS rank
  FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(owner)s
  JOIN click_sum d ON d.programme_id = l.programme_id AND d.link_id = l.id
  @figures
 WHERE l.programme_id = %(programme_id)s
   AND (%(code)s::text = '' OR l.code = %(code)s)
   AND (%(state)s::text = '' OR s.state = %(state)s)
   AND (%(text)s::text = '' OR strpos(lower(l.destination || ' ' || l.campaign || ' ' || l.code), lower(%(text)s)) > 0)
   AND (%(since)s::bigint IS NULL OR l.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR l.created_at < %(until)s)
   AND l.id IN (SELECT link_id FROM link_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(owner)s)
   @first
) l WHERE (%(at)s::bigint IS NULL OR (l.rank, l.id) < (%(at)s, %(id)s))
 ORDER BY l.rank DESC, l.id DESC LIMIT %(limit)s
"""
_LINK_FIGURES = FIGURES.replace("@kind", "link").replace("@of", "l.id").replace("@amount", "earned")
#: By how links are sorted: what they go by, what it is read from, and what keeps the usual order from reading them all.
_SORTED: Mapping[str, LiteralString] = {
    "newest": _LINKS.replace("(l.rank, l.id) < (%(at)s, %(id)s)", "l.id < %(at)s")
    .replace("@order", "l.id")
    .replace("@figures", "")
    .replace("@first", "AND (%(at)s::bigint IS NULL OR l.id < %(at)s) ORDER BY l.id DESC LIMIT %(limit)s"),
    "clicks": _LINKS.replace("@order", "d.counted").replace("@figures", "").replace("@first", ""),
    "sales": _LINKS.replace("@order", "b.orders").replace("@figures", _LINK_FIGURES).replace("@first", ""),
    "earned": _LINKS.replace("@order", "b.amount").replace("@figures", _LINK_FIGURES).replace("@first", ""),
}
_CODES: LiteralString = """
SELECT * FROM (
SELECT c.id, c.shown, c.single_use, c.label_country, c.label_text, s.state, c.created_at, c.connection_id,
       @order AS rank FROM code c
  JOIN LATERAL (SELECT state FROM code_state WHERE programme_id = c.programme_id AND code_id = c.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id FROM code_owner WHERE programme_id = c.programme_id AND code_id = c.id
                 ORDER BY from_at DESC LIMIT 1) o ON o.owner_party_id = %(owner)s
  @figures
 WHERE c.programme_id = %(programme_id)s
   AND (%(one)s::bigint IS NULL OR c.id = %(one)s)
   AND (%(state)s::text = '' OR s.state = %(state)s)
   AND (%(text)s::text = '' OR strpos(c.folded, lower(%(text)s)) > 0)
   AND (%(since)s::bigint IS NULL OR c.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR c.created_at < %(until)s)
   AND c.id IN (SELECT code_id FROM code_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(owner)s)
) c WHERE (%(at)s::bigint IS NULL OR (c.rank, c.id) < (%(at)s, %(id)s))
 ORDER BY c.rank DESC, c.id DESC LIMIT %(limit)s
"""
_CODE_FIGURES = FIGURES.replace("@kind", "code").replace("@of", "c.id").replace("@amount", "earned")
_CODES_SORTED: Mapping[str, LiteralString] = {
    "newest": _CODES.replace("(c.rank, c.id) < (%(at)s, %(id)s)", "c.id < %(at)s")
    .replace("@order", "c.id")
    .replace("@figures", ""),
    "sales": _CODES.replace("@order", "b.orders").replace("@figures", _CODE_FIGURES),
    "earned": _CODES.replace("@order", "b.amount").replace("@figures", _CODE_FIGURES),
}
# A code of one shop stands before one of the same text that is good for all.
_USED_BY: LiteralString = """
SELECT k.id, count(*) AS n FROM code k
  JOIN order_code o ON o.programme_id = k.programme_id AND o.folded = k.folded
  JOIN shop_order h ON h.programme_id = o.programme_id AND h.id = o.order_id AND h.net > 0
 WHERE k.programme_id = %(programme_id)s @which
   AND (k.connection_id = h.connection_id OR (k.connection_id IS NULL AND NOT EXISTS (
        SELECT FROM code n WHERE n.programme_id = k.programme_id AND n.folded = k.folded
           AND n.connection_id = h.connection_id)))
 GROUP BY k.id
"""
_USED = _USED_BY.replace("@which", "AND k.id = ANY(%(codes)s::bigint[])")
#: Every code that was typed in an order of which something is kept (``id``), with their number (``n``).
USED_OF_ALL: LiteralString = _USED_BY.replace("@which", "")
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
_DOORS = """
SELECT id, kind, coalesce(settings->'hosts', '[]') FROM connection
 WHERE programme_id = %(programme_id)s AND state = 'on' ORDER BY id
"""
_SHOPS = """
SELECT coalesce(settings->'hosts', '[]'), base_url FROM connection
 WHERE programme_id = %(programme_id)s AND state = 'on' ORDER BY id
"""


class Door(NamedTuple):
    """A shop that takes messages: what kind it is, and at which hosts people reach it."""

    id: int
    kind: str
    hosts: tuple[str, ...]


class LinkRow(NamedTuple):
    """A link as it is now. ``fan_bps`` is the fan's part chosen for it alone, if one was; ``rank`` what it is sorted
    by."""

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
    rank: int


class Source(NamedTuple):
    """A live link of a creator's own, from which fans make theirs."""

    id: int
    code: str
    destination: str


class CodeRow(NamedTuple):
    """A discount code as it is now; ``connection``: the one shop in which it counts; ``rank``: what it is sorted by."""

    id: int
    text: str
    single_use: bool
    country: str
    label: str
    state: str
    created_at: Instant
    connection: int | None
    rank: int


def links(
    access: Access,
    owner: int,
    *,
    code: str = "",
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    currency: str = "",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[LinkRow]:
    """The links that somebody owns now; ``since`` <= made < ``until``. Sorted by ``newest``, ``clicks``, ``sales``, or
    what they ``earned`` in a currency as links of a creator.

    ``after`` is the place of the last one shown: its number and 0, or its rank and its number.
    """
    wanted = {"code": code.lower(), "state": state, "text": text, "since": since, "until": until}
    values = {**_sorting(owner, sort, currency, after), "limit": limit, **wanted}
    return [LinkRow(*row) for row in access.fetch(_SORTED[sort], values)]


def codes(
    access: Access,
    owner: int,
    *,
    one: int | None = None,
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    currency: str = "",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[CodeRow]:
    """Codes that somebody owns now, as ``links``; they have no clicks to be sorted by. ``one``: that one alone."""
    wanted = {"one": one, "state": state, "text": text, "since": since, "until": until}
    values = {**_sorting(owner, sort, currency, after), "limit": limit, **wanted}
    return [CodeRow(*row) for row in access.fetch(_CODES_SORTED[sort], values)]


def used(access: Access, codes_: Sequence[int]) -> dict[int, int]:
    """In how many orders of which something is kept each code was typed; those in none are left out."""
    return dict(access.fetch(_USED, {"codes": list(codes_)})) if codes_ else {}


def _sorting(owner: int, sort: str, currency: str, after: tuple[int, int] | None) -> dict[str, object]:
    at, id_ = after or (None, None)
    figures = {"creator": owner, "currency": currency} if sort in ("sales", "earned") else {}
    return {"owner": owner, "at": at, "id": id_, **figures}


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


def doors(access: Access) -> list[Door]:
    """The shops that take messages now, the first one first."""
    return [Door(id_, kind, tuple(map(str, hosts))) for id_, kind, hosts in access.fetch(_DOORS)]
