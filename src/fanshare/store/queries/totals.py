"""Sums over one programme: visits by verdict, orders, and every share with its order, for reports."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_VISITS = """
SELECT verdict, sum(n)::bigint FROM click_day WHERE programme_id = %(programme_id)s GROUP BY verdict ORDER BY verdict
"""
_ORDERS = """
SELECT external_id, placed_at, net FROM shop_order WHERE programme_id = %(programme_id)s ORDER BY placed_at, id
"""
_SHARES = """
SELECT o.external_id, p.creator_party_id, p.party_id, p.role, p.bucket, p.amount, p.why_token FROM position p
  JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id
 WHERE p.programme_id = %(programme_id)s ORDER BY o.placed_at, o.id, p.creator_party_id, p.role, p.party_id
"""
_CLOSED = "SELECT count(*) FROM period_close WHERE programme_id = %(programme_id)s"


class OrderTotal(NamedTuple):
    """An order by the shop's number: when it was placed, and the goods kept of it, in micros."""

    number: str
    placed_at: Instant
    net: Micros


class ShareRow(NamedTuple):
    """One party's share of one creator's part of an order. ``party`` is ``None`` for a buyer nobody knows yet."""

    order: str
    creator: int
    party: int | None
    role: str
    bucket: str
    amount: Micros
    why_token: str


def visits(access: Access) -> dict[str, int]:
    """How often links were visited, by the edge's verdict."""
    return {row[0]: int(row[1]) for row in access.fetch(_VISITS)}


def orders(access: Access) -> Sequence[OrderTotal]:
    """All orders, in the order in which they were placed."""
    return [OrderTotal(*row) for row in access.fetch(_ORDERS)]


def shares(access: Access) -> Sequence[ShareRow]:
    """All shares, those of early orders first."""
    return [ShareRow(*row) for row in access.fetch(_SHARES)]


def closed_months(access: Access) -> int:
    """How many months of creators have closed."""
    return int(access.value(_CLOSED))
