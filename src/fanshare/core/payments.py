"""What a payment provider says of one payment, and the order it amounts to where no shop tells of one.

A provider's messages each show one side of a payment: the checkout shows what was sold, the charge how much was taken
and given back so far, a dispute how it stands. ``merge`` keeps the newest of every side and is commutative,
associative and idempotent, so that messages may come in any order and any number of times. ``as_order`` makes an order
state of what is known; ``None`` while nothing says what was sold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce

from fanshare.core.instants import SECOND, Instant
from fanshare.core.money import Micros
from fanshare.core.order_documents import state_hash
from fanshare.core.orders import OrderState, Refund, Status

#: The provider's sum of all that went back is one refund of this name.
REFUNDED = "refunded"


class Stage(StrEnum):
    """How a dispute stands. A later stage wins among reports of one second."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


_STAGES = {Stage.OPEN: 0, Stage.WON: 1, Stage.LOST: 2}


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute as reported at ``at``: ``money`` in micros is what the buyer's bank asks back."""

    id: str
    opened_at: Instant
    at: Instant
    money: Micros
    stage: Stage
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """The money of a payment as reported at ``at``; micros of ``currency``.

    ``refunded`` is the sum of everything that went back until then: a state, not an event. ``fingerprint`` is the
    pseudonym of the card or account that paid, empty when the provider tells none.
    """

    at: Instant
    charged_at: Instant
    currency: str
    captured: Micros
    refunded: Micros
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """What was sold, as reported at ``at``. ``detail`` says how much the source knows: a checkout more than a charge.

    ``order`` holds neither refunds nor the payer's fingerprint; its ``modified_at`` is ``at``.
    """

    at: Instant
    detail: int
    order: OrderState


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as reported until ``modified_at``.

    ``names`` are names of the same sale (``fanshare.core.twins``), sorted, without repeats. ``fetched`` says that the
    provider was asked and did not only report. ``revision`` counts how often something new was merged in: it makes a
    later order state of the payment the newer one, also within a second of the provider.
    """

    payment_id: str
    modified_at: Instant
    names: tuple[str, ...] = ()
    test: bool = False
    basket: Basket | None = None
    charge: Charge | None = None
    disputes: tuple[Dispute, ...] = ()
    fetched: bool = False
    revision: int = 0

    @property
    def order_id(self) -> str:
        """The payment's id is also the id of the order it amounts to."""
        return self.payment_id

    @property
    def currency(self) -> str:
        """The currency of the money that moved, else that of what was sold; empty when neither is known."""
        return self.charge.currency if self.charge else self.basket.order.currency if self.basket else ""

    @property
    def placed_at(self) -> Instant:
        """When the basket was made, else when the money was taken, else when it was first disputed."""
        if self.basket is not None:
            return self.basket.order.placed_at
        if self.charge is not None:
            return self.charge.charged_at
        return min((dispute.opened_at for dispute in self.disputes), default=self.modified_at)


#: What a connector may tell: the state of an order, or a payment.
type Report = OrderState | Payment


def merge(one: Payment, other: Payment) -> Payment:
    """Both reports of one payment together. Raises ``ValueError`` for two different payments."""
    if one.payment_id != other.payment_id:
        raise ValueError("these reports are of two payments")
    disputes = {dispute.id: dispute for dispute in sorted((*one.disputes, *other.disputes), key=_dispute_rank)}
    return Payment(
        payment_id=one.payment_id,
        modified_at=max(one.modified_at, other.modified_at),
        names=tuple(sorted({*one.names, *other.names})),
        test=one.test or other.test,
        basket=max(filter(None, (one.basket, other.basket)), key=_basket_rank, default=None),
        charge=max(filter(None, (one.charge, other.charge)), key=_charge_rank, default=None),
        disputes=tuple(disputes[key] for key in sorted(disputes)),
        fetched=one.fetched or other.fetched,
        revision=max(one.revision, other.revision),
    )


def merged(reports: Iterable[Payment]) -> Payment:
    """All reports of one payment together. Raises ``ValueError`` for none, or reports of several."""
    every = list(reports)
    if not every:
        raise ValueError("a payment needs at least one report")
    return reduce(merge, every)


def learn(known: Payment | None, report: Payment) -> tuple[Payment, bool]:
    """What is known of a payment after one more report of it, and whether that says anything new.

    A report that only repeats what is known still counts as the newer word: what was told before it and comes after
    it changes nothing.
    """
    after = report if known is None else merge(known, report)
    if known is not None and _timeless(known) == _timeless(after):
        return after, False
    return replace(after, revision=after.revision + 1), True


def as_order(payment: Payment) -> OrderState | None:
    """The order state that a payment amounts to; ``None`` while nothing says what was sold.

    The sum of what went back is one refund that names no goods, and so is what a lost dispute took of an order that
    keeps the rest. A dispute about all that the order still holds is no refund but a ruling: see ``takes_all``.
    The state supersedes those made of the payment before: which refunds stand in it, and who is named first, changes
    with what becomes known, and does not add up.
    """
    if payment.basket is None:
        return None
    basket, charge = payment.basket.order, payment.charge
    return replace(
        basket,
        order_id=payment.payment_id,
        birth=payment.payment_id,
        modified_at=payment.modified_at + min(payment.revision, SECOND - 1),
        status=_status(basket, charge),
        refunds=_refunds(basket, charge, payment.disputes),
        test=payment.test,
        buyer=replace(basket.buyer, payment=charge.fingerprint if charge else ""),
        fetched=payment.fetched,
        aliases=payment.names,
        supersedes=True,
    )


def takes_all(payment: Payment, dispute: Dispute) -> bool:
    """Whether a dispute is about all the money that had not been given back; also while that is not known."""
    charge = payment.charge
    return charge is None or dispute.money + charge.refunded >= charge.captured


def _timeless(payment: Payment) -> Payment:
    """What a payment says, whenever it was reported."""
    basket = payment.basket and replace(payment.basket, at=0, order=replace(payment.basket.order, modified_at=0))
    charge = payment.charge and replace(payment.charge, at=0)
    disputes = tuple(replace(dispute, at=0) for dispute in payment.disputes)
    return replace(payment, modified_at=0, basket=basket, charge=charge, disputes=disputes, revision=0)


def _status(basket: OrderState, charge: Charge | None) -> Status:
    if basket.status is Status.OPEN and charge is not None and charge.captured > 0:
        return Status.CAPTURED
    return basket.status


def _refunds(basket: OrderState, charge: Charge | None, disputes: tuple[Dispute, ...]) -> tuple[Refund, ...]:
    """Zero is told too: a refund that failed leaves the same name with less behind it."""
    if charge is None:
        return ()
    scale = (basket.total, charge.captured) if charge.currency != basket.currency and charge.captured else (1, 1)
    found = [Refund(REFUNDED, charge.charged_at, charge.refunded * scale[0] // scale[1])]
    for dispute in disputes:
        if dispute.money + charge.refunded < charge.captured:
            lost = dispute.money if dispute.stage is Stage.LOST else 0
            found.append(Refund(dispute.id, dispute.opened_at, lost * scale[0] // scale[1]))
    return tuple(found)


def _dispute_rank(dispute: Dispute) -> tuple[Instant, int, Micros, Instant, str]:
    return dispute.at, _STAGES[dispute.stage], dispute.money, dispute.opened_at, dispute.reason


def _charge_rank(charge: Charge) -> tuple[Instant, Micros, Micros, Instant, str, str]:
    return charge.at, charge.captured, charge.refunded, charge.charged_at, charge.currency, charge.fingerprint


def _basket_rank(basket: Basket) -> tuple[bool, int, Instant, str]:
    return basket.order.fetched, basket.detail, basket.at, state_hash(basket.order)
