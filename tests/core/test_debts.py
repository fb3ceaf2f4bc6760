"""What the brand bears of an old debt, and that it never pays for one share twice, against a reference of units."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.debts import BORNE_AFTER, Borne, Move, bears, borne, of_what
from fanshare.core.instants import DAY, Instant

type Bears = Callable[[Borne[str], int], int]


@dataclass
class Account:
    """What somebody has of three orders and of anything else. The brand bears old debts and follows their orders."""

    bears: Bears = bears
    now: Instant = 0
    balance: int = 0
    moves: list[Move[str]] = field(default_factory=list)
    debits: list[tuple[Instant, int]] = field(default_factory=list)
    known: list[Borne[str]] = field(default_factory=list)
    back: int = 0
    peaks: dict[str, int] = field(default_factory=dict)

    def level(self, source: str) -> int:
        return sum(one.change for one in self.moves if one.source == source)

    def book(self, amount: int) -> None:
        self.balance += amount
        if amount < 0:
            self.debits.append((self.now, -amount))

    def becomes(self, source: str, level: int) -> None:
        change = level - self.level(source)
        self.moves.append(Move(source, self.now, change))
        self.peaks[source] = max(self.peaks.get(source, 0), level)
        self.book(change)
        self.follow()

    def bear(self) -> None:
        since = self.now - BORNE_AFTER
        old = borne(self.balance, sum(amount for at, amount in self.debits if at > since))
        parts = of_what(old, self.moves, since, self.known)
        assert sum(one.amount for one in parts) == old, "of shares that were taken, all of it"
        self.known += parts
        self.book(old)

    def follow(self) -> None:
        wanted = sum(self.bears(one, self.level(one.source)) - one.amount for one in self.known)
        self.book(wanted - self.back)
        self.back = wanted

    def stands(self) -> int:
        """What the brand bears by now."""
        return sum(one.amount for one in self.known) + self.back

    def missing(self) -> int:
        """What was once ready of the orders and is not any more."""
        return sum(peak - self.level(source) for source, peak in self.peaks.items())


#: After so many days an order is worth so much, or something else comes or is paid out, and old debts are borne.
STEPS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from("abc*"), st.integers(0, 60), st.booleans()), max_size=25
)


def live(steps: list[tuple[int, str, int, bool]], bears: Bears = bears) -> Account:
    account = Account(bears)
    for days, source, amount, paid in steps:
        account.now += days * DAY
        if source == "*":
            account.book(amount)
        else:
            account.becomes(source, amount)
        if paid and account.balance > 0:
            account.book(-account.balance)
        account.bear()
        assert account.stands() <= account.missing(), "borne twice"
    return account


@given(STEPS)
def test_the_brand_bears_no_more_than_what_was_taken_and_did_not_come_again(
    steps: list[tuple[int, str, int, bool]],
) -> None:
    account = live(steps)
    for source, peak in account.peaks.items():
        account.becomes(source, peak)
    assert account.stands() == 0, "everything came again"


@given(STEPS)
def test_no_micro_of_a_share_is_borne_by_two_debts(steps: list[tuple[int, str, int, bool]]) -> None:
    account = live(steps)
    for source, peak in account.peaks.items():
        covered = [
            unit for one in account.known if one.source == source for unit in range(one.base, one.base + one.amount)
        ]
        assert len(covered) == len(set(covered))
        assert all(0 <= unit < peak for unit in covered)


def test_a_brand_that_does_not_follow_the_orders_pays_twice() -> None:
    steps = [(0, "a", 40, True), (1, "a", 0, False), (200, "*", 0, False), (1, "a", 40, True)]
    assert live(steps).balance == 0
    with pytest.raises(AssertionError, match="borne twice"):
        live(steps, lambda one, _: one.amount)


MADE_GOOD = [(0, "a", 40, True), (1, "a", 0, False), (1, "*", 10, False), (200, "*", 0, False)]


def test_what_later_sales_made_good_is_hers_again_once_the_brand_has_its_part_back() -> None:
    account = live(MADE_GOOD)
    assert account.stands() == 30
    account.becomes("a", 30)
    assert (account.balance, account.stands()) == (0, 0), "first what the brand bore"
    account.becomes("a", 40)
    assert account.balance == 10, "then what she had made good herself"


def test_what_is_lost_once_more_is_borne_once_more_and_at_once() -> None:
    account = live([*MADE_GOOD, (1, "a", 40, False)])
    assert account.balance == 10
    account.becomes("a", 15)
    assert (account.stands(), account.balance) == (15, 0)


def test_a_refund_that_is_not_old_yet_is_undone_before_one_that_is() -> None:
    account = live([(0, "a", 60, True), (1, "a", 40, False), (150, "a", 10, False), (40, "*", 0, False)])
    assert (account.stands(), account.balance) == (20, -30)
    account.becomes("a", 40)
    assert (account.stands(), account.balance) == (20, 0)
    account.becomes("a", 60)
    assert (account.stands(), account.balance) == (0, 0)
