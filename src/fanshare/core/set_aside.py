"""Which shares left what is ready without a run: kept as a code of the shop, or given to a creator.

Both take a sum, and no share by name. So it is first in, first out, as whose turn it is goes (``core.turns``): of what
was there and no run had sent, the share that was ready first. What comes back is in its old place, ready since then.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payment_clock import Part, Step, Taker, Wait, Waiting
from fanshare.core.shop_credits import ASKED, CANCELLED, ENDING, FAILED, USED, WANTED


class Lot(NamedTuple):
    """A share that is ready or was: what is left of it after refunds, in micros, and since when it is ready."""

    position: int
    since: Instant
    amount: Micros


class Aside(NamedTuple):
    """Money that left without a run at ``at``; it came to its state at ``changed_at``, and is ``back`` since then."""

    step: Step
    amount: Micros
    at: Instant
    changed_at: Instant
    credit: int | None = None
    wait: Waiting | None = None
    back: bool = False


class Found(NamedTuple):
    """A share's parts that are away, and since when it is ready: later where a part of it came back."""

    since: Instant
    parts: tuple[Part, ...] = ()


class Code(NamedTuple):
    """A credit as it stands: ``amount`` is what it holds, or what an order took; ``rest_of`` names whose rest it is."""

    id: int
    state: str
    amount: Micros
    rest_of: int | None
    created_at: Instant
    changed_at: Instant


def of_codes(codes: Iterable[Code]) -> list[Aside]:
    """Credits of one payee in one currency. The rest of a code left when the first of its line did."""
    known = {one.id: one for one in codes}
    found = []
    for one in known.values():
        first = one
        while first.rest_of in known:
            first = known[first.rest_of]
        step = Step.SPENT if one.state == USED else Step.KEPT
        back = one.state in (CANCELLED, FAILED)
        found.append(Aside(step, one.amount, first.created_at, one.changed_at, one.id, _wait(one.state), back))
    return found


def divide(lots: Iterable[Lot], takers: Sequence[Taker], asides: Iterable[Aside]) -> Mapping[int, Found]:
    """What of each share left without a run, by its position. All of one payee and currency.

    A credit that is more than there is (a refund took of its shares) is of those that are there, and no other's.
    """
    pool = _Pool(sorted(lots, key=lambda lot: (lot.since, lot.position)), takers)
    moves = []
    for number, one in enumerate(asides):
        if one.back and one.changed_at <= one.at:
            continue
        moves.append((one.at, 1, number, one))
        if one.back:
            moves.append((one.changed_at, 0, number, one))
    for at, takes, number, one in sorted(moves, key=lambda move: move[:3]):
        if takes:
            pool.take(number, one, at)
        else:
            pool.give_back(number, at)
    return pool.found()


class _Pool:
    """What is ready, share by share."""

    def __init__(self, lots: Sequence[Lot], takers: Sequence[Taker]) -> None:
        self.lots = lots
        self.free = {lot.position: lot.amount for lot in lots}
        self.since = {lot.position: lot.since for lot in lots}
        self.away: dict[int, list[tuple[int, Aside, Micros]]] = {lot.position: [] for lot in lots}
        self.sent = sorted((one.sent_at, one.planned_at) for one in takers if one.sent_at is not None)

    def gone(self, at: Instant) -> Instant:
        """Shares that were ready by then have left with a run that was sent by ``at``."""
        return max((planned for sent, planned in self.sent if sent <= at), default=-1)

    def take(self, number: int, one: Aside, at: Instant) -> None:
        """So much leaves of what is there at that moment, the oldest first."""
        left, gone = one.amount, self.gone(at)
        for lot in self.lots:
            if not left:
                return
            if gone < self.since[lot.position] <= at and self.free[lot.position] > 0:
                part = min(left, self.free[lot.position])
                self.free[lot.position] -= part
                self.away[lot.position].append((number, one, part))
                left -= part

    def give_back(self, number: int, at: Instant) -> None:
        """What it took is ready again, where it was; what else there was of a share may have left with a run."""
        gone = self.gone(at)
        for position, parts in self.away.items():
            part = sum(amount for of, _, amount in parts if of == number)
            if part:
                self.free[position] = part + (0 if self.since[position] <= gone else self.free[position])
                self.since[position] = at
                self.away[position] = [one for one in parts if one[0] != number]

    def found(self) -> Mapping[int, Found]:
        """How each share stands in the end."""
        return {
            lot.position: Found(
                self.since[lot.position],
                tuple(
                    Part(one.step, amount, one.changed_at, one.credit, one.wait)
                    for _, one, amount in self.away[lot.position]
                ),
            )
            for lot in self.lots
        }


def _wait(state: str) -> Waiting | None:
    if state in (WANTED, ASKED):
        return Waiting(Wait.CODE)
    if state == ENDING:
        return Waiting(Wait.ENDING)
    return None if state == USED else Waiting(Wait.USE)
