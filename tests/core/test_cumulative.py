"""Running sums: stretches laid end to end, caps as differences of a function of the sum, sealed stretches kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.cumulative import Piece, RunningSum, capped

amounts = st.integers(0, 10**13)


@given(st.lists(amounts, max_size=12), amounts)
def test_orders_of_a_period_together_get_the_cap_of_their_sum(found: list[int], cap: int) -> None:
    running = RunningSum()
    granted = [capped(running.place(number, amount), cap) for number, amount in enumerate(found)]
    assert sum(granted) == min(sum(found), cap)
    assert all(0 <= part <= amount for part, amount in zip(granted, found, strict=True))


@given(st.lists(amounts, min_size=1, max_size=12), amounts, st.data())
def test_an_order_split_in_two_gets_exactly_the_same(found: list[int], cap: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(found) - 1))
    cut = data.draw(st.integers(0, found[index]))
    split = [*found[:index], cut, found[index] - cut, *found[index + 1 :]]
    whole, pieces = RunningSum(), RunningSum()
    before = [capped(whole.place(number, amount), cap) for number, amount in enumerate(found)]
    after = [capped(pieces.place(number, amount), cap) for number, amount in enumerate(split)]
    assert after[index] + after[index + 1] == before[index]
    assert after[:index] + after[index + 2 :] == before[:index] + before[index + 1 :]


@pytest.mark.parametrize(
    ("amount", "placed", "appended"),
    [
        (0, (), 0),
        (3, (Piece(10, 3),), 0),
        (5, (Piece(10, 5),), 0),
        (7, (Piece(10, 5), Piece(40, 2)), 0),
        (9, (Piece(10, 5), Piece(40, 4)), 0),
        (12, (Piece(10, 5), Piece(40, 4), Piece(100, 3)), 3),
    ],
)
def test_a_sealed_order_fills_its_own_stretches_from_the_front_and_appends_the_rest(
    amount: int, placed: tuple[Piece, ...], appended: int
) -> None:
    running = RunningSum(100, {7: (Piece(10, 5), Piece(40, 4))})
    assert running.appended(7, amount) == appended
    assert running.place(7, amount) == placed
    assert running.top == 100 + appended


def test_what_is_appended_goes_on_top_of_everything_sealed() -> None:
    running = RunningSum(100, {7: (Piece(0, 100),)})
    assert running.place(1, 5) == (Piece(100, 5),)
    assert running.place(7, 0) == ()
    assert running.place(2, 5) == (Piece(105, 5),)


@given(st.lists(st.tuples(amounts, amounts), max_size=10), st.lists(amounts, max_size=5), amounts)
def test_after_a_close_no_change_and_no_newcomer_exceeds_the_cap(
    sold: list[tuple[int, int]], late: list[int], cap: int
) -> None:
    """Each order of the closed period changes to anything; newcomers follow."""
    before = RunningSum()
    sealed = {number: before.place(number, then) for number, (then, _) in enumerate(sold)}
    after = RunningSum(before.top, sealed)
    granted = [capped(after.place(number, now), cap) for number, (_, now) in enumerate(sold)]
    granted += [capped(after.place(100 + number, amount), cap) for number, amount in enumerate(late)]
    assert sum(granted) <= cap
    at_close = [capped(pieces, cap) for pieces in sealed.values()]
    for (then, now), old, new in zip(sold, at_close, granted, strict=False):
        if now <= then:
            assert new <= old


def test_reading_first_and_adding_later_would_exceed_the_cap() -> None:
    """The negative control: room that a refund frees is given to a newcomer, then the refund is undone."""
    cap, used = 100, 100
    used -= 40  # a refund after the close frees room ...
    newcomer = min(40, cap - used)  # ... which goes to somebody else ...
    undone = 40  # ... before the refund is undone.
    assert used + newcomer + undone > cap
    running = RunningSum(100, {1: (Piece(0, 100),)})
    assert capped(running.place(1, 60), cap) + capped(running.place(2, 40), cap) == 60
    running = RunningSum(100, {1: (Piece(0, 100),)})
    assert capped(running.place(1, 100), cap) + capped(running.place(2, 40), cap) == cap
