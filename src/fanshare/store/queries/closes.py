"""What a close writes down, and which creators may have something to close."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from fanshare.core.closing import Closing
from fanshare.core.instants import Instant
from fanshare.store import codec
from fanshare.store.access import Access
from fanshare.store.queries.parts import NO_CREDIT

# A week closes with the month in which it begins: ``w2026-11-02`` with ``2026-11``.
_CANDIDATES = """
WITH open AS (
    SELECT creator_party_id, currency, order_id, month, substr(week, 2, 7) AS week_month FROM part
     WHERE programme_id = %(programme_id)s AND NOT sealed AND document->>'print' <> %(withdrawn)s
       AND (%(creator)s::bigint IS NULL OR creator_party_id = %(creator)s)
), next AS (
    SELECT creator_party_id, currency, min(least(month, week_month)) AS month FROM open
     GROUP BY creator_party_id, currency
)
SELECT next.creator_party_id, next.currency, next.month FROM next
 WHERE NOT EXISTS (
       SELECT FROM open JOIN position p
              ON p.programme_id = %(programme_id)s AND p.order_id = open.order_id
             AND p.creator_party_id = open.creator_party_id
        WHERE open.creator_party_id = next.creator_party_id AND open.currency = next.currency
          AND next.month IN (open.month, open.week_month)
          AND p.amount > 0 AND (p.matures_at IS NULL OR p.matures_at > %(now)s))
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
RETURNING id
"""
_PIECES = """
INSERT INTO sealed_piece (programme_id, creator_party_id, currency, level, period, order_id, position, before_micros,
                          amount_micros, close_id)
SELECT %(programme_id)s, %(creator)s, %(currency)s::text, level, period, order_id,
       (SELECT count(*) FROM sealed_piece old
         WHERE old.programme_id = %(programme_id)s AND old.creator_party_id = %(creator)s
           AND old.currency = %(currency)s::text AND old.level = fresh.level AND old.period = fresh.period
           AND old.order_id = fresh.order_id),
       before_micros, amount_micros, %(close)s
  FROM unnest(%(levels)s::text[], %(periods)s::text[], %(orders)s::bigint[], %(befores)s::bigint[],
              %(amounts)s::bigint[]) AS fresh(level, period, order_id, before_micros, amount_micros)
"""
_FREEZE = """
INSERT INTO frozen_context (programme_id, order_id, creator_party_id, document, close_id, frozen_at)
SELECT %(programme_id)s, order_id, %(creator)s, document::jsonb, %(close)s, %(now)s
  FROM unnest(%(orders)s::bigint[], %(documents)s::text[]) AS fresh(order_id, document)
"""
_ALL = """
SELECT c.id, c.creator_party_id, c.currency, c.period, c.chapter, c.closed_at, l.body, c.sums FROM period_close c
  LEFT JOIN log_leaf l ON l.programme_id = c.programme_id AND l.index = c.leaf_index
 WHERE c.programme_id = %(programme_id)s ORDER BY c.id
"""
_PIECES_OF = """
SELECT level, period, order_id, before_micros, amount_micros FROM sealed_piece
 WHERE programme_id = %(programme_id)s AND close_id = %(close)s
"""
_FROZEN_OF = """
SELECT order_id, document::text FROM frozen_context
 WHERE programme_id = %(programme_id)s AND close_id = %(close)s
"""


def candidates(access: Access, now: Instant, creator: int | None = None) -> list[tuple[int, str, str]]:
    """Creators and currencies whose earliest open month may close: (creator, currency, month). One creator's if asked.

    Only what can't close for certain is left out: a month in which some share is not ready yet.
    """
    wanted = {"now": now, "creator": creator, "withdrawn": NO_CREDIT}
    return [(row[0], row[1], row[2]) for row in access.fetch(_CANDIDATES, wanted)]


def members(access: Access, creator: int) -> list[int]:
    """All orders in a creator's scope."""
    return [row[0] for row in access.fetch(_MEMBERS, {"creator": creator})]


def next_chapter(access: Access, closing: Closing) -> int:
    """0 for a month's first close, then 1, 2, ..."""
    return int(access.value(_CHAPTER, {**_place(closing), "month": closing.month}))


def write(access: Access, closing: Closing, chapter: int, leaf: int, now: Instant) -> None:
    """Write a close down; its leaf is in the log already."""
    place = _place(closing)
    close_id = access.value(
        _CLOSE,
        {
            **place,
            "chapter": chapter,
            "month": closing.month,
            "sums": json.dumps(_sums(closing)),
            "now": now,
            "leaf": leaf,
        },
    )
    pieces = closing.pieces
    columns: dict[str, Sequence[Any]] = {
        "levels": [str(one.key.level) for one in pieces],
        "periods": [one.key.period for one in pieces],
        "orders": [one.order_id for one in pieces],
        "befores": [one.piece.before for one in pieces],
        "amounts": [one.piece.amount for one in pieces],
    }
    access.execute(_PIECES, {**place, **columns, "close": close_id})
    access.execute(
        _FREEZE,
        {
            "creator": closing.creator,
            "orders": list(closing.frozen),
            "documents": [codec.dump(frozen) for frozen in closing.frozen.values()],
            "now": now,
            "close": close_id,
        },
    )


def _sums(closing: Closing) -> dict[str, str]:
    return {f"{key.level} {key.period}".strip(): str(amount) for key, amount in closing.sums.items()}


def _place(closing: Closing) -> dict[str, Any]:
    return {"creator": closing.creator, "currency": closing.currency}


class Sealing(NamedTuple):
    """A close as it was written down: what its commitment in the log is made of."""

    id: int
    creator: int
    currency: str
    month: str
    chapter: int
    closed_at: Instant
    leaf: str | None
    sums: dict[str, str]
    pieces: list[list[Any]]
    frozen: list[list[Any]]


def sealings(access: Access) -> Iterator[Sealing]:
    """Every close of the programme, oldest first, with what it sealed."""
    for id_, creator, currency, month, chapter, closed_at, leaf, sums in access.fetch(_ALL):
        wanted = {"close": id_}
        pieces = [list(piece) for piece in access.fetch(_PIECES_OF, wanted)]
        frozen = [[order, _frozen(document)] for order, document in access.fetch(_FROZEN_OF, wanted)]
        yield Sealing(id_, creator, currency, month, chapter, closed_at, leaf, sums, pieces, frozen)


def _frozen(document: str) -> Any:
    """A frozen context; what can't be read as one stays as it is, and then is not what the log commits to."""
    try:
        read = codec.frozen(document)
    except ValueError:
        return document
    return read if json.loads(codec.dump(read)) == json.loads(document) else document


def sealed_document(
    creator: int,
    currency: str,
    month: str,
    chapter: int,
    pieces: Iterable[Sequence[Any]],
    frozen: Iterable[Sequence[Any]],
) -> dict[str, Any]:
    """What a close commits to: pieces (level, period, order, before, amount) and frozen contexts by order."""
    return {
        "creator": str(creator),
        "currency": currency,
        "month": month,
        "chapter": chapter,
        "pieces": sorted([str(value) for value in piece] for piece in pieces),
        "frozen": sorted([str(order), codec.dump(context)] for order, context in frozen),
    }


def document_of(closing: Closing, chapter: int) -> dict[str, Any]:
    """The same for a close that is about to be written."""
    pieces = [
        (str(one.key.level), one.key.period, one.order_id, one.piece.before, one.piece.amount) for one in closing.pieces
    ]
    frozen = list(closing.frozen.items())
    return sealed_document(closing.creator, closing.currency, closing.month, chapter, pieces, frozen)
