"""A change of account waits 72 hours and can be undone meanwhile: every short history beside the rule in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.payee import WAIT, Payee, Stage, at, changed, stage, undone, usable

T0 = 1_000 * DAY


def test_the_first_account_waits_as_every_other() -> None:
    assert (stage(Payee(), T0), usable(Payee(), T0)) == (Stage.NONE, None)
    first = changed(Payee(), 1, T0)
    assert [usable(first, T0 + WAIT - 1), usable(first, T0 + WAIT)] == [None, 1]
    assert [stage(first, T0), stage(first, T0 + WAIT)] == [Stage.WAITING, Stage.USABLE]


def test_while_a_change_waits_nothing_leaves_to_the_old_account_either() -> None:
    payee = changed(changed(Payee(), 1, T0), 2, T0 + WAIT)
    assert [usable(payee, T0 + WAIT + hours * HOUR) for hours in (0, 71, 72)] == [None, None, 2]


def test_undone_is_what_stood_before_at_once() -> None:
    payee = changed(changed(Payee(), 1, T0), 2, T0 + WAIT)
    assert usable(undone(payee, 2, T0 + WAIT + HOUR), T0 + WAIT + HOUR) == 1
    assert stage(undone(changed(Payee(), 1, T0), 1, T0), T0) is Stage.NONE


def test_undoing_an_earlier_change_gives_up_the_later_ones_too() -> None:
    """Whoever did both wanted the money; the mail about the first must be worth as much as the one about the last."""
    payee = changed(changed(changed(Payee(), 1, T0), 2, T0 + WAIT), 3, T0 + WAIT + HOUR)
    assert undone(payee, 2, T0 + WAIT + 2 * HOUR) == undone(payee, 3, T0 + WAIT + 2 * HOUR) == Payee(1)


def test_what_counts_can_not_be_undone_any_more() -> None:
    payee = changed(Payee(), 1, T0)
    for account, now, code in ((1, T0 + WAIT, "in_force"), (2, T0, "not_waiting")):
        with pytest.raises(ConflictError) as error:
            undone(payee, account, now)
        assert error.value.code == code
    with pytest.raises(ConflictError):
        undone(undone(payee, 1, T0), 1, T0)


@dataclass
class Told:
    """The words of the rule, read slowly: every change with its time, and those that were undone."""

    changes: list[tuple[int, int]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    def left(self) -> list[tuple[int, int]]:
        return [one for one in self.changes if one[0] not in self.gone]

    def stood(self, now: int) -> list[int]:
        """Accounts that have been in force: nothing newer was named within their 72 hours."""
        left = self.left()
        ends = [when for _, when in [*left, (0, now)][1:]]
        return [account for (account, when), end in zip(left, ends, strict=True) if end - when >= WAIT]

    def undo(self, account: int, now: int) -> bool:
        left, stood = [one for one, _ in self.left()], self.stood(now)
        fresh = left[left.index(stood[-1]) + 1 :] if stood else left
        if account not in fresh:
            return False
        self.gone |= set(fresh)
        return True

    def pays(self, now: int) -> int | None:
        """The last account named and not undone, if nothing was named for 72 hours that was not undone."""
        left = self.left()
        return left[-1][0] if left and now - left[-1][1] >= WAIT else None


def moves() -> Iterator[tuple[str, ...]]:
    """Every history of seven steps."""
    yield from product(("change", "undo newest", "undo first", "day", "wait"), repeat=7)


def played(history: tuple[str, ...]) -> int:
    """Both sides, step by step; how often money could leave."""
    payee, told, now, paid = Payee(), Told(), T0, 0
    for number, step in enumerate(history):
        if step == "change":
            payee = changed(payee, number, now)
            told.changes.append((number, now))
        elif step.startswith("undo") and told.changes:
            account = told.changes[-1 if step == "undo newest" else 0][0]
            may = told.undo(account, now)
            try:
                payee = undone(payee, account, now)
            except ConflictError:
                assert not may, history
            else:
                assert may, history
        now += {"day": 23 * HOUR, "wait": WAIT}.get(step, HOUR)
        assert usable(payee, now) == told.pays(now), history
        paid += usable(payee, now) is not None
    return paid


def test_every_history_of_seven_steps_pays_as_the_words_say() -> None:
    tried = sum(1 for _ in moves())
    paid = sum(map(played, moves()))
    assert tried == 5**7
    assert 2 * paid > tried  # not all of them end in nothing


def test_a_rule_that_pays_the_old_account_meanwhile_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "usable", lambda payee, now: at(payee, now).standing)
    with pytest.raises(AssertionError):
        played(("change", "wait", "change", "day", "day", "day", "day"))


@given(st.lists(st.integers(0, 200), min_size=1, max_size=6))
def test_looking_more_often_changes_nothing(hours: list[int]) -> None:
    """Time alone decides: whether somebody looked in between or not."""
    seldom, often, now = Payee(), Payee(), T0
    for number, pause in enumerate(hours):
        seldom, often = changed(seldom, number, now), changed(often, number, now)
        for _ in range(pause):
            now += HOUR
            often = at(often, now)
        assert at(seldom, now) == often
