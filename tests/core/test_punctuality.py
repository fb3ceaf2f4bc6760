"""How promptly a programme pays, told from what happened and never prettier than it was."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, HOUR
from fanshare.core.punctuality import FEWEST, Left, Placed, Punctuality, Ripened, matched, punctuality

NOW = 1_000 * DAY
READY = NOW - 100 * DAY
waits = st.lists(st.one_of(st.none(), st.integers(0, 99 * DAY)), min_size=FEWEST, max_size=60)


def ripened(found: list[int | None]) -> list[Ripened]:
    return [Ripened(READY, None if wait is None else READY + wait) for wait in found]


def test_a_few_payouts_say_nothing() -> None:
    assert punctuality(ripened([DAY] * (FEWEST - 1)), NOW) is None
    assert punctuality(ripened([DAY] * FEWEST), NOW) == Punctuality(1, False, FEWEST)


def test_a_begun_day_counts_and_half_unpaid_is_said() -> None:
    assert punctuality(ripened([HOUR] * 20), NOW) == Punctuality(1, False, 20)
    assert punctuality(ripened([0] * 20), NOW) == Punctuality(0, False, 20)
    assert punctuality(ripened([DAY] * 10 + [None] * 10), NOW) == Punctuality(100, True, 20)
    assert punctuality(ripened([DAY] * 11 + [None] * 9), NOW) == Punctuality(1, False, 20)


@given(waits)
def test_order_does_not_matter_and_at_least_half_keep_what_is_said(found: list[int | None]) -> None:
    said = punctuality(ripened(found), NOW)
    assert said is not None
    assert punctuality(ripened(found[::-1]), NOW) == said
    if not said.unpaid:
        kept = sum(wait is not None and wait <= said.days * DAY for wait in found)
        assert kept * 2 >= len(found)


@given(waits, st.integers(0, 200))
def test_paying_something_later_never_looks_better(found: list[int | None], at: int) -> None:
    worse = list(found)
    worse[at % len(found)] = None
    before, after = punctuality(ripened(found), NOW), punctuality(ripened(worse), NOW)
    assert before is not None
    assert after is not None
    assert (before.unpaid, before.days) <= (after.unpaid, after.days)


class Purse:
    """The same said naively: each micro is a coin, and payments take the oldest coins first."""

    def __init__(self, came: list[tuple[int, int]], left: list[Left]) -> None:
        self.shares = sorted(came)
        self.coins = [number for number, (_, amount) in enumerate(self.shares) for _ in range(amount)]
        self.left = left

    def paid_at(self, share: int) -> int | None:
        """The first payment after which less than its coin of the share, and of what is older, is left."""
        ready, taken = self.shares[share][0], 0
        for one in sorted(one for one in self.left if one.at is not None):
            taken += one.amount
            rest = sum(1 for coin in self.coins[taken:] if coin <= share)
            if not rest or (one.at >= ready and rest < one.coin):  # type: ignore[operator]
                return max(one.at, ready)  # type: ignore[type-var]
        return None


came = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 9)), min_size=1, max_size=9)
payments = st.lists(
    st.builds(Left, st.one_of(st.none(), st.integers(0, 20)), st.integers(1, 20), st.integers(1, 4)), max_size=9
)


def placed(shares: list[tuple[int, int]]) -> list[Placed]:
    """Shares by age; how much is newer than each is told from all of them."""
    return [Placed(ready, sum(amount for _, amount in shares[at + 1 :])) for at, (ready, _) in enumerate(shares)]


@given(came, payments, st.data())
def test_each_share_is_paid_when_a_purse_that_moves_coin_by_coin_says_so(
    shares: list[tuple[int, int]], left: list[Left], data: st.DataObject
) -> None:
    purse = Purse(shares, left)
    balance = len(purse.coins) - sum(one.amount for one in left)
    looked_at = data.draw(st.lists(st.sampled_from([*enumerate(placed(purse.shares))])))
    found = matched([one for _, one in looked_at], left, balance)
    assert found == [Ripened(one.ready_at, purse.paid_at(at)) for at, one in looked_at]


def test_a_payment_of_a_part_pays_the_oldest_shares_and_no_other() -> None:
    three = placed([(1, 10), (2, 10), (3, 10)])
    assert [one.paid_at for one in matched(three, [Left(5, 19)], 11)] == [5, None, None]
    assert [one.paid_at for one in matched(three, [Left(5, 19), Left(9, 11)], 0)] == [5, 9, 9]
    assert [one.paid_at for one in matched(three, [Left(5, 19), Left(None, 11)], 0)] == [5, None, None], "under way"


def test_what_no_coin_carries_keeps_no_share_waiting_but_one_that_was_not_there() -> None:
    assert matched(placed([(1, 10)]), [Left(5, 8, 3)], 2) == [Ripened(1, 5)]
    assert matched(placed([(1, 10)]), [Left(5, 7, 3)], 3) == [Ripened(1, None)]
    assert matched(placed([(1, 10), (6, 2)]), [Left(5, 10, 3)], 2) == [Ripened(1, 5), Ripened(6, None)]


def test_a_debt_that_was_paid_before_pays_a_later_share_when_it_is_ready() -> None:
    assert matched(placed([(1, 4), (8, 6)]), [Left(5, 10)], 0) == [Ripened(1, 5), Ripened(8, 8)]
    assert matched(placed([(8, 6)]), [Left(5, 10)], -4) == [Ripened(8, 8)]


@given(came, payments)
def test_a_payment_more_never_makes_a_share_be_paid_later_or_another_one_less(
    shares: list[tuple[int, int]], left: list[Left]
) -> None:
    asked = placed(sorted(shares))
    more = [*left, Left(3, 2)]
    balance = sum(amount for _, amount in shares) - sum(one.amount for one in left)
    before, after = matched(asked, left, balance), matched(asked, more, balance - 2)
    for one, two in zip(before, after, strict=True):
        assert one.paid_at is None or (two.paid_at is not None and two.paid_at <= one.paid_at)
