"""The database away for a minute and for six hours, a spool volume that is replaced, two drains at once."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest

from fanshare.core.instants import DAY, HOUR, SECOND
from fanshare.flows.context import Programme
from fanshare.jobs import drain
from fanshare.spool.files import Files
from fanshare.spool.records import DeliveryRecord
from fanshare.store import directory
from fanshare.store.access import connect
from fanshare.store.queries import edge as edge_queries
from tests.faults.sales import Sales, assert_green, booked
from tests.jobs.house import House


@contextmanager
def away(house: House) -> Iterator[None]:
    """The database ends every connection and takes no new one."""
    server, name = house.database.server, house.database.name
    assert server is not None
    with psycopg.connect(server.dsn("admin", "postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def sell(house: House, number: int) -> None:
    """A click by somebody new, and the order that follows: 200 at once."""
    assert Sales(house).sell(number)


@pytest.mark.parametrize("span", [60 * SECOND, 6 * HOUR], ids=["a minute", "six hours"])
def test_sales_go_on_while_the_database_is_away_and_the_edge_is_restarted(house: House, span: int) -> None:
    with house.open():
        sell(house, 1)
    with away(house):
        for number in (2, 3):
            house.later(span // 2)
            with house.open_without_database():
                sell(house, number)
            with pytest.raises(psycopg.OperationalError):
                house.worker.round()
            with pytest.raises(psycopg.OperationalError):
                connect(house.database.dsn())
    house.reconnect()
    house.work()
    assert booked(house) == (3, 3, 3)
    assert_green(house)


def test_an_edge_without_what_was_published_to_its_disk_could_not_go_on(house: House) -> None:
    with house.open():
        sell(house, 1)
    for published in house.home.glob("snapshot*"):
        shutil.rmtree(published) if published.is_dir() else published.unlink()
    with away(house), house.open_without_database() as edge:
        assert edge.client.get(f"/r/{house.bea.code}").status_code == 503


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 400 * DAY], ids=["an hour on", "an hour back", "a year on"])
def test_sales_under_a_clock_that_jumps_and_comes_back_are_booked_once(house: House, jump: int) -> None:
    with house.open():
        for number, step in enumerate((0, jump, -jump), start=1):
            house.later(step)
            sell(house, number)
            house.work()
    house.later(HOUR)
    for _ in range(2):  # what a clock that was ahead did too early is found at the end of a round
        house.work()
    assert booked(house)[2] == 3
    assert house.bea.inbox().keys() == {"done"}, "and of these the ones are dropped that such a clock calls old"
    assert_green(house)


@contextmanager
def a_year_ahead(house: House) -> Iterator[None]:
    """The clock is far ahead inside, and nothing gets further than one step."""
    house.later(400 * DAY)
    yield
    house.later(-400 * DAY)


def test_what_a_clock_that_was_a_year_ahead_left_undone_is_not_left_until_then(house: House) -> None:
    with house.open():
        sell(house, 1)
        house.work()
        sell(house, 2)
    with a_year_ahead(house), patch.object(directory, "programmes_to_settle", lambda *_: []):
        house.worker.round()
    assert booked(house)[2] == 1
    for _ in range(2):  # what was put off is remembered at the end of a round
        house.work()
    assert booked(house)[2] == 2
    assert_green(house)


@pytest.mark.parametrize("read", [True, False], ids=["its key is kept", "its key would be gone"])
def test_a_delivery_that_nobody_looked_at_can_still_be_read_after_a_year(
    house: House, read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not read:
        monkeypatch.setattr(directory, "days_not_looked_at", lambda _: [])
    with house.open():
        sell(house, 1)
    with patch.object(directory, "programmes_with_deliveries", lambda *_: []):
        house.worker.round()
        with a_year_ahead(house):
            house.worker.housekeeping()
    house.work()
    assert house.bea.inbox() == {"done" if read else "parked": 1}


def test_nobody_would_remember_what_is_put_off_by_a_clock_that_was_ahead(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "recall", lambda *_: 0)
    with house.open():
        sell(house, 1)
    with a_year_ahead(house), patch.object(directory, "programmes_to_settle", lambda *_: []):
        house.worker.round()
    for _ in range(2):
        house.work()
    assert booked(house)[2] == 0


def test_a_volume_replaced_below_a_running_edge_loses_nothing_that_came_afterwards(house: House) -> None:
    with house.open():
        sell(house, 1)
        house.work()
        shutil.rmtree(house.home / "spool")
        sell(house, 2)
    house.work()
    assert booked(house) == (2, 2, 2)
    assert_green(house)


def test_a_writer_that_does_not_look_for_its_file_would_thank_for_what_nobody_finds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Files, "is_in_place", lambda self, descriptor, path: True)
    with house.open():
        sell(house, 1)
        house.work()
        shutil.rmtree(house.home / "spool")
        sell(house, 2)
    house.work()
    assert booked(house) == (1, 1, 1)


def test_a_volume_replaced_between_two_edges_is_taken_into_use(house: House, tmp_path: Path) -> None:
    with house.open():
        sell(house, 1)
    house.work()
    shutil.rmtree(house.home / "spool")
    house.work()
    with house.open_without_database():
        sell(house, 2)
    house.work()
    assert booked(house) == (2, 2, 2)
    assert_green(house)


def drained_at_once(house: House, *, first: int = 1) -> tuple[int, int, int]:
    """Twelve sales, drained by two workers at the same time; what is booked in the end."""
    other = house.another_worker()
    start = threading.Barrier(2)

    def work(worker: object) -> None:
        start.wait(30)
        for _ in range(10):
            worker.round()  # type: ignore[attr-defined]

    with house.open():
        for number in range(first, first + 12):
            sell(house, number)
        threads = [threading.Thread(target=work, args=(one,)) for one in (house.worker, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
    other.shut()
    other.conn.close()
    house.work()
    return booked(house)


def test_two_workers_that_drain_one_spool_at_once_book_everything_once(house: House) -> None:
    assert drained_at_once(house) == (12, 12, 12)
    assert_green(house)


def test_two_that_neither_say_how_far_they_read_nor_know_a_record_again_would_take_it_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = drain._write_deliveries

    def as_if_new(programme: Programme, records: list[tuple[bytes, DeliveryRecord]]) -> None:
        write(programme, [(os.urandom(16), record) for _, record in records])

    monkeypatch.setattr(edge_queries, "advance", lambda *_: True)
    assert drained_at_once(house)[1] == 12, "the database knows a record again by its id"
    monkeypatch.setattr(drain, "_write_deliveries", as_if_new)
    assert drained_at_once(house, first=13)[1] > 24
