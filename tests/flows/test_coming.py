"""What comes from a programme is all that stands on the accounts, each part with its day, run or what it waits for."""

from datetime import timedelta

from fanshare.core.coming import Coming
from fanshare.core.instants import DAY, HOUR, local_date, zone
from fanshare.core.ledger import AccountKind
from fanshare.core.payment_clock import Step, Wait
from fanshare.core.payout_schedule import Every, Schedule
from fanshare.flows import coming as flow
from fanshare.flows import payout_runs, payout_schedule, rulings
from fanshare.store.directory import programme_with_id
from fanshare.store.queries import payout_runs as rows
from tests.flows.test_payout_runs import READY, approved, story
from tests.support.stories import NOW, Story

__all__ = ["story"]


def coming(story: Story, now: int) -> list[Coming]:
    tenant = programme_with_id(story.access.conn, story.access.programme_id)
    return flow.coming(story.access, tenant, story.cleo, now)


def steps(found: list[Coming]) -> list[Step]:
    return sorted(one.clock.step for one in found)


def stands(story: Story) -> int:
    kinds = (AccountKind.AVAILABLE, AccountKind.PENDING, AccountKind.HELD, AccountKind.IN_TRANSIT)
    return sum(story.balance(story.cleo, one) for one in kinds)


def test_parts_come_to_what_stands_on_the_accounts_whatever_happens_to_them(story: Story) -> None:
    payout_schedule.choose(story.access, story.tenant, Schedule(Every.MONTH, 1), NOW)
    story.sold("2", 59_000_000, story.click(READY - DAY), now=READY)
    story.sold("3", 20_000_000, story.click(READY - DAY), now=READY)
    order = story.sold("4", 30_000_000, story.click(READY - DAY), now=READY + 2 * DAY)
    rulings.rule(story.programme, rulings.NewRuling("held", "odd", order=order, until=READY + 9 * DAY), READY + 2 * DAY)
    story.settle(READY + 2 * DAY)
    found = coming(story, READY + 2 * DAY)
    assert steps(found) == [Step.CHECKED, Step.READY, Step.WAITING]
    assert sum(one.amount for one in found) == stands(story)
    waiting = next(one for one in found if one.clock.step is Step.WAITING)
    assert waiting.amount == story.balance(story.cleo, AccountKind.PENDING), "two orders of one day are one part"
    assert waiting.day is not None
    assert waiting.day.day == 1, "the day of paying that takes it"
    run = approved(story)
    found = coming(story, READY + 2 * DAY)
    assert steps(found) == [Step.CHECKED, Step.PLANNED, Step.READY, Step.WAITING]
    assert sum(one.amount for one in found) == stands(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    found = coming(story, READY + 2 * DAY)
    assert Step.LEAVING in steps(found)
    assert sum(one.amount for one in found) == stands(story)


def test_late_is_what_was_ready_when_a_day_of_paying_passed_and_nothing_else(story: Story) -> None:
    tz = zone(story.tenant.time_zone)
    today = local_date(READY, tz)
    payout_schedule.choose(
        story.access, story.tenant, Schedule(Every.WEEK, (today + timedelta(days=2)).isoweekday()), READY
    )
    assert [(one.late, one.clock.waits[0].why) for one in coming(story, READY)] == [(0, Wait.DAY)]
    old = story.balance(story.cleo, AccountKind.AVAILABLE)
    story.sold("2", 59_000_000, story.click(READY - 29 * DAY), now=READY - 27 * DAY)
    story.settle(READY + 3 * DAY + HOUR)
    found = coming(story, READY + 4 * DAY)
    assert [(one.amount, one.late) for one in found] == [(old, 2), (5_664_000, 0)]
    rows.stop(story.access, story.cleo, "asked for it", READY)
    assert [one.late for one in coming(story, READY + 4 * DAY)] == [0], "a stop is told as such, not as late"


def test_a_run_that_nobody_sends_is_late_from_the_day_it_was_for(story: Story) -> None:
    tz = zone(story.tenant.time_zone)
    payout_schedule.choose(
        story.access, story.tenant, Schedule(Every.WEEK, local_date(READY + DAY, tz).isoweekday()), READY
    )
    tenant = programme_with_id(story.access.conn, story.access.programme_id)
    run = payout_schedule.plan_due(story.programme, tenant, READY + DAY + HOUR)
    assert run is not None
    (planned, *rest) = sorted(coming(story, READY + 4 * DAY), key=lambda one: one.clock.step)
    assert (planned.clock.step, planned.clock.run, planned.late) == (Step.PLANNED, run, 3)
    assert not any(one.late for one in rest), "the part of a cent that no bank pays"
    tenant = programme_with_id(story.access.conn, story.access.programme_id)
    assert len(flow.late(story.access, tenant, story.cleo, READY + 4 * DAY)) == 1


def test_whoever_has_nothing_there_has_nothing_to_come(story: Story) -> None:
    assert flow.coming(story.access, story.tenant, 999_999, READY) == []
