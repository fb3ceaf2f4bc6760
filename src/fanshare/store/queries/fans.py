"""A creator's fans as she may see them: how many and how much as of midnight, names only of those who let her."""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_SHARING = """
SELECT count(DISTINCT o.owner_party_id) FROM link l
  JOIN link_owner o ON o.programme_id = l.programme_id AND o.link_id = l.id
  JOIN party f ON f.programme_id = o.programme_id AND f.id = o.owner_party_id
 WHERE l.programme_id = %(programme_id)s AND l.creator_party_id = %(creator)s AND f.kind = 'fan'
   AND f.erased_at IS NULL
"""
_TOTALS = """
SELECT p.currency, count(*), count(DISTINCT p.party_id), sum(p.amount)::bigint, coalesce(sum(own.amount), 0)::bigint
  FROM position p
  LEFT JOIN position own ON own.programme_id = p.programme_id AND own.order_id = p.order_id
       AND own.creator_party_id = p.creator_party_id AND own.role = 'creator'
 WHERE p.programme_id = %(programme_id)s AND p.creator_party_id = %(creator)s AND p.role = 'fan' AND p.amount > 0
   AND EXISTS (SELECT FROM part_history t WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id
                  AND t.creator_party_id = p.creator_party_id AND t.settled_at < %(day)s)
 GROUP BY GROUPING SETS ((p.currency), ()) ORDER BY p.currency NULLS FIRST
"""
_BUYERS = """
SELECT count(*) FROM (
       SELECT DISTINCT o.buyer_key FROM position p
         JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id
        WHERE p.programme_id = %(programme_id)s AND p.creator_party_id = %(creator)s AND p.role = 'fan'
          AND p.amount > 0 LIMIT %(most)s) AS few
"""
_NAMED: LiteralString = """
SELECT * FROM (
SELECT s.id, s.fan_party_id, f.person_id, s.since_at,
       (SELECT count(*) FROM position p
         WHERE p.programme_id = s.programme_id AND p.party_id = s.fan_party_id
           AND p.creator_party_id = s.creator_party_id AND p.role = 'fan' AND p.amount > 0
           AND EXISTS (SELECT FROM part_history t WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id
                          AND t.creator_party_id = p.creator_party_id AND t.settled_at < %(day)s)) AS sales,
       EXISTS (SELECT FROM thanks_block b WHERE b.programme_id = s.programme_id AND b.fan_party_id = s.fan_party_id
                  AND b.creator_party_id = s.creator_party_id)
  FROM fan_shown s JOIN party f ON f.programme_id = s.programme_id AND f.id = s.fan_party_id
 WHERE s.programme_id = %(programme_id)s AND s.creator_party_id = %(creator)s
   AND (%(one)s::bigint IS NULL OR s.id = %(one)s)
   AND (%(since)s::bigint IS NULL OR s.since_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR s.since_at < %(until)s)
) s WHERE (%(at)s::bigint IS NULL OR (@order, s.id) < (%(at)s, %(id)s))
 ORDER BY @order DESC, s.id DESC LIMIT %(limit)s
"""
_SORTED: Mapping[bool, LiteralString] = {
    False: _NAMED.replace("(@order, s.id) < (%(at)s, %(id)s)", "s.id < %(at)s").replace("@order DESC, ", ""),
    True: _NAMED.replace("@order", "s.sales"),
}
_HERS = """
SELECT c.id, coalesce(c.display_name, ''), c.slug, f.person_id, s.since_at,
       (SELECT count(*) FROM position p
         WHERE p.programme_id = c.programme_id AND p.party_id = %(fan)s AND p.creator_party_id = c.id
           AND p.role = 'fan' AND p.amount > 0
           AND EXISTS (SELECT FROM part_history t WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id
                          AND t.creator_party_id = p.creator_party_id AND t.settled_at < %(day)s)),
       EXISTS (SELECT FROM thanks_block b WHERE b.programme_id = c.programme_id AND b.fan_party_id = f.id
                  AND b.creator_party_id = c.id)
  FROM party c
  JOIN party f ON f.programme_id = c.programme_id AND f.id = %(fan)s
  LEFT JOIN fan_shown s ON s.programme_id = c.programme_id AND s.fan_party_id = f.id AND s.creator_party_id = c.id
 WHERE c.programme_id = %(programme_id)s AND c.kind = 'creator' AND c.erased_at IS NULL AND c.slug IS NOT NULL
   AND c.id IN (SELECT l.creator_party_id FROM link_owner o
                  JOIN link l ON l.programme_id = o.programme_id AND l.id = o.link_id
                 WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(fan)s
                UNION SELECT r.creator_party_id FROM circle r
                 WHERE r.programme_id = %(programme_id)s AND r.fan_party_id = %(fan)s)
   AND (%(slug)s::text IS NULL OR c.slug = %(slug)s) AND (%(after)s::bigint IS NULL OR c.id > %(after)s)
"""
_CREATORS = _HERS + " ORDER BY c.id LIMIT %(limit)s"
_LISTED = (
    "SELECT * FROM ("  # noqa: S608 - every part is a constant of this module
    + _HERS
    + """) AS hers (id, name, slug, person, since_at, orders, quiet)
 WHERE (%(name)s = '' OR strpos(lower(name), lower(%(name)s)) > 0)
   AND (%(sees)s = '' OR (since_at IS NOT NULL) = (%(sees)s = 'name'))
"""
)
_LISTED_FIRST = _LISTED + " AND (%(first)s::bigint IS NULL OR id > %(first)s) ORDER BY id LIMIT %(limit)s"
_LISTED_SALES = (
    _LISTED
    + """
   AND (%(first)s::bigint IS NULL OR (orders, -id) < (%(first)s, -%(second)s::bigint))
 ORDER BY orders DESC, id LIMIT %(limit)s
"""
)
_SHOW = """
INSERT INTO fan_shown (programme_id, fan_party_id, creator_party_id, since_at)
VALUES (%(programme_id)s, %(fan)s, %(creator)s, %(now)s)
ON CONFLICT (programme_id, fan_party_id, creator_party_id) DO NOTHING
"""
_HIDE = """
DELETE FROM fan_shown
 WHERE programme_id = %(programme_id)s AND fan_party_id = %(fan)s AND creator_party_id = %(creator)s
"""
_FORGET = """
DELETE FROM fan_shown WHERE programme_id = %(programme_id)s AND (fan_party_id = ANY(%(parties)s)
    OR creator_party_id = ANY(%(parties)s))
"""
_LOCK = """
SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL
   FOR NO KEY UPDATE
"""


class Total(NamedTuple):
    """What fans brought in one currency: sales, fans, what these have of them, and what she has."""

    currency: str
    orders: int
    fans: int
    theirs: Micros
    hers: Micros


class NamedFan(NamedTuple):
    """A fan who lets a creator see her name. ``person`` is whom it belongs to; ``quiet``: wants no thanks of her."""

    id: int
    fan: int
    person: int
    since: Instant
    orders: int
    quiet: bool


class OwnCreator(NamedTuple):
    """A creator whom a fan shares for; ``since`` says from when on she lets her see a name, ``None`` if she doesn't.

    ``quiet``: she wants no thanks of hers.
    """

    id: int
    name: str
    slug: str
    person: int
    since: Instant | None
    orders: int
    quiet: bool


def sharing(access: Access, creator: int) -> int:
    """How many fans have, or had, a link for a creator."""
    return int(access.value(_SHARING, {"creator": creator}))


def totals(access: Access, creator: int, day: Instant) -> tuple[int, int, list[Total]]:
    """What fans brought before a day: sales, fans who helped, and by currency."""
    whole, *rows = [Total(*row) for row in access.fetch(_TOTALS, {"creator": creator, "day": day})]
    return whole.orders, whole.fans, rows


def buyers(access: Access, creator: int, most: int) -> int:
    """How many people bought through fans, counted no further than ``most``."""
    return int(access.value(_BUYERS, {"creator": creator, "most": most}))


def named(
    access: Access,
    creator: int,
    day: Instant,
    *,
    id_: int | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    busiest: bool = False,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[NamedFan]:
    """Fans who let her see a name since ``since`` <= t < ``until``, with their sales before a day.

    Those first who did so last, or the ``busiest``; ``after`` is the place of the last one shown: its number, or its
    sales and its number.
    """
    at, number = after or (None, None)
    asked = {"creator": creator, "day": day, "one": id_, "since": since, "until": until}
    rows = access.fetch(_SORTED[busiest], {**asked, "at": at, "id": number, "limit": limit})
    return [NamedFan(*row) for row in rows]


def creators(
    access: Access, fan: int, day: Instant, *, slug: str | None = None, after: int | None = None, limit: int
) -> list[OwnCreator]:
    """Creators whom a fan shares for, with the sales she brought each before a day."""
    values = {"fan": fan, "day": day, "slug": slug, "after": after, "limit": limit}
    return [OwnCreator(*row) for row in access.fetch(_CREATORS, values)]


class OfHers(NamedTuple):
    """Which creators of a fan: whose names hold ``name``, who see a name of the fan ("name") or "none"."""

    name: str = ""
    sees: str = ""
    by_sales: bool = False


def listed(
    access: Access, fan: int, day: Instant, sought: OfHers, *, after: tuple[int, int] | None = None, limit: int
) -> list[OwnCreator]:
    """The same as a list: by when they were first known, or the most sales before the day first."""
    first, second = after or (None, None)
    values = {"fan": fan, "day": day, "slug": None, "after": None, "limit": limit, "first": first, "second": second}
    statement = _LISTED_SALES if sought.by_sales else _LISTED_FIRST
    found = access.fetch(statement, {**values, "name": sought.name, "sees": sought.sees})
    return [OwnCreator(*row) for row in found]


def lock(access: Access, party: int) -> int | None:
    """Hold a party's row until the transaction ends; the person behind it, ``None`` where there is none any more."""
    found: int | None = access.value(_LOCK, {"party": party})
    return found


def show(access: Access, fan: int, creator: int, now: Instant) -> None:
    """Let a creator see a fan's name; doing it again changes nothing."""
    access.execute(_SHOW, {"fan": fan, "creator": creator, "now": now})


def hide(access: Access, fan: int, creator: int) -> None:
    """Let her see it no more; doing it again changes nothing."""
    access.execute(_HIDE, {"fan": fan, "creator": creator})


def forget(access: Access, parties: list[int]) -> None:
    """Nobody sees these fans, and these creators see nobody."""
    access.execute(_FORGET, {"parties": parties})
