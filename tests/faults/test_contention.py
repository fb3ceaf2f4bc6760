"""One programme's flood beside a quiet one, a real deadlock, a worker that is frozen in the middle."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import psycopg
import pytest

from fanshare.core.instants import SECOND
from fanshare.jobs import worker as worker_module
from fanshare.jobs.take import CRASHES, IN_THE_WAY, LEASE
from fanshare.store import directory
from fanshare.store.access import connect, do_not_wait_for_ever
from fanshare.store.queries import inbox
from tests.faults.sales import PART, Sales, assert_green, booked
from tests.jobs.house import Brand, House, eventually

FLOOD = 230  # more than one batch


def flooded(house: House) -> Brand:
    """Bea's shop sends hundreds of messages, and then another brand's shop sends one."""
    quiet = Brand.founded(house, "quiet")
    quiet.typed_code("quiet10")
    with house.open():
        for number in range(FLOOD):
            assert house.bea.post(house.bea.order(str(number))).status_code == 200
        order = quiet.order("1", codes=["quiet10"])
        assert quiet.post(order).status_code == 200
    return quiet


def test_one_programmes_flood_does_not_delay_another_ones_order(house: House) -> None:
    quiet = flooded(house)
    assert house.worker.round().failures == 0
    assert quiet.earned(quiet.cleo) == PART, "within one round"
    assert 0 < house.bea.inbox()["new"] < FLOOD
    house.work()
    assert house.bea.inbox() == {"done": FLOOD}


def test_in_one_queue_for_all_the_quiet_one_would_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    in_turn = directory.programmes_with_deliveries
    monkeypatch.setattr(worker_module.directory, "programmes_with_deliveries", lambda *args: in_turn(*args)[:1])  # type: ignore[attr-defined]
    quiet = flooded(house)
    assert house.worker.round().failures == 0
    assert quiet.earned(quiet.cleo) == 0


def entangled(house: House) -> threading.Thread:
    """Somebody who holds the account that the worker wants last and then wants the one that the worker holds."""
    server, name = house.database.server, house.database.name
    assert server is not None
    dsn, worker = server.dsn("admin", name), house.conn.info.backend_pid
    accounts = "SELECT id FROM account WHERE programme_id = %s ORDER BY id"
    first, *_, last = [row[0] for row in house.rows(accounts, house.bea.tenant.id)]
    holding = threading.Event()

    def hold() -> None:
        with psycopg.connect(dsn) as other, connect(dsn) as watcher:
            other.execute("SET LOCAL deadlock_timeout = '1h'")  # so that it is the worker who is refused
            other.execute("SELECT FROM account WHERE id = %s FOR UPDATE", [last])
            holding.set()
            waits = b"SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted"
            assert eventually(lambda: watcher.execute(waits, [worker]).fetchone() == (1,))
            other.execute("SELECT FROM account WHERE id = %s FOR UPDATE", [first])

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(10)
    return thread


def refused_for_a_deadlock(house: House) -> int:
    """Sell two orders, the second one into a deadlock; how many failures the worker reports."""
    sales = Sales(house)
    with house.open():
        assert sales.sell(1)
        house.work()
        assert sales.sell(2)
    other = entangled(house)
    failures = house.worker.round().failures
    other.join(30)
    assert booked(house)[2] == 1, "nothing half done"
    return failures


def test_a_worker_that_is_refused_for_a_deadlock_does_its_work_again(house: House) -> None:
    assert refused_for_a_deadlock(house) == 0
    house.work()
    assert booked(house)[2] == 2
    assert_green(house)


def test_a_worker_that_knows_no_deadlocks_calls_it_a_failure(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "RETRYABLE", ())
    assert refused_for_a_deadlock(house) == 1


_FROZEN = """
import sys
from pathlib import Path
from fanshare.config.clock import FileClock
from fanshare.config.keys import Keys
from fanshare.jobs.worker import Worker
from fanshare.store import log_store
from fanshare.store.access import connect
append = log_store.append
def half_done(*args):
    first = append(*args)
    print("posted", flush=True)
    sys.stdin.readline()
    return first
log_store.append = half_done
home = Path(sys.argv[2])
Worker(connect(sys.argv[1]), home, Keys(b"m" * 32), FileClock(home / "clock"), "shop.example", {}).round()
"""


@contextmanager
def frozen_worker(house: House) -> Iterator[subprocess.Popen[str]]:
    """A worker that is stopped after it posted and before it commits; it goes on when the block ends."""
    with patch.object(directory, "programmes_to_settle", lambda *_: []):
        house.worker.round()  # taken, not settled
    command = [sys.executable, "-c", _FROZEN, house.database.dsn(), str(house.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        while victim.stdout.readline() != "posted\n":
            assert victim.poll() is None
        os.kill(victim.pid, signal.SIGSTOP)
        try:
            yield victim
        finally:
            os.kill(victim.pid, signal.SIGCONT)
            victim.communicate("\n", timeout=60)
    assert victim.returncode == 0


def sold_to_both(house: House) -> Brand:
    """An order of Bea's shop that the frozen worker has in hand, and then one more and one of another brand."""
    quiet = Brand.founded(house, "quiet")
    quiet.typed_code("quiet10")
    with house.open():
        assert Sales(house).sell(1)
    return quiet


def more_is_sold(house: House, quiet: Brand) -> None:
    """Another order for the creator over whom the frozen worker sits, and one of the other brand."""
    with house.open_without_database():
        assert Sales(house).sell(2)
        assert quiet.post(quiet.order("1", codes=["quiet10"])).status_code == 200


def test_a_worker_that_freezes_in_the_middle_holds_up_nobody_elses_programme(house: House) -> None:
    quiet = sold_to_both(house)
    do_not_wait_for_ever(house.conn, lock_wait="300ms")
    with frozen_worker(house):
        more_is_sold(house, quiet)
        assert house.worker.round().failures == 0
        assert (quiet.earned(quiet.cleo), house.bea.earned(house.bea.cleo)) == (PART, 0)
    house.later(IN_THE_WAY)
    house.work()
    assert booked(house)[1:] == (2, 2)
    assert_green(house)


def test_a_delivery_that_has_to_wait_for_a_frozen_worker_is_not_taken_for_one_that_kills_workers(house: House) -> None:
    quiet = sold_to_both(house)
    do_not_wait_for_ever(house.conn, lock_wait="50ms")
    with frozen_worker(house):
        more_is_sold(house, quiet)
        for _ in range(CRASHES + 1):
            assert house.worker.round().failures == 0
            house.later(LEASE + SECOND)
        assert house.bea.inbox() == {"done": 1, "new": 1}
    house.work()
    assert booked(house)[1:] == (2, 2)


def test_if_it_were_it_would_be_set_aside(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "give_back", lambda *_: None)
    quiet = sold_to_both(house)
    do_not_wait_for_ever(house.conn, lock_wait="50ms")
    with frozen_worker(house):
        more_is_sold(house, quiet)
        for _ in range(CRASHES + 1):
            house.worker.round()
            house.later(LEASE + SECOND)
    house.work()
    assert house.bea.inbox() == {"done": 1, "parked": 1}


def test_whoever_waits_for_it_for_ever_is_held_up_too(house: House) -> None:
    quiet = sold_to_both(house)
    house.conn.execute("SET statement_timeout = '300ms'")
    with frozen_worker(house):
        more_is_sold(house, quiet)
        assert house.worker.round().failures, "only because this test put an end to it"


def test_the_session_of_a_worker_that_stays_frozen_is_ended(house: House) -> None:
    do_not_wait_for_ever(house.conn, idle="200ms")
    with contextlib.suppress(psycopg.errors.IdleInTransactionSessionTimeout), house.conn.transaction():
        select.select([house.conn.fileno()], [], [], 30)
    assert house.conn.closed
