"""Edge, workers and the whole database stand still for half a minute, as a machine does that is moved or paused."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil

from tests.faults.sales import PART, assert_green
from tests.faults.test_network import delivered
from tests.faults.test_processes import Staff, clicked, finish, own_server, sell_until, staff
from tests.support.embedded import postmaster

__all__ = ["own_server", "staff"]

SECONDS = 30


@contextmanager
def standing_still(staff: Staff) -> Iterator[None]:
    """All of them are stopped inside."""
    server = staff.house.database.server
    assert server is not None
    database = psutil.Process(postmaster(server).pid)
    pids = [one.pid for one in (database, *database.children(recursive=True))]
    pids += [process.pid for process in staff.running.values()]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_half_a_minute_in_which_nobody_moves_loses_nothing_and_books_nothing_twice(staff: Staff) -> None:
    stop = threading.Event()
    staff.keep()
    with ThreadPoolExecutor(1) as pool:
        shop = pool.submit(sell_until, staff, stop)
        time.sleep(0.5)
        with standing_still(staff):
            time.sleep(SECONDS)
        stop.set()
        sold = shop.result(120)
    assert all(process.poll() is None for process in staff.running.values()), "nobody died of it"
    finish(staff)
    bea = staff.house.bea
    assert bea.earned(bea.cleo) == sold * PART
    assert bea.inbox().keys() == {"done"}
    assert_green(staff.house)


def test_a_shop_that_does_not_come_again_is_not_heard_by_who_stands_still(staff: Staff) -> None:
    staff.keep()
    click, hook = clicked(staff, 1), f"{staff.url}/hooks/{staff.house.bea.shop.endpoint}"
    with standing_still(staff):
        assert not delivered(staff.house, hook, 1, click, 1)
