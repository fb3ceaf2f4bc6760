"""Codes that the brand made in its shop itself and brought here, each given out once."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_KNOWN = """
SELECT folded FROM code_stock
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND folded = ANY(%(folded)s)
"""
_OWNED = """
SELECT folded FROM code WHERE programme_id = %(programme_id)s AND folded = ANY(%(folded)s)
   AND (connection_id IS NULL OR connection_id = %(connection)s)
 UNION
SELECT folded FROM shop_code WHERE programme_id = %(programme_id)s AND folded = ANY(%(folded)s)
   AND connection_id = %(connection)s AND state <> 'failed'
"""
_ADD = """
INSERT INTO code_stock (programme_id, connection_id, plan_name, folded, shown, file_hash, imported_at)
SELECT %(programme_id)s, %(connection)s, %(plan)s, fresh.folded, fresh.shown, %(hash)s, %(now)s
  FROM unnest(%(folded)s::text[], %(shown)s::text[]) WITH ORDINALITY AS fresh (folded, shown, place) ORDER BY place
ON CONFLICT (programme_id, connection_id, folded) DO NOTHING RETURNING 1
"""
_TAKE = """
SELECT s.id, s.connection_id, s.shown FROM code_stock s
 WHERE s.programme_id = %(programme_id)s AND s.plan_name = %(plan)s AND s.connection_id = %(connection)s
   AND s.shop_code_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM code k WHERE k.programme_id = s.programme_id AND k.folded = s.folded
                      AND (k.connection_id IS NULL OR k.connection_id = s.connection_id))
   AND NOT EXISTS (SELECT 1 FROM shop_code w WHERE w.programme_id = s.programme_id AND w.folded = s.folded
                      AND w.connection_id = s.connection_id AND w.state <> 'failed')
 ORDER BY s.id LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED
"""
_GIVE = """
UPDATE code_stock SET shop_code_id = %(code)s, given_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND shop_code_id IS NULL
"""
_LEVELS = """
SELECT plan_name, connection_id, count(*), count(*) FILTER (WHERE shop_code_id IS NULL), max(imported_at)
  FROM code_stock WHERE programme_id = %(programme_id)s GROUP BY plan_name, connection_id ORDER BY plan_name
"""


class Piece(NamedTuple):
    """A code of a stock that nobody has yet."""

    id: int
    connection: int
    shown: str


class StockLevel(NamedTuple):
    """What is left of a plan's stock."""

    plan: str
    connection: int
    brought: int
    left: int
    newest: Instant


def known(access: Access, connection: int, folded: Sequence[str]) -> set[str]:
    """Which of these texts lie in a stock of this shop."""
    return {row[0] for row in access.fetch(_KNOWN, {"connection": connection, "folded": list(folded)})}


def owned(access: Access, connection: int, folded: Sequence[str]) -> set[str]:
    """Which of these texts belong to somebody."""
    return {row[0] for row in access.fetch(_OWNED, {"connection": connection, "folded": list(folded)})}


def add(access: Access, connection: int, plan: str, texts: Sequence[str], file_hash: bytes, now: Instant) -> int:
    """Put texts into a stock; how many were not there before."""
    values = {"folded": [text.casefold() for text in texts], "shown": list(texts), "hash": file_hash, "now": now}
    return len(access.fetch(_ADD, {**values, "connection": connection, "plan": plan}))


def take(access: Access, plan: str, connection: int, limit: int) -> list[Piece]:
    """The oldest codes that nobody has and nobody else is just taking; nobody else takes these before the end."""
    return [Piece(*row) for row in access.fetch(_TAKE, {"plan": plan, "connection": connection, "limit": limit})]


def give(access: Access, piece: int, code: int, now: Instant) -> None:
    """A code of the stock has become somebody's."""
    access.execute(_GIVE, {"id": piece, "code": code, "now": now})


def levels(access: Access) -> list[StockLevel]:
    """What is left, by plan."""
    return [StockLevel(*row) for row in access.fetch(_LEVELS)]
