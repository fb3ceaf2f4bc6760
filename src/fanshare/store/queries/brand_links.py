"""Links of a programme as a brand's people look at them, newest first, and what making several at once has to know."""

from collections.abc import Collection, Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.brought import BEHIND, FIGURES

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('links at once', %(programme_id)s))"
_CREATORS = """
SELECT id, coalesce(slug, ''), coalesce(display_name, '') FROM party
 WHERE programme_id = %(programme_id)s AND kind = 'creator' AND erased_at IS NULL
   AND (lower(slug) = ANY(%(names)s::text[]) OR lower(display_name) = ANY(%(names)s::text[]))
"""
_DESTINATIONS = """
SELECT l.creator_party_id, l.destination, l.campaign FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON s.state <> 'ended'
 WHERE l.programme_id = %(programme_id)s AND l.creator_party_id = ANY(%(creators)s::bigint[])
"""
_COUNTS = """
SELECT creator_party_id, count(*) FROM link
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s::bigint[]) GROUP BY creator_party_id
"""
_LINK: LiteralString = """
SELECT l.id, l.code, l.destination, l.campaign, l.label_text, s.state, l.created_at, c.display_name,
       o.owner_party_id <> o.creator_party_id, k.counted, o.creator_party_id, @rank
  FROM @from
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o ON true
  JOIN party c ON c.programme_id = l.programme_id AND c.id = o.creator_party_id
  JOIN click_sum k ON k.programme_id = l.programme_id AND k.link_id = l.id
 WHERE l.programme_id = %(programme_id)s
"""
_ONE = _LINK.replace("@rank", "l.id").replace("@from", "link l") + " AND l.code = %(code)s"
# Which links stand on a page is found first, from what they are sorted by alone; the rest is read of these.
_PAGE: LiteralString = """
WITH page AS (
    SELECT l.id, @order AS rank FROM link l @figures
     WHERE l.programme_id = %(programme_id)s
       AND (%(state)s::text = '' OR %(state)s = (
            SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
             ORDER BY from_at DESC LIMIT 1))
       AND (%(since)s::bigint IS NULL OR l.created_at >= %(since)s)
       AND (%(until)s::bigint IS NULL OR l.created_at < %(until)s)
       AND (%(text)s::text = '' OR strpos(lower(l.destination || ' ' || l.campaign || ' ' || l.code || ' ' || (
            SELECT coalesce(c.display_name, '') FROM link_owner o
              JOIN party c ON c.programme_id = o.programme_id AND c.id = o.creator_party_id
             WHERE o.programme_id = l.programme_id AND o.link_id = l.id ORDER BY o.from_at DESC LIMIT 1)),
            lower(%(text)s)) > 0)
       AND (%(at)s::bigint IS NULL OR @behind)
     ORDER BY @by LIMIT %(limit)s
)
"""
_LISTED: LiteralString = (
    _PAGE
    + _LINK.replace("@rank", "p.rank").replace(
        "@from", "page p JOIN link l ON l.programme_id = %(programme_id)s AND l.id = p.id"
    )
    + " ORDER BY p.rank DESC, l.id DESC"
)
_RANKED: LiteralString = _LISTED.replace("@behind", "(@order, l.id) < (%(at)s, %(after)s)").replace(
    "@by", "@order DESC, l.id DESC"
)
_SUMMED: LiteralString = _RANKED.replace("@figures", FIGURES.replace("@kind", "link").replace("@of", "l.id"))
#: By how they are sorted.
SORTED: Mapping[str, LiteralString] = {
    "newest": _LISTED.replace("@order", "l.id")
    .replace("@figures", "")
    .replace("@behind", "l.id < %(at)s")
    .replace("@by", "l.id DESC"),
    # Along its index, from the first row or from where a page began, also in a plan that is made for any page.
    "clicks": _LISTED.replace("@order", "k.counted")
    .replace("@figures", "JOIN click_sum k ON k.programme_id = l.programme_id AND k.link_id = l.id")
    .replace("(%(at)s::bigint IS NULL OR @behind)", BEHIND.replace("@rank", "k.counted").replace("@id", "k.link_id"))
    .replace("@by", "k.counted DESC, k.link_id DESC"),
    "sales": _SUMMED.replace("@order", "b.orders").replace("@amount", "commission"),
    "goods": _SUMMED.replace("@order", "b.amount").replace("@amount", "goods"),
    "commission": _SUMMED.replace("@order", "b.amount").replace("@amount", "commission"),
}


class Known(NamedTuple):
    """A creator, by the name of her page and her own."""

    id: int
    slug: str
    name: str


class LinkRow(NamedTuple):
    """One link as it is now; ``of_fan``: a fan of the creator owns it; ``rank``: what it is sorted by."""

    id: int
    code: str
    destination: str
    campaign: str
    label: str
    state: str
    made_at: Instant
    creator: str
    of_fan: bool
    clicks: int
    creator_id: int
    rank: int


def lock(access: Access) -> None:
    """Until the transaction ends nobody else makes links at once in this programme."""
    access.execute(_LOCK)


def creators(access: Access, names: Collection[str]) -> list[Known]:
    """Creators whose page or name is among these, in lower case."""
    return [Known(*row) for row in access.fetch(_CREATORS, {"names": sorted(names)})]


def destinations(access: Access, creators_: Collection[int]) -> set[tuple[int, str, str]]:
    """Where links of these creators lead that have not ended: (creator, address, name of the link)."""
    return {(row[0], row[1], row[2]) for row in access.fetch(_DESTINATIONS, {"creators": sorted(creators_)})}


def counts(access: Access, creators_: Collection[int]) -> dict[int, int]:
    """How many links these creators have."""
    return dict(access.fetch(_COUNTS, {"creators": sorted(creators_)}))


def one(access: Access, code: str) -> LinkRow | None:
    """One link by its code."""
    row = access.fetch_one(_ONE, {"code": code.lower()})
    return None if row is None else LinkRow(*row)


def listed(
    access: Access,
    *,
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    currency: str = "",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[LinkRow]:
    """Links made in a span, the newest first or those first of most ``clicks``, ``sales``, or ``goods`` and
    ``commission`` in a currency; a text is sought in where they lead and whose they are. ``after`` is (id, 0), or
    (rank, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    asked = {"state": state, "text": text, "since": since, "until": until, "at": at, "after": id_, "limit": limit}
    return [LinkRow(*row) for row in access.fetch(SORTED[sort], {**asked, "creator": None, "currency": currency})]
