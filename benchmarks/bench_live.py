"""A whole installation under load: delivery to visible share, and conversions and redirects beside the peer."""

import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

from benchmarks.edges import Edge, Wrk, edge_of
from benchmarks.ground import Ground, Town, ground
from benchmarks.lanes import Told, send
from benchmarks.peer import LINKS, Peer, peer
from benchmarks.trials import Row, Trial, cpu_seconds, running, scaled
from fanshare.config.clock import system_clock
from fanshare.core.instants import DAY
from fanshare.integrations.generic.verify import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, sign
from fanshare.jobs import publish
from fanshare.store import books
from fanshare.store.access import Connection, connect

PACE = 50
CONVERSIONS = 1_000
CLIENTS = 32
#: Orders before anything is measured.
WARM = 50
#: How far an order's shares may come behind those of a later one.
BEHIND = 300
#: Orders that a look for shares reads at once.
PAGE = 1_000

_SETTLED = "SELECT order_id FROM part WHERE programme_id = %s AND order_id > %s ORDER BY order_id LIMIT %s"
_NAMES = "SELECT external_id FROM shop_order WHERE programme_id = %s AND id = ANY(%s)"


@contextmanager
def _open_town(size: float) -> Iterator[tuple[Ground, Town, Edge]]:
    """A town whose edge and worker run, on the clock of the wall."""
    with ground() as base:
        now = system_clock()
        town = base.town(scaled(200, size, 4), scaled(5_000, size, 40), notice=now - 60 * DAY)
        base.analyse()
        publisher = publish.Publisher(base.home, base.keys, base.home / publish.BASE, base.home / publish.OVERLAY)
        publisher.publish([(town.programme, town.tenant.name)], now)
        publisher.close()
        work = [sys.executable, "-m", "benchmarks.worker", base.database.dsn(), str(base.home)]
        with edge_of(base.home) as edge, running(work, base.home / "work.log"):
            yield base, town, edge


def _posts(town: Town, documents: Sequence[dict[str, Any]]) -> list[bytes]:
    secret, sent = town.secret, int(time.time())
    found = []
    for document in documents:
        body, key = json.dumps(document).encode(), f"m-{document['order_id']}"
        head = (
            f"POST /hooks/{town.shop.endpoint} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            f"{ID_HEADER}: {key}\r\n{TIME_HEADER}: {sent}\r\n{SIGNATURE_HEADER}: {sign(secret, key, sent, body)}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


class Watch:
    """Sees when each order's shares are there, on a connection of its own."""

    def __init__(self, dsn: str, programme_id: int, wanted: int) -> None:
        self.seen: dict[str, float] = {}
        #: The part of a core that the looks took, so that the instrument is not taken for what it measures.
        self.took = 0.0
        self._dsn, self._programme, self._wanted = dsn, programme_id, wanted
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def wait(self, patience: float) -> None:
        """Until all are there."""
        self._thread.join(patience)

    def _look(self) -> None:
        with connect(self._dsn) as conn:
            backend, began = conn.info.backend_pid, time.monotonic()
            known, newest = set[int](), 0
            while len(self.seen) < self._wanted and time.monotonic() < began + 300:
                # Orders are not settled in the order of their ids.
                found = self._after(conn, newest - BEHIND)
                if fresh := found - known:
                    for (name,) in conn.execute(_NAMES, [self._programme, list(fresh)]).fetchall():
                        self.seen.setdefault(name, time.perf_counter())
                    known, newest = known | fresh, max(newest, *fresh)
                time.sleep(0.005)
            self.took = cpu_seconds(backend) / (time.monotonic() - began)

    def _after(self, conn: Connection, after: int) -> set[int]:
        """The orders beyond an id that have shares, page by page: without an end, the plan that PostgreSQL keeps for
        all looks reads the whole table, and took two thirds of a core from what is measured.
        """
        found: set[int] = set()
        while rows := conn.execute(_SETTLED, [self._programme, after, PAGE]).fetchall():
            found |= {row[0] for row in rows}
            after = max(after, rows[-1][0])
            if len(rows) < PAGE:
                break
        return found


def to_visible(size: float) -> list[Row]:
    """Fifty orders a second for a while; from when each was sent to when somebody else can read its shares."""
    number = max(20, round(PACE * 20 * size))
    with _open_town(size) as (base, town, edge):
        _converted(base, town, edge, WARM)
        base.analyse()
        documents = town.orders(number, system_clock())
        watch = Watch(base.database.dsn(), town.tenant.id, number + WARM)
        posts = _posts(town, documents)
        began = time.perf_counter()
        told = send(edge.address, posts, CLIENTS, PACE)
        watch.wait(60)
        due = {document["order_id"]: began + place / PACE for place, document in enumerate(documents)}
        times = sorted(watch.seen[name] - at for name, at in due.items() if name in watch.seen)
    p99 = times[round(0.99 * len(times)) - 1] * 1e3
    return [
        Row(
            "delivery to visible share at 50 orders/s",
            f"p50 {median(times) * 1e3:,.0f} ms, p99 {p99:,.0f} ms",
            goal="p99 <= 300 ms",
            met=p99 <= 300 and len(times) == number and told.statuses == {200: number},
            remark=f"PostgreSQL spends {watch.took:.0%} of a core on the looks for it.",
        )
    ]


def _converted(base: Ground, town: Town, edge: Edge, number: int) -> float:
    """Send orders at once from all clients; seconds until all their shares are booked."""
    posts = _posts(town, town.orders(number, system_clock()))
    before = town.access.value("SELECT count(*) FROM part WHERE programme_id = %(programme_id)s")
    watch = Watch(base.database.dsn(), town.tenant.id, before + number)
    began = time.perf_counter()
    told = send(edge.address, posts, CLIENTS)
    assert told.statuses == {200: number}, told.statuses
    watch.wait(300)
    return max(watch.seen.values()) - began


def beside_the_peer(size: float) -> list[Row]:
    """The same number of sales from as many clients, and redirects; what the balances say afterwards."""
    number = scaled(CONVERSIONS, size, 64)
    with ground() as base, peer(base) as other, _open_town(size) as (_, town, edge):
        _converted(base, town, edge, WARM)
        base.analyse()
        ours, theirs = [], []
        cpu = cpu_seconds(base.postmaster)
        for _ in range(3):
            ours.append(number / _converted(base, town, edge, number))
            theirs.append(number / _peer_sales(other, number).took)
        cpu = cpu_seconds(base.postmaster) - cpu
        wrong = books.wrong_balances(town.access)
        balance, entries = other.books()
        return [
            _sales(number, ours, theirs, wrong=len(wrong), lost=1 - balance / entries),
            *_visits(base, town, edge, other),
        ]


def _sales(number: int, ours: Sequence[float], theirs: Sequence[float], *, wrong: int, lost: float) -> Row:
    ratio = median(ours) / median(theirs)
    return Row(
        f"{number:,} conversions from 32 clients, signed, shared, explained, logged",
        f"{median(ours):,.0f}/s",
        against=f"django-affiliate-system 0.1.0, {median(theirs):,.0f}/s",
        ratio=f"{ratio:.1f}",
        goal=">= 10, balances equal entries",
        met=ratio >= 10 and not wrong,
        remark=f"Balances that differ from their entries: {wrong} of ours; the peer's one balance lacks {lost:.0%} of"
        " its commissions, because it reads, adds and writes without a lock.",
    )


def _peer_sales(other: Peer, number: int) -> Told:
    body = json.dumps({"referral_code": "CLEO", "event_type": "purchase", "conversion_value": "59.00"}).encode()
    head = (
        "POST /referral-actions/track/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return send(other.address, [head.encode() + body] * number, CLIENTS)


def _visits(base: Ground, town: Town, edge: Edge, other: Peer) -> list[Row]:
    mine, yours = base.home / "wrk-mine", base.home / "wrk-peer"
    for folder in (mine, yours):
        folder.mkdir()
    us = Wrk(mine, [code for _, code in town.links[:1_000]])
    them = Wrk(yours, [f"link-{n}" for n in range(LINKS)], after="/")
    pairs = [(us(edge.address, 3), them(other.address, 3)) for _ in range(3)]
    ratio = median(own.per_second / its.per_second for own, its in pairs)
    return [
        Row(
            "redirect beside the peer",
            f"{median(own.per_second for own, _ in pairs):,.0f}/s",
            against=f"django-affiliate-system 0.1.0, {median(its.per_second for _, its in pairs):,.0f}/s",
            ratio=f"{ratio:.1f}",
            goal=">= 20",
            met=ratio >= 20,
            remark="With the worker draining the clicks beside it.",
        )
    ]


TRIALS = [
    Trial("delivery to visible share", to_visible),
    Trial("conversions and redirects beside the peer", beside_the_peer),
]
