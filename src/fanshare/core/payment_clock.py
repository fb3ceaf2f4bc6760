"""The clock of a share: when it is ready, which run takes it, what it waits for. Pages and the API tell the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import Ready, Why, kept, reasons


class Step(StrEnum):
    """Where a share is on its way to whoever earned it."""

    GONE = "gone"  # a refund or a decision took all of it
    WAITING = "waiting"
    CHECKED = "checked"  # held: somebody looks at it
    UNCLAIMED = "unclaimed"  # nobody we know has asked for it yet
    READY = "ready"
    PLANNED = "planned"  # in a run that was not sent yet
    LEAVING = "leaving"  # sent
    LOOKED = "looked"  # the answers of the bank do not match
    PAID = "paid"
    KEPT = "kept"  # a code of the shop holds it, which was not used yet
    SPENT = "spent"  # such a code was used
    GIVEN = "given"  # she gave it to a creator


class Wait(StrEnum):
    """What a share waits for. Those that are also why a run leaves a balance out have the same name as there."""

    SHIPMENT = "shipment"  # goods that were not sent yet
    MATURITY = "maturity"
    CHECK = "check"
    CLAIM = "claim"
    NEGATIVE = "negative"
    ERASED = "erased"
    RESTORED = "restored"
    STOPPED = "stopped"
    CHANGED = "changed"
    NO_ACCOUNT = "no_account"
    NO_FORM = "no_form"
    NO_RAIL = "no_rail"
    NO_RATE = "no_rate"
    UNFUNDED = "unfunded"
    UNDERWAY = "underway"
    BELOW_UNIT = "below_unit"
    BELOW_MINIMUM = "below_minimum"
    DAY = "day"  # the next day of paying
    RUN = "run"  # the next run: the brand tells no days
    CREDIT = "credit"  # nothing but herself: until now the brand pays by shop credit alone
    CODE = "code"  # the shop makes the code
    USE = "use"  # the code can be used, or taken back
    ENDING = "ending"  # the shop ends the code; then it is ready again
    GOAL = "goal"  # the goal that she gave it to
    APPROVAL = "approval"
    SENDING = "sending"
    FROZEN = "frozen"
    ARRIVAL = "arrival"
    DECISION = "decision"


class Waiting(NamedTuple):
    """One of them, and until when; 0 where nobody knows."""

    why: Wait
    until: Instant = 0


class Part(NamedTuple):
    """What of a share left without a run: ``step`` is kept, spent or given; ``at`` is when it came to that."""

    step: Step
    amount: Micros
    at: Instant
    credit: int | None = None
    wait: Waiting | None = None


class Share(NamedTuple):
    """What the clock is asked about. ``ready_since`` is when it came to ``available``, for one that is there.

    ``parts``: what of it left without a run (``core.set_aside``).
    """

    amount: Micros
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None
    ready_since: Instant | None = None
    parts: tuple[Part, ...] = ()


class Taker(NamedTuple):
    """A payment of a run to the same payee in the same currency, and when it came to its state.

    ``sent_at`` is when the run was sent, ``None`` before.
    """

    run: int
    planned_at: Instant
    frozen: bool
    state: State
    changed_at: Instant
    sent_at: Instant | None = None


class Clock(NamedTuple):
    """``ready_at``: when it is or was ready; ``day``: the day of paying that takes it; ``run``: the run that took it.

    ``paid_at`` where it has arrived, or its code was used. What it waits for comes in the order in which it ends.
    ``kept`` and ``given``, in micros: what of it a code of the shop holds or held, and what she gave away; where that
    is all of it, the ``step`` says so and ``credit`` is the code, else the rest of the clock is of what remains.
    """

    step: Step
    ready_at: Instant | None = None
    day: date | None = None
    run: int | None = None
    paid_at: Instant | None = None
    waits: tuple[Waiting, ...] = ()
    credit: int | None = None
    kept: Micros = 0
    given: Micros = 0


#: What keeps a payee's money back when a share of hers becomes ready later; the rest is about the balance of now.
_ALSO_THEN = frozenset({Why.NEGATIVE, Why.ERASED, Why.STOPPED, Why.CHANGED, Why.NO_FORM, Why.NO_ACCOUNT, Why.NO_RAIL})
#: What has a date, or ends by the next run.
_DATED = frozenset({Wait.CHANGED, Wait.UNDERWAY, Wait.DAY, Wait.RUN, Wait.NEGATIVE})
#: Of parts that differ the share is at the one that is least over.
_LEAST_OVER = (Step.KEPT, Step.GIVEN, Step.SPENT)
type Days = Callable[[Instant], date | None]


def clock(share: Share, payee: Ready, minimum: Mapping[str, Micros], takers: Iterable[Taker], days: Days) -> Clock:
    """The clock of a share of a payee. ``days`` gives the day of paying that takes what is ready at an instant."""
    if not share.amount:
        return Clock(Step.GONE)
    if share.bucket == "unclaimed":
        return Clock(Step.UNCLAIMED, share.matures_at, waits=(*_maturity(share), Waiting(Wait.CLAIM)))
    if share.bucket != "available":
        return _to_come(share, payee, days)
    since = share.ready_since or share.matures_at
    given = sum(part.amount for part in share.parts if part.step is Step.GIVEN)
    kept_ = sum(part.amount for part in share.parts) - given
    if kept_ + given >= share.amount > 0:
        return _left(since, share.parts)._replace(kept=kept_, given=given)
    taker = taken_by(since or 0, takers)
    found = _ready(since, payee, minimum, days) if taker is None else _taken(since, taker)
    return found._replace(kept=kept_, given=given)


def taken_by(ready: Instant, takers: Iterable[Taker]) -> Taker | None:
    """The first run that was planned when a share was ready, and whose payment neither failed nor came back.

    A run takes all that is ready when it is planned. What came back is ready again, and a later one takes it.
    """
    fitting = [one for one in takers if one.planned_at >= ready and one.state not in (State.FAILED, State.RETURNED)]
    return min(fitting, key=lambda one: (one.planned_at, one.run), default=None)


def payee_waits(payee: Ready, minimum: Mapping[str, Micros]) -> tuple[Waiting, ...]:
    """What keeps a balance that is ready out of the next run; empty where nothing does."""
    why = kept(payee, minimum)
    return () if why is None else (_of(why, payee),)


def payee_clock(
    payee: Ready, minimum: Mapping[str, Micros], now: Instant, days: Days
) -> tuple[tuple[Waiting, ...], date | None]:
    """What keeps a balance that is ready back, and the day of paying that takes it, where one is known."""
    waits = payee_waits(payee, minimum)
    if not payee.balance or Wait.NEGATIVE in {one.why for one in waits}:
        return waits if payee.balance else (), None
    return waits, _day(now, waits, days)


def _to_come(share: Share, payee: Ready, days: Days) -> Clock:
    """Not ready yet: what it waits for by itself, then what will keep its payee's money back."""
    checked = share.bucket == "held"
    own = [*_maturity(share)]
    if checked:  # a return window that ends before the check does is nothing to wait for
        own = [one for one in own if not 0 < one.until <= (share.held_until or 0)]
        own.append(Waiting(Wait.CHECK, share.held_until or 0))
    ready = max(one.until for one in own) if all(one.until for one in own) else None
    also = [one for one in _lasting(payee) if not (one.until and ready is not None and one.until <= ready)]
    day = None if ready is None else _day(ready, also, days)
    return Clock(Step.CHECKED if checked else Step.WAITING, ready, day, waits=(*own, *also))


# A list asks for the same payee in every line.
@lru_cache(maxsize=64)
def _lasting(payee: Ready) -> tuple[Waiting, ...]:
    """What keeps a payee's money back whenever it becomes ready."""
    return tuple(_of(why, payee) for why in reasons(payee, 0) if why in _ALSO_THEN)


def _ready(since: Instant | None, payee: Ready, minimum: Mapping[str, Micros], days: Days) -> Clock:
    waits = payee_waits(payee, minimum)
    day = None if Wait.NEGATIVE in {one.why for one in waits} else _day(since or 0, waits, days)
    if not waits:
        waits = (Waiting(Wait.RUN if day is None else Wait.DAY),)
    return Clock(Step.READY, since, day, waits=waits)


def _taken(since: Instant | None, taker: Taker) -> Clock:
    if taker.state is State.FINAL:
        return Clock(Step.PAID, since, run=taker.run, paid_at=taker.changed_at)
    if taker.state is State.MISMATCH:
        return Clock(Step.LOOKED, since, run=taker.run, waits=(Waiting(Wait.DECISION),))
    if taker.state not in (State.PLANNED, State.APPROVED):
        return Clock(Step.LEAVING, since, run=taker.run, waits=(Waiting(Wait.ARRIVAL),))
    next_ = Wait.APPROVAL if taker.state is State.PLANNED else Wait.SENDING
    return Clock(Step.PLANNED, since, run=taker.run, waits=(Waiting(Wait.FROZEN if taker.frozen else next_),))


def _left(since: Instant | None, parts: Sequence[Part]) -> Clock:
    """All of it left without a run."""
    last = min(parts, key=lambda part: (_LEAST_OVER.index(part.step), part.wait is None, -part.at))
    waits = dict.fromkeys(part.wait for part in parts if part.wait is not None)
    paid = last.at if last.step is Step.SPENT else None
    return Clock(last.step, since, paid_at=paid, waits=tuple(waits), credit=last.credit)


def _maturity(share: Share) -> tuple[Waiting, ...]:
    if share.matures_at is None:
        return (Waiting(Wait.SHIPMENT),)
    return (Waiting(Wait.MATURITY, share.matures_at),)


def _of(why: Why, payee: Ready) -> Waiting:
    return Waiting(Wait(why.value), payee.changed_until if why is Why.CHANGED else 0)


def _day(ready: Instant, waits: Sequence[Waiting], days: Days) -> date | None:
    """The day that takes it, unless it waits for something whose end nobody knows."""
    if any(one.why not in _DATED for one in waits):
        return None
    return days(max([ready, *(one.until for one in waits)]))
