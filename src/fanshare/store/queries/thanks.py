"""Thanks of creators: to one fan, or to all who helped in a span of time. Their words lie in the vault.

Who wants none of a creator gets none, and those of before are out of her sight while she wants none.
"""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_ADD = """
INSERT INTO thanks (programme_id, creator_party_id, from_at, until_at, at)
VALUES (%(programme_id)s, %(creator)s, %(since)s, %(until)s, %(now)s) RETURNING id
"""
_TO_ONE = "INSERT INTO thanks_to (programme_id, thanks_id, fan_party_id) VALUES (%(programme_id)s, %(id)s, %(fan)s)"
_TO_ALL = """
INSERT INTO thanks_to (programme_id, thanks_id, fan_party_id)
SELECT DISTINCT p.programme_id, %(id)s::bigint, p.party_id FROM position p
  JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id
  JOIN party f ON f.programme_id = p.programme_id AND f.id = p.party_id
 WHERE p.programme_id = %(programme_id)s AND p.creator_party_id = %(creator)s AND p.role = 'fan' AND p.amount > 0
   AND o.placed_at >= %(since)s AND o.placed_at < %(until)s AND f.kind = 'fan' AND f.erased_at IS NULL
   AND NOT EXISTS (SELECT FROM thanks_block b WHERE b.programme_id = p.programme_id AND b.fan_party_id = p.party_id
                      AND b.creator_party_id = p.creator_party_id)
   AND EXISTS (SELECT FROM part_history t WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id
                  AND t.creator_party_id = p.creator_party_id AND t.settled_at < %(until)s)
"""
_COUNT = "UPDATE thanks SET fans = %(fans)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_LATELY = """
SELECT count(*), coalesce(bool_or(t.from_at IS NOT NULL), false),
       coalesce(bool_or(t.from_at IS NULL AND o.fan_party_id = %(fan)s::bigint), false)
  FROM thanks t LEFT JOIN thanks_to o ON o.programme_id = t.programme_id AND o.thanks_id = t.id AND t.from_at IS NULL
 WHERE t.programme_id = %(programme_id)s AND t.creator_party_id = %(creator)s AND t.at > %(since)s
"""
_SENT = """
SELECT t.id, t.at, t.from_at, t.until_at, t.fans, c.person_id, s.fan_party_id, f.person_id
  FROM thanks t
  JOIN party c ON c.programme_id = t.programme_id AND c.id = t.creator_party_id
  LEFT JOIN thanks_to o ON o.programme_id = t.programme_id AND o.thanks_id = t.id AND t.from_at IS NULL
  LEFT JOIN fan_shown s ON s.programme_id = o.programme_id AND s.fan_party_id = o.fan_party_id
       AND s.creator_party_id = t.creator_party_id
  LEFT JOIN party f ON f.programme_id = s.programme_id AND f.id = s.fan_party_id
 WHERE t.programme_id = %(programme_id)s AND t.creator_party_id = %(creator)s ORDER BY t.id DESC LIMIT %(limit)s
"""
_RECEIVED = """
SELECT t.id, t.at, t.from_at, t.until_at, c.person_id, coalesce(c.display_name, ''), coalesce(c.slug, '')
  FROM thanks_to o
  JOIN thanks t ON t.programme_id = o.programme_id AND t.id = o.thanks_id
  JOIN party c ON c.programme_id = t.programme_id AND c.id = t.creator_party_id
 WHERE o.programme_id = %(programme_id)s AND o.fan_party_id = %(fan)s
   AND (%(after)s::bigint IS NULL OR o.thanks_id < %(after)s)
   AND (%(creator)s = '' OR strpos(lower(c.display_name), lower(%(creator)s)) > 0)
   AND (%(since)s::bigint IS NULL OR t.at > %(since)s) AND (%(until)s::bigint IS NULL OR t.at <= %(until)s)
   AND (%(put_away)s OR NOT EXISTS (
       SELECT FROM thanks_block b WHERE b.programme_id = o.programme_id AND b.fan_party_id = o.fan_party_id
          AND b.creator_party_id = t.creator_party_id))
 ORDER BY o.thanks_id DESC LIMIT %(limit)s
"""
_WISH = """
INSERT INTO mail_choice (programme_id, party_id, thanks_since_at) VALUES (%(programme_id)s, %(party)s, %(since)s)
ON CONFLICT (programme_id, party_id) DO UPDATE SET thanks_since_at = excluded.thanks_since_at
"""
_WISHED = """
SELECT thanks_since_at FROM mail_choice WHERE programme_id = %(programme_id)s AND party_id = %(party)s
"""
_BLOCK = """
INSERT INTO thanks_block (programme_id, fan_party_id, creator_party_id, since_at)
VALUES (%(programme_id)s, %(fan)s, %(creator)s, %(now)s) ON CONFLICT DO NOTHING
"""
_LET = """
DELETE FROM thanks_block
 WHERE programme_id = %(programme_id)s AND fan_party_id = %(fan)s AND creator_party_id = %(creator)s
"""
_BLOCKED = """
SELECT coalesce(c.display_name, ''), b.since_at FROM thanks_block b
  JOIN party c ON c.programme_id = b.programme_id AND c.id = b.creator_party_id
 WHERE b.programme_id = %(programme_id)s AND b.fan_party_id = %(fan)s ORDER BY b.since_at, c.id
"""
_FORGET_BLOCKS = """
DELETE FROM thanks_block WHERE programme_id = %(programme_id)s AND (fan_party_id = ANY(%(parties)s)
    OR creator_party_id = ANY(%(parties)s))
"""
_FORGET_TO = """
DELETE FROM thanks_to o USING thanks t
 WHERE o.programme_id = %(programme_id)s AND t.programme_id = o.programme_id AND t.id = o.thanks_id
   AND (o.fan_party_id = ANY(%(parties)s) OR t.creator_party_id = ANY(%(parties)s))
"""
_FORGET = "DELETE FROM thanks WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(parties)s)"


class SentRow(NamedTuple):
    """Thanks of a creator's. ``fan`` and ``fan_person`` are those of one fan who still lets her see a name."""

    id: int
    at: Instant
    since: Instant | None
    until: Instant | None
    fans: int
    person: int
    fan: int | None
    fan_person: int | None


class ReceivedRow(NamedTuple):
    """Thanks to a fan. ``person`` is whom the words belong to."""

    id: int
    at: Instant
    since: Instant | None
    until: Instant | None
    person: int
    creator: str
    slug: str


def add(access: Access, creator: int, since: Instant | None, until: Instant | None, now: Instant) -> int:
    """A row for new thanks; its id."""
    return int(access.value(_ADD, {"creator": creator, "since": since, "until": until, "now": now}))


def address_one(access: Access, id_: int, fan: int) -> None:
    """Thanks go to one fan."""
    access.execute(_TO_ONE, {"id": id_, "fan": fan})
    access.execute(_COUNT, {"id": id_, "fans": 1})


def address_all(access: Access, id_: int, creator: int, since: Instant, until: Instant) -> int:
    """Thanks go to all whose sales were placed in a span and known at its end; how many these are."""
    found = access.execute(_TO_ALL, {"id": id_, "creator": creator, "since": since, "until": until}).rowcount
    access.execute(_COUNT, {"id": id_, "fans": found})
    return found


def lately(access: Access, creator: int, since: Instant, fan: int | None) -> tuple[int, bool, bool]:
    """Her thanks after an instant: how many, whether one was to all, whether one was to this fan alone."""
    row = access.fetch_one(_LATELY, {"creator": creator, "since": since, "fan": fan})
    return (0, False, False) if row is None else (row[0], row[1], row[2])


def sent(access: Access, creator: int, limit: int) -> list[SentRow]:
    """Her newest thanks."""
    return [SentRow(*row) for row in access.fetch(_SENT, {"creator": creator, "limit": limit})]


def received(
    access: Access,
    fan: int,
    *,
    after: int | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    put_away: bool = False,
    creator: str = "",
    limit: int,
) -> list[ReceivedRow]:
    """Thanks to a fan, the newest first; ``since`` < t <= ``until`` where these are given.

    ``put_away``: those as well that she does not want to see. ``creator``: of those whose names hold it.
    """
    values = {"fan": fan, "after": after, "since": since, "until": until, "put_away": put_away, "limit": limit}
    return [ReceivedRow(*row) for row in access.fetch(_RECEIVED, {**values, "creator": creator})]


def wish(access: Access, party: int, since: Instant | None) -> None:
    """Note from when on somebody wants her thanks in the weekly mail, ``None`` for not at all."""
    access.execute(_WISH, {"party": party, "since": since})


def wished(access: Access, party: int) -> Instant | None:
    """From when on she wants them there."""
    found: Instant | None = access.value(_WISHED, {"party": party})
    return found


def block(access: Access, fan: int, creator: int, now: Instant) -> None:
    """A fan wants no thanks of a creator; saying it again changes nothing."""
    access.execute(_BLOCK, {"fan": fan, "creator": creator, "now": now})


def let(access: Access, fan: int, creator: int) -> None:
    """She reads them again."""
    access.execute(_LET, {"fan": fan, "creator": creator})


def blocked(access: Access, fan: int) -> list[tuple[str, Instant]]:
    """Whose thanks a fan does not want, by name, and since when."""
    return [(row[0], row[1]) for row in access.fetch(_BLOCKED, {"fan": fan})]


def forget(access: Access, parties: list[int]) -> None:
    """Take away what these fans were thanked for and did not want, and what these creators said."""
    access.execute(_FORGET_BLOCKS, {"parties": parties})
    access.execute(_FORGET_TO, {"parties": parties})
    access.execute(_FORGET, {"parties": parties})
