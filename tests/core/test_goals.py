"""Goals in the core: reached or missed by what stands in time, and what goes back has its old dates."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import goals
from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.goals import Fate, Gift, Goal, Outcome, Ready, State
from fanshare.core.instants import DAY
from fanshare.core.money import MAX_MICROS, MICROS

CENT = 10_000
#: A goal that lasts from 2 to 7, in instants so few that things happen at once.
LAST = 9
PIECES = st.lists(st.builds(Ready, st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=2).map(tuple)
GOALS = st.builds(
    Goal,
    target=st.integers(1, 9),
    currency=st.just("EUR"),
    opened_at=st.just(2),
    ends_at=st.just(7),
    withdrawn_at=st.none() | st.integers(2, LAST),
)
GIFTS = st.lists(st.tuples(st.integers(1, LAST), PIECES, st.none() | st.integers(1, LAST)), max_size=8).map(
    lambda rows: [Gift(number, *row) for number, row in enumerate(rows)]
)
MOMENTS = st.integers(0, LAST + 1)


def lived(goal: Goal, gifts: Sequence[Gift], now: int) -> tuple[State, dict[int, tuple[Fate, int]]]:
    """The same by living through every instant: an open goal, a box with gifts in it, and who comes when."""
    state, box, fates = State.OPEN, dict[int, int](), dict[int, tuple[Fate, int]]()
    for moment in range(now + 1):
        if state is State.OPEN and moment >= goal.closes_at:
            early = goal.withdrawn_at is not None and goal.withdrawn_at < goal.ends_at
            state = State.WITHDRAWN if early else State.MISSED
            fates |= dict.fromkeys(box, (Fate.BACK, moment))
            box = {}
        for gift in gifts:
            if gift.taken_back_at == moment and gift.id in box:
                fates[gift.id] = (Fate.BACK, moment)
                del box[gift.id]
        for gift in (one for one in gifts if one.at == moment):
            never = gift.taken_back_at is not None and gift.taken_back_at <= moment
            if state is not State.OPEN or moment < goal.opened_at or never:
                fates[gift.id] = (Fate.BACK, moment)
                continue
            box[gift.id], fates[gift.id] = gift.amount, (Fate.GIVEN, moment)
            if sum(box.values()) >= goal.target:
                state = State.REACHED
                fates |= dict.fromkeys(box, (Fate.HERS, moment))
                box = {}
    return state, fates


@given(GOALS, GIFTS, MOMENTS)
def test_a_goal_stands_as_if_somebody_had_watched_it_all_the_time(goal: Goal, gifts: list[Gift], now: int) -> None:
    state, fates = lived(goal, gifts, now)
    found = goals.standing(goal, gifts, now)
    assert found.state is state
    if state is State.OPEN:
        assert found.given == sum(one.amount for one in gifts if fates.get(one.id, (None,))[0] is Fate.GIVEN)
    assert {one.gift: (one.fate, one.at) for one in goals.outcomes(goal, gifts, now)} == fates


@given(GOALS, GIFTS, MOMENTS, st.randoms())
def test_nothing_of_a_gift_is_lost_or_changed_and_the_order_in_which_gifts_are_told_does_not_matter(
    goal: Goal, gifts: list[Gift], now: int, chance: object
) -> None:
    found = goals.outcomes(goal, gifts, now)
    assert {one.gift: one.of for one in found} == {one.id: one.of for one in gifts if one.at <= now}
    shuffled = gifts[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert goals.outcomes(goal, shuffled, now) == found
    assert goals.standing(goal, shuffled, now) == goals.standing(goal, gifts, now)


@given(GOALS, GIFTS, MOMENTS, MOMENTS)
def test_what_is_over_stays_as_it_is_whatever_is_done_later(
    goal: Goal, gifts: list[Gift], first: int, later: int
) -> None:
    before, after = (sorted((first, later))[place] for place in (0, 1))
    found = goals.standing(goal, gifts, before)
    if found.state is not State.OPEN:
        assert goals.standing(goal, gifts, after) == found
    over = [one for one in goals.outcomes(goal, gifts, before) if one.fate is not Fate.GIVEN]
    assert set(over) <= set(goals.outcomes(goal, gifts, after))


@given(GOALS, GIFTS)
def test_her_money_is_the_target_or_nothing_and_a_missed_goal_keeps_none(goal: Goal, gifts: list[Gift]) -> None:
    found = goals.outcomes(goal, gifts, LAST)
    hers = sum(piece.amount for one in found if one.fate is Fate.HERS for piece in one.of)
    state, _, total = goals.standing(goal, gifts, LAST)
    assert hers == (total if state is State.REACHED else 0)
    assert (hers >= goal.target) is (state is State.REACHED)
    assert not [one for one in found if one.fate is Fate.GIVEN], "nothing is on its way for ever"


@given(GOALS, GIFTS, st.lists(st.tuples(st.integers(2, 6), st.integers(1, 12)), max_size=10))
def test_whoever_gives_no_more_than_may_be_given_never_gives_too_much(
    goal: Goal, gifts: list[Gift], wishes: list[tuple[int, int]]
) -> None:
    whole = replace(goal, target=goal.target * CENT)
    given_so_far: list[Gift] = []
    for at, coins in sorted(wishes):
        most = goals.givable(whole, given_so_far, coins * CENT, at)
        assert most % CENT == 0
        if most:
            goals.check_gift(most, most, "EUR")
            given_so_far.append(Gift(len(given_so_far), at, (Ready(0, most),)))
        with pytest.raises(ConflictError):
            goals.check_gift(most + CENT, most, "EUR")
    assert goals.standing(whole, given_so_far, LAST).given <= whole.target
    assert all(
        one.fate is not Fate.BACK or one.at >= whole.closes_at for one in goals.outcomes(whole, given_so_far, LAST)
    )


@given(st.lists(st.builds(Ready, st.integers(0, 9), st.integers(1, 9)), max_size=6), st.integers(0, 60))
def test_what_is_taken_and_comes_back_has_never_been_away(ready: list[Ready], amount: int) -> None:
    there = goals.with_back(ready, [])
    if amount > sum(one.amount for one in ready):
        with pytest.raises(ConflictError, match="more than is ready"):
            goals.take(there, amount)
        return
    taken, left = goals.take(there, amount)
    assert sum(one.amount for one in taken) == amount
    assert all(one.amount > 0 for one in (*taken, *left))
    assert not taken or not left or max(one.since for one in taken) <= min(one.since for one in left)
    assert goals.with_back(left, taken) == there


def test_dates_of_the_day_of_return_would_be_noticed() -> None:
    there = (Ready(3, 5), Ready(7, 5))
    taken, left = goals.take(there[::-1], 6)
    assert (taken, left) == ((Ready(3, 5), Ready(7, 1)), (Ready(7, 4),))
    assert goals.with_back(left, [Ready(50, 6)]) != there


def test_money_on_its_way_out_reaches_nothing_in_the_same_instant() -> None:
    goal = Goal(5, "EUR", 0, 50)
    first, second = Gift(1, 10, (Ready(0, 3),), taken_back_at=20), Gift(2, 20, (Ready(0, 2),))
    assert goals.standing(goal, [first, second], 20) == (State.OPEN, 0, 2)
    assert goals.standing(goal, [first], 19) == (State.OPEN, 0, 3), "nobody knows yet that it will be taken back"
    third = Gift(3, 20, (Ready(0, 3),))
    found = goals.outcomes(goal, [first, second, third], 20)
    assert [(one.fate, one.at) for one in found] == [(Fate.BACK, 20), (Fate.HERS, 20), (Fate.HERS, 20)]


def test_the_last_instant_comes_too_late_and_a_withdrawn_goal_gives_all_back() -> None:
    goal = Goal(5, "EUR", 10, 50)
    assert goals.standing(goal, [Gift(1, 49, (Ready(0, 5),))], 49).state is State.REACHED
    late = Gift(1, 50, (Ready(0, 5),))
    assert goals.standing(goal, [late], 50).state is State.MISSED
    assert goals.outcomes(goal, [late], 50) == [Outcome(1, Fate.BACK, 50, late.of)]
    some = Gift(1, 20, (Ready(0, 4),))
    given_up = replace(goal, withdrawn_at=30)
    assert goals.outcomes(given_up, [some], 29) == [Outcome(1, Fate.GIVEN, 20, some.of)]
    assert goals.outcomes(given_up, [some], 30) == [Outcome(1, Fate.BACK, 30, some.of)]
    reached = replace(some, of=(Ready(0, 5),))
    assert goals.standing(given_up, [reached], 60).state is State.REACHED, "what is hers is not given up any more"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"target": 0}, "bad_amount"),
        ({"target": -CENT}, "bad_amount"),
        ({"target": CENT + 1}, "bad_amount"),
        ({"target": MAX_MICROS + CENT}, "bad_amount"),
        ({"ends_at": DAY - 1}, "bad_end"),
        ({"ends_at": 367 * DAY}, "bad_end"),
        ({"currency": "XXX"}, "unknown_currency"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(change: dict[str, object], code: str) -> None:
    sound = Goal(300 * MICROS, "EUR", 0, 30 * DAY)
    goals.check(sound)
    with pytest.raises(BadInputError) as refused:
        goals.check(replace(sound, **change))  # type: ignore[arg-type]
    assert refused.value.code == code


@given(st.sampled_from(sorted(EXPONENTS)), st.integers(1, 10**9))
def test_goals_and_gifts_are_whole_coins_of_any_currency(currency: str, coins: int) -> None:
    coin = 10 ** (6 - EXPONENTS[currency])
    goal = Goal(coins * coin, currency, 0, 30 * DAY)
    goals.check(goal)
    most = goals.givable(goal, [], coins * coin + coin - 1, 1)
    assert most == coins * coin
    if coin > 1:
        with pytest.raises(BadInputError):
            goals.check_gift(coin + 1, most, currency)
    assert goals.givable(goal, [], -coin, 1) == 0, "a balance below zero gives nothing"
