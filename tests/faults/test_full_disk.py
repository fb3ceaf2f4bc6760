"""Disks that are really full, below spool and database: what was thanked for is booked when there is room."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fanshare.spool.format import SpoolError
from fanshare.spool.gather import Gather
from fanshare.spool.reader import SpoolReader
from fanshare.spool.writer import Limits
from fanshare.store.migrate import migrate
from fanshare.store.server import Database, Server
from tests.faults.sales import Sales, assert_green, booked
from tests.jobs.house import House
from tests.support.embedded import new_home
from tests.support.postgres import create_database, drop_database
from tests.support.small_disk import fill, make_room, small_disk

MESSAGES = 12
PADDING = 30_000


@dataclass(frozen=True)
class Cramped:
    """A database server whose whole disk is small."""

    server: Server
    place: Path

    def fill(self, *, log: bool) -> None:
        """Leave no room for tables; ``log`` also begins a new file of the write-ahead log, for which there is none."""
        fill(self.place)
        if log:
            with psycopg.connect(self.server.dsn("admin", "postgres"), autocommit=True) as admin:
                for _ in range(40):  # files that were kept for later are taken first
                    admin.execute("SELECT pg_logical_emit_message(false, 'fanshare', repeat('x', 8000000))")
                    admin.execute("SELECT pg_switch_wal()")


@pytest.fixture(scope="module")
def cramped() -> Iterator[Cramped]:
    home = new_home()
    with small_disk(home.parent, 256) as place, Server(home) as server:
        yield Cramped(server, place)
    shutil.rmtree(home.parent)


@pytest.fixture
def cramped_house(cramped: Cramped, tmp_path: Path) -> Iterator[House]:
    database: Database = create_database(cramped.server)
    migrate(database.dsn(owner=True), database.app_role)
    with House.built(database, tmp_path) as built:
        yield built
    make_room(cramped.place)
    cramped.server.ensure()
    drop_database(cramped.server, database)


def sold_on_a_full_disk(house: House, cramped: Cramped, *, log: bool) -> Sales:
    """Sell while the database has no room, let the worker try, make room, and work."""
    sales = Sales(house)
    with house.open():
        assert sales.sell(1)
    house.work()
    with pytest.raises(psycopg.OperationalError) if log else contextlib.nullcontext():
        cramped.fill(log=log)
    with house.open_without_database():
        for number in range(2, 2 + MESSAGES):
            assert sales.sell(number, padding=PADDING)
    try:
        assert house.worker.round().failures
    except psycopg.OperationalError:
        assert log, "a full table does not cost the connection"
    make_room(cramped.place)
    cramped.server.ensure()
    house.reconnect()
    house.work()
    return sales


@pytest.mark.parametrize("log", [False, True], ids=["tables", "write-ahead log"])
def test_what_is_sold_while_the_database_has_no_room_is_booked_when_it_has(
    cramped_house: House, cramped: Cramped, log: bool
) -> None:
    sales = sold_on_a_full_disk(cramped_house, cramped, log=log)
    assert booked(cramped_house) == (1 + MESSAGES,) * 3 == (len(sales.sold),) * 3
    assert_green(cramped_house)


def test_a_drain_that_drops_what_it_has_only_read_loses_it_on_a_full_disk(
    cramped_house: House, cramped: Cramped, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = SpoolReader.batches

    def discard_at_once(self: SpoolReader, *args: Any) -> Iterator[Any]:
        for batch in batches(self, *args):
            if batch.finished:
                self.discard(batch.segment_id)
            yield batch

    monkeypatch.setattr(SpoolReader, "batches", discard_at_once)
    sold_on_a_full_disk(cramped_house, cramped, log=False)
    assert booked(cramped_house) < (1 + MESSAGES,) * 3


@contextlib.contextmanager
def sold_on_a_full_spool(house: House) -> Iterator[tuple[Sales, Path]]:
    """Sell while there is no room below the spool but for the reserve; inside, the edge is still there."""
    sales = Sales(house)
    limits = Limits(segment=200_000, reserve=1 << 18)
    house.worker.housekeeping()
    with small_disk(house.home / "spool", 3) as place, house.open_without_database(hooks=limits):
        fill(place)
        for number in range(1, 30):
            sales.sell(number, padding=PADDING)  # visitors get to the shop in any case
        yield sales, place


def test_a_full_disk_below_the_spool_costs_neither_a_visitor_nor_a_message(house: House) -> None:
    with sold_on_a_full_spool(house) as (sales, place):
        assert sales.sold, "the reserve takes some"
        assert sales.unheard, "and then it is used up"
        house.work()
        make_room(place)
        for unheard in list(sales.unheard):
            assert sales.tell(unheard)
        house.work()
        _, taken, orders = booked(house)
        assert (taken, orders) == (29, 29)
        assert_green(house)


def test_an_edge_that_swallows_a_full_disk_thanks_for_what_it_has_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Gather.commit

    async def swallowing(self: Gather, kind: int, payload: bytes, record_id: bytes) -> None:
        with contextlib.suppress(SpoolError):
            await commit(self, kind, payload, record_id)

    monkeypatch.setattr(Gather, "commit", swallowing)
    with sold_on_a_full_spool(house) as (sales, place):
        make_room(place)
        house.work()
        assert len(sales.sold) == 29 > booked(house)[1]
