"""Parts as the database keeps them: what is due, the newest explanation of each, and all that came before."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fanshare.core.brought import Brought
from fanshare.core.instants import Instant
from fanshare.store.access import Access

_CLAIM = """
SELECT order_id, reason FROM settle_due
 WHERE programme_id = %(programme_id)s AND due_at <= %(now)s
 ORDER BY due_at, order_id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""
_DONE = """
DELETE FROM settle_due
 USING unnest(%(orders)s::bigint[], %(reasons)s::text[]) AS claimed(order_id, reason)
 WHERE settle_due.programme_id = %(programme_id)s AND settle_due.order_id = claimed.order_id
   AND settle_due.reason = claimed.reason
"""
_STORIES = """
SELECT p.order_id, p.creator_party_id, p.seq, l.hash, p.document->>'print', p.sealed, l.body
  FROM part p JOIN log_leaf l ON l.programme_id = p.programme_id AND l.index = p.leaf_index
 WHERE p.programme_id = %(programme_id)s AND p.order_id = ANY(%(orders)s)
"""
_WRITE = """
INSERT INTO part (programme_id, order_id, creator_party_id, seq, document, leaf_index, previous_leaf_hash, settled_at,
                  sealed, currency, placed_at, day, week, month, in_tier, in_day, in_week, in_month, in_all, by_kind,
                  by_asset, commission, earned)
SELECT %(programme_id)s, order_id, creator, seq, jsonb_build_object('print', print), leaf, previous, %(now)s, sealed,
       currency, placed_at, day, week, month, in_tier, in_day, in_week, in_month, in_all, by_kind, by_asset,
       commission, earned
  FROM unnest(%(orders)s::bigint[], %(creators)s::bigint[], %(seqs)s::int[], %(prints)s::text[], %(leaves)s::bigint[],
              %(previous)s::bytea[], %(sealed)s::bool[], %(currency)s::text[], %(placed_at)s::bigint[], %(day)s::text[],
              %(week)s::text[], %(month)s::text[], %(tier)s::bigint[], %(in_day)s::bigint[], %(in_week)s::bigint[],
              %(in_month)s::bigint[], %(in_all)s::bigint[], %(by_kind)s::text[], %(by_asset)s::bigint[],
              %(commission)s::bigint[], %(earned)s::bigint[])
       AS fresh(order_id, creator, seq, print, leaf, previous, sealed, currency, placed_at, day, week, month, in_tier,
                in_day, in_week, in_month, in_all, by_kind, by_asset, commission, earned)
ON CONFLICT (programme_id, order_id, creator_party_id)
DO UPDATE SET seq = excluded.seq, document = excluded.document, leaf_index = excluded.leaf_index,
              previous_leaf_hash = excluded.previous_leaf_hash, settled_at = excluded.settled_at,
              sealed = excluded.sealed, currency = excluded.currency, placed_at = excluded.placed_at,
              day = excluded.day, week = excluded.week, month = excluded.month, in_tier = excluded.in_tier,
              in_day = excluded.in_day, in_week = excluded.in_week, in_month = excluded.in_month,
              in_all = excluded.in_all, by_kind = excluded.by_kind, by_asset = excluded.by_asset,
              commission = excluded.commission, earned = excluded.earned
"""
_HISTORY = """
INSERT INTO part_history (programme_id, order_id, creator_party_id, seq, leaf_index, settled_at)
SELECT %(programme_id)s, order_id, creator, seq, leaf, %(now)s
  FROM unnest(%(orders)s::bigint[], %(creators)s::bigint[], %(seqs)s::int[], %(leaves)s::bigint[])
       AS fresh(order_id, creator, seq, leaf)
"""
_SEALED = """
UPDATE part SET sealed = marks.sealed
  FROM unnest(%(orders)s::bigint[], %(creators)s::bigint[], %(sealed)s::bool[]) AS marks(order_id, creator, sealed)
 WHERE part.programme_id = %(programme_id)s AND part.order_id = marks.order_id
   AND part.creator_party_id = marks.creator
"""

#: The fingerprint of a part that has lost its credit.
NO_CREDIT = "no_credit"


class PartStory(NamedTuple):
    """The newest settlement of a part: its number, leaf hash (hex), fingerprint, and body as canonical JSON."""

    seq: int
    leaf_hash: str
    print: str
    sealed: bool
    body: str


class Inputs(NamedTuple):
    """What a later fold needs of a part to begin behind it: its place in time, its input at every level (micros)."""

    currency: str
    placed_at: Instant
    day: str
    week: str
    month: str
    tier: int
    in_day: int
    in_week: int
    in_month: int
    in_all: int


class PartRow(NamedTuple):
    """A new settlement of a part, to be written beside its leaf. ``previous`` is None for the first."""

    order_id: int
    creator: int
    seq: int
    print: str
    previous: bytes | None
    sealed: bool
    inputs: Inputs
    brought: Brought


def claim(access: Access, now: Instant, batch: int) -> list[tuple[int, str]]:
    """Lock up to ``batch`` due entries that nobody else is working on: (order, reason)."""
    return [(row[0], row[1]) for row in access.fetch(_CLAIM, {"now": now, "batch": batch})]


def done(access: Access, claimed: Sequence[tuple[int, str]]) -> None:
    """Take claimed entries off the list."""
    access.execute(_DONE, {"orders": [order for order, _ in claimed], "reasons": [reason for _, reason in claimed]})


def stories(access: Access, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], PartStory]:
    """The newest settlement of every part among ``pairs`` (order, creator) that has one."""
    wanted = set(pairs)
    rows = access.fetch(_STORIES, {"orders": sorted({order for order, _ in wanted})})
    return {
        (order, creator): PartStory(seq, bytes(leaf_hash).hex(), print_, sealed, body)
        for order, creator, seq, leaf_hash, print_, sealed, body in rows
        if (order, creator) in wanted
    }


def write(access: Access, rows: Sequence[PartRow], first_leaf: int, now: Instant) -> None:
    """Write down new settlements, whose leaves begin at ``first_leaf``."""
    columns = {
        "orders": [row.order_id for row in rows],
        "creators": [row.creator for row in rows],
        "seqs": [row.seq for row in rows],
        "leaves": list(range(first_leaf, first_leaf + len(rows))),
        "now": now,
    }
    access.execute(_HISTORY, columns)
    prints = {"prints": [row.print for row in rows], "previous": [row.previous for row in rows]}
    inputs = {name: [getattr(row.inputs, name) for row in rows] for name in Inputs._fields}
    brought = {
        "by_kind": [row.brought.by.value for row in rows],
        "by_asset": [row.brought.asset for row in rows],
        "commission": [row.brought.commission for row in rows],
        "earned": [row.brought.earned for row in rows],
    }
    access.execute(_WRITE, {**columns, **prints, **inputs, **brought, "sealed": [row.sealed for row in rows]})


def mark_sealed(access: Access, marks: Mapping[tuple[int, int], bool]) -> None:
    """Note of parts (order, creator) whether closes have sealed everything of them."""
    if marks:
        orders, creators = zip(*marks, strict=True)
        columns = {"orders": list(orders), "creators": list(creators), "sealed": list(marks.values())}
        access.execute(_SEALED, columns)


def new_token() -> str:
    """An unguessable public handle (144 random bits) for the page that explains a share."""
    return secrets.token_urlsafe(18)
