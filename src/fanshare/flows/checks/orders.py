"""Orders against the states that were accepted, and their evidence against the dated history."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fanshare.core import commitments, leaves
from fanshare.core.canonical import canonical
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.order_documents import from_document, to_document
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState, OrderView
from fanshare.flows.checks.finding import Offence
from fanshare.flows.context import Programme
from fanshare.store import codec
from fanshare.store.queries import exchanges
from fanshare.store.queries.orders import OrderRows
from fanshare.store.queries.touches import Named, Resolver

_ORDERS = """
SELECT id, connection_id, external_id, view::text, touches::text, net, buyer_key, currency, status, waiting,
       EXISTS (SELECT FROM frozen_context f WHERE f.programme_id = shop_order.programme_id
                                              AND f.order_id = shop_order.id)
  FROM shop_order WHERE programme_id = %(programme_id)s AND id > %(after)s ORDER BY id LIMIT %(batch)s
"""
_STATES = """
SELECT s.order_id, s.id, s.state_hash, s.document, s.accepted_at, l.body FROM order_state s
  LEFT JOIN log_leaf l ON l.programme_id = s.programme_id AND l.index = s.leaf_index
 WHERE s.programme_id = %(programme_id)s AND s.order_id = ANY(%(orders)s) ORDER BY s.order_id, s.id
"""
_STRAYS = """
SELECT s.id, s.order_id FROM order_state s
  LEFT JOIN shop_order o ON o.programme_id = s.programme_id AND o.id = s.order_id
 WHERE s.programme_id = %(programme_id)s AND o.id IS NULL ORDER BY s.id
"""
_BATCH = 1_000


def states(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Documents hash to what was recorded, the log commits to them, and joined they give the order's row."""
    endpoints = programme.holders.connections
    for rows in _batches(programme):
        names = {row[0]: (endpoints[row[1]], row[2]) for row in rows}
        found: dict[int, list[OrderState]] = {}
        for order, id_, hash_, document, accepted_at, body in programme.access.fetch(_STATES, {"orders": list(names)}):
            try:
                state = from_document(json.loads(document))
            except (FanshareError, ValueError, LookupError, TypeError) as error:
                yield Offence(f"state {id_} of order {order}", document[:200], f"a state of an order ({error})")
                continue
            text = canonical(to_document(state))
            written = hashlib.sha256(text).hexdigest()
            if written != bytes(hash_).hex() or text.decode() != document:
                yield Offence(f"state {id_} of order {order}", bytes(hash_).hex(), written)
            expected = _leaf(programme, names[order], text, written, accepted_at)
            if expected != body:
                yield Offence(f"the log's record of state {id_} of order {order}", body, expected)
            found.setdefault(order, []).append(state)
        for row in rows:
            yield from _row(row, found.get(row[0], []))
    yield from _strays(programme)


def _strays(programme: Programme) -> Iterator[Offence]:
    """No state is kept for an order that is not here."""
    for id_, order in programme.access.fetch(_STRAYS):
        yield Offence(f"state {id_} of order {order}", "a state", "an order that it is of")


def touches(programme: Programme, _: Instant) -> Iterator[Offence]:
    """Resolving the evidence again gives the touches that settlement used."""
    resolver = Resolver(programme.access, programme.book, programme.secrets.click_id)
    for rows in _batches(programme):
        views = {str(row[0]): (row[1], codec.view(row[3])) for row in rows if row[3] is not None}
        named = {key: Named(connection, view.placed_at, view.evidence) for key, (connection, view) in views.items()}
        named |= _inherited(programme, [row[0] for row in rows])
        found = resolver.resolve(named)
        for row in rows:
            resolved = found.get(str(row[0]))
            if resolved is None or (row[9] and not resolved.waiting):
                continue  # a click has arrived since; the order is looked at again within a minute
            if resolved.waiting and not row[9]:
                yield Offence(f"evidence of order {row[0]}", "complete", "a click that is no longer here")
            recorded = codec.touches(row[4])
            if recorded != resolved.touches:
                yield Offence(f"evidence of order {row[0]}", codec.dump(recorded), codec.dump(resolved.touches))


def _inherited(programme: Programme, orders: list[int]) -> dict[str, Named]:
    """The evidence that exchanges have of the order they go back to."""
    origins = exchanges.origins(programme.access, orders)
    views = OrderRows(programme.access).views(origins.values())
    first = {heir: views[origin] for heir, origin in origins.items()}
    return {str(heir): Named(connection, view.placed_at, view.evidence) for heir, (connection, view) in first.items()}


def _batches(programme: Programme) -> Iterator[list[tuple[Any, ...]]]:
    after = 0
    while rows := programme.access.fetch(_ORDERS, {"after": after, "batch": _BATCH}):
        after = rows[-1][0]
        yield rows


def _row(row: tuple[Any, ...], known: list[OrderState]) -> Iterator[Offence]:
    id_, _, _, text, _, net, buyer, currency, status, _, frozen = row
    if not known or text is None:
        yield Offence(f"order {id_}", "a row", "no accepted state, so no row")
        return
    try:
        recorded, joined = codec.view(text), join(known)
    except (FanshareError, ValueError) as error:
        yield Offence(f"order {id_}", "a row and states", str(error))
        return
    if frozen:
        joined = replace(joined, buyer=recorded.buyer, placed_at=recorded.placed_at)
    if recorded != joined:
        yield Offence(f"order {id_}", codec.dump(recorded), codec.dump(joined))
    columns = (net, buyer, currency, status)
    expected = (joined.net, joined.buyer.identity, joined.currency, joined.status.value)
    if columns != expected:
        yield Offence(f"row of order {id_}", str(columns), str(expected))
    yield from _bounds(id_, joined)


def _bounds(id_: object, view: OrderView) -> Iterator[Offence]:
    """Refunds never exceed what was sold."""
    for line, kept in zip(view.lines, view.kept, strict=True):
        if not 0 <= kept <= line.net:
            yield Offence(f"line {line.id} of order {id_}", str(kept), f"0 to {line.net}")


def _leaf(programme: Programme, name: tuple[str, str], state: bytes, state_hash: str, accepted_at: Instant) -> str:
    """The record of a state, given as canonical JSON and its hash."""
    endpoint, external = name
    salt = commitments.derive_salt(programme.salts, "order_state", endpoint, external, state_hash)
    body = leaves.order_state(
        order=commitments.commit(commitments.ORDER, salt, {"connection": endpoint, "order": external}),
        state=commitments.commit_canonical(commitments.ORDER_STATE, salt, state),
        accepted_at=accepted_at,
    )
    return canonical(body).decode()
