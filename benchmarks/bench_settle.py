"""From the inbox to posted, explained, logged shares, beside COPY of the same rows."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.ground import NOW, Ground, Town, ground
from benchmarks.trials import Row, Trial, cpu_seconds, scaled, spread
from benchmarks.twins import Twins
from fanshare.config.keys import Keys
from fanshare.flows.context import open_programme
from fanshare.flows.settle import settle
from fanshare.jobs.take import take
from fanshare.store.access import Access, connect

BATCH = 500
ROUNDS = 7
#: Every table that these two steps add rows to.
TABLES = (
    "shop_order",
    "order_state",
    "order_click",
    "order_creator",
    "part",
    "part_history",
    "position",
    "transfer",
    "log_leaf",
    "log_node",
)


def work_off(town: Town) -> tuple[float, float]:
    """Take and settle everything in the inbox; seconds of each."""
    programme = town.programme
    began = time.perf_counter()
    while take(programme, lambda *_: None, NOW, batch=BATCH).deliveries:
        pass
    taken = time.perf_counter()
    while settle(programme.access, programme.book, programme.holders, NOW, batch=BATCH).orders:
        pass
    return taken - began, time.perf_counter() - taken


def beside_copy(size: float) -> list[Row]:
    """Rounds of one batch: through the flows, then the rows that this wrote through COPY."""
    rounds, batch = scaled(ROUNDS, size, 2), scaled(BATCH, 5 * size, 20)
    with ground() as base, connect(base.database.dsn(owner=True)) as owner:
        town = _town(base, size)
        for _ in range(2):
            town.deliver(town.orders(batch))
            work_off(town)
        base.analyse()
        twins, ratios, each, copies = Twins(owner, TABLES), [], [], []
        takes: list[float] = []
        ours = servers = 0.0
        for _ in range(rounds):
            town.deliver(town.orders(batch))
            mark, own, server = twins.mark(), time.process_time(), cpu_seconds(base.postmaster)
            taken, settled = work_off(town)
            ours += time.process_time() - own
            servers += cpu_seconds(base.postmaster) - server
            copied = twins.copy(twins.written(mark))
            ratios.append(copied / (taken + settled))
            each.append((taken + settled) / batch)
            takes.append(taken / (taken + settled))
            copies.append(copied / batch)
        return [_row(town, batch, each, copies, ratios, takes, ours, servers), _two_workers(base, town, size)]


def _town(base: Ground, size: float) -> Town:
    return base.town(scaled(200, size, 4), scaled(5_000, size, 40))


def _row(
    town: Town,
    batch: int,
    each: Sequence[float],
    copies: Sequence[float],
    ratios: Sequence[float],
    takes: Sequence[float],
    ours: float,
    servers: float,
) -> Row:
    orders = batch * len(each)
    return Row(
        f"settle: inbox to posted, explained, logged shares, batches of {batch},"
        f" {len(town.creators) + len(town.fans):,} parties",
        f"{1 / median(each):,.0f} orders/s",
        f"{(ours + servers) / orders * 1e6:,.0f} µs",
        f"COPY of the same rows, {1 / median(copies):,.0f} orders/s",
        spread(ratios),
        ">= 0.20",
        median(ratios) >= 0.20,
        f"{ours / orders * 1e6:,.0f} µs of the processor are Python's and {servers / orders * 1e6:,.0f} µs"
        f" PostgreSQL's; {median(takes):.0%} of the time is reading and accepting deliveries, the rest settling.",
    )


def _two_workers(base: Ground, first: Town, size: float) -> Row:
    """The same orders by one process and by two, a programme each."""
    number = scaled(3 * BATCH, size, 40)
    second = _town(base, size)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        place = (base.database.dsn(), str(base.home))
        _fill((first, second), 20)
        _together(pool, place, (first, second))
        alone, both = [], []
        for _ in range(scaled(3, size, 1)):
            _fill((first, second), number)
            alone.append(sum(_together(pool, place, (one,)) for one in (first, second)))
            _fill((first, second), number)
            both.append(_together(pool, place, (first, second)))
    gains = [one / two for one, two in zip(alone, both, strict=True)]
    return Row(
        "the same by two workers on two programmes",
        f"{2 * number / median(both):,.0f} orders/s",
        "",
        f"one worker, {2 * number / median(alone):,.0f} orders/s",
        spread(gains),
        ">= 1.6",
        median(gains) >= 1.6,
    )


def _fill(towns: Sequence[Town], number: int) -> None:
    for town in towns:
        town.deliver(town.orders(number))


def _together(pool: ProcessPoolExecutor, place: tuple[str, str], towns: Sequence[Town]) -> float:
    began = time.perf_counter()
    for job in [pool.submit(_worker, *place, town.tenant.id, town.tenant.public_id) for town in towns]:
        job.result()
    return time.perf_counter() - began


def _worker(dsn: str, home: str, programme_id: int, public_id: str) -> None:
    with connect(dsn, name="fanshare bench") as conn:
        keys = Keys.load_or_create(Path(home), {})
        programme = open_programme(Access(conn, programme_id, "bench"), public_id, keys)
        while take(programme, lambda *_: None, NOW, batch=BATCH).deliveries:
            pass
        while settle(programme.access, programme.book, programme.holders, NOW, batch=BATCH).orders:
            pass


TRIALS = [Trial("settle", beside_copy)]
