"""A whole small installation: real database, real spool, real edge on a real socket, real worker, and a clock."""

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg

from fanshare.config.clock import FileClock
from fanshare.core.instants import DAY, SECOND, Instant, format_rfc3339, parse_rfc3339
from fanshare.core.terms_text import parse
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.links import Label, NewCode, NewLink, add_code, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.generic.verify import sign
from fanshare.integrations.registry import connector
from fanshare.integrations.verifiers import VERIFIERS
from fanshare.jobs.worker import Worker
from fanshare.spool.writer import Limits
from fanshare.store import books, directory
from fanshare.store.access import Access, Connection, connect
from fanshare.store.directory import Programme as Tenant
from fanshare.store.server import Database
from fanshare.world.woo_shop import WooShop
from fanshare.world.woo_webhooks import Delivery
from tests.edge.running import KEYS, Edge, running, tuned

#: The minute after the recorded story of the WooCommerce shop.
NOW: Instant = parse_rfc3339("2026-11-22T02:20:00Z")
LABEL = Label("DE", "instagram", "Werbung")
TERMS = (Path(__file__).parents[2] / "examples" / "terms" / "simple.toml").read_text("utf-8")


@dataclass
class House:
    """One installation and its people. ``edge`` is there inside ``open``."""

    database: Database
    home: Path
    clock: FileClock
    conn: Connection
    worker: Worker
    bea: "Brand" = field(init=False, repr=False)
    _edge: Edge | None = None

    @classmethod
    @contextlib.contextmanager
    def built(cls, database: Database, home: Path) -> Iterator[Self]:
        """The installation, which is taken down with the block."""
        with cls.empty(database, home) as house:
            house.bea = Brand.founded(house, "bea")
            yield house

    @classmethod
    @contextlib.contextmanager
    def empty(cls, database: Database, home: Path) -> Iterator[Self]:
        """The same without anybody and anything in it."""
        clock = FileClock(home / "clock")
        clock.freeze(NOW)
        conn = connect(database.dsn())
        house = cls(database, home, clock, conn, Worker(conn, home, KEYS, clock, "shop.example"))
        try:
            yield house
        finally:
            house.worker.shut()
            house.conn.close()
            clock.close()

    @property
    def edge(self) -> Edge:
        """The running edge."""
        assert self._edge is not None
        return self._edge

    @property
    def now(self) -> Instant:
        return self.clock()

    @contextlib.contextmanager
    def open(self, **settings: Any) -> Iterator[Edge]:
        """Publish the snapshot and serve. The clock is the house's, and stays where it was."""
        self.worker.housekeeping()
        with self.open_without_database(**settings) as edge:
            yield edge

    @contextlib.contextmanager
    def open_without_database(self, **settings: Any) -> Iterator[Edge]:
        """Serve what was published before."""
        at = self.now
        limits = {"clicks": Limits(quota=64 << 20), **settings}
        with running(self.home, settings=tuned(**limits), verifiers=VERIFIERS, snapshot=False) as edge:
            self.clock.freeze(at)
            self._edge = edge
            try:
                yield edge
            finally:
                self._edge = None

    def edge_knows(self, endpoint: str) -> bool:
        """Wait until the edge has read a snapshot that holds an endpoint."""
        watch = self.edge.app._watch
        return eventually(lambda: watch.current is not None and watch.current.endpoint(endpoint) is not None)

    def work(self) -> None:
        """Rounds until nothing is left; any failure is a failure of the test."""
        assert self.worker.until_quiet().failures == 0

    def later(self, span: int) -> Instant:
        """Move the clock."""
        return self.clock.advance(span)

    def another_worker(self) -> Worker:
        """A second worker on a connection of its own; whoever asks closes it."""
        return Worker(connect(self.database.dsn()), self.home, KEYS, self.clock, "shop.example")

    def reconnect(self) -> None:
        """A new worker, as the command makes one after it lost the database, as often as it takes to find one."""
        self.worker.shut()
        self.conn.close()
        assert eventually(self._connected), "the database does not come back"
        self.worker = Worker(self.conn, self.home, KEYS, self.clock, "shop.example")
        self.bea.access = Access(self.conn, self.bea.tenant.id, "test")

    def _connected(self) -> bool:
        try:
            self.conn = connect(self.database.dsn())
            self.conn.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def value(self, statement: str, *params: object) -> Any:
        """One value, past the door: tests look at everything."""
        row = self.conn.execute(statement.encode(), params).fetchone()
        return None if row is None else row[0]

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """All rows."""
        return self.conn.execute(statement.encode(), params).fetchall()


@dataclass
class Brand:
    """One programme with Cleo, her fan Finn, a link of each, and a generic shop connection."""

    house: House
    tenant: Tenant
    access: Access
    cleo: int
    finn: int
    link: int
    code: str
    fan_link: int
    fan_code: str
    shop: ShopConnection

    @classmethod
    def founded(cls, house: House, slug: str, terms: str = TERMS) -> "Brand":
        """A programme founded forty days ago."""
        long_ago = house.now - 40 * DAY
        name, mail = f"{slug.title()}'s shop", f"{slug}@shop.example"
        new = directory.NewProgramme(slug, name, "DE", "EUR", "Europe/Berlin", mail)
        tenant = directory.found_programme(house.conn, new, long_ago, "test")
        access = Access(house.conn, tenant.id, "test")
        publish_terms(access, parse(terms, "toml"), long_ago, effective_at=long_ago)
        programme = open_programme(access, tenant.public_id, KEYS)
        cleo = add_creator(programme, Joiner("Cleo", "cleo@example.test"), long_ago)
        finn = add_fan(programme, Joiner("Finn", "finn@example.test"), long_ago)
        shown = "https://shop.example/linen"
        link, code = add_link(programme, NewLink(cleo, cleo, shown, LABEL, "spring"), long_ago)
        fan_link, fan_code = add_link(programme, NewLink(cleo, finn, shown, LABEL), long_ago)
        secret = "whsec_" + "QmVhcyBzZWNyZXQgb2YgMjQgYnl0ZXM="
        plain = NewConnection("generic", secrets=(secret,), hosts=("shop.example",), endpoint=f"{slug}-shop")
        shop = add_connection(programme, plain, long_ago, can_fetch=False, reports_fulfilment=False)
        return cls(house, tenant, access, cleo, finn, link, code, fan_link, fan_code, shop)

    @property
    def programme(self) -> Programme:
        return open_programme(self.access, self.tenant.public_id, KEYS)

    def connect_woo(self, shop: WooShop, endpoint: str = "") -> ShopConnection:
        """Connect a WooCommerce shop that can be asked."""
        new = NewConnection(
            "woocommerce",
            shop.url,
            (shop.webhook_secret.decode(),),
            (shop.key, shop.secret),
            ("shop.example",),
            endpoint or f"woo-{secrets.token_hex(4)}",
        )
        kind = connector("woocommerce")
        return add_connection(
            self.programme,
            new,
            self.house.now - DAY,
            can_fetch=kind.can_fetch,
            reports_fulfilment=kind.reports_fulfilment,
        )

    def typed_code(self, text: str, owner: int | None = None) -> int:
        """A discount code of Cleo's (or of her fan's) that has been valid for a month."""
        new = NewCode(self.cleo, owner or self.cleo, text, LABEL)
        return add_code(self.programme, new, self.house.now - 30 * DAY)

    def click(self, code: str = "", **headers: str) -> str:
        """Follow a link; the click id, empty where none was given out."""
        answer = self.house.edge.client.get(f"/r/{code or self.code}", headers=headers)
        assert answer.status_code == 302
        return parse_qs(urlsplit(answer.headers["location"]).query).get("fs", [""])[0]

    def order(self, number: str, *, clicks: tuple[str, ...] = (), net: str = "59.00", **more: object) -> dict[str, Any]:
        """The document of an order placed just now."""
        at = format_rfc3339(self.house.now)
        return {
            "order_id": number,
            "status": "captured",
            "currency": "EUR",
            "ordered_at": at,
            "modified_at": at,
            "lines": [{"id": "1", "net": net}],
            "clicks": list(clicks),
            "buyer": {"email": f"buyer-{number}@example.test"},
            **more,
        }

    def post(self, document: Mapping[str, Any] | bytes, **headers: str) -> httpx.Response:
        """Post a signed delivery to the generic hook."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        sent = self.house.now // SECOND
        identity = f"msg_{secrets.token_hex(8)}"
        signed = {
            "webhook-id": identity,
            "webhook-timestamp": str(sent),
            "webhook-signature": sign(self.shop.secrets[0], identity, sent, body),
            "content-type": "application/json",
        }
        return self.house.edge.client.post(f"/hooks/{self.shop.endpoint}", content=body, headers={**signed, **headers})

    def send(self, endpoint: str, delivery: Delivery) -> int:
        """Post a delivery of the shop as it is; the status of the answer."""
        left_out = {"host", "content-length", "connection", "accept-encoding"}
        headers = {name: value for name, value in delivery.headers.items() if name not in left_out}
        return self.house.edge.client.post(f"/hooks/{endpoint}", content=delivery.body, headers=headers).status_code

    def counts(self, link: int | None = None) -> dict[str, int]:
        """What the clicks of a link were judged to be."""
        rows = self.access.fetch(
            "SELECT verdict, sum(n)::bigint FROM click_day WHERE programme_id = %(programme_id)s"
            " AND (%(link)s::bigint IS NULL OR link_id = %(link)s) GROUP BY verdict",
            {"link": link},
        )
        return dict(rows)

    def net(self, number: str) -> int | None:
        """What the buyer keeps of an order, in micros; ``None`` when it is not known."""
        found: int | None = self.access.value(
            "SELECT net FROM shop_order WHERE programme_id = %(programme_id)s AND external_id = %(number)s",
            {"number": number},
        )
        return found

    def earned(self, party: int) -> int:
        """Everything that stands on a party's accounts, in micros."""
        return sum(books.balances(self.access, party).values())

    def inbox(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        rows = self.access.fetch(
            "SELECT state, count(*) FROM delivery WHERE programme_id = %(programme_id)s GROUP BY state"
        )
        return dict(rows)

    def sound(self) -> bool:
        """Whether every balance and every position is what the transfers say."""
        return not books.wrong_balances(self.access) and not books.wrong_positions(self.access)


def eventually(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait for something that another thread brings about."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
