"""What a party's statement is made of: the settlements of her parts, her payouts, the epochs of the log."""

import json
from collections import defaultdict
from typing import Any, NamedTuple

from fanshare.store.access import Access

_PARTY = """
SELECT public_id, kind FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s
"""
_CHAINS = """
SELECT h.order_id, h.creator_party_id, h.seq, h.leaf_index, l.body FROM part_history h
  JOIN log_leaf l ON l.programme_id = h.programme_id AND l.index = h.leaf_index
 WHERE h.programme_id = %(programme_id)s AND l.index < %(size)s AND (h.order_id, h.creator_party_id) IN (
       SELECT order_id, creator_party_id FROM position
        WHERE programme_id = %(programme_id)s AND party_id = %(party)s)
 ORDER BY h.order_id, h.creator_party_id, h.seq DESC
"""
_ORDERS = """
SELECT o.id, o.connection_id, o.external_id FROM shop_order o
 WHERE o.programme_id = %(programme_id)s AND o.id = ANY(%(orders)s)
"""
_PAYOUTS = """
SELECT e.payout_id, e.leaf_index, l.body FROM payout_event e
  JOIN payout p ON p.programme_id = e.programme_id AND p.id = e.payout_id
  JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.leaf_index
 WHERE e.programme_id = %(programme_id)s AND p.party_id = %(party)s AND l.index < %(size)s
 ORDER BY e.payout_id, e.id DESC
"""
_EPOCHS = """
SELECT index, body FROM log_leaf
 WHERE programme_id = %(programme_id)s AND kind = 'epoch' AND index < %(size)s ORDER BY index
"""


class Leaf(NamedTuple):
    """One leaf: its index in the log and its body."""

    place: int
    body: dict[str, Any]


class Ordered(NamedTuple):
    """An order by the names that a commitment is made of."""

    connection_id: int
    external_id: str


def party(access: Access, party_id: int) -> tuple[str, str] | None:
    """Public id and kind of a party."""
    row = access.fetch_one(_PARTY, {"party": party_id})
    return None if row is None else (row[0], row[1])


def chains(access: Access, party_id: int, size: int) -> dict[tuple[int, int], list[Leaf]]:
    """The settlements of every part in which a party has or had a share, newest first, by (order, creator)."""
    found: dict[tuple[int, int], list[Leaf]] = defaultdict(list)
    for order, creator, _, index, body in access.fetch(_CHAINS, {"party": party_id, "size": size}):
        found[order, creator].append(Leaf(index, json.loads(body)))
    return found


def orders(access: Access, ids: set[int]) -> dict[int, Ordered]:
    """The names of some orders."""
    return {row[0]: Ordered(row[1], row[2]) for row in access.fetch(_ORDERS, {"orders": sorted(ids)})}


def payouts(access: Access, party_id: int, size: int) -> dict[int, list[Leaf]]:
    """The leaves of a party's payouts, newest first, by payout."""
    found: dict[int, list[Leaf]] = defaultdict(list)
    for payout, index, body in access.fetch(_PAYOUTS, {"party": party_id, "size": size}):
        found[payout].append(Leaf(index, json.loads(body)))
    return found


def epochs(access: Access, size: int) -> list[Leaf]:
    """The leaves with which later epochs of the log began."""
    return [Leaf(row[0], json.loads(row[1])) for row in access.fetch(_EPOCHS, {"size": size})]
