"""Group commit: one sync for many, the event loop stays free, failures reach every waiter."""

import asyncio
import time
from pathlib import Path

import pytest

from fanshare.spool.files import Files
from fanshare.spool.format import SpoolError
from fanshare.spool.gather import Gather
from fanshare.spool.writer import SpoolWriter
from tests.spool.faulty import FaultyDisk
from tests.spool.test_writer import identity, read_ids


class SlowDisk(Files):
    def __init__(self, seconds: float = 0.02) -> None:
        self.seconds = seconds
        self.syncs = 0

    def sync(self, descriptor: int) -> None:
        self.syncs += 1
        time.sleep(self.seconds)
        super().sync(descriptor)


def test_many_waiters_share_few_syncs(tmp_path: Path) -> None:
    disk = SlowDisk()

    async def scene() -> int:
        gather = Gather(SpoolWriter(tmp_path, "hooks", files=disk))
        gather.start()
        before = disk.syncs

        async def sender(number: int) -> None:
            for turn in range(5):
                await gather.commit(2, b"x" * 500, identity(number * 5 + turn))

        await asyncio.gather(*(sender(number) for number in range(40)))
        used = disk.syncs - before
        await gather.close()
        return used

    used = asyncio.run(scene())
    assert 5 <= used <= 40
    assert sorted(read_ids(tmp_path, "hooks")) == list(range(200))


def test_the_event_loop_is_not_held_up_by_the_disk(tmp_path: Path) -> None:
    async def scene() -> float:
        gather = Gather(SpoolWriter(tmp_path, "hooks", files=SlowDisk(0.2)))
        gather.start()
        worst = 0.0
        task = asyncio.ensure_future(gather.commit(2, b"x", identity(1)))
        while not task.done():
            began = time.perf_counter()
            await asyncio.sleep(0)
            worst = max(worst, time.perf_counter() - began)
        await gather.close()
        return worst

    assert min(asyncio.run(scene()) for _ in range(3)) < 0.1


def test_a_click_is_on_the_disk_soon_without_anyone_waiting(tmp_path: Path) -> None:
    async def scene() -> tuple[int, int]:
        gather = Gather(SpoolWriter(tmp_path, "clicks"))
        gather.start()
        gather.put(1, b"x", identity(1))
        assert read_ids(tmp_path) == [1]
        at_once = gather.durable
        for _ in range(100):
            if gather.durable:
                break
            await asyncio.sleep(0.01)
        later = gather.durable
        await gather.close()
        return at_once, later

    assert asyncio.run(scene()) == (0, 1)


def test_every_waiter_hears_of_a_failure_and_the_spool_recovers(tmp_path: Path) -> None:
    disk = FaultyDisk()

    async def scene() -> None:
        gather = Gather(SpoolWriter(tmp_path, "hooks", files=disk), tick=0.02)
        gather.start()
        disk.broken = True
        results = await asyncio.gather(*(gather.commit(2, b"x", identity(n)) for n in range(5)), return_exceptions=True)
        assert all(isinstance(result, SpoolError) for result in results)
        with pytest.raises(SpoolError):
            await gather.commit(2, b"x", identity(9))
        disk.broken = False
        for _ in range(200):
            await asyncio.sleep(0.01)
            if gather.writer.healthy:
                break
        await gather.commit(2, b"x", identity(10))
        await gather.close()

    asyncio.run(scene())
    assert set(read_ids(tmp_path, "hooks")) >= {10}


def test_a_failed_sync_that_a_new_segment_heals_is_not_noticed_by_the_waiters(tmp_path: Path) -> None:
    disk = FaultyDisk(failing={1})

    async def scene() -> None:
        gather = Gather(SpoolWriter(tmp_path, "hooks", files=disk))
        gather.start()
        await asyncio.gather(*(gather.commit(2, b"x", identity(n)) for n in range(5)))
        await gather.close()

    asyncio.run(scene())
    assert set(read_ids(tmp_path, "hooks")) == set(range(5))
