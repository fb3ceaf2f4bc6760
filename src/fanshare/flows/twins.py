"""The twin rule at work: of the orders that tell one sale, only that of the connection of record counts.

What makes two orders one sale, and which of them counts, is decided by ``fanshare.core.twins`` and does not depend on
which came first. An order that turns out to be a twin is worth nothing from then on: the next settlement takes back
what it had brought.
"""

from collections.abc import Iterable

from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant
from fanshare.core.twins import twin_of
from fanshare.store.access import Access
from fanshare.store.queries import sales
from fanshare.store.queries.orders import OrderRows
from fanshare.store.queries.sales import Places


def mark_twins(access: Access, places: Places, changed: Iterable[int], now: Instant) -> dict[int, int]:
    """Compare changed orders with those that may tell the same sale; has them settled again where the answer changed.

    The caller holds ``sales.lock``. Returns which of the changed orders are twins, and of which order.
    """
    wanted = set(changed)
    if len(places) < 2 or not wanted:
        return {}
    first, _ = sales.sales(access, places, wanted)
    ring = sales.called_alike(access, places, first.values())
    second, _ = sales.sales(access, places, ring | wanted)
    outer = sales.called_alike(access, places, second.values())
    known, before = sales.sales(access, places, outer | ring | wanted)
    after = {order: twin_of(sale, known.items()) for order, sale in known.items() if order in ring | wanted}
    news = {order: twin for order, twin in after.items() if twin != before.get(order)}
    sales.set_twins(access, news)
    OrderRows(access).due(news, now, "twin")
    return {order: twin for order, twin in after.items() if twin is not None and order in wanted}


def as_refusal(access: Access, twin: int) -> ConflictError:
    """Why the delivery of a twin is parked."""
    counted = sales.title(access, twin)
    return ConflictError(
        "twin", "This sale is counted as %(counted)s; what this connection says of it is kept only.", counted=counted
    )
