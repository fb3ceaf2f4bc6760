"""The shapes of money that leaves: runs, payments, and what their records say."""

from typing import Literal

from ninja import Schema

from fanshare.api.money_shape import Money
from fanshare.core.payout_item import State
from fanshare.core.reconciliation import What


class RunSum(Schema):
    """What a run comes to in one currency, and of how many payments nobody has said the end yet."""

    payments: int
    open: int
    amount: Money


class RunOut(Schema):
    """A payout run: people who are paid together."""

    id: str
    state: Literal["planned", "approved", "frozen", "sent"]
    planned_at: str
    approved_at: str | None
    sent_at: str | None
    totals: list[RunSum]


class ConvertedOut(Schema):
    """What of a balance in another currency a payment is made of, and by which rates: so much of each currency for one
    of the source's base (of the ECB: the euro). Until the payment is sent they are those of when it was planned.
    """

    taken: Money
    source: str
    day: str
    taken_per: str
    paid_per: str


class PaymentOut(Schema):
    """A payment of a run; ``reference`` from the moment it was sent, ``reason`` as the payee reads it."""

    id: str
    party: str
    amount: Money
    state: State
    reference: str | None
    reason: str
    converted: ConvertedOut | None = None


class TotalOut(Schema):
    """A run in one currency by each of its records, and what became of its payments."""

    payments: int
    run: Money
    file: Money
    booked: Money
    confirmed: Money
    marked: Money
    back: Money
    open: Money
    looked: Money


class DifferenceOut(Schema):
    """Where the records of a run differ, by reference; ``settled`` where a person has decided what is true."""

    what: What
    reference: str
    run: str
    other: str
    settled: bool


class OddOut(Schema):
    """What a file of a bank said that fits no payment of the run."""

    reference: str
    what: str
    at: str


class ComparedOut(Schema):
    """Run, file, books and what was said beside each other."""

    agrees: bool
    totals: list[TotalOut]
    differences: list[DifferenceOut]
    odd: list[OddOut]
