"""A brand's budget for a month: when it stops what links earn, when that goes on, and where the month is heading.

The rule is a fold over three facts: the budget as it stands, what the month's orders came to, and whether there is a
stop. A refund alone never ends a stop: links that go on and off with each parcel would be no promise to anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from fanshare.core.instants import DAY, Instant, local_date, month_begin, month_period
from fanshare.core.money import Micros

#: Before this much of a month is over its pace says nothing.
TELLING = 3 * DAY


class Turn(StrEnum):
    """What is to be done now."""

    STAY = "stay"
    STOP = "stop"
    GO_ON = "go_on"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop in force: since when, in which month (``2026-11``), and the budget that was reached."""

    since: Instant
    month: str
    budget: Micros


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in the programme's zone, half open, and the instant from which it is seen."""

    name: str
    begin: Instant
    end: Instant
    now: Instant


def turn(budget: Micros | None, spent: Micros, stop: Stop | None, month: str) -> Turn:
    """What a budget (``None``: there is none) asks for, given what the month's orders come to now.

    A stop ends with its month, with the budget itself, or when the budget was raised above what is spent.
    """
    if stop is None:
        return Turn.STOP if budget is not None and spent >= budget else Turn.STAY
    if budget is None or (budget > stop.budget and spent < budget):
        return Turn.GO_ON
    return Turn.GO_ON if stop.month != month and spent < budget else Turn.STAY


def left(budget: Micros, spent: Micros) -> Micros:
    """What is left, never below zero."""
    return max(0, budget - spent)


def forecast(spent: Micros, month: Month) -> Micros | None:
    """What the whole month comes to if it goes on as it began, rounded down; ``None`` where it is too early to tell."""
    passed = month.now - month.begin
    return spent * (month.end - month.begin) // passed if passed >= TELLING else None


def runs_out(budget: Micros, spent: Micros, month: Month) -> Instant | None:
    """When the budget is reached at the pace so far; ``None`` where that is not in this month, or too early to tell."""
    expected = forecast(spent, month)
    if expected is None or spent <= 0 or expected < budget or spent >= budget:
        return None
    return month.begin + (month.now - month.begin) * budget // spent


def month_of(now: Instant, tz: ZoneInfo) -> Month:
    """The calendar month of a time zone in which an instant lies."""
    begin = month_begin(now, tz)
    return Month(month_period(local_date(now, tz)), begin, month_begin(begin + 32 * DAY, tz), now)


def stretches(turns: Iterable[tuple[Instant, str, bool]]) -> list[tuple[Instant, bool]]:
    """From when on anything is stopped, and from when on nothing: of turns by currency, in the order of their time.

    A link knows no currency, so one that is stopped stops them all.
    """
    stopped: set[str] = set()
    found = []
    for since, currency, is_stop in turns:
        stopped = stopped | {currency} if is_stop else stopped - {currency}
        found.append((since, bool(stopped)))
    return found


def stopped_at(known: Iterable[tuple[Instant, bool]], at: Instant) -> bool:
    """Whether anything was stopped at an instant, by such stretches."""
    found = False
    for since, stopped in known:
        found = stopped if since <= at else found
    return found
