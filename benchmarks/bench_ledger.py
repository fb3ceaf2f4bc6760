"""Posting transfers with balances and a log, beside COPY of the transfers alone."""

import time
from statistics import median

from benchmarks.ground import NOW, Town, ground
from benchmarks.trials import Row, Trial, cpu_seconds, scaled, spread
from benchmarks.twins import Twins
from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind
from fanshare.store import ledger, log_store
from fanshare.store.access import connect

BATCH = 1_000
ROUNDS = 15
ACCOUNTS = 5_000


def beside_copy(size: float) -> list[Row]:
    """Rounds of one batch: posted, then copied."""
    with ground() as base, connect(base.database.dsn(owner=True)) as owner:
        town, batch = base.town(1, scaled(ACCOUNTS, size, 60)), scaled(BATCH, 2 * size, 30)
        for _ in range(scaled(5, size, 1)):
            _post(town, batch)
        base.analyse()
        twins, ratios, each, copies = Twins(owner, ("transfer",)), [], [], []
        ours = servers = 0.0
        rounds = scaled(ROUNDS, size, 2)
        for _ in range(rounds):
            mark, own, server = twins.mark(), time.process_time(), cpu_seconds(base.postmaster)
            posted = _post(town, batch)
            ours += time.process_time() - own
            servers += cpu_seconds(base.postmaster) - server
            copied = twins.copy(twins.written(mark))
            ratios.append(copied / posted)
            each.append(posted / batch)
            copies.append(copied / batch)
    return [
        Row(
            f"ledger posting, batches of {batch:,}, {len(town.fans):,} accounts, balances, a leaf for three transfers",
            f"{1 / median(each):,.0f} transfers/s",
            f"{(ours + servers) / rounds / batch * 1e6:,.0f} µs",
            f"COPY of the transfers, {1 / median(copies):,.0f}/s",
            spread(ratios),
            ">= 0.25",
            median(ratios) >= 0.25,
            f"{ours / rounds / batch * 1e6:,.1f} µs of the processor are Python's and"
            f" {servers / rounds / batch * 1e6:,.1f} µs PostgreSQL's:"
            " a transfer has five foreign keys, a CHECK and a digest of its own.",
        )
    ]


def _post(town: Town, number: int) -> float:
    """One batch with its leaves, durable; seconds."""
    absorbed = AccountKey(AccountKind.ABSORBED)
    parties = town.rng.sample(town.fans, number)
    batch = [
        Transfer(
            TransferKind.CLAIM, absorbed, AccountKey(AccountKind.AVAILABLE, one), town.rng.randrange(1, 9**9), "EUR"
        )
        for one in parties
    ]
    began = time.perf_counter()
    with town.access.transaction():
        posting = ledger.post(town.access, batch, at=NOW)
        bodies = [{"kind": "bench", "number": number, "commitment": "5f" * 32} for number in range(number // 3 - 1)]
        log_store.append(town.access, [*bodies, posting.leaf()])
    return time.perf_counter() - began


TRIALS = [Trial("ledger", beside_copy)]
