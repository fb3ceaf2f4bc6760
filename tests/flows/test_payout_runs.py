"""Runs in the real books: planned, approved by two, sent once, told what became of them, and never half done."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from psycopg import errors

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.orders import Refund
from fanshare.core.payout_item import Answer, Said, State
from fanshare.core.payout_runs import Change, Why, plan
from fanshare.flows import own_data, payout_runs, payouts, people, unclaimed
from fanshare.flows.check import one_finding
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.payout_runs import Told
from fanshare.store import books
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries import payout_standing, payout_steps
from fanshare.store.server import Database
from tests.faults.sim_database import open_breakable
from tests.faults.sim_loop import Crash
from tests.support.pg_books import KEYS
from tests.support.stories import NOW, TERMS, Story, open_story

READY = NOW + 31 * DAY
FINNS, CLEOS = 1_410_000, 5_660_000


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 ready and Cleo 5.664."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    return made


def approved(story: Story) -> int:
    run, _ = payout_runs.plan(story.programme, "Bea", READY)
    payout_runs.approve(story.programme, run, "Bea", READY)
    return run


def sent(story: Story) -> tuple[int, dict[int, str]]:
    """A run that was sent, and the reference of each payee."""
    run = approved(story)
    items = payout_runs.send(story.programme, run, "Bea", READY)
    return run, {row.party: row.item.frozen.key for row in items if row.item.frozen}


def told(key: str, said: Said, amount: int | None = None, reason: str = "") -> Told:
    return Told(key, Answer(said, READY + DAY, amount, "EUR"), reason)


def money(story: Story, party: int) -> tuple[int, int, int]:
    """Ready, in transit, paid."""
    kinds = (AccountKind.AVAILABLE, AccountKind.IN_TRANSIT, AccountKind.PAID)
    ready, transit, paid = (story.balance(party, kind) for kind in kinds)
    return ready, transit, paid


def states(story: Story, run: int) -> dict[int, State]:
    return {row.party: row.item.state for row in rows.items_of(story.access, run)}


def test_a_run_pays_whole_cents_and_leaves_the_rest_ready(story: Story) -> None:
    run, keys = sent(story)
    assert money(story, story.finn) == (6_000, FINNS, 0)
    moved = payout_runs.tell(story.programme, run, [told(key, Said.ARRIVED) for key in keys.values()], "Bea", READY)
    assert [row.item.state for row in moved] == [State.FINAL] * 2
    assert money(story, story.finn) == (6_000, 0, FINNS)
    assert money(story, story.cleo) == (4_000, 0, CLEOS)
    assert story.wrong(READY + DAY) == []


def test_a_dry_run_writes_nothing_and_tells_what_is_other_than_last_time(story: Story) -> None:
    first = payout_runs.preview(story.access, READY)
    assert {row.change for row in first.differences} == {Change.NEW}
    assert rows.listed(story.access) == []
    sent(story)
    later = payout_runs.preview(story.access, READY)
    assert {row.change for row in later.differences} == {Change.GONE}
    assert {row.why for row in later.plan.left} == {Why.UNDERWAY}
    with pytest.raises(ConflictError, match="no run was made"):
        payout_runs.plan(story.programme, "Bea", READY)


def test_a_run_that_was_given_up_is_no_last_time(story: Story) -> None:
    payout_runs.drop(story.programme, approved(story), "Bea", READY)
    assert {row.change for row in payout_runs.preview(story.access, READY).differences} == {Change.NEW}


def test_minimum_and_stop_keep_somebody_out_with_a_reason(story: Story) -> None:
    rows.set_rule(story.access, "EUR", 2_000_000, None)
    rows.stop(story.access, story.cleo, "asks for another account", READY)
    found = payout_runs.preview(story.access, READY).plan
    assert found.items == ()
    assert {row.party: row.why for row in found.left} == {story.finn: Why.BELOW_MINIMUM, story.cleo: Why.STOPPED}
    assert rows.go_on(story.access, story.cleo)
    assert not rows.go_on(story.access, story.cleo)
    assert [row.party for row in payout_runs.preview(story.access, READY).plan.items] == [story.cleo]


def test_above_the_limit_a_second_person_approves(story: Story) -> None:
    rows.set_rule(story.access, "EUR", 0, 7_000_000)
    run, _ = payout_runs.plan(story.programme, "Bea", READY)
    with pytest.raises(ConflictError) as caught:
        payout_runs.approve(story.programme, run, "Bea", READY)
    assert caught.value.code == "second_person"
    with pytest.raises(ConflictError, match="This run is planned"):
        payout_runs.send(story.programme, run, "Bea", READY)
    assert payout_runs.approve(story.programme, run, "Otto", READY).state == "approved"
    with pytest.raises(ConflictError, match="This run is approved"):
        payout_runs.approve(story.programme, run, "Otto", READY)


def test_what_one_person_approved_alone_counts_with_the_next_run(story: Story) -> None:
    rows.set_rule(story.access, "EUR", 0, 8_000_000)
    sent(story)
    story.sold("2", 59_000_000, story.click(), now=NOW)
    story.settle(READY + HOUR)
    run = payout_steps.add(story.access, "manual", "Bea", plan(
        [one._replace(underway=False) for one in payout_standing.ready(story.access, READY)], {}
    ).items, READY + HOUR)  # fmt: skip
    with pytest.raises(ConflictError) as caught:
        payout_runs.approve(story.programme, run, "Bea", READY + HOUR)
    assert caught.value.code == "second_person"
    assert payout_runs.approve(story.programme, run, "Bea", READY + 2 * DAY).state == "approved"


def test_a_frozen_run_is_not_sent_until_it_is_resumed(story: Story) -> None:
    run = approved(story)
    assert payout_runs.freeze(story.access, run, "Bea", READY).state == "frozen"
    for step in (lambda: payout_runs.send(story.programme, run, "Bea", READY), lambda: payout_runs.freeze(
        story.access, run, "Bea", READY)):  # fmt: skip
        with pytest.raises(ConflictError, match="This run is frozen"):
            step()
    assert payout_runs.resume(story.access, run).state == "approved"
    payout_runs.send(story.programme, run, "Bea", READY)
    with pytest.raises(ConflictError, match="This run is sent"):
        payout_runs.freeze(story.access, run, "Bea", READY)


def test_each_payment_is_looked_at_again_before_it_is_sent(story: Story) -> None:
    run = approved(story)
    story.changed("1", READY, refunds=(Refund("r", READY, 20_000_000),))
    rows.stop(story.access, story.cleo, "asked for it", READY)
    items = {row.party: row for row in payout_runs.send(story.programme, run, "Bea", READY)}
    assert items[story.finn].item.amount == 930_000
    assert money(story, story.finn) == (6_000, 930_000, 0)
    assert (items[story.cleo].item.state, items[story.cleo].reason) == (
        State.FAILED, "payouts to this person are stopped")  # fmt: skip
    assert money(story, story.cleo)[1:] == (0, 0)
    assert story.wrong(READY) == []


def test_somebody_erased_since_is_not_paid(story: Story) -> None:
    run = approved(story)
    people.erase(story.programme, story.finn, READY)
    payout_runs.send(story.programme, run, "Bea", READY)
    assert states(story, run) == {story.finn: State.FAILED, story.cleo: State.SUBMITTED}


def test_what_comes_back_after_an_erasure_is_nobodys_until_it_is_claimed(story: Story) -> None:
    run, keys = sent(story)
    payout_runs.tell(story.programme, run, [told(keys[story.finn], Said.ARRIVED)], "Bea", READY + DAY)
    people.erase(story.programme, story.finn, READY + DAY)
    back = [told(keys[story.finn], Said.CAME_BACK, reason="account closed")]
    payout_runs.tell(story.programme, run, back, "Bea", READY + 400 * DAY)
    unclaimed.sweep(story.programme, READY + 400 * DAY)
    assert money(story, story.finn) == (0, 0, 0)
    left = books.balances(story.access)[Balance(AccountKey(AccountKind.UNCLAIMED), "EUR")]
    assert left == FINNS + 6_000
    assert story.wrong(READY + 400 * DAY) == []


def test_sending_again_gives_the_same_lines_and_moves_nothing(story: Story) -> None:
    run, _ = sent(story)
    lines = [row.item.frozen for row in rows.items_of(story.access, run)]
    before = books.balances(story.access)
    again = payout_runs.send(story.programme, run, "Bea", READY + DAY)
    assert [row.item.frozen for row in again] == lines
    assert books.balances(story.access) == before


def test_what_was_sent_can_not_be_changed_by_anybody_s_mistake(story: Story) -> None:
    run, _ = sent(story)
    row = rows.items_of(story.access, run)[0]
    with pytest.raises(errors.RestrictViolation, match="What was sent is not changed"):
        rows.save_items(story.access, [row._replace(item=replace(row.item, amount=row.item.amount + 10_000))])


def test_the_money_of_a_run_is_moved_by_its_run_alone(story: Story) -> None:
    run, _ = sent(story)
    payout = rows.items_of(story.access, run)[0].payout
    assert payout is not None
    with pytest.raises(ConflictError) as caught:
        payouts.arrived(story.programme, payout, READY)
    assert caught.value.code == "in_run"
    with pytest.raises(ConflictError, match="say there what became of it"):
        payouts.came_back(story.programme, payout, "x", READY)


def test_why_somebody_is_stopped_is_in_the_copy_of_her_data_and_goes_with_her(story: Story) -> None:
    assert own_data.copy(story.programme, story.finn, READY)["payouts_stopped"] is None
    rows.stop(story.access, story.finn, "asks for another account", READY)
    assert own_data.copy(story.programme, story.finn, READY)["payouts_stopped"] == "asks for another account"
    people.erase(story.programme, story.finn, READY)
    assert rows.stopped(story.access, story.finn) is None


def test_answers_that_come_twice_late_or_to_nobody_move_nothing_more(story: Story) -> None:
    run, keys = sent(story)
    back = [told(keys[story.finn], Said.CAME_BACK, reason="account closed")]
    for _ in range(2):
        payout_runs.tell(story.programme, run, back, "Bea", READY)
    payout_runs.tell(story.programme, run, [told(keys[story.finn], Said.ARRIVED)], "Bea", READY)
    assert money(story, story.finn) == (1_416_000, 0, 0)
    for wrong, code in (([told("nobody", Said.ARRIVED)], "unknown_payment"), (back * 2, "twice")):
        with pytest.raises(BadInputError) as caught:
            payout_runs.tell(story.programme, run, wrong, "Bea", READY)
        assert caught.value.code == code
    with pytest.raises(BadInputError, match="no such payout run"):
        payout_runs.tell(story.programme, run + 1, back, "Bea", READY)
    assert story.wrong(READY) == []


@pytest.mark.parametrize("arrived", [True, False])
def test_another_amount_waits_for_a_person_and_then_ends(story: Story, arrived: bool) -> None:
    run, keys = sent(story)
    key = keys[story.finn]
    payout_runs.tell(story.programme, run, [told(key, Said.ARRIVED, FINNS - 10_000)], "Bea", READY)
    assert states(story, run)[story.finn] is State.MISMATCH
    assert money(story, story.finn) == (6_000, FINNS, 0)
    with pytest.raises(BadInputError, match="Say what you found out"):
        payout_runs.decide(story.programme, run, key, arrived, " ", "Bea", READY)
    payout_runs.decide(story.programme, run, key, arrived, "the bank took a cent", "Bea", READY)
    assert money(story, story.finn) == ((6_000, 0, FINNS) if arrived else (FINNS + 6_000, 0, 0))
    assert story.wrong(READY) == []


def test_a_payment_that_was_refused_and_arrived_after_all_is_paid_once(story: Story) -> None:
    """Its money was ready again meanwhile: it is taken back, and no run pays her before a person has looked."""
    run, keys = sent(story)
    key = keys[story.finn]
    payout_runs.tell(story.programme, run, [told(key, Said.REFUSED, reason="wrong number")], "Bea", READY)
    assert money(story, story.finn) == (1_416_000, 0, 0)
    payout_runs.tell(story.programme, run, [told(key, Said.ARRIVED)], "Bea", READY)
    left = payout_runs.preview(story.access, READY).plan.left
    assert Why.UNDERWAY in {row.why for row in left if row.party == story.finn}
    payout_runs.decide(story.programme, run, key, True, "it did arrive", "Bea", READY)
    assert money(story, story.finn) == (6_000, 0, FINNS)
    assert story.wrong(READY) == []


def test_a_run_that_is_given_up_frees_its_payees(story: Story) -> None:
    run = approved(story)
    payout_runs.drop(story.programme, run, "Bea", READY)
    assert set(states(story, run).values()) == {State.FAILED}
    assert len(payout_runs.preview(story.access, READY).plan.items) == 2
    sent_run, _ = sent(story)
    with pytest.raises(ConflictError):
        payout_runs.drop(story.programme, sent_run, "Bea", READY)


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        ("UPDATE payout_item SET body = body || '0' WHERE payout_id IS NOT NULL", "its line"),
        ("UPDATE payout_item SET amount = amount + 10000 WHERE payout_id IS NOT NULL", "its line in the file"),
        ("UPDATE payout_item SET state = 'final' WHERE payout_id IS NOT NULL", "payout_item"),
        ("UPDATE payout SET state = 'final'", "expected in_transit"),
        ("UPDATE payout SET amount = amount + 10000", "its payout"),
        ("UPDATE payout_run SET file_hash = sha256('other') WHERE submitted_at IS NOT NULL", "the hash of its file"),
        ("UPDATE payout_run SET file = NULL, file_hash = NULL, submitted_at = NULL", "sent at"),
        ("DELETE FROM payout_item_event WHERE state = 'submitted'", "payout_item"),
        ("UPDATE payout_item_event SET at = at + 1 WHERE state = 'submitted'", "payout_item"),
    ],
)
def test_run_file_and_ledger_are_held_against_each_other(
    story: Story, owner: Connection, edit: str, place: str
) -> None:
    sent(story)
    assert one_finding("payout runs", story.programme, READY).ok
    with owner.transaction(force_rollback=True):
        unlocked(owner)
        owner.execute(edit.encode())
        found = one_finding("payout runs", replace(story.programme, access=Access(
            owner, story.access.programme_id, "test")), READY)  # fmt: skip
    assert found.offence is not None
    assert place in found.message


def unlocked(owner: Connection) -> None:
    """No trigger stands in the way of the transaction."""
    for table in ("payout_item", "payout_run", "payout_item_event"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    owner.execute("ALTER TABLE payout_run DROP CONSTRAINT file_of_sent")


def test_a_kill_at_any_statement_leaves_all_of_a_step_or_nothing(story: Story, shared_database: Database) -> None:
    """And the step, done again, ends where it would have ended."""
    deaths = [_died(story, shared_database, step) for step in (_plan, _approve, _send, _tell)]
    assert min(deaths) > 8, deaths
    [run] = rows.listed(story.access)
    assert set(states(story, run.id).values()) == {State.FINAL}
    assert money(story, story.finn) == (6_000, 0, FINNS)
    assert len(rows.items_of(story.access, run.id)) == 2
    assert story.wrong(READY) == []


def _died(story: Story, database: Database, step: Callable[[Programme], object]) -> int:
    """Do a step, killed at its first place, its second, and so on until it goes through. How often it was killed."""
    for at in count(1):
        broken = open_breakable(database)
        broken.passed, broken.places, broken.fail_at, broken.how = Counter(), 0, at, "crash"
        access = Access(broken, story.access.programme_id, "test")
        try:
            step(replace(story.programme, access=access))
        except Crash:
            continue
        finally:
            broken.close()
            for name in ("balances", "payouts", "payout runs"):
                assert one_finding(name, story.programme, READY).ok, (step, at)
        return at - 1
    raise AssertionError("unreachable")


def _plan(programme: Programme) -> None:
    if not rows.listed(programme.access):
        payout_runs.plan(programme, "Bea", READY)


def _approve(programme: Programme) -> None:
    [run] = rows.listed(programme.access)
    if run.state == "planned":
        payout_runs.approve(programme, run.id, "Bea", READY)


def _send(programme: Programme) -> None:
    [run] = rows.listed(programme.access)
    payout_runs.send(programme, run.id, "Bea", READY)


def _tell(programme: Programme) -> None:
    [run] = rows.listed(programme.access)
    keys = [row.item.frozen.key for row in rows.items_of(programme.access, run.id) if row.item.frozen]
    payout_runs.tell(programme, run.id, [told(key, Said.ARRIVED) for key in keys], "Bea", READY)


@pytest.mark.parametrize("step", [payout_runs.approve, payout_runs.send])
def test_a_run_is_locked_before_the_log(
    story: Story, shared_database: Database, step: Callable[[Programme, int, str, int], object]
) -> None:
    """Whoever takes the log first and waits for the run, and whoever does it the other way round, wait for ever."""
    run, _ = payout_runs.plan(story.programme, "Bea", READY)
    if step is payout_runs.send:
        payout_runs.approve(story.programme, run, "Bea", READY)
    with connect(shared_database.dsn()) as conn:
        other = open_programme(Access(conn, story.access.programme_id, "test"), story.tenant.public_id, KEYS)
        with story.access.transaction():
            payout_runs.find(story.access, run)
            working = threading.Thread(target=step, args=(other, run, "Bea", READY))
            working.start()
            _until_it_waits(story, conn)
            story.access.execute("SELECT FROM log_tree WHERE programme_id = %(programme_id)s FOR NO KEY UPDATE NOWAIT")
        working.join()
        assert states(story, run) != {}


def _until_it_waits(story: Story, conn: Connection) -> None:
    asked = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s"
    for _ in range(1000):
        row = story.access.conn.execute(asked, [conn.info.backend_pid]).fetchone()
        if row == ("Lock",):
            return
        time.sleep(0.005)
    raise AssertionError("the second one never waited for the run")
