"""Poll: ask every shop that can be asked what has changed, for webhooks get lost and are not repeated."""

import structlog

from fanshare.core.errors import FanshareError
from fanshare.core.instants import MINUTE, Instant
from fanshare.core.orders import OrderState
from fanshare.flows.accept import Shop, accept
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.jobs.take import OpenFetch
from fanshare.store.queries import edge

log = structlog.get_logger(__name__)

EVERY = 10 * MINUTE
#: Two clocks and a slow transaction in the shop: look back a little further than the last time.
OVERLAP = 5 * MINUTE
BATCH = 100


def poll(programme: Programme, open_fetch: OpenFetch, now: Instant) -> int:
    """Ask the shops of a programme whose turn it is; returns how many orders had changed.

    A shop that does not answer is asked again at the next turn; its cursor stays where it was.
    """
    changed = 0
    for shop in connections(programme):
        if shop.on and shop.can_fetch and (shop.poll_cursor_at is None or shop.poll_cursor_at <= now - EVERY):
            try:
                changed += _poll_one(programme, shop, open_fetch, now)
            except FanshareError as error:
                log.warning("shop_not_polled", endpoint=shop.endpoint, code=error.code, error=error.message)
    return changed


def _poll_one(programme: Programme, shop: Connection, open_fetch: OpenFetch, now: Instant) -> int:
    fetch = open_fetch(programme, shop)
    if fetch is None:
        return 0
    since = now - EVERY if shop.poll_cursor_at is None else shop.poll_cursor_at
    changed = 0
    states: list[OrderState] = []
    for state in fetch.modified_after(max(0, since - OVERLAP)):
        states.append(state)
        if len(states) >= BATCH:
            changed += _accept(programme, shop, states, now)
            states = []
    changed += _accept(programme, shop, states, now)
    edge.polled(programme.access, shop.id, now)
    return changed


def _accept(programme: Programme, shop: Connection, states: list[OrderState], now: Instant) -> int:
    if not states:
        return 0
    with programme.access.transaction():
        found = accept(programme.access, Shop(shop.id, shop.endpoint), states, programme.book, programme.secrets, now)
    return len(found.changed)
