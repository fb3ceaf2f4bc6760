"""Creators as a brand's people look for them, and those among them to whom something is written."""

from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_CREATOR: LiteralString = """
SELECT y.id, y.slug, y.display_name, y.created_at, s.n, coalesce(g.name, '')
  FROM party y
  LEFT JOIN LATERAL (SELECT name FROM creator_group WHERE programme_id = y.programme_id AND creator_party_id = y.id
                      ORDER BY from_at DESC LIMIT 1) g ON true
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM position p WHERE p.programme_id = y.programme_id AND p.party_id = y.id
                        AND p.role = 'creator' AND p.amount > 0) s
 WHERE y.programme_id = %(programme_id)s AND y.kind = 'creator' AND y.erased_at IS NULL
"""
_ONE = _CREATOR + " AND y.id = %(id)s"
_SOUGHT: LiteralString = (
    _CREATOR
    + """ AND (%(group)s::text = '' OR g.name = %(group)s)
   AND (%(text)s::text = '' OR strpos(lower(y.display_name || ' ' || coalesce(y.slug, '')), lower(%(text)s)) > 0)
   AND (%(since)s::bigint IS NULL OR y.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR y.created_at < %(until)s)"""
)
_LISTED = {
    "newest": _SOUGHT + " AND (%(at)s::bigint IS NULL OR y.id < %(at)s) ORDER BY y.id DESC LIMIT %(limit)s",
    "sales": _SOUGHT
    + """ AND (%(at)s::bigint IS NULL OR (s.n, y.id) < (%(at)s, %(after)s))
 ORDER BY s.n DESC, y.id DESC LIMIT %(limit)s""",
}
_WRITABLE = """
SELECT y.id, coalesce(y.display_name, ''), v.kind IS NOT NULL, c.stopped_at IS NOT NULL,
       EXISTS (SELECT FROM letter_to t JOIN letter l ON l.programme_id = t.programme_id AND l.id = t.letter_id
                WHERE t.programme_id = y.programme_id AND t.party_id = y.id
                  AND (t.put_at >= %(since)s OR (t.put_at IS NULL AND NOT t.left_out AND l.stopped_at IS NULL)))
  FROM party y
  LEFT JOIN LATERAL (SELECT name FROM creator_group WHERE programme_id = y.programme_id AND creator_party_id = y.id
                      ORDER BY from_at DESC LIMIT 1) g ON true
  LEFT JOIN vault_item v ON v.programme_id = y.programme_id AND v.person_id = y.person_id AND v.kind = 'email'
  LEFT JOIN mail_choice c ON c.programme_id = y.programme_id AND c.party_id = y.id
 WHERE y.programme_id = %(programme_id)s AND y.kind = 'creator' AND y.erased_at IS NULL
   AND (%(group)s::text = '' OR g.name = %(group)s)
   AND (%(text)s::text = '' OR strpos(lower(y.display_name || ' ' || coalesce(y.slug, '')), lower(%(text)s)) > 0)
 ORDER BY y.id LIMIT %(limit)s
"""
_PERSON = "SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL"


class CreatorRow(NamedTuple):
    """A creator, in how many kept sales she has a share, and the group she is in; empty for none."""

    id: int
    slug: str
    name: str
    since: Instant
    orders: int
    group: str


class Writable(NamedTuple):
    """Somebody to write to, and what may stand against it. ``written_today``: or a letter still waits for its turn."""

    party: int
    name: str
    has_address: bool
    said_no: bool
    written_today: bool


def listed(
    access: Access,
    *,
    text: str = "",
    group: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[CreatorRow]:
    """Creators, the newest first or (``sales``) those with most kept sales; ``since`` <= joined < ``until``.

    ``after`` is (id, 0), or (sales, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    wanted = {"text": text, "group": group, "since": since, "until": until, "at": at, "after": id_, "limit": limit}
    return [CreatorRow(*row) for row in access.fetch(_LISTED[sort], wanted)]


def one(access: Access, creator: int) -> CreatorRow | None:
    """A creator who is here."""
    row = access.fetch_one(_ONE, {"id": creator})
    return None if row is None else CreatorRow(*row)


def person(access: Access, party: int) -> int | None:
    """The person behind a party."""
    found: int | None = access.value(_PERSON, {"party": party})
    return found


def writable(access: Access, since: Instant, *, text: str, group: str, limit: int) -> list[Writable]:
    """Creators of a list, the oldest first; whoever was written to since is marked."""
    asked = {"since": since, "text": text, "group": group, "limit": limit}
    return [Writable(*row) for row in access.fetch(_WRITABLE, asked)]
