"""The ground on which the larger benchmarks stand: an installation of its own, filled through the real flows."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil

from fanshare.config.keys import CLICK_ID, Keys
from fanshare.core import clickid
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, format_rfc3339, parse_rfc3339
from fanshare.flows import links, people
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.links import Label, NewLink
from fanshare.flows.people import Joiner
from fanshare.flows.publish_terms import publish_terms
from fanshare.jobs import drain
from fanshare.spool.records import DeliveryRecord
from fanshare.store import directory
from fanshare.store.access import Access, Connection, connect
from fanshare.store.directory import NewProgramme
from fanshare.store.directory import Programme as Tenant
from fanshare.store.migrate import migrate
from fanshare.store.queries import edge
from fanshare.store.server import Database, Server, embedded_database

NOW: Instant = parse_rfc3339("2026-11-20T12:00:00Z")
FOUNDED: Instant = NOW - 60 * DAY
LABEL = Label("DE", "instagram", "Werbung")
SHOP = "https://shop.example/"
SECRET = b"whsec_" + b"QmVhcyBzZWNyZXQgb2YgMjQgYnl0ZXM="

#: Percentages of the same size as the demonstration's, no caps and no tiers.
PLAIN: dict[str, Any] = {
    "terms": {"window_days": 30, "time_zone": "Europe/Berlin"},
    "commission": [{"id": "standard", "percent": "12"}],
    "fans": {"default_percent": "20", "max_percent": "30", "buyer_percent": "5", "introducer_days": 60},
    "settlement": {"hold_days": 14},
}


@dataclass
class Town:
    """One programme with its people and links, and a shop that sends orders."""

    ground: "Ground"
    tenant: Tenant
    access: Access
    creators: Sequence[int]
    fans: Sequence[int]
    links: Sequence[tuple[int, str]]
    shop: ShopConnection
    rng: Random
    secret: bytes
    #: How many orders it has sold one a second, for those who count.
    sold: int = 0
    _numbers: int = 0

    @property
    def programme(self) -> Programme:
        """The programme, opened anew as a job does it."""
        return open_programme(self.access, self.tenant.public_id, self.ground.keys)

    @property
    def last(self) -> int:
        """The number of the newest order."""
        return self._numbers

    def clicks(self, at: Sequence[Instant], link_ids: Sequence[int] | None = None) -> list[str]:
        """Counted clicks at these moments on random links (or the ones given), in the database; their ids."""
        key = self.ground.keys.derive(CLICK_ID)
        chosen = link_ids or [self.rng.choice(self.links)[0] for _ in at]
        ids = [
            clickid.mint(link, one, os.urandom(clickid.RANDOM_BYTES), key) for link, one in zip(chosen, at, strict=True)
        ]
        rows = [
            edge.NewClick(name, one, link, "counted", os.urandom(16), "social", True, False, "ios")
            for name, one, link in zip(ids, at, chosen, strict=True)
        ]
        for start in range(0, len(rows), 2_000):
            with self.access.transaction():
                edge.insert_clicks(self.access, rows[start : start + 2_000], max(at))
        return ids

    def orders(self, number: int, at: Instant = NOW, **more: object) -> list[dict[str, Any]]:
        """Documents of new orders with one click each, placed one a second up to ``at``, each by a new buyer."""
        moments = [at - (number - place) * SECOND for place in range(number)]
        names = self.clicks([one - 10 * MINUTE for one in moments])
        return [self.order(moment, [name], **more) for moment, name in zip(moments, names, strict=True)]

    def order(self, at: Instant, clicks: Sequence[str], **more: object) -> dict[str, Any]:
        """The document of one order of one to three lines."""
        self._numbers += 1
        prices = [self.rng.randrange(990, 12_000) for _ in range(self.rng.choice((1, 1, 2, 3)))]
        return {
            "order_id": str(self._numbers),
            "birth": f"b{self._numbers}",
            "status": "captured",
            "currency": "EUR",
            "ordered_at": format_rfc3339(at),
            "modified_at": format_rfc3339(at),
            "lines": [
                {"id": str(place), "product": "linen-shirt", "sku": "S1", "quantity": 1, "net": cents(price)}
                for place, price in enumerate(prices, 1)
            ],
            "shipping": "4.90",
            "clicks": list(clicks),
            "buyer": {"customer_id": f"c{self._numbers}", "email": f"buyer{self._numbers}@mail.example"},
            "country": "DE",
            **more,
        }

    def deliver(self, documents: Sequence[Mapping[str, Any]], at: Instant = NOW) -> None:
        """Put one delivery for every document into the inbox, as the drain does."""
        opened = self.programme
        records = [
            (
                os.urandom(16),
                DeliveryRecord(
                    opened.access.programme_id, self.shop.id, self.shop.endpoint, "generic", at, {}, _encoded(one)
                ),
            )
            for one in documents
        ]
        for start in range(0, len(records), 2_000):
            with self.access.transaction():
                drain._write_deliveries(opened, records[start : start + 2_000])


@dataclass
class Ground:
    """A database server with the schema, in a directory of its own, and the keys of an installation."""

    home: Path
    database: Database
    keys: Keys
    conn: Connection
    _towns: list[Town] = field(default_factory=list)

    def town(
        self, creators: int = 200, fans: int = 5_000, terms: Mapping[str, Any] = PLAIN, *, notice: Instant = FOUNDED
    ) -> Town:
        """Found a programme with creators, fans and a link for each of them."""
        name = f"town-{len(self._towns)}-{secrets.token_hex(3)}"
        new = NewProgramme(name, name.title(), "DE", "EUR", "Europe/Berlin", f"{name}@shop.example")
        tenant = directory.found_programme(self.conn, new, notice, "bench")
        access = Access(self.conn, tenant.id, "bench")
        publish_terms(access, dict(terms), notice, effective_at=notice)
        programme = open_programme(access, tenant.public_id, self.keys)
        now = notice + HOUR
        joined = people.add_creators(
            programme,
            [Joiner(f"Creator {n}", f"creator{n}@{name}.example", f"creator-{n}") for n in range(creators)],
            now,
        )
        helpers = people.add_fans(programme, [Joiner("", f"fan{n}@{name}.example") for n in range(fans)], now)
        news = [NewLink(one, one, SHOP, LABEL) for one in joined]
        news += [NewLink(joined[place % creators], fan, SHOP, LABEL) for place, fan in enumerate(helpers)]
        made = links.add_links(programme, news, now)
        shop = add_connection(
            programme,
            NewConnection("generic", SHOP, (SECRET.decode(),), hosts=("shop.example",)),
            now,
            can_fetch=False,
            reports_fulfilment=False,
        )
        rng = Random(len(self._towns))  # noqa: S311  # the same orders every time
        town = Town(self, tenant, access, joined, helpers, made, shop, rng, SECRET)
        self._towns.append(town)
        directory.ensure_partitions(self.conn, NOW - 70 * DAY, NOW + 20 * DAY)
        return town

    @property
    def postmaster(self) -> int:
        """The server's first process: all others are its children."""
        backend: int = self.conn.info.backend_pid
        return psutil.Process(backend).ppid()

    def analyse(self) -> None:
        """What autovacuum does within a minute in a database that lives."""
        with connect(self.database.dsn(owner=True)) as owner:
            owner.execute("ANALYZE")


_open: list[Ground] = []


@contextmanager
def ground() -> Iterator[Ground]:
    """A fresh installation, which is gone with the block; within another such block, that one."""
    if _open:
        yield _open[0]
        return
    home = Path(tempfile.mkdtemp(prefix="fsb-"))
    server = Server(home / "pg")
    try:
        with server:
            database = embedded_database(server)
            migrate(database.dsn(owner=True), database.app_role)
            with connect(database.dsn(), name="fanshare bench") as conn:
                _open.append(Ground(home, database, Keys.load_or_create(home, {}), conn))
                yield _open[0]
    finally:
        _open.clear()
        shutil.rmtree(server.place.root, ignore_errors=True)  # may lie elsewhere, behind a link
        shutil.rmtree(home, ignore_errors=True)


def cents(amount: int) -> str:
    """``1990`` as ``19.90``."""
    return f"{amount // 100}.{amount % 100:02d}"


def _encoded(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()
