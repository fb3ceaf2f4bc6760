"""What every story begins with: one programme, made once by the real flows, and taken back to after each story."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanshare.core.instants import DAY, Instant, parse_rfc3339
from fanshare.core.terms_text import parse
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.connections import NewConnection, add_connection, connections
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.outgoing.send import Sender
from fanshare.jobs.worker import Worker
from fanshare.store import directory
from fanshare.store.access import Access, Connection, connect
from fanshare.store.server import Database
from tests.edge.running import KEYS
from tests.faults.sim_database import Rewind, SimConnection, open_breakable
from tests.faults.sim_shop import SimFetches, SimRest
from tests.jobs.house import LABEL, TERMS

#: When the programme is ready; its click partitions reach two months further.
BEGIN: Instant = parse_rfc3339("2028-02-01T12:00:00Z")
WEBHOOK_SECRET = "whsec_" + "QmVhcyBzZWNyZXQgb2YgMjQgYnl0ZXM="


@dataclass
class Stage:
    """The programme, its people and shops; a connection that never breaks, to look at everything with."""

    database: Database
    home: Path
    conn: Connection
    tenant: directory.Programme
    cleo: int
    finn: int
    links: dict[str, int]
    rewind: Rewind
    shops: dict[str, ShopConnection]
    #: One for all workers of all stories: making one reads the certificates of the world.
    sender: Sender
    _spare: SimConnection | None = None

    def programme(self, conn: Connection | None = None) -> Programme:
        """The programme over a connection."""
        return open_programme(Access(conn or self.conn, self.tenant.id, "test"), self.tenant.public_id, KEYS)

    def take_connection(self) -> SimConnection:
        """The connection that the last story left, or a new one: opening one costs as much as a story."""
        made, self._spare = self._spare, None
        return made if made is not None and not made.closed else open_breakable(self.database)

    def give_back(self, conn: SimConnection) -> None:
        """What the server does when a client is gone: nothing of an open transaction stays."""
        if not conn.closed:
            conn.spare()
            conn.rollback()
            conn.meanwhile = lambda: None
            self._spare = conn

    def new_home(self, path: Path) -> Path:
        """A home with the snapshot and the keys that the first one has."""
        shutil.copytree(self.home, path)
        return path

    def close(self) -> None:
        """Let go of the database."""
        self.rewind.close()
        self.sender.close()
        if self._spare is not None:
            self._spare.close()
        self.conn.close()


def found(database: Database, home: Path) -> Stage:
    """Found it forty days before the stories begin."""
    conn, long_ago = connect(database.dsn()), BEGIN - 40 * DAY
    new = directory.NewProgramme("bea", "Bea's shop", "DE", "EUR", "Europe/Berlin", "bea@shop.example")
    tenant = directory.found_programme(conn, new, long_ago, "test")
    access = Access(conn, tenant.id, "test")
    publish_terms(access, parse(TERMS, "toml"), long_ago, effective_at=long_ago)
    programme = open_programme(access, tenant.public_id, KEYS)
    cleo = add_creator(programme, Joiner("Cleo", "cleo@example.test"), long_ago)
    finn = add_fan(programme, Joiner("Finn", "finn@example.test"), long_ago)
    owners = {
        add_link(programme, NewLink(cleo, owner, "https://shop.example/linen", LABEL), long_ago)[1]: owner
        for owner in (cleo, finn)
    }
    _connect_shops(programme, long_ago)
    nothing_yet: Any = SimFetches(SimRest({}, lambda: False))
    sender = Sender()
    worker = Worker(conn, home, KEYS, lambda: BEGIN, "shop.example", _fetches=nothing_yet, sender=sender)
    worker.housekeeping()
    worker.shut()
    by_kind = {shop.kind: shop for shop in connections(programme)}
    return Stage(database, home, conn, tenant, cleo, finn, owners, Rewind(database), by_kind, sender)


def _connect_shops(programme: Programme, at: Instant) -> None:
    plain = NewConnection("generic", secrets=(WEBHOOK_SECRET,), hosts=("shop.example",), endpoint="bea-plain")
    add_connection(programme, plain, at, can_fetch=False, reports_fulfilment=False)
    woo = NewConnection(
        "woocommerce", "https://shop.example", ("whsec_woo",), ("key", "secret"), ("shop.example",), "bea-woo"
    )
    add_connection(programme, woo, at, can_fetch=True, reports_fulfilment=True)
