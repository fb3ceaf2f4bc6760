"""Links of a programme as a brand's people look at them, newest first, and what making several at once has to know."""

from collections.abc import Collection
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

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
       o.owner_party_id <> o.creator_party_id, k.n, o.creator_party_id
  FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o ON true
  JOIN party c ON c.programme_id = l.programme_id AND c.id = o.creator_party_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(n), 0)::bigint AS n FROM click_day d
                      WHERE d.programme_id = l.programme_id AND d.link_id = l.id AND d.verdict = 'counted') k
 WHERE l.programme_id = %(programme_id)s
   AND (%(state)s::text = '' OR s.state = %(state)s)
   AND (%(since)s::bigint IS NULL OR l.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR l.created_at < %(until)s)
   AND (%(text)s::text = '' OR strpos(lower(l.destination || ' ' || l.campaign || ' ' || l.code || ' '
                                            || coalesce(c.display_name, '')), lower(%(text)s)) > 0)
"""
_ONE = _LINK + " AND l.code = %(code)s"
_LINKS = {
    "newest": _LINK + " AND (%(at)s::bigint IS NULL OR l.id < %(at)s) ORDER BY l.id DESC LIMIT %(limit)s",
    "clicks": _LINK
    + """ AND (%(at)s::bigint IS NULL OR (k.n, l.id) < (%(at)s, %(after)s))
 ORDER BY k.n DESC, l.id DESC LIMIT %(limit)s""",
}


class Known(NamedTuple):
    """A creator, by the name of her page and her own."""

    id: int
    slug: str
    name: str


class LinkRow(NamedTuple):
    """One link as it is now; ``of_fan``: a fan of the creator owns it."""

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
    every = {"state": "", "text": "", "since": None, "until": None}
    row = access.fetch_one(_ONE, {**every, "code": code.lower()})
    return None if row is None else LinkRow(*row)


def listed(
    access: Access,
    *,
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[LinkRow]:
    """Links made in a span, the newest first or (``clicks``) those clicked most; a text is sought in where they lead
    and whose they are. ``after`` is (id, 0), or (clicks, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    asked = {"state": state, "text": text, "since": since, "until": until, "at": at, "after": id_, "limit": limit}
    return [LinkRow(*row) for row in access.fetch(_LINKS[sort], asked)]
