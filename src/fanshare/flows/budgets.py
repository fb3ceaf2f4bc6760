"""A brand's budget for a month: set by a person, watched by the worker, told to creators and fans.

A stop is a fact of the programme and not of its links: while it lasts every click and code counts as one of a paused
link, and those that a person paused herself stay hers to resume. What was clicked before it is paid, whatever it costs.
"""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fanshare.config.keys import Keys
from fanshare.core import leaves
from fanshare.core.budget import Month, Stop, Turn, forecast, left, month_of, runs_out, turn
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, MINUTE, Instant
from fanshare.core.money import Micros, exponent, format_minor, from_minor_units, minor_units
from fanshare.flows import outbox
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.access import Access
from fanshare.store.queries import budgets
from fanshare.store.queries.budgets import Turned

#: News older than this are told nobody any more.
FRESH = 2 * DAY
#: A turn begins a little later than it is decided: what is accepted meanwhile keeps what it was told, and whoever
#: clicks before the edge can know is paid.
AHEAD = MINUTE
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """How one currency's budget stands; ``None`` where there is none. ``stopped_at`` is that of a stop in force."""

    currency: str
    budget: Micros | None
    spent: Micros
    left: Micros
    forecast: Micros | None
    runs_out: Instant | None
    stopped_at: Instant | None


def standings(access: Access, tz: ZoneInfo, now: Instant) -> list[Standing]:
    """Every currency that has a budget or a stop, with what this month came to."""
    month = month_of(now, tz)
    amounts, turned = budgets.amounts(access), budgets.newest(access)
    stopped = {one.currency: one.since for one in turned.values() if one.stopped}
    wanted = sorted({currency for currency, amount in amounts.items() if amount is not None} | set(stopped))
    spent = budgets.spent(access, month.begin, month.end) if wanted else {}
    return [_standing(one, amounts.get(one), spent.get(one, 0), month, stopped.get(one)) for one in wanted]


def set_budget(programme: Programme, tz: ZoneInfo, currency: str, amount: Micros | None, now: Instant) -> None:
    """Set a currency's budget from now on, or (``None``) take it away; a stop begins or ends at once.

    Raises ``BadInputError``: ``bad_budget``, ``unknown_currency``.
    """
    exponent(currency)
    if amount is not None and (amount < 0 or from_minor_units(minor_units(amount, currency), currency) != amount):
        raise BadInputError("bad_budget", "A budget is an amount such as 1500 or 1500.50, or nothing for none.")
    access = programme.access
    with access.transaction():
        budgets.lock(access)
        budgets.add(access, currency, amount, now)
        said = "none" if amount is None else f"{format_minor(amount, currency)} a month"
        noted(access, "budget.set", now, f"{currency}: {said}")
        _turn(access, tz, now)


def watch(access: Access, tz: ZoneInfo, now: Instant) -> int:
    """Stop, or go on, where the budgets say so; how many currencies turned.

    Looked at without a lock first; whoever has the lock looks again, so two workers stop once.
    """
    if not _asked_for(access, month_of(now, tz)):
        return 0
    with access.transaction():
        budgets.lock(access)
        return _turn(access, tz, now)


def tell(access: Access, keys: Keys, now: Instant) -> int:
    """Put the mails about the newest turn into the outbox, at most 500; how many."""
    with access.transaction():
        waiting = budgets.news(access)
        if waiting is None:
            return 0
        turn_id, told_to = waiting
        parties = budgets.readers(access, told_to, _AT_ONCE)
        for party in parties:
            content = {"programme": access.programme_id, "party": party, "turn": turn_id}
            outbox.put(access.conn, keys, outbox.BUDGET, f"{access.programme_id}/{party}/{turn_id}", content, now)
        budgets.told(access, turn_id, parties[-1] if parties else told_to, done=len(parties) < _AT_ONCE)
    return len(parties)


def turn_leaf(one: Turned) -> dict[str, Any]:
    """The log leaf of a turn. What a brand spends stays hers: only that links count no more is for everybody."""
    return leaves.budget_turn(currency=one.currency, month=one.month, stopped=one.stopped, since=one.since)


def _asked_for(access: Access, month: Month) -> list[Turned]:
    """The turns that are due now; their ids are not known yet."""
    amounts, turned = budgets.amounts(access), budgets.newest(access)
    if not any(one.stopped for one in turned.values()) and all(amount is None for amount in amounts.values()):
        return []
    spent = budgets.spent(access, month.begin, month.end)
    found = []
    for currency, amount in sorted(amounts.items()):
        last, paid = turned.get(currency), spent.get(currency, 0)
        stop = Stop(last.since, last.month, last.budget or 0) if last is not None and last.stopped else None
        asked = turn(amount, paid, stop, month.name)
        if asked is not Turn.STAY:
            since = month.now + AHEAD if last is None else max(month.now + AHEAD, last.since + 1)
            found.append(Turned(0, currency, asked is Turn.STOP, month.name, amount, paid, since))
    return found


def _turn(access: Access, tz: ZoneInfo, now: Instant) -> int:
    due = _asked_for(access, month_of(now, tz))
    for one in due:
        budgets.turn(access, one, log_store.append(access, [turn_leaf(one)]))
    return len(due)


def _standing(
    currency: str, budget: Micros | None, spent: Micros, month: Month, stopped_at: Instant | None
) -> Standing:
    return Standing(
        currency,
        budget,
        spent,
        0 if budget is None else left(budget, spent),
        forecast(spent, month),
        None if budget is None else runs_out(budget, spent, month),
        stopped_at,
    )
