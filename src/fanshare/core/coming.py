"""What comes to somebody from a programme: in parts, each with its clock, and how long after a day of paying it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fanshare.core.money import Micros
from fanshare.core.payment_clock import Clock, Step, Wait, Waiting
from fanshare.core.payout_schedule import Schedule

#: What keeps money back though whoever earned it has done everything: then a day of paying that passed is the brand's.
_NOT_HERS = frozenset({Wait.UNFUNDED, Wait.NO_RATE, Wait.DAY, Wait.RUN, Wait.APPROVAL, Wait.SENDING, Wait.FROZEN})


@dataclass(frozen=True, slots=True)
class Coming:
    """A part (micros of ``currency``) of what comes. ``day``: of paying, as far as it is known, else when it is ready.

    ``late`` counts days since a day of paying that passed without it; 0 where none did, or where it waits for her.
    ``least``: the smallest payment in this currency, in micros.
    """

    currency: str
    amount: Micros
    clock: Clock
    day: date | None = None
    late: int = 0
    least: Micros = 0


def passed(schedule: Schedule | None, since: date | None, today: date) -> date | None:
    """The first day of paying after ``since``, the last for which a run was planned, that went by without one."""
    if schedule is None or since is None:
        return None
    day = schedule.on_or_after(since + timedelta(days=1))
    return day if day < today else None


def day_of_run(schedule: Schedule | None, planned: date, *, by_schedule: bool) -> date | None:
    """The day of paying that a run of a day is for. One planned by a person is for the next that comes."""
    if schedule is None:
        return None
    return schedule.on_or_before(planned) if by_schedule else schedule.on_or_after(planned)


def days_late(clock: Clock, day: date | None, today: date) -> int:
    """How many days ago a day of paying passed for what is not sent yet and waits for nothing of hers."""
    if day is None or clock.step not in (Step.READY, Step.PLANNED) or not brands(clock.waits):
        return 0
    return max(0, (today - day).days)


def brands(waits: Iterable[Waiting]) -> bool:
    """Whether whoever earned it can do nothing about what it waits for."""
    return all(one.why in _NOT_HERS for one in waits)
