"""Reports of payments on their way in: merged into what is known, and made orders of where no shop tells of them."""

from collections.abc import Sequence

from fanshare.core.instants import Instant
from fanshare.core.orders import OrderState
from fanshare.core.payments import Payment, as_order, learn
from fanshare.core.twins import Role
from fanshare.store.access import Access
from fanshare.store.queries import payments
from fanshare.store.queries.sales import Places


def take_in(
    access: Access, connection: int, reports: Sequence[Payment], places: Places, now: Instant
) -> list[OrderState]:
    """Merge reports of payments of one connection into what is known; the states of the orders they amount to.

    With a shop connected no new order begins here; one that began before goes on. The caller owns the transaction.
    """
    before: dict[str, Payment] = payments.locked(access, connection, {one.payment_id for one in reports})
    after, news = dict(before), set[str]()
    for one in reports:
        after[one.payment_id], is_new = learn(after.get(one.payment_id), one)
        news |= {one.payment_id} if is_new else set()
    changed = [one for key, one in after.items() if one != before.get(key)]
    payments.write(access, connection, changed, news, now)
    told = [one for one in changed if one.payment_id in news]
    of_record = not places.has(Role.SHOP, on=True)
    orders = [as_order(one) for one in told if of_record or payments.own_order(access, connection, one.payment_id)]
    return [order for order in orders if order is not None]
