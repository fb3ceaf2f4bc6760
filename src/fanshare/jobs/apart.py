"""Settle orders one by one after a batch has failed, so that one that can not be settled does not hold up the rest."""

import structlog
from psycopg import errors

from fanshare.core.instants import DAY, MINUTE, Instant
from fanshare.flows.context import Programme
from fanshare.flows.settle import Settled, settle_orders
from fanshare.store.access import RETRYABLE
from fanshare.store.queries import due, parts

log = structlog.get_logger(__name__)

BATCH = 100


def settle_apart(programme: Programme, now: Instant, *, batch: int = BATCH) -> Settled:
    """Settle up to ``batch`` due orders, each in a transaction of its own.

    An order that fails keeps the reason and is tried again later, after a minute at first and a day at most.
    """
    total = Settled()
    for order in due.orders(programme.access, now, batch):
        try:
            one = _settle_one(programme, order, now)
        except (errors.OperationalError, *RETRYABLE):
            raise
        except Exception as error:
            log.exception("order_not_settled", programme=programme.access.programme_id, order=order)
            due.put_off(programme.access, order, f"{type(error).__name__}: {error}", now, MINUTE, DAY)
        else:
            total.orders += one.orders
            total.parts += one.parts
            total.transfers += one.transfers
            total.leaves += one.leaves
    return total


def _settle_one(programme: Programme, order: int, now: Instant) -> Settled:
    access = programme.access
    with access.transaction():
        claimed = due.claim_order(access, order, now)
        if not claimed:
            return Settled()
        settled = settle_orders(access, programme.book, programme.holders, claimed, now)
        parts.done(access, claimed)
        return settled
