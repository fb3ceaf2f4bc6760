"""Two workers at once: no cap is exceeded at any committed moment, no deadlock surfaces, the killed leave no trace."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from fanshare.core.instants import DAY
from fanshare.core.terms import Cap, Level, Policy, Rule, Terms, TermsBook
from fanshare.flows import close
from fanshare.flows.check import check
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.settle import settle
from fanshare.store.access import Access, Connection, connect, retry
from fanshare.store.queries import scopes
from fanshare.store.server import Database
from tests.support.pg_books import KEYS, PgBooks
from tests.support.sales import EPOCH, UNIT
from tests.support.worlds import World

NOW = EPOCH + 60 * DAY
CAP = 3 * UNIT

_GRANTED = """
SELECT creator_party_id, sum(amount)::bigint FROM position
 WHERE programme_id = %(programme_id)s AND currency = 'EUR' GROUP BY creator_party_id HAVING sum(amount) > %(cap)s
"""


def capped(seed: int) -> World:
    """A world in which every creator gets at most three euros, ever."""
    terms = Terms(
        version=1,
        effective_at=0,
        rules=(Rule("all", bps=1200),),
        policy=Policy.LINEAR,
        caps=(Cap(Level.ALL, CAP, "EUR"),),
        hold=14 * DAY,
    )
    world = World.random(seed, orders=10)
    orders = tuple(
        replace(
            order,
            rulings=(),
            touches=tuple(replace(one, terms_version=1, fan_bps=2000, buyer_bps=0) for one in order.touches),
        )
        for order in world.orders
    )
    return World(seed, TermsBook([terms]), orders)


@contextmanager
def workers(database: Database, books: PgBooks, count: int = 2) -> Iterator[list[BaseException]]:
    """Threads that settle in small batches until told to stop; what went wrong in them is in the list."""
    stop, failures = threading.Event(), list[BaseException]()

    def work() -> None:
        with connect(database.dsn()) as conn:
            access = Access(conn, books.access.programme_id, "job:settle")
            programme = open_programme(access, books.tenant.public_id, KEYS)
            while not stop.is_set():
                try:
                    done = retry(conn, lambda: settle(access, programme.book, programme.holders, NOW, batch=2))
                    if not done.orders:
                        stop.wait(0.002)
                except BaseException as error:
                    failures.append(error)
                    return

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield failures
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def watcher(database: Database, programme: int) -> Iterator[list[object]]:
    """Looks at what is committed, over and over; the creators who were ever above the cap are in the list."""
    stop, seen = threading.Event(), list[object]()

    def look() -> None:
        with connect(database.dsn()) as conn:
            access = Access(conn, programme, "watcher")
            while not stop.is_set():
                seen.extend(access.fetch(_GRANTED, {"cap": CAP}))
                stop.wait(0.001)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def green(programme: Programme, now: int) -> list[str]:
    return [one.message for one in check(programme, now) if not one.ok and one.name != "checkpoints"]


def deliver_while_they_work(books: PgBooks, dice: random.Random) -> None:
    books.drain(books.clicks, NOW)
    queue = list(books.world.deliveries) * 2
    dice.shuffle(queue)
    while queue:
        taken, queue = queue[: dice.randint(1, 3)], queue[3:]
        books.accept(taken, NOW)


def settled_alone(books: PgBooks) -> None:
    """Everything once more, so that what a random cut of the queue left out is there."""
    books.accept(books.world.deliveries, NOW)
    for order in books.world.orders:
        books.decide(order, NOW)
    books.settle(NOW)


def test_two_workers_never_exceed_a_cap_and_end_in_the_ledger_of_one(
    conn: Connection, shared_database: Database
) -> None:
    for seed in range(6):
        books, dice = PgBooks.founded(conn, capped(seed)), random.Random(seed)
        with watcher(shared_database, books.access.programme_id) as above, workers(shared_database, books) as failures:
            deliver_while_they_work(books, dice)
        settled_alone(books)
        assert failures == []
        assert above == [], f"world {seed}"
        in_memory = books.in_memory(NOW)
        for order, state in books.world.deliveries:
            in_memory.accept(order, state)
        in_memory.settle_all()
        assert books.snapshot() == in_memory.snapshot(), f"world {seed}"
        assert green(books.programme, NOW) == []


def test_not_after_a_close_and_an_undone_refund_either(conn: Connection, shared_database: Database) -> None:
    for seed in (1, 4):
        books, later = PgBooks.founded(conn, capped(seed)), NOW + 90 * DAY
        books.drain(books.clicks, NOW)
        books.accept(books.world.deliveries, NOW)
        books.settle(NOW)
        assert close.close_all(books.programme, later) > 0
        books.settle(later)
        with watcher(shared_database, books.access.programme_id) as above, workers(shared_database, books) as failures:
            for order in books.world.orders:
                newest = max(order.states, key=lambda state: state.modified_at)
                undone = replace(newest, refunds=(), modified_at=later, fulfilled_at=None)
                books.accept([(order.id, undone)], NOW)
        books.settle(later)
        assert failures == []
        assert above == []
        assert green(books.programme, later) == []


def test_without_the_lock_on_the_scope_two_workers_do_exceed_the_cap(
    conn: Connection, shared_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both load the scope before either has posted."""
    together = threading.Barrier(2, timeout=2)

    def nobody_waits(access: Access, creators: object) -> set[int]:
        return set()

    load = scopes.load

    def at_once(*args: object, **kwargs: object) -> object:
        scope = load(*args, **kwargs)  # type: ignore[arg-type]
        with suppress(threading.BrokenBarrierError):
            together.wait()
        return scope

    exceeded = False
    for seed in range(12):
        books = PgBooks.founded(conn, capped(seed))
        books.drain(books.clicks, NOW)
        for delivery in books.world.deliveries:
            books.accept([delivery], NOW)
        with monkeypatch.context() as patched:
            patched.setattr(scopes, "lock", nobody_waits)
            patched.setattr(scopes, "load", at_once)
            with watcher(shared_database, books.access.programme_id) as above, workers(shared_database, books):
                threading.Event().wait(0.3)
        exceeded = exceeded or bool(above) or bool(green(books.programme, NOW))
        together.reset()
        if exceeded:
            break
    assert exceeded


_VICTIM = """
import os, sys
from fanshare.config.keys import Keys
from fanshare.flows.context import open_programme
from fanshare.flows import settle as module
from fanshare.store import log_store
from fanshare.store.access import Access, connect
dsn, programme, public_id, now = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
access = Access(connect(dsn), programme, "job:settle")
opened = open_programme(access, public_id, Keys(b"only for the tests of fanshare!!"))
append = log_store.append
def half_done(*args):
    append(*args)
    print("posted", flush=True)
    sys.stdin.readline()
log_store.append = half_done
module.settle(access, opened.book, opened.holders, now)
"""


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(conn: Connection, shared_database: Database) -> None:
    books = PgBooks.founded(conn, capped(2))
    books.drain(books.clicks, NOW)
    books.accept(books.world.deliveries, NOW)
    arguments = [shared_database.dsn(), str(books.access.programme_id), books.tenant.public_id, str(NOW)]
    victim = subprocess.Popen(
        [sys.executable, "-c", _VICTIM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert victim.stdout is not None
    assert victim.stdout.readline() == b"posted\n"
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert books.snapshot() == {}
    settled_alone(books)
    in_memory = books.in_memory(NOW)
    for order, state in books.world.deliveries:
        in_memory.accept(order, state)
    in_memory.settle_all()
    assert books.snapshot() == in_memory.snapshot()
    assert green(books.programme, NOW) == []
