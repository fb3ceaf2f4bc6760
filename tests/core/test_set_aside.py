"""Which shares are in a code of the shop or given away: first in, first out, coin by coin."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import shop_credits as way
from fanshare.core.payment_clock import Clock, Part, Share, Step, Taker, Wait, Waiting, clock
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import Ready
from fanshare.core.set_aside import Aside, Code, Found, Lot, divide, of_codes

FINN = Ready(7, "EUR", 5_000_000)


def code(id_: int, state: str, amount: int, at: int, changed: int = 0, rest_of: int | None = None) -> Code:
    return Code(id_, state, amount, rest_of, at, changed or at)


def told(lot: Lot, found: Found, *takers: Taker) -> Clock:
    share = Share(lot.amount, "available", lot.since, None, found.since, found.parts)
    return clock(share, FINN, {}, takers, lambda _: date(2026, 12, 1))


@pytest.mark.parametrize(
    ("state", "step", "wait"),
    [
        (way.WANTED, Step.KEPT, Wait.CODE),
        (way.ASKED, Step.KEPT, Wait.CODE),
        (way.SHOWN, Step.KEPT, Wait.USE),
        (way.ENDING, Step.KEPT, Wait.ENDING),
        (way.USED, Step.SPENT, None),
    ],
)
def test_a_share_in_a_code_waits_for_what_becomes_of_the_code(state: str, step: Step, wait: Wait | None) -> None:
    lot = Lot(1, 10, 5)
    found = divide([lot], [], of_codes([code(9, state, 5, 20, 30)]))[1]
    seen = told(lot, found)
    assert (seen.step, seen.ready_at, seen.credit, seen.kept, seen.day, seen.run) == (step, 10, 9, 5, None, None)
    assert seen.waits == (() if wait is None else (Waiting(wait),))
    assert seen.paid_at == (30 if step is Step.SPENT else None)


@pytest.mark.parametrize("state", [way.CANCELLED, way.FAILED])
def test_what_came_back_is_ready_since_then_and_no_run_in_between_took_it(state: str) -> None:
    lot, between = Lot(1, 10, 5), Taker(3, 25, False, State.FINAL, 26, 25)
    found = divide([lot], [between], of_codes([code(9, state, 5, 20, 30)]))[1]
    assert found == Found(30)
    assert told(lot, found, between).step is Step.READY
    assert told(lot, Found(10), between).run == 3, "without the code that run would be said to have taken it"


def test_the_oldest_is_in_the_code_and_a_part_of_the_next_one() -> None:
    lots = [Lot(1, 10, 5), Lot(2, 11, 5), Lot(3, 12, 5)]
    found = divide(lots, [], of_codes([code(9, way.SHOWN, 7, 20)]))
    assert [sum(part.amount for part in found[one].parts) for one in (1, 2, 3)] == [5, 2, 0]
    assert [told(lot, found[lot.position]).step for lot in lots] == [Step.KEPT, Step.READY, Step.READY]
    assert told(lots[1], found[2]).kept == 2


def test_a_rest_is_where_its_code_was_and_not_of_what_became_ready_since() -> None:
    lots = [Lot(1, 10, 10), Lot(2, 40, 10)]
    codes = [code(8, way.USED, 4, 20, 50), code(9, way.SHOWN, 6, 50, rest_of=8)]
    found = divide(lots, [], of_codes(codes))
    assert [(part.step, part.amount) for part in found[1].parts] == [(Step.SPENT, 4), (Step.KEPT, 6)]
    assert found[2].parts == ()
    seen = told(lots[0], found[1])
    assert (seen.step, seen.credit, seen.kept, seen.paid_at) == (Step.KEPT, 9, 10, None)


def test_what_a_sent_run_took_is_in_no_code_and_what_a_planned_one_will_take_may_be() -> None:
    lots = [Lot(1, 10, 5), Lot(2, 22, 5)]
    sent = Taker(3, 15, False, State.FINAL, 30, 18)
    assert divide(lots, [sent], [Aside(Step.GIVEN, 5, 25, 25)])[1].parts == ()
    later = sent._replace(state=State.APPROVED, sent_at=None)
    found = divide(lots, [later], [Aside(Step.GIVEN, 5, 25, 25)])
    assert [(part.step, part.amount) for part in found[1].parts] == [(Step.GIVEN, 5)]
    assert told(lots[0], found[1], later) == Clock(Step.GIVEN, 10, given=5)


def test_a_gift_to_a_goal_waits_for_its_end_and_stands_before_what_was_used() -> None:
    parts = (Part(Step.SPENT, 2, 30, 8), Part(Step.GIVEN, 3, 20, wait=Waiting(Wait.GOAL, 90)))
    seen = told(Lot(1, 10, 5), Found(10, parts))
    assert (seen.step, seen.waits, seen.kept, seen.given) == (Step.GIVEN, (Waiting(Wait.GOAL, 90),), 2, 3)


def test_what_was_undone_at_once_never_left() -> None:
    assert divide([Lot(1, 10, 5)], [], [Aside(Step.KEPT, 5, 20, 20, back=True)])[1] == Found(10)


@dataclass
class Coins:
    """The same, coin by coin: a line of what is ready, in the order in which it became so."""

    line: list[int] = field(default_factory=list)
    lots: dict[int, list[int]] = field(default_factory=dict)
    asides: list[Aside] = field(default_factory=list)
    takers: list[Taker] = field(default_factory=list)
    taken: dict[int, list[int]] = field(default_factory=dict)
    now: int = 0

    def do(self, what: str, number: int) -> None:
        self.now += 1
        if what == "came":
            self.lots[len(self.lots) + 1] = [self.now, number]
            self.line += [len(self.lots)] * number
        elif what == "kept" and self.line:
            size = min(number, len(self.line))
            self.taken[len(self.asides)], self.line = self.line[:size], self.line[size:]
            self.asides.append(Aside(Step.KEPT, size, self.now, self.now))
        elif what == "back" and self.taken:
            at = sorted(self.taken)[number % len(self.taken)]
            self.line = sorted(self.line + self.taken.pop(at))
            self.asides[at] = self.asides[at]._replace(back=True, changed_at=self.now)
        elif what == "paid":
            self.takers.append(Taker(len(self.takers) + 1, self.now, False, State.FINAL, self.now, self.now))
            self.line = []


steps = st.tuples(st.sampled_from(["came", "came", "kept", "back", "paid"]), st.integers(1, 9))


@given(st.lists(steps, max_size=25))
def test_the_parts_are_the_coins_that_left(story: list[tuple[str, int]]) -> None:
    coins = Coins()
    for step in story:
        coins.do(*step)
    lots = [Lot(position, since, amount) for position, (since, amount) in coins.lots.items()]
    found = divide(reversed(lots), coins.takers, coins.asides)
    for lot in lots:
        away = sum(line.count(lot.position) for line in coins.taken.values())
        assert sum(part.amount for part in found[lot.position].parts) == away
        ready = coins.line.count(lot.position)
        seen = told(lot, found[lot.position], *coins.takers)
        if ready and ready + away == lot.amount:
            assert seen.step is Step.READY, "nothing of it was paid by a run"
        if away == lot.amount:
            assert (seen.step, seen.kept) == (Step.KEPT, away)
        if not ready and not away:
            assert seen.step is Step.PAID
