"""Runs and changes of account in every order: nothing ever leaves to an account that was named within 72 hours."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from fanshare.core import payout_item as way
from fanshare.core import payout_runs
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.payee import WAIT, Payee, at, changed, undone
from fanshare.core.payout_item import Frozen, Item, State
from fanshare.core.payout_runs import Ready, Why

T0 = 1_000 * DAY
STEPS = ("change", "undo", "plan", "approve", "submit", "day", "wait")


@dataclass
class Desk:
    """One payee, one run after another, and everything that happened to her account."""

    now: Instant = T0
    payee: Payee = field(default_factory=Payee)
    item: Item | None = None
    named: list[tuple[int, Instant]] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)
    paid: list[tuple[int, Instant]] = field(default_factory=list)
    waits: bool = True

    def ready(self) -> Ready:
        found = at(self.payee, self.now)
        until = found.until if found.waiting and self.waits else 0
        return Ready(1, "EUR", 5_000_000, changed_until=until, account=found.standing or 0, by_file=True)

    def do(self, step: str) -> None:
        if step in ("day", "wait"):
            self.now += {"day": 23 * HOUR, "wait": WAIT}[step]
        else:
            getattr(self, step)()
            self.now += HOUR

    def change(self) -> None:
        account = len(self.named) + 1
        self.payee = changed(self.payee, account, self.now)
        self.named.append((account, self.now))

    def undo(self) -> None:
        waiting = at(self.payee, self.now).waiting
        if waiting:
            self.payee = undone(self.payee, waiting[0], self.now)
            self.undone |= set(waiting)

    def plan(self) -> None:
        found = payout_runs.plan([self.ready()], {})
        if self.item is None and found.items:
            self.item = Item(found.items[0].amount, "EUR")

    def approve(self) -> None:
        if self.item is not None and self.item.state is State.PLANNED:
            self.item = way.move(self.item, State.APPROVED)

    def submit(self) -> None:
        """As ``flows.payout_runs.send`` does it."""
        if self.item is None or self.item.state is not State.APPROVED:
            return
        found = payout_runs.still(self.item.amount, self.ready(), {})
        if isinstance(found, Why):
            self.item = way.move(self.item, State.FAILED)
        else:
            sent = way.submit(replace(self.item, amount=found), Frozen("1", b"1"), self.now)
            self.paid.append((self.ready().account, self.now))
            self.item = sent
        self.item = None  # the next run


def wrong(desk: Desk) -> list[str]:
    """Payments that the words of the issue forbid, judged by what happened alone."""
    found = []
    for account, when in desk.paid:
        named = [one for one in desk.named if one[1] <= when]
        fresh = [one for one, at_ in named if when - at_ < WAIT and one not in desk.undone]
        if fresh:
            found.append(f"{account} was paid at {when} while {fresh} waited")
        if all(one != account for one, at_ in named if when - at_ >= WAIT):
            found.append(f"{account} was paid at {when}, and nobody had named it 72 hours before")
        if account in desk.undone:
            found.append(f"{account} was paid at {when} and is undone")
    return found


def histories(length: int) -> Iterator[tuple[str, ...]]:
    return product(STEPS, repeat=length)


def test_no_order_of_changing_undoing_planning_approving_and_sending_pays_a_fresh_account() -> None:
    paid = tried = 0
    for history in histories(6):
        desk = Desk()
        for step in history:
            desk.do(step)
        assert wrong(desk) == [], history
        tried += 1
        paid += len(desk.paid)
    assert tried == 7**6
    assert paid >= 7  # a change, its wait, and the three steps of a run, with a sixth step anywhere


def test_a_run_that_looks_at_accounts_only_when_it_is_planned_would_be_found() -> None:
    desk = Desk()
    for step in ("change", "wait", "plan", "approve", "change"):
        desk.do(step)
    desk.waits = False
    desk.do("submit")
    assert wrong(desk)


def test_what_waits_is_said_with_its_end() -> None:
    desk = Desk()
    desk.change()
    left = payout_runs.plan([desk.ready()], {}).left
    assert [(one.why, one.until) for one in left] == [(Why.CHANGED, T0 + WAIT)]
    desk.now += WAIT
    assert payout_runs.plan([desk.ready()], {}).left == ()


def test_where_the_brand_pays_by_a_file_nobody_is_paid_nowhere() -> None:
    desk = Desk()
    assert [one.why for one in payout_runs.plan([desk.ready()], {}).left] == [Why.NO_ACCOUNT]
    by_hand = desk.ready()._replace(by_file=False)
    assert payout_runs.plan([by_hand], {}).left == ()
