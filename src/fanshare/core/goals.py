"""A creator's goal: fans give of what is ready, and it is hers once the sum is there; else every gift goes back.

Nothing is decided but by the gifts, the end and the time: how a goal stands at an instant is a fold over what happened
before it, so that a late look, a second look and a look by another process come to the same. A gift remembers since
when its money was ready. What goes back goes back with these dates, as if it had never been away.
"""

from bisect import insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, Instant
from fanshare.core.money import MAX_MICROS, Micros, from_minor_units, minor_units

SHORTEST, LONGEST = DAY, 366 * DAY


class State(StrEnum):
    """How a goal stands. From ``OPEN`` alone does it go anywhere."""

    OPEN = "open"
    REACHED = "reached"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class Fate(StrEnum):
    """Where the money of a gift is: with the goal, the creator's, or its giver's again."""

    GIVEN = "given"
    HERS = "hers"
    BACK = "back"


class Ready(NamedTuple):
    """Money that has been ready since an instant: micros above zero."""

    since: Instant
    amount: Micros


@dataclass(frozen=True, slots=True)
class Goal:
    """What a creator wants to reach: micros of whole minor units by ``ends_at``; ``withdrawn_at`` if she gave it up."""

    target: Micros
    currency: str
    opened_at: Instant
    ends_at: Instant
    withdrawn_at: Instant | None = None

    @property
    def closes_at(self) -> Instant:
        """When it takes nothing any more, at the latest."""
        return self.ends_at if self.withdrawn_at is None else min(self.ends_at, self.withdrawn_at)


@dataclass(frozen=True, slots=True)
class Gift:
    """What a fan gave, of which ready money; ``id`` orders gifts of one instant.

    ``taken_back_at``: she wanted it back while the goal was open. Afterwards that changes nothing.
    """

    id: int
    at: Instant
    of: tuple[Ready, ...]
    taken_back_at: Instant | None = None

    @property
    def amount(self) -> Micros:
        """All of it."""
        return sum(one.amount for one in self.of)


class Move(NamedTuple):
    """What changed a ready balance: micros in (above zero) or out; ``of`` is what comes back with its old dates."""

    at: Instant
    amount: Micros
    of: tuple[Ready, ...] = ()


class Standing(NamedTuple):
    """How a goal stands: since when, and what is given by those whose gifts stand."""

    state: State
    since: Instant
    given: Micros


class Outcome(NamedTuple):
    """What became of a gift, and when. ``of`` is the money with the dates on which it was ready."""

    gift: int
    fate: Fate
    at: Instant
    of: tuple[Ready, ...]


def check(goal: Goal) -> None:
    """Raises ``BadInputError``: ``bad_amount`` (no whole minor units above zero), ``bad_end`` (a day to a year)."""
    whole = from_minor_units(minor_units(goal.target, goal.currency), goal.currency)
    if not 0 < goal.target <= MAX_MICROS or whole != goal.target:
        raise BadInputError(
            "bad_amount", "A goal is a whole number of the smallest coin of %(currency)s.", currency=goal.currency
        )
    if not SHORTEST <= goal.ends_at - goal.opened_at <= LONGEST:
        raise BadInputError("bad_end", "A goal ends in a day at the earliest and in a year at the latest.")


def standing(goal: Goal, gifts: Iterable[Gift], now: Instant) -> Standing:
    """How a goal stands at an instant. What happens at the instant of its end comes too late.

    Of one instant what is taken back counts before what is given: money on its way out reaches nothing.
    """
    return _fold(goal, gifts, now)[0]


def outcomes(goal: Goal, gifts: Sequence[Gift], now: Instant) -> list[Outcome]:
    """Where every gift made until ``now`` is, in the order of their ids.

    A gift that came when nothing was taken any more is back at once.
    """
    found, last = _fold(goal, gifts, now)
    told = sorted((gift for gift in gifts if gift.at <= now), key=lambda one: one.id)
    return [_outcome(goal, gift, found, last, now) for gift in told]


def givable(goal: Goal, gifts: Iterable[Gift], ready: Micros, now: Instant) -> Micros:
    """The most that may be given of a ready balance: whole minor units, and no more than is missing."""
    found = standing(goal, gifts, now)
    if found.state is not State.OPEN or now < goal.opened_at:
        return 0
    most = min(ready, goal.target - found.given)
    return from_minor_units(max(0, minor_units(most, goal.currency)), goal.currency)


def check_gift(amount: Micros, most: Micros, currency: str) -> None:
    """Raises ``BadInputError`` (``bad_amount``, not whole minor units) and ``ConflictError`` (``not_givable``)."""
    if amount <= 0 or from_minor_units(minor_units(amount, currency), currency) != amount:
        raise BadInputError(
            "bad_amount", "A gift is a whole number of the smallest coin of %(currency)s.", currency=currency
        )
    if amount > most:
        told = "This is more than you have ready, or than the goal still takes; look again."
        raise ConflictError("not_givable", told)


def take(ready: Sequence[Ready], amount: Micros) -> tuple[tuple[Ready, ...], tuple[Ready, ...]]:
    """Take an amount of ready money, what has been ready longest first: what is taken, and what stays.

    Raises ``ConflictError`` (``not_givable``) where there is not as much.
    """
    taken: list[Ready] = []
    left: list[Ready] = []
    for one in sorted(ready):
        part = min(one.amount, amount)
        amount -= part
        taken += [Ready(one.since, part)] if part else []
        left += [Ready(one.since, one.amount - part)] if one.amount > part else []
    if amount > 0:
        raise ConflictError("not_givable", "This is more than is ready.")
    return tuple(taken), tuple(left)


def with_back(ready: Sequence[Ready], back: Sequence[Ready]) -> tuple[Ready, ...]:
    """Ready money after some of it came back: by its old dates, as if it had never been away."""
    sums: dict[Instant, Micros] = {}
    for one in (*ready, *back):
        sums[one.since] = sums.get(one.since, 0) + one.amount
    return tuple(Ready(since, amount) for since, amount in sorted(sums.items()))


def ready_of(moves: Iterable[Move]) -> tuple[Ready, ...]:
    """Since when what is ready has been ready, from all that ever moved it, in order.

    What goes out takes what was ready longest. A balance below zero is made good by what comes next.
    """
    line: deque[Ready] = deque()
    debt = 0
    for move in moves:
        out = -move.amount
        while out > 0 and line:
            first = line.popleft()
            if first.amount > out:
                line.appendleft(Ready(first.since, first.amount - out))
            out -= min(out, first.amount)
        debt += max(0, out)
        for one in (move.of or (Ready(move.at, move.amount),)) if move.amount > 0 else ():
            paid = min(debt, one.amount)
            debt -= paid
            if one.amount > paid:
                insort(line, Ready(one.since, one.amount - paid))
    return with_back(tuple(line), ())


def _fold(goal: Goal, gifts: Iterable[Gift], now: Instant) -> tuple[Standing, tuple[Instant, int] | None]:
    """How it stands, and the instant and id of the gift that reached it."""
    total = 0
    for at, _, ident, amount in sorted(_events(goal, gifts, now)):
        total += amount
        if total >= goal.target:
            return Standing(State.REACHED, at, total), (at, ident)
    if now < goal.closes_at:
        return Standing(State.OPEN, goal.opened_at, total), None
    early = goal.withdrawn_at is not None and goal.withdrawn_at < goal.ends_at
    return Standing(State.WITHDRAWN if early else State.MISSED, goal.closes_at, total), None


def _events(goal: Goal, gifts: Iterable[Gift], now: Instant) -> Iterator[tuple[Instant, int, int, Micros]]:
    """What was given and taken back in time: (instant, taken back first, id, amount)."""
    for gift in gifts:
        if gift.at > now or not _came_in_time(goal, gift):
            continue
        yield gift.at, 1, gift.id, gift.amount
        back = gift.taken_back_at
        if back is not None and back < goal.closes_at and back <= now:
            yield back, 0, gift.id, -gift.amount


def _came_in_time(goal: Goal, gift: Gift) -> bool:
    """Whether the goal ever had it; one that was taken back in the moment in which it was given was never there."""
    never = gift.taken_back_at is not None and gift.taken_back_at <= gift.at
    return goal.opened_at <= gift.at < goal.closes_at and not never


def _outcome(goal: Goal, gift: Gift, found: Standing, last: tuple[Instant, int] | None, now: Instant) -> Outcome:
    reached = found.state is State.REACHED
    if not _came_in_time(goal, gift) or (last is not None and (gift.at, gift.id) > last):
        return Outcome(gift.id, Fate.BACK, gift.at, gift.of)
    back = gift.taken_back_at
    if back is not None and back <= now and (back <= found.since if reached else back < goal.closes_at):
        return Outcome(gift.id, Fate.BACK, back, gift.of)
    if found.state is State.OPEN:
        return Outcome(gift.id, Fate.GIVEN, gift.at, gift.of)
    return Outcome(gift.id, Fate.HERS if reached else Fate.BACK, found.since, gift.of)
