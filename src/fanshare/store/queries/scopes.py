"""The facts of a scope, loaded for one settlement: orders, rulings, what closes froze and sealed, what is posted."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, LiteralString

from fanshare.core.cumulative import Piece
from fanshare.core.facts import Frozen, OrderFacts, OrderKey, PeriodKey, Prefix, Ruling, RulingKind, Sealed
from fanshare.core.instants import Instant
from fanshare.core.ledger import PositionKey
from fanshare.core.orders import Buyer, OrderView
from fanshare.core.settlement import TIER
from fanshare.store import books, codec
from fanshare.store.access import Access
from fanshare.store.queries import exchanges, payments, prefixes
from fanshare.store.queries.orders import ALIVE

_LOCK = """
SELECT creator_party_id FROM scope
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s)
 ORDER BY creator_party_id FOR UPDATE
"""
_TRY_LOCK = """
SELECT creator_party_id FROM scope
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s FOR UPDATE SKIP LOCKED
"""
_CREATORS = """
SELECT DISTINCT creator_party_id FROM order_creator
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s)
"""
_STARTS = """
SELECT s.creator_party_id, min(least(o.placed_at, coalesce(p.placed_at, o.placed_at)))
  FROM order_creator s
  JOIN shop_order o ON o.programme_id = s.programme_id AND o.id = s.order_id
  LEFT JOIN part p ON p.programme_id = s.programme_id AND p.order_id = s.order_id
                  AND p.creator_party_id = s.creator_party_id
 WHERE s.programme_id = %(programme_id)s AND s.order_id = ANY(%(orders)s) AND s.creator_party_id = ANY(%(creators)s)
 GROUP BY s.creator_party_id
"""
_OPEN = """
SELECT p.order_id FROM unnest(%(creators)s::bigint[], %(starts)s::bigint[]) AS c(creator, start)
  JOIN part p ON p.creator_party_id = c.creator AND p.placed_at >= c.start
 WHERE p.programme_id = %(programme_id)s AND NOT p.sealed
"""
_ORDERS = """
WITH seed AS (
    SELECT id, buyer_key FROM shop_order WHERE programme_id = %(programme_id)s AND id = ANY(%(orders)s)
), wanted AS (
    SELECT id FROM seed
    UNION
    SELECT o.id FROM shop_order o JOIN (SELECT DISTINCT buyer_key FROM seed WHERE buyer_key <> '') b
           ON b.buyer_key = o.buyer_key
     WHERE o.programme_id = %(programme_id)s AND o.buyer_key <> ''
)
SELECT o.id, o.connection_id, o.external_id, o.view::text, o.touches::text, o.vanished_at, o.waiting,
       o.buyer_party_id, c.reports_fulfilment, o.twin_of IS NOT NULL, o.exchange_of <> '',
       array(SELECT s.creator_party_id FROM order_creator s
              WHERE s.programme_id = o.programme_id AND s.order_id = o.id
                AND s.creator_party_id = ANY(%(creators)s))
  FROM wanted JOIN shop_order o ON o.id = wanted.id
  JOIN connection c ON c.programme_id = o.programme_id AND c.id = o.connection_id
 WHERE o.programme_id = %(programme_id)s AND o.view IS NOT NULL
"""
_RULINGS = """
SELECT order_id, id, kind, reason, at, creator_party_id, line_id, party_id, to_creator_party_id, to_party_id, until_at
  FROM ruling
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s)
   AND kind IN ('denied', 'reassigned', 'held', 'released')
 ORDER BY id
"""
_FROZEN = """
SELECT order_id, creator_party_id, document::text FROM frozen_context
 WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s)
"""
_PAYERS = """
SELECT i.kind, i.hash, i.connection_id, i.party_id, i.known_at FROM party_identity i
 WHERE i.programme_id = %(programme_id)s AND i.hash = ANY(%(hashes)s)
"""
_SUMS = """
SELECT creator_party_id, level, period, currency, sum(amount_micros)::bigint FROM sealed_piece
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s)
 GROUP BY creator_party_id, level, period, currency
"""
_MONTHS = """
SELECT creator_party_id, period, currency, coalesce((sums->>('tier ' || period))::bigint, 0) FROM period_close
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s) AND chapter = 0
"""
_PIECES = """
SELECT creator_party_id, level, period, currency, order_id, before_micros, amount_micros FROM sealed_piece
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s) AND order_id = ANY(%(orders)s)
 ORDER BY creator_party_id, level, period, order_id, position
"""
# From the clicks to the orders, never the other way: OFFSET 0 keeps the planner, who may know nothing of these tables
# yet, from walking through all orders for every click.
_CLICKED: LiteralString = """
SELECT DISTINCT ON (named.click) named.click, o.connection_id, o.external_id, o.buyer_key
  FROM unnest(%(clicks)s::text[]) AS named(click)
  JOIN order_click c ON c.programme_id = %(programme_id)s AND c.click_id = named.click
 CROSS JOIN LATERAL (
       SELECT placed_at, connection_id, external_id, buyer_key, net, status, vanished, vanished_at, twin_of
         FROM shop_order WHERE shop_order.programme_id = c.programme_id AND shop_order.id = c.order_id OFFSET 0) o
 WHERE """
_CLICK_OWNERS = _CLICKED + ALIVE + " ORDER BY named.click, o.placed_at, o.connection_id, o.external_id"


@dataclass(slots=True)
class Scope:
    """Everything that one settlement of some creators reads."""

    facts: dict[int, OrderFacts] = field(default_factory=dict)
    buyer_parties: dict[int, int | None] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    positions: dict[PositionKey, books.Position] = field(default_factory=dict)
    sealed: dict[int, Sealed] = field(default_factory=dict)
    prefixes: dict[int, Prefix] = field(default_factory=dict)
    click_owner: dict[str, str] = field(default_factory=dict)

    def orders_of(self, creator: int) -> list[OrderFacts]:
        """The loaded orders in which a creator plays a part."""
        return [self.facts[order_id] for order_id in self.members.get(creator, ())]


def lock(access: Access, creators: Iterable[int]) -> set[int]:
    """Lock the scopes of creators in id order; returns those that exist."""
    return {row[0] for row in access.fetch(_LOCK, {"creators": sorted(creators)})}


def try_lock(access: Access, creator: int) -> bool:
    """Lock the scope of one creator, unless somebody else is working on it."""
    return bool(access.fetch(_TRY_LOCK, {"creator": creator}))


def creators_of(access: Access, orders: Iterable[int]) -> set[int]:
    """The creators in whose scopes some orders are."""
    return {row[0] for row in access.fetch(_CREATORS, {"orders": list(orders)})}


def load(
    access: Access,
    creators: set[int],
    orders: Iterable[int],
    *,
    whole_period: bool,
    notice: int,
    now: Instant,
    begin: Callable[[Instant], Instant] = lambda placed_at: placed_at,
    kept: bool = False,
) -> Scope:
    """Load what settling ``orders`` for ``creators`` reads.

    That is all orders of the same buyers, and with ``whole_period`` (caps or tiers exist) everything from the first of
    ``orders`` on that was settled before and that no close has sealed, with its buyers' orders, and the sums of what
    lies before. What waits to be settled begins a fold of its own when its turn comes. ``notice`` is how
    long a vanished order still counts; ``begin`` says how far back an order placed at an instant has influence;
    ``kept`` that the sums are kept (``prefixes.keep``).
    """
    wanted = set(orders)
    scope = Scope()
    starts: dict[int, Instant] = {}
    if whole_period:
        due = {"orders": sorted(wanted), "creators": sorted(creators)}
        starts = {row[0]: begin(row[1]) for row in access.fetch(_STARTS, due)}
        span = {"creators": list(starts), "starts": list(starts.values())}
        wanted |= {row[0] for row in access.fetch(_OPEN, span)}
    rows, origins = _rows(access, wanted, creators)
    ids = [row[0] for row in rows]
    views = {row[0]: codec.view(row[3]) for row in rows}
    scope.positions = {key: one for key, one in books.positions(access, ids).items() if key.creator in creators}
    matured = _matured(scope.positions)
    rulings, frozen = _rulings(access, ids), _frozen(access, ids)
    payers = _payers(access, {row[0]: (row[1], views[row[0]]) for row in rows})
    for order_id, connection, external, _, touches, vanished_at, waiting, buyer, fulfilment, twin, _, members in rows:
        scope.facts[order_id] = OrderFacts(
            id=order_id,
            key=OrderKey(views[order_id].placed_at, connection, external),
            view=views[order_id],
            touches=codec.touches(touches),
            payers=payers.get(order_id, ()),
            rulings=tuple(rulings.get(order_id, ())),
            vanish_at=None if vanished_at is None else vanished_at + notice,
            reports_fulfilment=fulfilment,
            waiting=waiting,
            frozen=frozen.get(order_id, {}),
            matured_at=matured.get(order_id, {}),
            twin=twin,
        )
        scope.buyer_parties[order_id] = buyer
        for creator in members:
            scope.members[creator].append(order_id)
    for heir, origin in origins.items():
        scope.facts[heir] = replace(scope.facts[heir], origin=scope.facts[origin])
    scope.sealed = sealed_of(access, creators, ids)
    scope.prefixes = prefixes.before(access, starts, _folded(starts, scope), scope.sealed, kept=kept)
    scope.click_owner = _click_owners(access, scope.facts.values(), now - notice)
    return scope


def evidence_of(access: Access, order: int) -> OrderFacts | None:
    """What judging the evidence of one order reads, and nothing that its amounts depend on; ``None`` for no order."""
    return evidence_of_all(access, {order}).get(order)


def evidence_of_all(access: Access, orders: Collection[int]) -> dict[int, OrderFacts]:
    """The same of several orders, by their ids."""
    rows, origins = _rows(access, set(orders), set())
    views = {row[0]: codec.view(row[3]) for row in rows}
    rulings = _rulings(access, list(views))
    payers = _payers(access, {row[0]: (row[1], views[row[0]]) for row in rows})
    found = {
        id_: OrderFacts(
            id=id_,
            key=OrderKey(views[id_].placed_at, connection, external),
            view=views[id_],
            touches=codec.touches(touches),
            payers=payers.get(id_, ()),
            rulings=tuple(rulings.get(id_, ())),
        )
        for id_, connection, external, _, touches, *_rest in rows
    }
    return {
        id_: replace(one, origin=found[origins[id_]]) if id_ in origins else one
        for id_, one in found.items()
        if id_ in orders
    }


def _rows(access: Access, wanted: set[int], creators: set[int]) -> tuple[list[tuple[Any, ...]], dict[int, int]]:
    """The rows of a scope, and which order each exchange among them goes back to; those are rows too."""
    while True:
        rows = access.fetch(_ORDERS, {"orders": sorted(wanted), "creators": sorted(creators)})
        found = exchanges.origins(access, [row[0] for row in rows if row[-2]])
        missing = set(found.values()) - {row[0] for row in rows}
        if not missing:
            return rows, found
        wanted = wanted | missing


def _matured(positions: Mapping[PositionKey, books.Position]) -> dict[int, dict[int, Instant]]:
    """When each part is ready as last posted. Emptied positions keep an old date; they count only among themselves."""
    found: dict[int, dict[int, Instant]] = defaultdict(dict)
    for key, position in sorted(positions.items(), key=lambda item: item[1].placed.amount > 0):
        if position.matures_at is not None:
            found[key.order][key.creator] = position.matures_at
    return found


def _rulings(access: Access, orders: Sequence[int]) -> dict[int, list[Ruling]]:
    found: dict[int, list[Ruling]] = defaultdict(list)
    for order_id, id_, kind, reason, at, creator, line, party, to_creator, to_owner, until in access.fetch(
        _RULINGS, {"orders": orders}
    ):
        found[order_id].append(
            Ruling(
                id=id_,
                kind=RulingKind(kind),
                reason=reason,
                at=at,
                creator=creator,
                line=line or "",
                party=party,
                to_creator=to_creator,
                to_owner=to_owner,
                until=until,
            )
        )
    return found


def _frozen(access: Access, orders: Sequence[int]) -> dict[int, dict[int, Frozen]]:
    found: dict[int, dict[int, Frozen]] = defaultdict(dict)
    for order_id, creator, document in access.fetch(_FROZEN, {"orders": orders}):
        found[order_id][creator] = codec.frozen(document)
    return found


def _payers(access: Access, orders: Mapping[int, tuple[int, OrderView]]) -> dict[int, tuple[tuple[int, Instant], ...]]:
    """The parties whose known identity equals the payer's, by order.

    What a payment provider tells of the payer counts from when it was told.
    """
    told = payments.fingerprints(access, list(orders))
    hashes = {
        text
        for _, view in orders.values()
        for text in (view.buyer.customer, view.buyer.email, view.buyer.payment)
        if text
    } | {fingerprint for every in told.values() for fingerprint, _ in every}
    if not hashes:
        return {}
    known: dict[tuple[str, str], list[tuple[int | None, int, Instant]]] = defaultdict(list)
    for kind, text, connection, party, known_at in access.fetch(_PAYERS, {"hashes": sorted(hashes)}):
        known[kind, text].append((connection, party, known_at))
    if not known:
        return {}
    return {
        order_id: tuple(
            (party, max(known_at, since))
            for kind, text, since in (*_identities(view.buyer), *(("payment", *one) for one in told.get(order_id, ())))
            for at_connection, party, known_at in known.get((kind, text), ())
            if at_connection in (None, connection)
        )
        for order_id, (connection, view) in orders.items()
    }


def _identities(buyer: Buyer) -> tuple[tuple[str, str, Instant], ...]:
    return ("customer", buyer.customer, 0), ("email", buyer.email, 0), ("payment", buyer.payment, 0)


def sealed_of(access: Access, creators: set[int], orders: Sequence[int]) -> dict[int, Sealed]:
    """What closes have sealed for creators: the sums whole, the pieces of these orders alone."""
    months: dict[int, dict[PeriodKey, int]] = defaultdict(dict)
    for creator, month, currency, amount in access.fetch(_MONTHS, {"creators": sorted(creators)}):
        months[creator][PeriodKey(TIER, month, currency)] = amount
    if not months:
        return {}
    sums: dict[int, dict[PeriodKey, int]] = defaultdict(dict)
    for creator, level, period, currency, amount in access.fetch(_SUMS, {"creators": sorted(creators)}):
        sums[creator][PeriodKey(level, period, currency)] = amount
    pieces: dict[int, dict[PeriodKey, dict[int, list[Piece]]]] = defaultdict(dict)
    for creator, level, period, currency, order_id, before, amount in access.fetch(
        _PIECES, {"creators": sorted(creators), "orders": orders}
    ):
        by_order = pieces[creator].setdefault(PeriodKey(level, period, currency), {})
        by_order.setdefault(order_id, []).append(Piece(before, amount))
    return {
        creator: Sealed(
            sums.get(creator, {}),
            {
                key: {order_id: tuple(every) for order_id, every in by_order.items()}
                for key, by_order in pieces.get(creator, {}).items()
            },
            by_month,
        )
        for creator, by_month in months.items()
    }


def _folded(starts: Mapping[int, Instant], scope: Scope) -> list[tuple[int, int]]:
    """Which orders are folded for whom: those at or behind the creator's start."""
    return [
        (creator, order_id)
        for creator, start in starts.items()
        for order_id in scope.members.get(creator, ())
        if scope.facts[order_id].key.placed_at >= start
    ]


def _click_owners(access: Access, orders: Iterable[OrderFacts], gone: Instant) -> dict[str, str]:
    """For every click id that these orders name, the buyer of the first kept order that names it."""
    clicks = {touch.id for order in orders for touch in order.touches if touch.asset and touch.kind.value == "link"}
    if not clicks:
        return {}
    rows: list[tuple[Any, ...]] = access.fetch(_CLICK_OWNERS, {"clicks": sorted(clicks), "gone": max(gone, 0)})
    return {click: buyer or f"order:{connection}/{external}" for click, connection, external, buyer in rows}
