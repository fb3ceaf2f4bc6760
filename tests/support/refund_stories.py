"""What shop and payment provider tell of a row of the matrix of refunds, for the core and for the books alike."""

from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.orders import Evidence, Line, OrderState, Refund, Status
from fanshare.core.payments import Basket, Charge, Dispute, Payment, Report, Stage
from tests.support.refund_matrix import BESIDES, GOODS, PAID, Row, Step
from tests.support.sales import EPOCH

#: When the first thing is told: every share is ready by then.
TOLD: Instant = EPOCH + 31 * DAY


def at(number: int) -> Instant:
    """When the step of a number is told."""
    return TOLD + number * HOUR


def told(row: Row, number: int, evidence: Evidence, order_id: str = "1") -> Report:
    """The order with its refunds, or where there is a dispute in the row the payment with it."""
    step, unit = row.steps[number], row.unit
    state = OrderState(
        order_id=order_id,
        birth="" if row.way.startswith("dispute") else "b",
        modified_at=at(number),
        placed_at=EPOCH,
        status=Status.CAPTURED,
        currency=row.currency,
        lines=tuple(Line(str(index + 1), units * unit) for index, units in enumerate(GOODS)),
        tax=BESIDES * unit,
        total=PAID * unit,
        refunds=tuple(_refund(index, name, units, step, unit) for index, (name, units) in enumerate(step.back)),
        fetched=True,
        evidence=evidence,
    )
    return _payment(row, number, state) if row.way.startswith("dispute") else state


def _refund(index: int, name: str, units: int, step: Step, unit: int) -> Refund:
    lines = (("2", units * unit),) if step.line else ()
    return Refund(name, TOLD + index, units * unit, lines)


def _payment(row: Row, number: int, state: OrderState) -> Payment:
    """The provider's word of the payment; a dispute that was won goes on standing in it."""
    step, when = row.steps[number], at(number)
    charge = Charge(when, EPOCH, row.currency, PAID * row.unit, 0)
    disputes = (Dispute("dp_1", at(1), when, step.asked * row.unit, Stage(step.dispute)),) if step.dispute else ()
    return Payment(state.order_id, when, (), False, Basket(when, 1, state), charge, disputes, fetched=True)
