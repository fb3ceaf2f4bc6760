"""Debts in the books that are edited behind their back."""

from dataclasses import replace

from fanshare.core.debts import BORNE_AFTER
from fanshare.core.instants import Instant
from fanshare.core.orders import Status
from fanshare.flows import debts
from fanshare.flows.rulings import absorb_debt
from tests.support.pg_books import PgBooks


def a_refund_after_all(books: PgBooks, now: Instant) -> None:
    """A paid order is cancelled after its payout; where that leaves a debt, the brand absorbs one."""
    paid = next(
        order for order in books.world.orders if (order.id, 1) in {(k.order, k.creator) for k in books.snapshot()}
    )
    newest = max(paid.states, key=lambda state: state.modified_at)
    books.accept([(paid.id, replace(newest, status=Status.CANCELLED, modified_at=now))], now)
    books.settle(now)
    debts.bear(books.programme, now + BORNE_AFTER)
    absorb_debt(books.programme, 1, "EUR", "left to the brand", now)
