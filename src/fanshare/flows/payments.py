"""Payments as facts of orders, whichever of the two came first.

Finds the order that a payment pays (also long after the payment came), lets its payer's fingerprint count as evidence
of an own purchase, and makes of its disputes what ``desired`` reads: rulings of the provider, in the log like a
person's.

The rulings are derived from how all disputes of an order stand now, not from messages: whatever is told first, the
last ruling says the same. What a person decided before a dispute stands again when the dispute is over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanshare.core.instants import DAY, Instant
from fanshare.core.payments import Dispute, Payment, Stage, takes_all
from fanshare.core.twins import Sale, same_sale
from fanshare.flows.context import Programme
from fanshare.flows.rulings import NewRuling, rule
from fanshare.store.access import Access
from fanshare.store.queries import payments, sales
from fanshare.store.queries.orders import OrderRows
from fanshare.store.queries.payments import Due, Stance
from fanshare.store.queries.sales import Places

#: A dispute holds an order this long after it was opened; then the share is released by itself.
DISPUTE_HOLD = 90 * DAY
BATCH = 100

_HELD = "The bank of the buyer asks for the money of this sale back; it is held until that is decided."
_LOST = "The bank of the buyer took the money of this sale back."
_OVER = "The dispute about this sale ended well; what was held or taken back stands as before."


@dataclass(slots=True)
class Attached:
    """What one batch did."""

    payments: int = 0
    rulings: int = 0


def attach(programme: Programme, now: Instant, *, batch: int = BATCH) -> Attached:
    """Look at payments that are due, in one transaction: find their orders and rule what their disputes ask for."""
    access, result = programme.access, Attached()
    if not payments.any_due(access):
        return result
    with access.transaction():
        places = sales.places(access)
        orders: set[int] = set()
        for one in payments.due(access, batch):
            found = _orders_of(access, places, one)
            order = found[0] if len(found) == 1 else None
            payments.done(access, one.id, order, several=len(found) > 1)
            orders |= {order} if order is not None else set()
            result.payments += 1
        OrderRows(access).due(orders, now, "payment")
        for order in sorted(orders):
            result.rulings += _rule(programme, order, now)
    return result


def _orders_of(access: Access, places: Places, one: Due) -> list[int]:
    """The orders that count and that a payment pays: its own, or those that are the same sale."""
    own = payments.own_order(access, one.connection_id, one.payment.payment_id)
    sale = as_sale(places, one)
    near = sales.called_alike(access, places, [sale]) | ({own} if own is not None else set())
    known, twins = sales.sales(access, places, near)
    if own is not None and own in known:
        return [twins.get(own, own)]
    return sorted(order for order, other in known.items() if order not in twins and same_sale(sale, other))


def as_sale(places: Places, one: Due) -> Sale:
    """A payment as a sale that can be compared with orders."""
    told = one.payment
    place = places[one.connection_id]
    return Sale(place, told.payment_id, told.placed_at, told.currency, told=frozenset(told.names), test=told.test)


def _rule(programme: Programme, order: int, now: Instant) -> int:
    """One ruling, if the disputes of an order ask for another one than stands; how many were made."""
    stances = payments.stances(programme.access, order)
    ours = [index for index, one in enumerate(stances) if one.provider]
    stands = stances[ours[-1]] if ours else None
    wanted = _wanted(payments.of_order(programme.access, order), now)
    if wanted is None and (stands is None or not _to_take_back(stands, now)):
        return 0
    if wanted is not None and stands is not None and (wanted.kind, wanted.until) == (stands.kind, stands.until):
        return 0
    new = wanted or _as_before(stances, ours, now)
    evidence = {"code": "dispute", "provider": new.provider, "dispute": new.dispute}
    rule(
        programme, NewRuling(new.kind, new.reason, order, until=new.until, evidence=evidence, by="provider:stripe"), now
    )
    return 1


def _to_take_back(stands: Stance, now: Instant) -> bool:
    """Whether a dispute's ruling still works: a hold that ended by itself needs no release."""
    runs_on = stands.kind == "denied" or (stands.kind == "held" and (stands.until or 0) > now)
    return runs_on and stands.dispute != ""


def _wanted(known: Iterable[Payment], now: Instant) -> Stance | None:
    """What the disputes of an order ask for now: all of its money was taken back, or may be."""
    disputes = [(one, payment) for payment in known for one in payment.disputes]
    lost = [one for one, payment in disputes if one.stage is Stage.LOST and takes_all(payment, one)]
    if lost:
        return Stance("denied", _LOST, None, "stripe", min(one.id for one in lost))
    open_ = [(_held_until(one, now), one.id) for one, _ in disputes if one.stage is Stage.OPEN]
    if not open_ or max(open_)[0] <= now:
        return None
    until, dispute = max(open_)
    return Stance("held", _HELD, until, "stripe", dispute)


def _held_until(dispute: Dispute, now: Instant) -> Instant:
    """The same moment whenever the dispute became known; a provider's clock that runs ahead does not count."""
    return min(dispute.opened_at, now) + DISPUTE_HOLD


def _as_before(stances: Sequence[Stance], ours: Sequence[int], now: Instant) -> Stance:
    """What a person had decided before the dispute, or that nothing is held."""
    dispute = stances[ours[-1]].dispute
    persons = [one for one in stances if not one.provider]
    last = persons[-1] if persons else None
    if last is not None and last.kind == "denied":
        return Stance("denied", last.reason, None, "stripe", "")
    if last is not None and last.kind == "held" and last.until is not None and last.until > now:
        return Stance("held", last.reason, last.until, "stripe", "")
    return Stance("released", _OVER, None, "stripe", dispute)
