"""What grows: a scope with caps and tiers, a statement of a thousand lines, and proving everything again."""

import os
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.bench_settle import BATCH, work_off
from benchmarks.ground import NOW, PLAIN, Town, ground
from benchmarks.trials import Row, Trial, cpu_seconds, scaled
from fanshare.config.proving import Reach, prove
from fanshare.core.instants import MINUTE, SECOND, format_rfc3339
from fanshare.core.statement_check import verify
from fanshare.flows.settle import settle
from fanshare.flows.statements import make_statement
from fanshare.jobs.take import take
from fanshare.jobs.worker import log_name
from fanshare.store.signing import load_or_create
from fanshare.store.signing import verify as verify_signature

#: The usual size is a tenth of what the goals speak of; ``--size 10`` is the whole of it.
IN_SCOPE = 10_000
LINES = 1_000

CAPPED: dict[str, Any] = PLAIN | {
    "commission": [
        {"id": "standard", "currency": "EUR", "tiers": [{"upto": "5000.00", "percent": "10"}, {"percent": "12"}]}
    ],
    "caps": [
        {"per": "day", "amount": "9000000.00", "currency": "EUR"},
        {"per": "month", "amount": "90000000.00", "currency": "EUR"},
    ],
}


def grown(size: float) -> list[Row]:
    """One creator's scope with caps and tiers beside one without; a cancellation near its end; then the check."""
    batch = scaled(BATCH, 5 * size, 20)
    number = max(6 * batch, round(IN_SCOPE * size))
    with ground() as base:
        plain, capped = base.town(1, 50), base.town(1, 50, CAPPED)
        for town in (plain, capped):
            _sell(town, 2, batch)
        base.analyse()
        costs = _sell(capped, number // batch - 2, batch)
        base.analyse()
        pairs = [(_sell(plain, 1, batch)[0], _sell(capped, 1, batch)[0]) for _ in range(3)]
        cancelled = [_cancel(capped, back) for back in (20, 50, 90)]
        rows = [_growth(number, pairs, costs), _cancelling(number, cancelled)]
        return [*rows, *_statement(plain), _proof(base.postmaster, capped)]


def _sell(town: Town, batches: int, batch: int) -> list[float]:
    """Sell in batches; the seconds that settling an order of each of them took."""
    found = []
    for _ in range(batches):
        town.sold += batch
        town.deliver(town.orders(batch, NOW - 40 * 60 * 60 * SECOND + town.sold * SECOND))
        found.append(work_off(town)[1] / batch)
    return found


def _growth(number: int, pairs: Sequence[tuple[float, float]], costs: Sequence[float]) -> Row:
    ratio = median(two / one for one, two in pairs)
    early = f" At first it took {costs[0] * 1e3:.2f} ms." if costs else ""
    return Row(
        f"settle with caps and tiers, {number:,} orders in a scope",
        f"{median(two for _, two in pairs) * 1e3:.2f} ms an order",
        against=f"without caps and tiers, {median(one for one, _ in pairs) * 1e3:.2f} ms",
        ratio=f"{ratio:.2f}",
        goal="<= 3",
        met=ratio <= 3,
        remark=f"New orders come at the end of the scope, and are folded from there.{early}",
    )


def _cancel(town: Town, back: int) -> float:
    """Cancel the order that so many others follow; the seconds of settling it."""
    at = format_rfc3339(NOW - 40 * 60 * 60 * SECOND + (town.sold - back) * SECOND)
    order = town.order(NOW, [])
    town.deliver(
        [
            order
            | {
                "order_id": str(town.last - back),
                "birth": f"b{town.last - back}",
                "ordered_at": at,
                "modified_at": format_rfc3339(NOW + MINUTE),
                "status": "cancelled",
            }
        ]
    )
    programme = town.programme
    while take(programme, lambda *_: None, NOW + MINUTE).deliveries:
        pass
    began = time.perf_counter()
    done = settle(programme.access, programme.book, programme.holders, NOW + MINUTE)
    took = time.perf_counter() - began
    assert done.orders == 1, done
    return took


def _cancelling(number: int, seconds: Sequence[float]) -> Row:
    middle = median(seconds) * 1e3
    return Row(
        f"a cancellation with at most 100 orders behind it, {number:,} in the scope",
        f"{middle:.1f} ms",
        goal="<= 20 ms",
        met=middle <= 20,
    )


def _statement(town: Town) -> list[Row]:
    signer = load_or_create(town.ground.home / "keys", log_name("localhost", town.tenant))
    made, proved = [], []
    for _ in range(5):
        programme = town.programme
        began = time.perf_counter()
        statement: Any = make_statement(programme, town.tenant, signer, town.creators[0], NOW)
        made.append(time.perf_counter() - began)
        own = time.process_time()
        assert verify(statement, verify_signature, trusted_keys=list(signer.keys)).ok
        proved.append(time.process_time() - own)
    lines = town.access.value("SELECT count(*) FROM part WHERE programme_id = %(programme_id)s")
    making, proving = median(made) / lines * LINES * 1e3, median(proved) / lines * LINES * 1e3
    said = f"Measured on one of {lines:,} lines."
    return [
        Row(f"statement of {LINES:,} lines", f"{making:,.0f} ms", goal="<= 50 ms", met=making <= 50, remark=said),
        Row("its offline verification", "", f"{proving:,.0f} ms", goal="<= 100 ms CPU", met=proving <= 100),
    ]


def _used() -> float:
    """Processor seconds of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _proof(postmaster: int, town: Town) -> Row:
    signer = load_or_create(town.ground.home / "keys", log_name("localhost", town.tenant))
    reach = Reach(town.ground.database.dsn(), town.ground.home, {}, town.tenant, tuple(signer.keys))
    own, server, began = _used(), cpu_seconds(postmaster), time.perf_counter()
    findings = prove(reach, NOW + MINUTE, processes=2)
    took = time.perf_counter() - began
    cpu = _used() - own + cpu_seconds(postmaster) - server
    orders = town.access.value("SELECT count(*) FROM shop_order WHERE programme_id = %(programme_id)s")
    transfers = town.access.value("SELECT count(*) FROM transfer WHERE programme_id = %(programme_id)s")
    whole = took / orders * 330_000
    wrong = [one.name for one in findings if one.offence is not None]
    assert not wrong, findings
    return Row(
        f"`fanshare check` of {orders:,} orders and {transfers:,} transfers",
        f"{took:,.0f} s",
        f"{cpu / orders * 1e3:.2f} ms",
        against="240 s for 330,000 orders",
        ratio=f"{whole / 240:.2f}",
        goal="<= 1",
        met=whole <= 240,
        remark=f"By two processes; in proportion, 330,000 orders take {whole:,.0f} s.",
    )


TRIALS = [Trial("caps, statement, check", grown)]
