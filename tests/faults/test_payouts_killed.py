"""The worker is killed while it pays over a provider: at the worst moment, and at any. Everybody is paid once."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from fanshare.core.instants import DAY
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, stripe_account
from fanshare.core.payout_item import State
from fanshare.flows import payees, payout_rails, payout_runs
from fanshare.integrations.rails import Called
from fanshare.store.access import Connection
from fanshare.store.queries import payout_runs as rows
from fanshare.store.server import Database
from tests.faults.payer import clock
from tests.support.effort import effort
from tests.support.flaky_http import Reply, Request
from tests.support.stories import NOW, TERMS, Story, open_story
from tests.support.stripe_connect import CLEO, FINN, KEY, StripeConnect

READY = NOW + 31 * DAY


class Till:
    """Finn and Cleo are paid over Stripe by a process that gets killed."""

    def __init__(self, story: Story, database: Database, there: StripeConnect, kind: str = "careful") -> None:
        self.story, self.database, self.there, self.kind = story, database, there, kind
        self.began = time.time()
        there.now = lambda: clock(READY, self.began)
        payout_rails.connect(
            story.programme, Kind.STRIPE, {"key": KEY}, Called({Kind.STRIPE: there.url}), "Bea", READY - 2 * WAIT
        )
        for party, account in ((story.finn, FINN), (story.cleo, CLEO)):
            to = stripe_account(account, "EUR")
            payees.change(story.programme, party, to, READY - 2 * WAIT, adult=True)
        self._answer = there.server.answer
        self.victim: subprocess.Popen[str] | None = None

    def send(self, number: int) -> None:
        """There is another sale, and another run is sent."""
        self.story.sold(str(number), 59_000_000, self.story.click())
        self.story.settle(READY)
        now = clock(READY, self.began)
        run, _ = payout_runs.plan(self.story.programme, "Bea", now)
        payout_runs.approve(self.story.programme, run, "Bea", now)
        payout_runs.send(self.story.programme, run, "Bea", now)

    @contextmanager
    def working(self) -> Iterator[subprocess.Popen[str]]:
        """A worker that is ready; whatever happens it is dead afterwards."""
        place = (str(self.story.access.programme_id), str(READY), str(self.began), self.kind)
        command = [sys.executable, "-m", "tests.faults.payer", self.database.dsn(), self.there.url, *place]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            self.victim = process
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
                yield process
            finally:
                process.kill()

    def kill_when_paid(self, request: Request) -> Reply:
        """Stripe has moved the money, and nobody is there any more who hears it."""
        answer = self._answer(request)
        if request.method == "POST" and self.victim is not None:
            self.victim.kill()
            self.victim = None
        return answer

    def spare(self) -> None:
        """Stripe answers again, and kills nobody."""
        self.there.server.answer = self._answer

    def done(self) -> bool:
        """Whether everything that was sent is known to have arrived."""
        states = [row.item.state for run in rows.listed(self.story.access) for row in rows.items_of(
            self.story.access, run.id) if row.item.frozen]  # fmt: skip
        return set(states) == {State.FINAL}

    def finish(self) -> None:
        """Let a worker do the rest."""
        self.spare()
        with self.working():
            end = time.monotonic() + 30
            while not self.done():
                assert time.monotonic() < end
                time.sleep(0.05)

    def twice(self) -> list[str]:
        """The keys under which more than one transfer was made, or the payees who got more than the books say."""
        paid = sum(one["amount"] for one in self.there.transfers) * 10_000
        booked = sum(row.item.amount for run in rows.listed(self.story.access) for row in rows.items_of(
            self.story.access, run.id) if row.item.frozen)  # fmt: skip
        groups = [one["transfer_group"] for one in self.there.transfers]
        return sorted({one for one in groups if groups.count(one) > 1}) + (["sums differ"] if paid != booked else [])


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})


@pytest.mark.soak_sized
def test_a_worker_that_is_killed_at_any_moment_pays_everybody_once(story: Story, shared_database: Database) -> None:
    dice, rounds = Random(61), effort(2)
    with StripeConnect() as there:
        till = Till(story, shared_database, there)
        for number in range(rounds):
            till.send(number)
            till.there.server.answer = till.kill_when_paid
            with till.working() as process:
                process.wait(20)
            till.spare()
            with till.working():
                time.sleep(dice.random() * 0.2)
            till.finish()
        assert len(there.transfers) == 2 * rounds
        assert till.twice() == []
        assert story.wrong(clock(READY, till.began)) == []


def test_a_worker_without_a_memory_of_its_keys_is_found_out(story: Story, shared_database: Database) -> None:
    with StripeConnect() as there:
        till = Till(story, shared_database, there, "careless")
        till.send(1)
        till.there.server.answer = till.kill_when_paid
        with till.working() as process:
            process.wait(20)
        till.spare()
        with till.working():
            end = time.monotonic() + 20
            while len(there.transfers) < 3:
                assert time.monotonic() < end
                time.sleep(0.05)
        assert till.twice() != []
