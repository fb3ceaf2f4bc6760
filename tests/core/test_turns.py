"""Whose turn it is: first in, first out, whatever brought the money, and what came back has its old place."""

from bisect import insort
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.turns import Came, Known, Place, Went, oldest_unpaid, reach

#: A day on which so much came, by a sale, a bonus, a gift or a balance moved in: to the rule they are one.
coming = st.tuples(st.just("came"), st.integers(1, 30), st.integers(0, 3))
paying = st.tuples(st.just("paid"), st.integers(1, 60), st.just(0))
returning = st.tuples(st.just("back"), st.integers(0, 9), st.just(0))
stories = st.lists(st.one_of(coming, coming, paying, returning), max_size=30)


@dataclass
class Purse:
    """The same, coin by coin: what is ready as a line of days, and what each payment took of it."""

    line: list[int] = field(default_factory=list)
    taken: dict[str, list[int]] = field(default_factory=dict)
    came: list[Came] = field(default_factory=list)
    went: list[Went] = field(default_factory=list)
    day: int = 0

    def do(self, what: str, number: int, later: int) -> None:
        if what == "came":
            self.day += later
            self.line += [self.day] * number
            self.came.append(Came(self.day, number))
        elif what == "paid" and self.line:
            name, number = f"p{len(self.went)}", min(number, len(self.line))
            self.taken[name], self.line = self.line[:number], self.line[number:]
            self.went.append(Went(name, number))
        elif what == "back" and self.taken:
            name = sorted(self.taken)[number % len(self.taken)]
            coins = self.taken.pop(name)
            self.went.append(Went(name, -len(coins)))
            for coin in coins:
                insort(self.line, coin)

    def place(self) -> Place:
        return oldest_unpaid(Known(tuple(self.came)), reach(len(self.line), self.went))


def played(story: list[tuple[str, int, int]]) -> Purse:
    purse = Purse()
    for step in story:
        purse.do(*step)
    return purse


@given(stories)
def test_it_is_the_day_of_the_first_coin_in_the_line(story: list[tuple[str, int, int]]) -> None:
    purse = played(story)
    assert purse.place() == Place(purse.line[0] if purse.line else None)


@given(stories, st.integers(1, 60))
def test_a_payment_in_part_moves_nobody_behind_money_that_is_younger_than_what_is_left(
    story: list[tuple[str, int, int]], paid: int
) -> None:
    purse = played(story)
    before = purse.place()
    if len(purse.line) <= paid:
        return
    purse.do("paid", paid, 0)
    after = purse.place()
    assert after.day is not None
    assert before.day is not None
    assert before.day <= after.day <= purse.line[0], "she waits with the oldest of what is left, and no later"
    purse.do("came", 5, 3)
    assert purse.place() == after, "what comes later moves nobody"


@given(stories, st.lists(st.integers(1, 40), max_size=4))
def test_a_return_restores_the_place_whatever_was_paid_in_between(
    story: list[tuple[str, int, int]], between: list[int]
) -> None:
    purse = played(story)
    before = purse.place()
    if not purse.line:
        return
    purse.do("paid", 7, 0)
    [name] = [went.what for went in purse.went[-1:]]
    for amount in between:
        purse.do("paid", amount, 0)
    coins = purse.taken.pop(name)
    purse.went.append(Went(name, -len(coins)))
    for coin in coins:
        insort(purse.line, coin)
    assert purse.place() == before


@given(stories, st.randoms())
def test_the_order_in_which_it_is_read_and_the_kind_of_money_do_not_matter(
    story: list[tuple[str, int, int]],
    random: object,
) -> None:
    purse = played(story)
    came = list(purse.came)
    random.shuffle(came)  # type: ignore[attr-defined]
    halves = [part for day, amount in came for part in (Came(day, amount // 2), Came(day, amount - amount // 2))]
    wanted = reach(len(purse.line), purse.went)
    assert oldest_unpaid(Known(tuple(halves)), wanted) == purse.place()


@given(stories, st.integers(1, 40))
def test_what_was_read_in_part_says_so_or_is_right(story: list[tuple[str, int, int]], most: int) -> None:
    purse = played(story)
    wanted, newest = reach(len(purse.line), purse.went), purse.came[::-1][:most]
    part = Known(tuple(newest), newest[-1].day if len(newest) == most else None)
    place = oldest_unpaid(part, wanted)
    assert not place.sure or place == purse.place()


def test_what_came_back_lies_before_what_was_paid_after_it() -> None:
    came = Known((Came(1, 10), Came(2, 10), Came(3, 10)))
    went = [Went("a", 10), Went("b", 10)]
    assert oldest_unpaid(came, reach(10, went)) == Place(3)
    assert oldest_unpaid(came, reach(20, [*went, Went("a", -10)])) == Place(1)
    assert oldest_unpaid(came, reach(15, [*went, Went("a", -10), Went("c", 5)])) == Place(1)
    assert oldest_unpaid(came, reach(10, [*went, Went("a", -10), Went("c", 10)])) == Place(3)


def test_more_than_is_known_is_as_old_as_what_is_known_and_a_debt_waits_for_nothing() -> None:
    assert oldest_unpaid(Known((Came(4, 10),)), 99) == Place(4)
    assert oldest_unpaid(Known((Came(4, 10),), 4), 99) == Place(4, sure=False)
    assert oldest_unpaid(Known((Came(4, 10), Came(2, 5)), 4), 12) == Place(2, sure=False)
    assert oldest_unpaid(Known(()), 5) == Place(None)
    assert oldest_unpaid(Known((Came(4, 10),)), 0) == oldest_unpaid(Known((Came(4, 10),)), -3) == Place(None)
    assert Place(2).at == 2 * 86_400_000_000
    assert Place(None).at is None
    assert reach(5, [Went("never left", -5)]) == 5
