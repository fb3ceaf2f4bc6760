"""Exchanges: which order a later one exchanges, up to the first of a chain, and down to all that came of it."""

from collections.abc import Iterable, Mapping

from fanshare.store.access import Access

#: A chain of exchanges is followed this far; a shop whose orders name each other in a circle ends here too.
LONGEST = 10

_ORIGINS = """
WITH RECURSIVE up AS (
    SELECT id AS heir, id, connection_id, exchange_of, 0 AS steps FROM shop_order
     WHERE programme_id = %(programme_id)s AND id = ANY(%(orders)s) AND exchange_of <> ''
    UNION ALL
    SELECT up.heir, o.id, o.connection_id, o.exchange_of, up.steps + 1
      FROM up JOIN shop_order o ON o.connection_id = up.connection_id AND o.external_id = up.exchange_of
     WHERE o.programme_id = %(programme_id)s AND o.id <> up.heir AND o.view IS NOT NULL AND up.steps < %(longest)s
)
SELECT DISTINCT ON (heir) heir, id FROM up WHERE steps > 0 ORDER BY heir, steps DESC
"""
_HEIRS = """
WITH RECURSIVE down AS (
    SELECT id, connection_id, external_id, exchange_of FROM shop_order
     WHERE programme_id = %(programme_id)s AND id = ANY(%(orders)s)
    UNION
    SELECT o.id, o.connection_id, o.external_id, o.exchange_of
      FROM down JOIN shop_order o ON o.connection_id = down.connection_id AND o.exchange_of = down.external_id
     WHERE o.programme_id = %(programme_id)s AND o.exchange_of <> ''
)
SELECT id, exchange_of <> '' FROM down
"""
_SHARE_SCOPES = """
INSERT INTO order_creator (programme_id, order_id, creator_party_id)
SELECT s.programme_id, made.heir, s.creator_party_id
  FROM unnest(%(heirs)s::bigint[], %(origins)s::bigint[]) AS made(heir, origin)
  JOIN order_creator s ON s.programme_id = %(programme_id)s AND s.order_id = made.origin
ON CONFLICT DO NOTHING
"""


def origins(access: Access, orders: Iterable[int]) -> dict[int, int]:
    """For those of some orders that exchange a known one: the first order of the chain."""
    wanted = list(orders)
    if not wanted:
        return {}
    rows = access.fetch(_ORIGINS, {"orders": wanted, "longest": LONGEST})
    return {row[0]: row[1] for row in rows}


def heirs(access: Access, orders: Iterable[int]) -> set[int]:
    """Some orders, and all that exchange one of them."""
    return {row[0] for row in access.fetch(_HEIRS, {"orders": list(orders)})}


def exchanging(access: Access, orders: Iterable[int]) -> set[int]:
    """Those of some orders, and of all that exchange one of them, that exchange another: mostly none."""
    return {row[0] for row in access.fetch(_HEIRS, {"orders": list(orders)}) if row[1]}


def share_scopes(access: Access, found: Mapping[int, int]) -> None:
    """Put exchanges into the scopes of their first orders: a decision may have given those to anybody."""
    access.execute(_SHARE_SCOPES, {"heirs": list(found), "origins": list(found.values())})
