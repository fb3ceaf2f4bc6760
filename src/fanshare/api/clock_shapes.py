"""The shapes of when money is paid: clocks of shares, days of paying, how promptly a programme pays."""

from typing import Literal

from ninja import Schema

from fanshare.api.money_shape import Money
from fanshare.core.payment_clock import Step, Wait


class WaitOut(Schema):
    """Something that money waits for; ``until`` where it ends by itself."""

    why: Wait
    until: str | None


class ClockOut(Schema):
    """Where a share is on its way, since or from when it is ready, and which day (``YYYY-MM-DD``) or run takes it.

    ``kept`` and ``given``: what of it left without a run, as a code of the shop or as a gift; where that is all of it,
    the ``step`` says so, and ``credit`` is the code's number.
    """

    step: Step
    ready_at: str | None
    pays_on: str | None
    run: str | None
    paid_at: str | None
    waits: list[WaitOut]
    credit: str | None
    kept: Money
    given: Money


class PaysOut(Schema):
    """On which days a programme pays: of the month (1 to 28) or of the week (1 is Monday), and the next one."""

    every: Literal["month", "week"]
    day: int
    next: str


class WayOut(Schema):
    """A way by which is paid: to a bank, or by a provider, which may have a smallest payment of its own."""

    way: Literal["bank", "stripe", "paypal", "tremendous"]
    minimum: Money


class PaidOut(Schema):
    """From which sum on somebody is paid in the programme's currency (0: from the smallest coin), and by which ways."""

    minimum: Money
    ways: list[WayOut]


class PunctualityOut(Schema):
    """Half of ``shares`` shares were paid within ``days`` days; with ``unpaid`` half have waited at least that long."""

    days: int
    unpaid: bool
    shares: int
