"""The public API: orders reported over it at a steady pace, until somebody else can read their shares."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

from benchmarks.bench_live import CLIENTS, PACE, Watch
from benchmarks.edges import Edge, served
from benchmarks.ground import Ground, Town, ground
from benchmarks.lanes import Told, send
from benchmarks.trials import Row, Trial, running, scaled
from fanshare.api.limits import MOST
from fanshare.config.clock import system_clock
from fanshare.core.instants import DAY
from fanshare.flows.api_keys import make_key
from fanshare.flows.authorisation import Scope

#: A key may make so many requests a minute; more keys share the load.
KEYS = 2 * PACE * 60 // MOST
#: Every connection of the pages has its statements prepared by then.
WARM = 10 * CLIENTS


def reported(size: float) -> list[Row]:
    """Fifty orders a second, each in a request of its own."""
    number = max(20, round(PACE * 20 * size))
    with _open_town(size) as (base, town, pages):
        keys = [make_key(town.access, town.tenant.public_id, f"bench {n}", [Scope.ORDERS], 1)[1] for n in range(KEYS)]
        documents = town.orders(WARM + number, system_clock())
        posts = [_post(document, keys[n % KEYS]) for n, document in enumerate(documents)]
        watch = Watch(base.database.dsn(), town.tenant.id, len(documents))
        send(pages.address, posts[:WARM], CLIENTS)
        before = pages.cpu
        told = send(pages.address, posts[WARM:], CLIENTS, PACE)
        cpu = (pages.cpu - before) / number
        watch.wait(60)
        due = {one["order_id"]: told.began + n / PACE for n, one in enumerate(documents[WARM:])}
        seen = sorted(watch.seen[name] - at for name, at in due.items() if name in watch.seen)
    return _rows(told, seen, number, cpu, watch.took)


def _rows(told: Told, seen: Sequence[float], number: int, cpu: float, looks: float) -> list[Row]:
    answered, visible = told.share(0.99) * 1e3, seen[round(0.99 * len(seen)) - 1] * 1e3
    return [
        Row(
            "order reported over the API, 50 a second",
            f"p50 {told.share(0.5) * 1e3:,.0f} ms, p99 {answered:,.0f} ms",
            f"{cpu * 1e3:,.1f} ms",
            goal="p99 <= 25 ms",
            met=answered <= 25 and told.statuses == {201: number},
            remark="The processor's part is that of the pages' process alone.",
        ),
        Row(
            "its shares visible",
            f"p50 {median(seen) * 1e3:,.0f} ms, p99 {visible:,.0f} ms",
            goal="p99 <= 300 ms",
            met=visible <= 300 and len(seen) == number,
            remark=f"PostgreSQL spends {looks:.0%} of a core on the looks for it.",
        ),
    ]


def _post(document: dict[str, Any], key: str) -> bytes:
    body = json.dumps(document).encode()
    head = (
        f"POST /api/v1/orders HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def _open_town(size: float) -> Iterator[tuple[Ground, Town, Edge]]:
    """A town whose pages and worker run, on the clock of the wall."""
    with ground() as base:
        town = base.town(scaled(200, size, 4), scaled(5_000, size, 40), notice=system_clock() - 60 * DAY)
        base.analyse()
        work = [sys.executable, "-m", "benchmarks.worker", base.database.dsn(), str(base.home)]
        environ = {"DATABASE_URL": base.database.dsn(), "DATABASE_OWNER_URL": base.database.dsn(owner=True)}
        with served(base.home, "web", **environ) as pages, running(work, base.home / "work.log"):
            yield base, town, pages


TRIALS = [Trial("orders over the API", reported)]
