"""The edge: redirects beside nginx, with very many links, at a steady pace, and deliveries beside one fsync each."""

import json
import os
import socket
import time
from pathlib import Path
from statistics import median

from benchmarks.edges import ENDPOINT, Edge, Wrk, edge_of, home_of, nginx, some_codes
from benchmarks.ground import SECRET
from benchmarks.lanes import send
from benchmarks.trials import Row, Trial, scaled, spread
from fanshare.integrations.generic.verify import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, sign

LINKS = 1_000
MANY = 5_000_000
ROUNDS = 5
DELIVERIES = 2_000
SECONDS = 4
#: Requests of the open loop, a thousand a second.
STEADILY = 5_000
_AGENT = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"


def redirects(size: float) -> list[Row]:
    """wrk against the edge and against nginx in turns; then a thousand a second, whatever happens."""
    with home_of(LINKS) as home, edge_of(home) as edge, nginx(home) as (other, _):
        wrk = Wrk(home, some_codes(LINKS))
        wrk(edge.address, 1)
        ratios, cpus, rates, theirs = [], [], [], []
        seconds, steadily = scaled(SECONDS, size, 1), scaled(STEADILY, size, 100)
        for _ in range(scaled(ROUNDS, size, 1)):
            before = edge.cpu
            mine = wrk(edge.address, seconds)
            cpus.append((edge.cpu - before) / mine.requests)
            yard = wrk(other, seconds)
            rates.append(mine.per_second)
            theirs.append(yard.per_second)
            ratios.append(mine.per_second / yard.per_second)
        steady = send(edge.address, [_visit(code, n) for n, code in enumerate(some_codes(LINKS, steadily))], 64, 1_000)
    cpu, p99 = median(cpus) * 1e6, steady.share(0.99) * 1e3
    return [
        Row(
            "redirect with its durable click record, one edge process, wrk with 64 connections",
            f"{median(rates):,.0f}/s",
            f"{cpu:,.0f} µs",
            f"nginx `return 302` with access log, {median(theirs):,.0f}/s",
            spread(ratios),
            ">= 0.18, CPU <= 60 µs",
            median(ratios) >= 0.18 and cpu <= 60,
        ),
        Row(
            "the same at 1,000 a second, open loop, 64 connections",
            f"p50 {steady.share(0.5) * 1e3:.1f} ms, p99 {p99:.1f} ms",
            goal="p99 <= 50 ms",
            met=p99 <= 50 and steady.statuses == {302: len(steady.seconds)},
        ),
    ]


def _visit(code: str, number: int) -> bytes:
    address = f"{number // 65_536 % 200 + 1}.{number // 256 % 256}.{number % 256}.9"
    return f"GET /r/{code} HTTP/1.1\r\nhost: x\r\nuser-agent: {_AGENT}\r\nx-forwarded-for: {address}\r\n\r\n".encode()


def many_links(size: float) -> list[Row]:
    """Two edges, one with a thousand links and one with millions, in turns."""
    number = scaled(MANY, size, 2 * LINKS)
    began = time.perf_counter()
    with home_of(number) as full, home_of(LINKS) as small:
        written = time.perf_counter() - began
        file = (full / "snapshot" / "base").stat().st_size
        with edge_of(small) as first, edge_of(full) as second:
            ratios, cpus = _in_turns(
                first, second, Wrk(small, some_codes(LINKS)), Wrk(full, some_codes(number, 50_000)), size
            )
            heap, resident = _anonymous(second), second.process.memory_info().rss / 1e6
    return [
        Row(
            f"redirect with {number:,} links",
            f"{heap:,.0f} MB of its own, {resident:,.0f} MB with the file's pages",
            f"{median(cpus) * 1e6:,.0f} µs",
            f"itself with {LINKS:,} links",
            f"CPU {spread(ratios)}",
            "CPU +- 10 %, <= 300 MB",
            abs(median(ratios) - 1) <= 0.1 and heap <= 300,
            f"The snapshot has {file / 1e6:,.0f} MB on the disk and was written in {written:,.0f} s; its pages are file"
            " cache, which the system takes back when it needs it.",
        )
    ]


def _anonymous(edge: Edge) -> float:
    """Megabytes that belong to no file."""
    rollup = Path(f"/proc/{edge.process.pid}/smaps_rollup").read_text("ascii")
    kilobytes = next(line.split()[1] for line in rollup.splitlines() if line.startswith("Anonymous:"))
    return int(kilobytes) / 1e3


def _in_turns(first: Edge, second: Edge, few: Wrk, many: Wrk, size: float) -> tuple[list[float], list[float]]:
    ratios, cpus = [], []
    seconds = scaled(SECONDS, size, 1)
    few(first.address, 1)
    many(second.address, 1)
    for _ in range(scaled(ROUNDS, size, 1)):
        one, two = first.cpu, second.cpu
        little = (few(first.address, seconds), first.cpu - one)
        much = (many(second.address, seconds), second.cpu - two)
        cpus.append(much[1] / much[0].requests)
        ratios.append(cpus[-1] / (little[1] / little[0].requests))
    return ratios, cpus


def deliveries(size: float) -> list[Row]:
    """Signed orders over 32 connections, beside a loop that writes and syncs each of them alone."""
    number = scaled(DELIVERIES, size, 64)
    with home_of(LINKS) as home, edge_of(home) as edge:
        ratios, cpus, rates, alone, batches = [], [], [], [], []
        for turn in range(scaled(ROUNDS, size, 2)):
            requests = [_signed(f"m{turn}-{n}") for n in range(number)]
            before, synced = edge.cpu, _syncs(edge)
            told = send(edge.address, requests, 32)
            assert told.statuses == {200: number}, told.statuses
            cpus.append((edge.cpu - before) / number)
            if synced is not None:
                batches.append(number / max(1, (_syncs(edge) or 0) - synced))
            rates.append(number / told.took)
            alone.append(_one_by_one(home, requests[: number // 4]))
            ratios.append(rates[-1] / alone[-1])
    cpu = median(cpus) * 1e6
    return [
        Row(
            "signed delivery acknowledged, 32 connections",
            f"{median(rates):,.0f}/s",
            f"{cpu:,.0f} µs",
            f"one fdatasync each, {median(alone):,.0f}/s",
            spread(ratios),
            ">= 4, CPU <= 120 µs",
            median(ratios) >= 4 and cpu <= 120,
            f"Mean batch: {median(batches):.1f} deliveries to one fdatasync." if batches else "",
        )
    ]


def _signed(key: str) -> bytes:
    lines = [{"id": "1", "product": "linen-shirt", "sku": "S1", "quantity": 1, "net": "59.00"}]
    order = {"order_id": key, "status": "captured", "currency": "EUR", "lines": lines, "clicks": ["x" * 40]}
    body, sent = json.dumps(order).encode(), int(time.time())
    head = (
        f"POST /hooks/{ENDPOINT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{ID_HEADER}: {key}\r\n"
        f"{TIME_HEADER}: {sent}\r\n{SIGNATURE_HEADER}: {sign(SECRET, key, sent, body)}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _syncs(edge: Edge) -> int | None:
    """How many times the edge waited for the disk, as it counts itself."""
    told = send_for(edge, b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    for line in told.splitlines():
        if line.startswith("fanshare_edge_hook_syncs "):
            return int(float(line.rpartition(" ")[2]))
    return None


def send_for(edge: Edge, request: bytes) -> str:
    """The whole answer to one request that closes its connection."""
    with socket.create_connection(edge.address) as sock:
        sock.sendall(request)
        parts = []
        while part := sock.recv(65_536):
            parts.append(part)
    return b"".join(parts).decode()


def _one_by_one(home: Path, requests: list[bytes]) -> float:
    descriptor = os.open(home / "alone", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    began = time.perf_counter()
    for request in requests:
        os.write(descriptor, request)
        os.fdatasync(descriptor)
    took = time.perf_counter() - began
    os.close(descriptor)
    return len(requests) / took


TRIALS = [
    Trial("redirect beside nginx", redirects),
    Trial("redirect with many links", many_links),
    Trial("delivery acknowledged", deliveries),
]
