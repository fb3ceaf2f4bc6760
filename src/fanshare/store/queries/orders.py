"""Orders as the database keeps them: the states ever accepted, the joined view, and what is due to be settled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.orders import Evidence, OrderView
from fanshare.core.touches import Touch
from fanshare.store import codec
from fanshare.store.access import Access
from fanshare.store.queries import sales

_LOCK = """
SELECT id, external_id, view::text, vanished_at FROM shop_order
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection_id)s AND external_id = ANY(%(externals)s)
 ORDER BY id FOR NO KEY UPDATE
"""
_STATES = """
SELECT order_id, state_hash, document FROM order_state
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s)
"""
_FROZEN = """
SELECT DISTINCT order_id FROM frozen_context
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s)
"""
_INSERT = """
INSERT INTO shop_order (programme_id, connection_id, external_id, birth, touches, view, placed_at, buyer_key,
                        modified_at, currency, status, net, exchange_of, vanished_at, vanished, estimated, waiting,
                        accepted_at)
SELECT %(programme_id)s, %(connection_id)s, external_id, birth, touches::jsonb, view::jsonb, placed_at, buyer_key,
       modified_at, currency, status, net, exchange_of, CASE WHEN vanished <> '' THEN %(now)s END, vanished, estimated,
       waiting, %(now)s
  FROM unnest(%(externals)s::text[], %(births)s::text[], %(touches)s::text[], %(views)s::text[], %(placed)s::bigint[],
              %(buyers)s::text[], %(modified)s::bigint[], %(currencies)s::text[], %(statuses)s::text[],
              %(nets)s::bigint[], %(vanished)s::text[], %(estimated)s::bool[], %(waiting)s::bool[],
              %(exchanges)s::text[])
       AS fresh(external_id, birth, touches, view, placed_at, buyer_key, modified_at, currency, status, net, vanished,
                estimated, waiting, exchange_of)
 ORDER BY external_id
ON CONFLICT (programme_id, connection_id, external_id) DO NOTHING
RETURNING external_id, id
"""
_UPDATE = """
UPDATE shop_order
   SET birth = fresh.birth, touches = fresh.touches::jsonb, view = fresh.view::jsonb, placed_at = fresh.placed_at,
       buyer_key = fresh.buyer_key, modified_at = fresh.modified_at, currency = fresh.currency, status = fresh.status,
       net = fresh.net, exchange_of = fresh.exchange_of, vanished_at = CASE WHEN fresh.vanished = '' THEN NULL
                                           ELSE coalesce(shop_order.vanished_at, %(now)s) END,
       vanished = fresh.vanished, estimated = fresh.estimated, waiting = fresh.waiting
  FROM unnest(%(ids)s::bigint[], %(births)s::text[], %(touches)s::text[], %(views)s::text[], %(placed)s::bigint[],
              %(buyers)s::text[], %(modified)s::bigint[], %(currencies)s::text[], %(statuses)s::text[],
              %(nets)s::bigint[], %(vanished)s::text[], %(estimated)s::bool[], %(waiting)s::bool[],
              %(exchanges)s::text[])
       AS fresh(id, birth, touches, view, placed_at, buyer_key, modified_at, currency, status, net, vanished, estimated,
                waiting, exchange_of)
 WHERE shop_order.programme_id = %(programme_id)s AND shop_order.id = fresh.id
"""
_VIEWS = """
SELECT id, connection_id, view::text FROM shop_order
 WHERE programme_id = %(programme_id)s AND id = ANY(%(orders)s) AND view IS NOT NULL
"""
_INHERIT = """
UPDATE shop_order SET touches = fresh.touches::jsonb, waiting = fresh.waiting
  FROM unnest(%(ids)s::bigint[], %(touches)s::text[], %(waiting)s::bool[]) AS fresh(id, touches, waiting)
 WHERE shop_order.programme_id = %(programme_id)s AND shop_order.id = fresh.id
"""
_INSERT_STATES = """
INSERT INTO order_state (programme_id, order_id, state_hash, document, accepted_at, leaf_index)
SELECT %(programme_id)s, order_id, state_hash, document, %(now)s, leaf_index
  FROM unnest(%(orders)s::bigint[], %(hashes)s::bytea[], %(documents)s::text[], %(leaves)s::bigint[])
       AS fresh(order_id, state_hash, document, leaf_index)
"""
#: What orders name, and the scopes that they belong to, in one statement: each of its own costs a round trip.
_EVIDENCE = """
WITH clicks AS (
    INSERT INTO order_click (programme_id, order_id, click_id, position)
    SELECT %(programme_id)s, order_id, click_id, position
      FROM unnest(%(click_orders)s::bigint[], %(clicks)s::text[], %(positions)s::int[])
           AS fresh(order_id, click_id, position)
    ON CONFLICT DO NOTHING
), codes AS (
    INSERT INTO order_code (programme_id, order_id, folded)
    SELECT %(programme_id)s, order_id, folded
      FROM unnest(%(code_orders)s::bigint[], %(codes)s::text[]) AS fresh(order_id, folded)
    ON CONFLICT DO NOTHING
), scopes AS (
    INSERT INTO scope (programme_id, creator_party_id)
    SELECT DISTINCT %(programme_id)s::bigint, creator FROM unnest(%(creators)s::bigint[]) AS fresh(creator)
     ORDER BY creator
    ON CONFLICT DO NOTHING
)
INSERT INTO order_creator (programme_id, order_id, creator_party_id)
SELECT %(programme_id)s, order_id, creator
  FROM unnest(%(creator_orders)s::bigint[], %(creators)s::bigint[]) AS fresh(order_id, creator)
ON CONFLICT DO NOTHING
"""
_DUE = """
INSERT INTO settle_due (programme_id, order_id, reason, due_at)
SELECT %(programme_id)s, order_id, %(reason)s, due_at
  FROM unnest(%(orders)s::bigint[], %(at)s::bigint[]) AS fresh(order_id, due_at) ORDER BY order_id
ON CONFLICT (programme_id, order_id, reason)
DO UPDATE SET due_at = least(settle_due.due_at, excluded.due_at), attempts = 0, failure = ''
"""
_DUE_ALREADY = """
SELECT order_id, due_at FROM settle_due
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s) AND reason = %(reason)s
"""
_NOT_CLAIMED = """
SELECT order_id FROM settle_due
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s) AND reason = %(reason)s
 ORDER BY order_id FOR UPDATE SKIP LOCKED
"""
_OF_BUYERS = """
SELECT id FROM shop_order WHERE programme_id = %(programme_id)s AND buyer_key = ANY(%(buyers)s) AND buyer_key <> ''
"""
#: Whether an order ``o`` is worth something, as ``core.worth.alive_view`` has it; what vanished until ``gone`` is not.
ALIVE: LiteralString = """
       o.net > 0 AND (o.status = 'captured' OR o.vanished <> '')
   AND (o.vanished_at IS NULL OR o.vanished_at > %(gone)s) AND o.twin_of IS NULL
"""
#: Only the first order that is worth something decides whom a click credits. Where one that is not among ours lies
#: before all of ours, nothing that happens to ours is felt by the others; without this, an address that was copied
#: together with its click would make every sale look at all the sales before it.
_BEFORE_OURS: LiteralString = """
WITH first AS MATERIALIZED (
    SELECT DISTINCT ON (n.click_id) n.click_id, o.id = ANY(%(moved)s) AS moved, o.placed_at, o.connection_id,
           o.external_id
      FROM order_click n JOIN shop_order o ON o.programme_id = n.programme_id AND o.id = n.order_id
     WHERE n.programme_id = %(programme_id)s AND n.order_id = ANY(%(orders)s)
     ORDER BY n.click_id, o.id = ANY(%(moved)s) DESC, o.placed_at, o.connection_id, o.external_id
), deciding AS MATERIALIZED (
    SELECT click_id FROM first
     WHERE moved OR NOT EXISTS (
           SELECT FROM order_click n
            CROSS JOIN LATERAL (
                  SELECT placed_at, connection_id, external_id, net, status, vanished, vanished_at, twin_of
                    FROM shop_order WHERE shop_order.programme_id = n.programme_id AND shop_order.id = n.order_id
                  OFFSET 0) o
            WHERE n.programme_id = %(programme_id)s AND n.click_id = first.click_id AND n.order_id <> ALL(%(orders)s)
              AND (o.placed_at, o.connection_id, o.external_id)
                  < (first.placed_at, first.connection_id, first.external_id)
              AND """
_OTHERS: LiteralString = """)
)
SELECT DISTINCT n.order_id FROM deciding d
  JOIN order_click n ON n.programme_id = %(programme_id)s AND n.click_id = d.click_id
 WHERE n.order_id <> ALL(%(orders)s)
"""
_CITING = _BEFORE_OURS + ALIVE + _OTHERS


@dataclass(frozen=True, slots=True)
class Known:
    """A locked order row: its id, its view so far (``None``: there was none before), and when it was seen to vanish."""

    id: int
    view: OrderView | None
    vanished_at: Instant | None


class Fresh(NamedTuple):
    """The content of an order that has no row yet."""

    view: OrderView
    touches: tuple[Touch, ...]
    waiting: bool


@dataclass(frozen=True, slots=True)
class Updated:
    """The new content of an order row. ``evidence`` is what was resolved, where it is not the order's own."""

    id: int
    view: OrderView
    touches: tuple[Touch, ...]
    waiting: bool
    evidence: Evidence | None = None


class OrderRows:
    """Reads and writes the order rows of one programme. The caller owns the transaction."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def lock(self, connection_id: int, externals: Iterable[str]) -> dict[str, Known]:
        """Lock the rows of a connection's orders in id order: external id -> row. What has none yet is left out."""
        rows = self._access.fetch(_LOCK, {"connection_id": connection_id, "externals": sorted(externals)})
        return {row[1]: Known(row[0], None if row[2] is None else codec.view(row[2]), row[3]) for row in rows}

    def insert(self, connection_id: int, orders: Mapping[str, Fresh], now: Instant) -> dict[str, int]:
        """Write orders that have no row yet, with their evidence and its scopes: external id -> id.

        An order that another worker wrote meanwhile is left out, and as that one left it.
        """
        if not orders:
            return {}
        fresh = list(orders.values())
        rows = self._access.fetch(
            _INSERT,
            {
                **_columns([order.view for order in fresh]),
                **_resolved(fresh),
                "connection_id": connection_id,
                "externals": list(orders),
                "now": now,
            },
        )
        made: dict[str, int] = dict(rows)
        self._evidence([Updated(id_, *orders[external]) for external, id_ in made.items()])
        return made

    def states(self, orders: Iterable[int]) -> dict[int, dict[bytes, str]]:
        """Every accepted state of some orders: order -> state hash -> document."""
        found: dict[int, dict[bytes, str]] = {}
        wanted = list(orders)
        for order_id, state_hash, document in self._access.fetch(_STATES, {"orders": wanted}) if wanted else ():
            found.setdefault(order_id, {})[bytes(state_hash)] = document
        return found

    def frozen(self, orders: Iterable[int]) -> set[int]:
        """The orders of which some part's period has closed."""
        wanted = list(orders)
        return {row[0] for row in self._access.fetch(_FROZEN, {"orders": wanted})} if wanted else set()

    def insert_states(self, states: Sequence[tuple[int, bytes, str]], first_leaf: int, now: Instant) -> None:
        """Write down accepted states ``(order, hash, document)``, whose leaves begin at ``first_leaf``."""
        self._access.execute(
            _INSERT_STATES,
            {
                "orders": [state[0] for state in states],
                "hashes": [state[1] for state in states],
                "documents": [state[2] for state in states],
                "leaves": list(range(first_leaf, first_leaf + len(states))),
                "now": now,
            },
        )

    def update(self, orders: Sequence[Updated], now: Instant) -> None:
        """Write the joined views, the evidence and its scopes."""
        if not orders:
            return
        views = [order.view for order in orders]
        ids = [order.id for order in orders]
        self._access.execute(_UPDATE, {**_columns(views), **_resolved(orders), "ids": ids, "now": now})
        self._evidence(orders)

    def inherit(self, orders: Sequence[Updated]) -> None:
        """Write the evidence that orders have from others, and its scopes; their views stay as they are."""
        if orders:
            self._access.execute(_INHERIT, {**_resolved(orders), "ids": [order.id for order in orders]})
            self._evidence(orders)

    def views(self, orders: Iterable[int]) -> dict[int, tuple[int, OrderView]]:
        """The joined views of some orders: order -> connection, view."""
        rows = self._access.fetch(_VIEWS, {"orders": list(orders)})
        return {order: (connection, codec.view(view)) for order, connection, view in rows}

    def due(self, orders: Iterable[int], at: Instant, reason: str) -> None:
        """Say that some orders are to be settled again from ``at`` on."""
        self.due_at(dict.fromkeys(orders, at), reason)

    def due_at(self, orders: Mapping[int, Instant], reason: str) -> None:
        """Say that orders are to be settled again, each from its own moment on."""
        if orders:
            self._access.execute(_DUE, {"orders": list(orders), "at": list(orders.values()), "reason": reason})

    def wake(self, orders: Mapping[int, Instant], reason: str) -> None:
        """Like ``due_at``, for who holds the locks of these orders' scopes: it waits for no other worker.

        An entry that another worker has claimed is left to him: he waits for our locks, and will fold after us.
        """
        asked = {"orders": list(orders), "reason": reason}
        known: dict[int, Instant] = dict(self._access.fetch(_DUE_ALREADY, asked)) if orders else {}
        later = {order: at for order, at in orders.items() if order in known and at < known[order]}
        if later:
            free = self._access.fetch(_NOT_CLAIMED, {"orders": list(later), "reason": reason})
            later = {row[0]: later[row[0]] for row in free}
        self.due_at({order: at for order, at in orders.items() if order not in known} | later, reason)

    def of_buyers(self, buyers: Iterable[str]) -> set[int]:
        """The orders of some buyers, by their identities."""
        return {row[0] for row in self._access.fetch(_OF_BUYERS, {"buyers": list(buyers)})}

    def heeding(self, orders: Iterable[int], gone: Instant, *, moved: Iterable[int] = ()) -> set[int]:
        """Other orders that name the same click as one of these, where one of these may decide whom it credits.

        What vanished until ``gone`` is worth nothing any more. ``moved`` are those that have another place in time now.
        """
        wanted = {"orders": list(orders), "moved": list(moved), "gone": max(gone, 0)}
        return {row[0] for row in self._access.fetch(_CITING, wanted)}

    def _evidence(self, orders: Sequence[Updated]) -> None:
        told = [(order, order.evidence or order.view.evidence) for order in orders]
        clicks = [(order.id, click.lower()[:64], n) for order, it in told for n, click in enumerate(it.clicks)]
        codes = [(order.id, code.strip().casefold()) for order, it in told for code in it.codes]
        scopes = sorted({(order.id, touch.creator) for order in orders for touch in order.touches})
        sales.write_names(self._access, [(order.id, name) for order in orders for name in order.view.aliases])
        if clicks or codes or scopes:
            self._access.execute(
                _EVIDENCE,
                {
                    "click_orders": [one[0] for one in clicks],
                    "clicks": [one[1] for one in clicks],
                    "positions": [one[2] for one in clicks],
                    "code_orders": [one[0] for one in codes],
                    "codes": [one[1] for one in codes],
                    "creator_orders": [one[0] for one in scopes],
                    "creators": [one[1] for one in scopes],
                },
            )


def _columns(views: Sequence[OrderView]) -> dict[str, Any]:
    return {
        "births": [view.birth for view in views],
        "views": [codec.dump(view) for view in views],
        "placed": [view.placed_at for view in views],
        "buyers": [view.buyer.identity for view in views],
        "modified": [view.modified_at for view in views],
        "currencies": [view.currency for view in views],
        "statuses": [view.status.value for view in views],
        "nets": [view.net for view in views],
        "vanished": [view.vanished for view in views],
        "estimated": [view.estimated for view in views],
        "exchanges": [view.exchange_of for view in views],
    }


def _resolved(orders: Sequence[Updated | Fresh]) -> dict[str, Any]:
    return {
        "touches": [codec.dump(order.touches) for order in orders],
        "waiting": [order.waiting for order in orders],
    }
