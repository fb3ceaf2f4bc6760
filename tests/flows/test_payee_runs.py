"""Changes of account beside runs in the real database: every order of them, and two at the same moment."""

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import combinations

import pytest

from fanshare.core.errors import ConflictError
from fanshare.core.instants import HOUR
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import iban_account
from fanshare.core.payout_item import Said, State
from fanshare.core.payout_runs import Why
from fanshare.flows import payees, payout_runs, people, unclaimed
from fanshare.flows.context import Programme, open_programme
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import payees as named
from fanshare.store.queries import payout_runs as rows
from fanshare.store.server import Database
from tests.flows.test_payout_runs import FINNS, READY, approved, money, states, told
from tests.support.pg_books import KEYS
from tests.support.stories import TERMS, Story, open_story

OLD, NEW = iban_account("Finn Fox", "DE89370400440532013000"), iban_account("Finn Fox", "FR1420041010050500013M02606")


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 ready and Cleo 5.664; Finn's account has stood for long."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    payees.change(made.programme, made.finn, OLD, READY - 2 * WAIT, adult=True)
    return made


def orders() -> Iterator[tuple[str, ...]]:
    """Every way to mix changing and undoing into planning, approving and sending, with one pause or none."""
    for places in combinations(range(5), 2):
        mixed = iter(("plan", "approve", "send"))
        changes = iter(("change", "undo"))
        steps = tuple(next(changes) if place in places else next(mixed) for place in range(5))
        yield steps
        for pause in range(1, 5):
            yield (*steps[:pause], "pause", *steps[pause:])


class Play:
    """One order of things, done to the real books."""

    def __init__(self, story: Story) -> None:
        self.story, self.now, self.run = story, READY, 0
        self.changed_at, self.undone = 0, False

    def do(self, step: str) -> None:
        programme = self.story.programme
        if step == "pause":
            self.now += WAIT
        elif step == "change":
            self.last, self.changed_at = payees.change(programme, self.story.finn, NEW, self.now), self.now
        elif step == "undo":
            with pytest.raises(ConflictError) if self.now - self.changed_at >= WAIT else nullcontext():
                payees.undo(programme, self.story.finn, self.last, self.now)
                self.undone = True
        elif step == "plan":
            self.run, _ = payout_runs.plan(programme, "Bea", self.now)
        elif step == "approve":
            payout_runs.approve(programme, self.run, "Bea", self.now)
        else:
            payout_runs.send(programme, self.run, "Bea", self.now)
        self.now += HOUR

    @property
    def waiting(self) -> bool:
        return bool(self.changed_at) and not self.undone and self.now - self.changed_at < WAIT


@pytest.mark.parametrize("steps", [*orders()], ids="-".join)
def test_nothing_leaves_while_a_change_waits(steps: tuple[str, ...], story: Story) -> None:
    play, planned, sent = Play(story), True, True
    for step in steps:
        planned = not play.waiting if step == "plan" else planned
        sent = not play.waiting if step == "send" else sent
        play.do(step)
    assert (money(story, story.finn)[1] > 0) is (planned and sent), steps
    if planned and not sent:
        assert states(story, play.run)[story.finn] is State.FAILED
    assert money(story, story.cleo)[1] > 0, "nobody else waits with her"


def test_who_waits_is_left_out_of_a_plan_with_the_day(story: Story) -> None:
    payees.change(story.programme, story.finn, NEW, READY)
    left = payout_runs.preview(story.access, READY).plan.left
    assert [(one.party, one.why, one.until) for one in left] == [(story.finn, Why.CHANGED, READY + WAIT)]
    assert payout_runs.preview(story.access, READY + WAIT).plan.left == ()


def other(database: Database, story: Story) -> tuple[Connection, Programme]:
    conn = connect(database.dsn())
    access = Access(conn, story.access.programme_id, "other")
    return conn, open_programme(access, story.tenant.public_id, KEYS)


def blocked(conn: Connection, work: Callable[[], object]) -> threading.Thread:
    """Somebody begins something and has to wait for a lock: seen in the server's own list."""
    thread = threading.Thread(target=work)
    thread.start()
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not (row := conn.execute(waiting).fetchone()) or not row[0]:
        assert thread.is_alive(), "nothing waited"
    return thread


def test_a_change_at_the_moment_of_sending_comes_wholly_before_or_after(
    story: Story, shared_database: Database
) -> None:
    conn, programme = other(shared_database, story)
    watch = connect(shared_database.dsn())
    with conn, watch:
        run = approved(story)
        with story.access.transaction():  # sending first: the change waits for it
            payout_runs.send(story.programme, run, "Bea", READY)
            thread = blocked(watch, lambda: payees.change(programme, story.finn, NEW, READY))
            assert len(named.alive(story.access, story.finn)) == 1
        thread.join()
        assert money(story, story.finn)[1] == FINNS
        assert len(named.alive(story.access, story.finn)) == 2


def test_sending_at_the_moment_of_a_change_sees_it(story: Story, shared_database: Database) -> None:
    conn, programme = other(shared_database, story)
    watch = connect(shared_database.dsn())
    with conn, watch:
        run = approved(story)
        with story.access.transaction():
            payees.change(story.programme, story.finn, NEW, READY)
            thread = blocked(watch, lambda: payout_runs.send(programme, run, "Bea", READY))
        thread.join()
    assert money(story, story.finn)[1] == 0
    found = {row.party: row for row in rows.items_of(story.access, run)}
    assert (found[story.finn].item.state, "72 hours" in found[story.finn].reason) == (State.FAILED, True)
    assert found[story.cleo].item.state is State.SUBMITTED


def test_two_changes_at_once_are_two_and_the_newest_counts(story: Story, shared_database: Database) -> None:
    conn, programme = other(shared_database, story)
    watch = connect(shared_database.dsn())
    with conn, watch:
        with story.access.transaction():
            payees.change(story.programme, story.finn, NEW, READY)
            thread = blocked(watch, lambda: payees.change(programme, story.finn, OLD, READY))
        thread.join()
    found = payees.state(named.alive(story.access, story.finn), READY)
    assert len(found.waiting) == 2
    assert payees.shown(story.programme, story.finn, READY)[0].waiting == "DE … 3000"


def test_what_comes_back_to_somebody_who_left_is_unclaimed(story: Story) -> None:
    run = approved(story)
    items = payout_runs.send(story.programme, run, "Bea", READY)
    key = next(row.item.frozen.key for row in items if row.party == story.finn and row.item.frozen)
    people.erase(story.programme, story.finn, READY)
    payout_runs.tell(story.programme, run, [told(key, Said.CAME_BACK, reason="closed")], "Bea", READY)
    unclaimed.sweep(story.programme, READY)
    assert money(story, story.finn) == (0, 0, 0)
    assert story.wrong(READY) == []
