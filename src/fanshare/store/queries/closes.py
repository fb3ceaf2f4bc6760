"""What a close writes down, and which creators may have something to close."""

import json
from collections.abc import Sequence
from typing import Any

from fanshare.core.closing import Closing
from fanshare.core.instants import Instant
from fanshare.store import codec
from fanshare.store.access import Access

_CANDIDATES = """
SELECT DISTINCT p.creator_party_id, o.currency FROM part p
  JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id
 WHERE p.programme_id = %(programme_id)s AND NOT p.sealed AND o.placed_at < %(before)s
 ORDER BY 1, 2
"""
_MEMBERS = """
SELECT order_id FROM order_creator
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s
"""
_CHAPTER = """
SELECT coalesce(max(chapter) + 1, 0) FROM period_close
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s AND currency = %(currency)s
   AND period = %(month)s
"""
_CLOSE = """
INSERT INTO period_close (programme_id, creator_party_id, currency, period, chapter, sums, closed_at, leaf_index)
VALUES (%(programme_id)s, %(creator)s, %(currency)s, %(month)s, %(chapter)s, %(sums)s::jsonb, %(now)s, %(leaf)s)
"""
_PIECES = """
INSERT INTO sealed_piece (programme_id, creator_party_id, currency, level, period, order_id, position, before_micros,
                          amount_micros, chapter)
SELECT %(programme_id)s, %(creator)s, %(currency)s::text, level, period, order_id,
       (SELECT count(*) FROM sealed_piece old
         WHERE old.programme_id = %(programme_id)s AND old.creator_party_id = %(creator)s
           AND old.currency = %(currency)s::text AND old.level = fresh.level AND old.period = fresh.period
           AND old.order_id = fresh.order_id),
       before_micros, amount_micros, %(chapter)s
  FROM unnest(%(levels)s::text[], %(periods)s::text[], %(orders)s::bigint[], %(befores)s::bigint[],
              %(amounts)s::bigint[]) AS fresh(level, period, order_id, before_micros, amount_micros)
"""
_FREEZE = """
INSERT INTO frozen_context (programme_id, order_id, creator_party_id, document, frozen_at)
SELECT %(programme_id)s, order_id, %(creator)s, document::jsonb, %(now)s
  FROM unnest(%(orders)s::bigint[], %(documents)s::text[]) AS fresh(order_id, document)
"""


def candidates(access: Access, before: Instant) -> list[tuple[int, str]]:
    """Creators and currencies with parts placed before an instant that no close has sealed."""
    return [(row[0], row[1]) for row in access.fetch(_CANDIDATES, {"before": before})]


def members(access: Access, creator: int) -> list[int]:
    """All orders in a creator's scope."""
    return [row[0] for row in access.fetch(_MEMBERS, {"creator": creator})]


def next_chapter(access: Access, closing: Closing) -> int:
    """0 for a month's first close, then 1, 2, ..."""
    return int(access.value(_CHAPTER, {**_place(closing), "month": closing.month}))


def write(access: Access, closing: Closing, chapter: int, leaf: int, now: Instant) -> None:
    """Write a close down; its leaf is in the log already."""
    sums = {f"{key.level} {key.period}".strip(): str(amount) for key, amount in closing.sums.items()}
    place = {**_place(closing), "chapter": chapter}
    access.execute(_CLOSE, {**place, "month": closing.month, "sums": json.dumps(sums), "now": now, "leaf": leaf})
    pieces = closing.pieces
    columns: dict[str, Sequence[Any]] = {
        "levels": [str(one.key.level) for one in pieces],
        "periods": [one.key.period for one in pieces],
        "orders": [one.order_id for one in pieces],
        "befores": [one.piece.before for one in pieces],
        "amounts": [one.piece.amount for one in pieces],
    }
    access.execute(_PIECES, {**place, **columns})
    access.execute(
        _FREEZE,
        {
            "creator": closing.creator,
            "orders": list(closing.frozen),
            "documents": [codec.dump(frozen) for frozen in closing.frozen.values()],
            "now": now,
        },
    )


def _place(closing: Closing) -> dict[str, Any]:
    return {"creator": closing.creator, "currency": closing.currency}
