"""Days of paying in the real books: a run is planned once when its day has come, and waits for people."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from psycopg import errors

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR, parse_rfc3339, to_datetime
from fanshare.core.payout_runs import SCHEDULE
from fanshare.core.payout_schedule import Every, Schedule
from fanshare.flows import payout_holds, payout_runs, payout_schedule
from fanshare.flows.context import open_programme
from fanshare.store import directory
from fanshare.store.access import Access, Connection, connect, do_not_wait_for_ever
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries import payout_schedule as payout_schedule_rows
from fanshare.store.server import Database
from tests.support.pg_books import KEYS
from tests.support.stories import NOW, TERMS, Story, open_story

READY = NOW + 31 * DAY
MONTHLY = Schedule(Every.MONTH, 1)


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 ready and Cleo 5.664."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    return made


def tenant(story: Story) -> Tenant:
    return directory.programme_with_id(story.access.conn, story.access.programme_id)


def chosen(story: Story, schedule: Schedule | None = MONTHLY, at: int = READY) -> Tenant:
    payout_schedule.choose(story.access, tenant(story), schedule, at)
    return tenant(story)


def first_of_next_month(story: Story) -> int:
    day = tenant(story).pays(READY, READY)
    assert day is not None
    return parse_rfc3339(f"{day.isoformat()}T12:00:00Z")


def test_a_day_of_paying_plans_one_run_that_moves_no_money(story: Story) -> None:
    assert payout_schedule.plan_due(story.programme, tenant(story), READY) is None
    chosen(story)
    assert payout_schedule.plan_due(story.programme, tenant(story), READY) is None, "its day has not come"
    noon = first_of_next_month(story)
    run = payout_schedule.plan_due(story.programme, tenant(story), noon)
    assert run is not None
    assert payout_schedule.plan_due(story.programme, tenant(story), noon + HOUR) is None, "once a day"
    [found] = rows.listed(story.access)
    assert (found.id, found.state, found.planned_by) == (run, "planned", SCHEDULE)
    assert len(rows.items_of(story.access, run)) == 2
    assert story.wrong(noon) == []


def test_workers_that_look_at_the_same_moment_plan_one_run(story: Story, shared_database: Database) -> None:
    chosen(story)
    noon, known, made = first_of_next_month(story), tenant(story), list[int | None]()
    start = threading.Barrier(6)

    def look() -> None:
        with connect(shared_database.dsn()) as conn:
            programme = open_programme(Access(conn, known.id, "test"), known.public_id, KEYS)
            start.wait()
            made.append(payout_schedule.plan_due(programme, known, noon))

    workers = [threading.Thread(target=look) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(run is None for run in made) == [False, *[True] * 5]
    assert len(rows.listed(story.access)) == 1


def test_a_day_with_nothing_ready_is_over_without_a_run(story: Story) -> None:
    for party in (story.cleo, story.finn):
        rows.stop(story.access, party, "asked for it", READY)
    chosen(story)
    noon = first_of_next_month(story)
    assert payout_schedule.plan_due(story.programme, tenant(story), noon) is None
    assert rows.listed(story.access) == []
    rows.go_on(story.access, story.cleo)
    assert payout_schedule.plan_due(story.programme, tenant(story), noon + HOUR) is None, "people were told the next"
    assert tenant(story).pays(noon, noon) == MONTHLY.on_or_after(tenant(story).pays(noon, noon))  # type: ignore[arg-type]


def test_other_days_count_from_tomorrow_on_and_none_can_be_told_again(story: Story) -> None:
    chosen(story)
    noon = first_of_next_month(story)
    today = chosen(story, Schedule(Every.MONTH, 1), noon)
    assert payout_schedule.plan_due(story.programme, today, noon) is None, "the day on which it is set never is due"
    gone = chosen(story, None, noon)
    assert gone.schedule is None
    assert gone.pays(noon, noon) is None
    assert payout_schedule.plan_due(story.programme, gone, noon + 40 * DAY) is None


def test_above_the_limit_what_the_calendar_planned_still_takes_two_people(story: Story) -> None:
    rows.set_rule(story.access, "EUR", 0, 5_000_000)
    chosen(story)
    noon = first_of_next_month(story)
    run = payout_schedule.plan_due(story.programme, tenant(story), noon)
    assert run is not None
    with pytest.raises(ConflictError, match="one takes it over, another approves it"):
        payout_runs.approve(story.programme, run, "Bea", noon)
    with pytest.raises(BadInputError, match="name of the calendar"):
        payout_runs.approve(story.programme, run, SCHEDULE, noon)
    payout_runs.take_over(story.access, run, "Bea")
    with pytest.raises(ConflictError, match="stands for this run already"):
        payout_runs.take_over(story.access, run, "Otto")
    with pytest.raises(ConflictError, match="somebody else than who planned it"):
        payout_runs.approve(story.programme, run, "Bea", noon)
    assert payout_runs.approve(story.programme, run, "Otto", noon).approved_by == "Otto"
    with pytest.raises(ConflictError, match="This run is approved"):
        payout_runs.take_over(story.access, run, "Bea")


def test_what_one_person_approved_after_the_calendar_counts_with_her_next_run(story: Story) -> None:
    rows.set_rule(story.access, "EUR", 0, 8_000_000)
    chosen(story)
    noon = first_of_next_month(story)
    run = payout_schedule.plan_due(story.programme, tenant(story), noon)
    assert run is not None
    payout_runs.approve(story.programme, run, "Bea", noon)
    payout_runs.send(story.programme, run, "Bea", noon)
    assert rows.alone(story.access, "Bea", noon - DAY) == {"EUR": 7_070_000}
    assert rows.alone(story.access, "Otto", noon - DAY) == {}


HELD = "These books were restored from a backup"


def test_a_day_of_paying_waits_while_restored_books_are_compared_and_says_so(story: Story) -> None:
    """Not planned, and not over either: when payouts go on its run is planned."""
    chosen(story)
    noon = first_of_next_month(story)
    assert payout_schedule.late(tenant(story), noon) is None
    payout_holds.hold(story.access, NOW, noon - HOUR)
    assert payout_schedule.plan_due(story.programme, tenant(story), noon) is None
    late = payout_schedule.late(tenant(story), noon)
    assert late is not None
    assert (late.day.day, late.why.startswith(HELD)) == (1, True)
    payout_holds.release(story.access, "Bea", "the bank's statement of May", noon + HOUR)
    assert payout_schedule.plan_due(story.programme, tenant(story), noon + HOUR) is not None
    assert payout_schedule.late(tenant(story), noon + HOUR) is None
    assert tenant(story).pays_problem == ""


class HeldMeanwhile(Access):
    """Somebody holds payouts on a connection of her own when the day is being marked as planned."""

    holder: Access | None = None

    def execute(self, statement: Any, params: Any = None) -> Any:
        if "pays_since = " in statement and self.holder is not None:
            payout_holds.hold(self.holder, NOW, READY)
        return super().execute(statement, params)


def test_a_conflict_in_the_midst_of_planning_leaves_the_day_due(story: Story, shared_database: Database) -> None:
    chosen(story)
    noon = first_of_next_month(story)
    with connect(shared_database.dsn()) as conn:
        access = HeldMeanwhile(story.access.conn, story.access.programme_id, "test")
        access.holder = Access(conn, story.access.programme_id, "test")
        assert payout_schedule.plan_due(replace(story.programme, access=access), tenant(story), noon) is None
    assert tenant(story).pays_problem.startswith(HELD)
    payout_holds.release(story.access, "Bea", "the bank's statement of May", noon + HOUR)
    assert payout_schedule.plan_due(story.programme, tenant(story), noon + DAY) is not None, "the day after, too"
    assert len(rows.listed(story.access)) == 1


def test_a_lock_that_somebody_else_holds_leaves_the_day_due_and_says_so(
    story: Story, shared_database: Database
) -> None:
    chosen(story)
    noon = first_of_next_month(story)
    do_not_wait_for_ever(story.access.conn, lock_wait="100ms")
    with connect(shared_database.dsn()) as conn:
        other = Access(conn, story.access.programme_id, "test")
        with other.transaction():
            other.execute("SELECT FROM log_tree WHERE programme_id = %(programme_id)s FOR UPDATE")
            with pytest.raises(errors.LockNotAvailable):
                payout_schedule.plan_due(story.programme, tenant(story), noon)
    late = payout_schedule.late(tenant(story), noon)
    assert late is not None
    assert late.why == "Somebody else was working on the payouts at that moment."
    assert payout_schedule.plan_due(story.programme, tenant(story), noon + HOUR) is not None
    assert payout_schedule.late(tenant(story), noon + HOUR) is None


def test_what_was_in_the_way_of_other_days_is_forgotten(story: Story) -> None:
    chosen(story)
    noon = first_of_next_month(story)
    payout_holds.hold(story.access, NOW, noon - HOUR)
    payout_schedule.plan_due(story.programme, tenant(story), noon)
    assert chosen(story, Schedule(Every.MONTH, 7), noon).pays_problem == ""
    payout_schedule_rows.put_problem(story.access, noon_of(noon), "too late")
    assert tenant(story).pays_problem == "", "the day is not due any more"


def noon_of(now: int) -> str:
    return to_datetime(now).date().isoformat()
