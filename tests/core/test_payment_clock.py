"""The clock of a share: ready when, taken by which run or day, waiting for what; and what it tells comes true."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, Instant, from_datetime, local_date
from fanshare.core.payment_clock import Clock, Share, Step, Taker, Wait, Waiting, clock, payee_waits, taken_by
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import Ready, plan
from fanshare.core.payout_schedule import Every, Schedule, takes

NOW: Instant = 1_796_000_000_000_000
UTC = ZoneInfo("UTC")
FIRST = Schedule(Every.MONTH, 1)
FINN = Ready(7, "EUR", 5_000_000)
READY = Share(1_416_000, "available", NOW - 9 * DAY, None, NOW - 8 * DAY)
WAITS = Share(1_416_000, "pending", NOW + 20 * DAY, None)
HELD = Share(1_416_000, "held", NOW - DAY, NOW + 3 * DAY)


def days(ready: Instant) -> date | None:
    return takes(FIRST, ready, NOW, UTC)


def told(share: Share, payee: Ready = FINN, *takers: Taker, least: int = 0) -> Clock:
    return clock(share, payee, {"EUR": least}, takers, days)


def taker(state: State, *, planned: Instant = NOW - DAY, run: int = 4, frozen: bool = False) -> Taker:
    return Taker(run, planned, frozen, state, NOW)


def test_what_waits_says_until_when_and_which_day_takes_it() -> None:
    found = told(WAITS)
    assert (found.step, found.ready_at) == (Step.WAITING, NOW + 20 * DAY)
    assert found.waits == (Waiting(Wait.MATURITY, NOW + 20 * DAY),)
    assert found.day == days(NOW + 20 * DAY)
    unsent = told(WAITS._replace(matures_at=None))
    assert (unsent.ready_at, unsent.day, unsent.waits) == (None, None, (Waiting(Wait.SHIPMENT),))


def test_what_is_checked_waits_for_the_longer_of_check_and_return_window() -> None:
    found = told(HELD)
    assert (found.step, found.ready_at, found.waits) == (
        Step.CHECKED, NOW + 3 * DAY, (Waiting(Wait.CHECK, NOW + 3 * DAY),))  # fmt: skip
    later = told(HELD._replace(matures_at=NOW + 9 * DAY))
    assert later.ready_at == NOW + 9 * DAY
    assert [one.why for one in later.waits] == [Wait.MATURITY, Wait.CHECK]


@pytest.mark.parametrize(
    ("payee", "why"),
    [
        (FINN._replace(balance=-1), Wait.NEGATIVE),
        (FINN._replace(erased=True), Wait.ERASED),
        (FINN._replace(stopped=True), Wait.STOPPED),
        (FINN._replace(by_file=True), Wait.NO_ACCOUNT),
        (FINN._replace(balance=9_999), Wait.BELOW_UNIT),
        (FINN._replace(balance=1_990_000), Wait.BELOW_MINIMUM),
    ],
)
def test_what_is_ready_and_kept_back_says_by_what_and_no_day(payee: Ready, why: Wait) -> None:
    found = told(READY, payee, least=2_000_000)
    assert (found.step, found.day, found.waits) == (Step.READY, None, (Waiting(why),))


def test_an_account_that_waits_moves_the_day_and_another_payment_does_not() -> None:
    until = NOW + 40 * DAY
    changed = told(READY, FINN._replace(changed_until=until))
    assert (changed.waits, changed.day) == ((Waiting(Wait.CHANGED, until),), days(until))
    assert told(WAITS, FINN._replace(changed_until=until)).day == days(until)
    assert told(WAITS, FINN._replace(changed_until=NOW + DAY)).waits == (Waiting(Wait.MATURITY, NOW + 20 * DAY),)
    other = told(READY, FINN._replace(underway=True))
    assert (other.waits, other.day) == ((Waiting(Wait.UNDERWAY),), days(NOW))


def test_what_keeps_a_payees_money_back_is_told_before_it_is_ready() -> None:
    found = told(WAITS, FINN._replace(stopped=True, by_file=True))
    assert [one.why for one in found.waits] == [Wait.MATURITY, Wait.STOPPED, Wait.NO_ACCOUNT]
    assert (found.ready_at, found.day) == (NOW + 20 * DAY, None)
    assert told(WAITS, FINN._replace(balance=-1)).day is not None, "it makes the debt good, and the rest is paid"


@pytest.mark.parametrize(
    ("of", "step", "waits"),
    [
        (taker(State.PLANNED), Step.PLANNED, (Waiting(Wait.APPROVAL),)),
        (taker(State.APPROVED), Step.PLANNED, (Waiting(Wait.SENDING),)),
        (taker(State.APPROVED, frozen=True), Step.PLANNED, (Waiting(Wait.FROZEN),)),
        (taker(State.SUBMITTED), Step.LEAVING, (Waiting(Wait.ARRIVAL),)),
        (taker(State.IN_TRANSIT), Step.LEAVING, (Waiting(Wait.ARRIVAL),)),
        (taker(State.UNKNOWN), Step.LEAVING, (Waiting(Wait.ARRIVAL),)),
        (taker(State.MISMATCH), Step.LOOKED, (Waiting(Wait.DECISION),)),
        (taker(State.FINAL), Step.PAID, ()),
    ],
)
def test_the_run_that_took_it_says_how_far_it_is(of: Taker, step: Step, waits: tuple[Waiting, ...]) -> None:
    found = told(READY, FINN, of)
    assert (found.step, found.run, found.waits, found.day) == (step, 4, waits, None)
    assert found.paid_at == (NOW if step is Step.PAID else None)


def test_a_run_before_it_was_ready_did_not_take_it_and_what_came_back_is_taken_anew() -> None:
    early = taker(State.FINAL, planned=NOW - 9 * DAY, run=1)
    back = taker(State.RETURNED, planned=NOW - 7 * DAY, run=2)
    paid, later = taker(State.FINAL, planned=NOW - 5 * DAY, run=3), taker(State.FINAL, run=4)
    assert told(READY, FINN, early).step is Step.READY
    assert told(READY, FINN, early, back, later, paid).run == 3
    assert taken_by(0, [later, paid, early]) == early
    assert told(READY, FINN, early).waits == (Waiting(Wait.DAY),)


def test_nothing_left_and_nobody_known_wait_for_no_run() -> None:
    assert told(READY._replace(amount=0)) == Clock(Step.GONE)
    assert told(WAITS._replace(bucket="unclaimed")).waits[-1] == Waiting(Wait.CLAIM)
    assert clock(READY, FINN, {}, (), lambda _: None).waits == (Waiting(Wait.RUN),)


payees = st.tuples(
    st.just(7),
    st.just("EUR"),
    st.integers(-3_000_000, 3_000_000),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, NOW + DAY]),
    st.sampled_from([0, 9]),
    st.booleans(),
).map(lambda row: Ready(*row))


@given(payees, st.sampled_from([0, 1_000_000]))
def test_a_balance_waits_for_nothing_exactly_when_a_run_would_pay_it(payee: Ready, least: int) -> None:
    paid = bool(plan([payee], {"EUR": least}).items)
    waits = payee_waits(payee, {"EUR": least})
    assert paid == (waits == ())
    found = told(READY, payee, least=least)
    assert paid == (found.waits == (Waiting(Wait.DAY),))
    left = plan([payee], {"EUR": least}).left
    assert [(str(one.why), one.until) for one in left] == [(str(one.why), one.until) for one in waits if payee.balance]


@given(st.integers(-60, 60), st.integers(0, 60), st.integers(1, 28))
def test_the_day_that_is_told_is_the_first_whose_run_finds_it_ready(ready_in: int, hour: int, day: int) -> None:
    """A watcher who plans a run at the beginning of each day of paying takes it on the day that was told."""
    schedule = Schedule(Every.MONTH, day)
    ready = NOW + ready_in * DAY + hour * 1_000_000
    share = Share(1, "pending", ready, None)
    found = clock(share, FINN, {}, (), lambda at: takes(schedule, at, NOW, UTC)).day
    expected = local_date(max(ready, NOW), UTC)
    while expected.day != day or from_datetime(datetime.combine(expected, time(0), UTC)) < ready:
        expected += timedelta(days=1)
    assert found == expected
