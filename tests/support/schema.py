"""Databases with the schema, and small casts for them. The migrations run once; every test gets a copy."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from fanshare.core.instants import SECOND, Instant
from fanshare.store import directory
from fanshare.store.access import Access, Connection, connect
from fanshare.store.migrate import migrate
from fanshare.store.server import Database, Server
from tests.support.postgres import create_database, drop_database
from tests.support.ready_made import ready_made

TEMPLATE = "fanshare_template"
NOW: Instant = 1_795_000_000 * SECOND


@pytest.fixture(scope="session")
def schema_template(pg_server: Server) -> str:
    """The name of a migrated database without rows, made by the first worker that asks."""

    def migrated(draft: Database) -> bytes:
        migrate(draft.dsn(owner=True), draft.app_role)
        return b""

    ready_made(pg_server, TEMPLATE, migrated)
    return TEMPLATE


@pytest.fixture
def database(schema_template: str, fresh_database: Callable[..., Database]) -> Database:
    """A database with the schema that belongs to one test alone."""
    return fresh_database(schema_template)


@pytest.fixture(scope="module")
def shared_database(schema_template: str, pg_server: Server) -> Iterator[Database]:
    """A database with the schema for a module whose tests keep to programmes of their own."""
    made = create_database(pg_server, schema_template)
    yield made
    drop_database(pg_server, made)


@pytest.fixture
def conn(shared_database: Database) -> Iterator[Connection]:
    """A connection with the rights of the application."""
    with connect(shared_database.dsn()) as opened:
        yield opened


@pytest.fixture
def owner(shared_database: Database) -> Iterator[Connection]:
    """A connection with the rights of the role that owns the tables."""
    with connect(shared_database.dsn(owner=True)) as opened:
        yield opened


@pytest.fixture
def cast(conn: Connection) -> "Cast":
    """A fresh programme of Bea's, empty."""
    return found(conn)


@dataclass
class Cast:
    """One programme and quick ways to fill it."""

    access: Access
    connection_id: int = 0
    parties: list[int] = field(default_factory=list)

    def party(self, kind: str = "creator") -> int:
        """A new party."""
        made: int = self.access.value(
            "INSERT INTO party (programme_id, kind, public_id, created_at)"
            " VALUES (%(programme_id)s, %(kind)s, %(public_id)s, %(now)s) RETURNING id",
            {"kind": kind, "public_id": directory.public_id(), "now": NOW},
        )
        self.parties.append(made)
        return made

    def connection(self) -> int:
        """The one shop connection."""
        if not self.connection_id:
            self.connection_id = self.access.value(
                "INSERT INTO connection (programme_id, kind, endpoint, sealed_secrets, created_at)"
                " VALUES (%(programme_id)s, 'generic', %(endpoint)s, '', %(now)s) RETURNING id",
                {"endpoint": secrets.token_hex(8), "now": NOW},
            )
        return self.connection_id

    def order(self) -> int:
        """A new order row."""
        made: int = self.access.value(
            "INSERT INTO shop_order (programme_id, connection_id, external_id, birth, placed_at, modified_at, currency,"
            " status, net, accepted_at) VALUES (%(programme_id)s, %(connection)s, %(external)s, '', %(now)s, %(now)s,"
            " 'EUR', 'captured', 0, %(now)s) RETURNING id",
            {"connection": self.connection(), "external": secrets.token_hex(6), "now": NOW},
        )
        return made

    def link(self, code: str = "") -> int:
        """A new link of a new creator."""
        made: int = self.access.value(
            "INSERT INTO link (programme_id, code, destination, creator_party_id, label_country, label_platform,"
            " label_text, created_at) VALUES (%(programme_id)s, %(code)s, 'https://shop.example/', %(party)s, 'DE',"
            " 'blog', 'Anzeige', %(now)s) RETURNING id",
            {"code": code or secrets.token_hex(6), "party": self.party(), "now": NOW},
        )
        return made

    def payout(self, party: int, amount: int, currency: str = "EUR") -> int:
        """A new payout row."""
        made: int = self.access.value(
            "INSERT INTO payout (programme_id, party_id, currency, amount, created_at, changed_at)"
            " VALUES (%(programme_id)s, %(party)s, %(currency)s, %(amount)s, %(now)s, %(now)s) RETURNING id",
            {"party": party, "amount": amount, "currency": currency, "now": NOW},
        )
        return made

    def gift(self, giver: int, creator: int, amount: int, currency: str = "EUR") -> int:
        """A new gift row."""
        made: int = self.access.value(
            "INSERT INTO gift (programme_id, giver_party_id, creator_party_id, currency, amount, state, given_at,"
            " changed_at) VALUES (%(programme_id)s, %(giver)s, %(creator)s, %(currency)s, %(amount)s, 'kept', %(now)s,"
            " %(now)s) RETURNING id",
            {"giver": giver, "creator": creator, "amount": amount, "currency": currency, "now": NOW},
        )
        return made


def found(conn: Connection, slug: str | None = None) -> Cast:
    """Found a programme with a name nobody else uses."""
    new = directory.NewProgramme(slug or f"bea-{secrets.token_hex(6)}", "Bea's shop", "DE", "EUR", "Europe/Berlin")
    return Cast(Access(conn, directory.found_programme(conn, new, NOW, "test").id, "test"))
