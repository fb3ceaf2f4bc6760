"""A real edge on a real socket, run in a thread, over a home directory of its own."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from fanshare.config.clock import FileClock
from fanshare.config.keys import SPOOL_HOOKS, Keys
from fanshare.core.instants import Instant, parse_rfc3339
from fanshare.edge.app import SNAPSHOT_BASE, SNAPSHOT_OVERLAY, Asgi, Check, EdgeApp
from fanshare.edge.server import bind, server_for
from fanshare.edge.settings import EdgeSettings
from fanshare.edge.snapshot import EndpointRow, LinkRow, LinkState, ProgrammeRow, write_overlay, write_snapshot
from fanshare.integrations.types import Verdict, Verification, Verify
from fanshare.spool.files import Files
from fanshare.spool.reader import SpoolReader
from fanshare.spool.records import ClickRecord, DeliveryRecord, RefusedRecord, decode
from fanshare.spool.writer import Limits

KEYS = Keys(b"m" * 32)
NOON: Instant = parse_rfc3339("2026-11-14T12:00:00Z")
PERSON = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def link(code: str, number: int, **changes: object) -> LinkRow:
    row: dict[str, object] = {
        "state": LinkState.ACTIVE,
        "medium": "creator",
        "campaign": "cleo",
        "destination": "https://shop.example/p/shoes?size=38",
        "label": "Anzeige",
        **changes,
    }
    return LinkRow(code=code, link_id=number, programme_id=1, **row)  # type: ignore[arg-type]


LINKS = (
    link("cleo", 1),
    link("finn", 2, medium="fan", campaign=""),
    link("paused", 3, state=LinkState.PAUSED),
    link("ended", 4, state=LinkState.ENDED),
    link("nolabel", 5, state=LinkState.UNLABELLED),
    link("blank", 6, label=" "),
    link("evil", 7, destination="https://evil.example/"),
    link("pay", 8, destination="https://buy.stripe.com/5kA7?prefilled_promo_code=MIRA10"),
)
PROGRAMMES = (ProgrammeRow(1, ("shop.example", "www.shop.example", "buy.stripe.com")),)
ENDPOINTS = (
    EndpointRow("bea-shop", 1, 11, "plain", (b"secret",)),
    EndpointRow("other-shop", 2, 22, "plain", (b"secret",)),
    EndpointRow("crashing", 1, 12, "crashing", (b"secret",)),
    EndpointRow("woo", 1, 13, "woocommerce", (b"whsec_woo_demo",)),
)


def plain(raw: bytes, headers: Mapping[str, str], secrets: Iterable[bytes], now: Instant) -> Verification:
    """A stand-in for a connector: the secret itself is the signature."""
    if raw.startswith(b"webhook_id="):
        return Verification(Verdict.PING)
    fits = headers.get("webhook-signature", "").encode() in secrets
    return Verification(Verdict.ACCEPTED) if fits else Verification(Verdict.REFUSED, "wrong_signature")


def crashing(raw: bytes, headers: Mapping[str, str], secrets: Iterable[bytes], now: Instant) -> Verification:
    raise RuntimeError("a bug in a connector")


SIGNED = {"webhook-signature": "secret", "content-type": "application/json"}


@dataclass
class Edge:
    """A running edge and what it wrote."""

    home: Path
    app: EdgeApp
    clock: FileClock
    port: int
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"user-agent": PERSON}, trust_env=False, timeout=20
        )

    def clicks(self) -> list[ClickRecord]:
        found = self._records("clicks")
        return [record for _, record in found if isinstance(record, ClickRecord)]

    def deliveries(self) -> list[DeliveryRecord]:
        return [record for _, record in self.hooks() if isinstance(record, DeliveryRecord)]

    def refused(self) -> list[RefusedRecord]:
        return [record for _, record in self.hooks() if isinstance(record, RefusedRecord)]

    def hooks(self) -> list[tuple[bytes, object]]:
        return self._records("hooks")

    def raw(self, *parts: bytes, pause: float = 0.0, timeout: float = 10.0) -> bytes:
        """Send bytes and read until the other side closes or is silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as sock:
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    sock.sendall(part)
                    time.sleep(pause)
            received = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                while data := sock.recv(65_536):
                    received += data
            return received

    def reader(self, stream: str) -> SpoolReader:
        return SpoolReader(self.home / "spool", stream, key=KEYS.derive(SPOOL_HOOKS))

    def _records(self, stream: str) -> list[tuple[bytes, object]]:
        return [
            (record.record_id, decode(record.kind, record.payload))
            for batch in self.reader(stream).batches(10_000, {})
            for record in batch.records
        ]


def tuned(**changes: Any) -> EdgeSettings:
    """Settings with a small reserve: every test's home would hold 32 MB otherwise."""
    return EdgeSettings(**{"hooks": Limits(reserve=1 << 18), **changes})


def write_base(home: Path, links: Iterable[LinkRow] = LINKS, generation: int = 1) -> None:
    write_snapshot(
        home / SNAPSHOT_BASE,
        links=links,
        programmes=PROGRAMMES,
        endpoints=ENDPOINTS,
        keys=KEYS,
        generation=generation,
    )


def overlay(home: Path, links: Iterable[LinkRow], generation: int, removed: Iterable[str] = (), base: int = 1) -> None:
    write_overlay(home / SNAPSHOT_OVERLAY, base=base, generation=generation, keys=KEYS, links=links, removed=removed)


@contextlib.contextmanager
def running(
    home: Path,
    *,
    settings: EdgeSettings | None = None,
    verifiers: Mapping[str, Verify] | None = None,
    fallback: Asgi | None = None,
    checks: Mapping[str, Check] | None = None,
    files: Files | None = None,
    snapshot: bool = True,
) -> Iterator[Edge]:
    """An edge that serves until the block ends. The clock stands at noon until somebody moves it."""
    if snapshot:
        write_base(home)
    clock = FileClock(home / "clock")
    clock.freeze(NOON)
    settings = settings or tuned()
    app = EdgeApp(
        home,
        keys=KEYS,
        verifiers=verifiers or {"plain": plain, "crashing": crashing},
        now=clock,
        settings=settings,
        fallback=fallback,
        checks=checks,
        files=files,
    )
    listener = bind("127.0.0.1", 0)
    server = server_for(app, settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        edge = Edge(home, app, clock, listener.getsockname()[1])
        with edge.client:
            yield edge
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
        clock.close()
        assert not thread.is_alive()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + 20
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert server.started
