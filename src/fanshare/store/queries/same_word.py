"""The brand's word about a link or code of a fan: further ones of hers for the same creator are paused by it."""

from collections.abc import Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

# Whose a link or code is now decides.
_OWN: LiteralString = """
SELECT a.n, w.id, w.kind, w.from_at, w.follows_id, w.link_id, w.code_id, s.state
  FROM asked a
 CROSS JOIN LATERAL (SELECT DISTINCT {0}_id FROM {0}_owner
                      WHERE programme_id = %(programme_id)s AND owner_party_id = a.owner) h
  JOIN work_stop w ON w.programme_id = %(programme_id)s AND w.{0}_id = h.{0}_id AND w.by_brand AND w.until_at IS NULL
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM {0}_owner
                 WHERE programme_id = w.programme_id AND {0}_id = w.{0}_id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = a.owner AND o.creator_party_id = a.creator
  JOIN LATERAL (SELECT state FROM {0}_state
                 WHERE programme_id = w.programme_id AND {0}_id = w.{0}_id ORDER BY from_at DESC LIMIT 1) s ON true
"""
# A pause that follows another word says nothing new, unless what that one is about has ended: then it is what is left
# of it. An end stands until the brand has let something that followed it count again.
_STANDING: LiteralString = """
WITH asked AS (SELECT * FROM unnest(%(owners)s::bigint[], %(creators)s::bigint[]) WITH ORDINALITY
                          AS a (owner, creator, n)),
own AS (@links UNION ALL @codes)
SELECT DISTINCT ON (n) n, id FROM own
 WHERE CASE WHEN kind = 'pause' THEN state <> 'ended' AND (follows_id IS NULL OR EXISTS (
                   SELECT FROM work_stop p
                     JOIN work_stop e ON e.programme_id = p.programme_id AND e.kind = 'end' AND e.until_at IS NULL
                                     AND (e.link_id = p.link_id OR e.code_id = p.code_id)
                    WHERE p.programme_id = %(programme_id)s AND p.id = own.follows_id))
            ELSE NOT EXISTS (
                   SELECT FROM work_stop p
                     JOIN work_stop f ON f.programme_id = p.programme_id AND f.follows_id = p.id
                    WHERE p.programme_id = %(programme_id)s AND (p.link_id = own.link_id OR p.code_id = own.code_id)
                      AND f.until_at >= own.from_at)
       END
 ORDER BY n, kind DESC, id
"""
_BY_WHICH = _STANDING.replace("@links", _OWN.format("link")).replace("@codes", _OWN.format("code"))
_FOLLOW: LiteralString = """
INSERT INTO work_stop (programme_id, kind, by_brand, {0}_id, set_by, from_at, follows_id)
SELECT w.programme_id, 'pause', true, n.asset, w.set_by, %(now)s, w.id
  FROM unnest(%(assets)s::bigint[], %(words)s::bigint[]) AS n (asset, word)
  JOIN work_stop w ON w.programme_id = %(programme_id)s AND w.id = n.word
RETURNING {0}_id, id
"""
_FOLLOWS = {"link": _FOLLOW.format("link"), "code": _FOLLOW.format("code")}
_FOLLOWING = """
SELECT id, link_id, code_id FROM work_stop
 WHERE programme_id = %(programme_id)s AND follows_id = ANY(%(words)s::bigint[]) AND until_at IS NULL ORDER BY id
"""
_INSTEAD = "UPDATE work_stop SET follows_id = %(word)s WHERE programme_id = %(programme_id)s AND id = %(id)s"


class Follower(NamedTuple):
    """A pause that follows another word: of which link, or of which code."""

    id: int
    link: int | None
    code: int | None


def standing(access: Access, pairs: Sequence[tuple[int, int]]) -> list[int | None]:
    """By which word of the brand a new link or code would be paused, for each pair of a fan and a creator."""
    values = {"owners": [owner for owner, _ in pairs], "creators": [creator for _, creator in pairs]}
    found: dict[int, int] = dict(access.fetch(_BY_WHICH, values)) if pairs else {}
    return [found.get(number) for number in range(1, len(pairs) + 1)]


def follow(access: Access, kind: str, words: Sequence[tuple[int, int]], now: Instant) -> dict[int, int]:
    """Pause new links or codes by these words: (its number, word); returns the number of each one's own pause."""
    values = {"assets": [asset for asset, _ in words], "words": [word for _, word in words], "now": now}
    return dict(access.fetch(_FOLLOWS[kind], values))


def following(access: Access, words: Sequence[int]) -> list[Follower]:
    """The pauses in force that follow these words."""
    return [Follower(*row) for row in access.fetch(_FOLLOWING, {"words": [*words]})]


def follow_instead(access: Access, follower: int, word: int) -> None:
    """The word that one followed is taken back while another stands: it follows that one."""
    access.execute(_INSTEAD, {"id": follower, "word": word})
