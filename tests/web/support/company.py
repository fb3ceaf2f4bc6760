"""An installation with all who sign in: two creators and two fans, a brand's people by what they do, another brand.

Everything that belongs to one of them carries a word that stands nowhere else, so that a leak shows by its content.
"""

import json
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fanshare.config.kept import KeptConnections
from fanshare.core import clickid
from fanshare.core.instants import DAY, Instant
from fanshare.core.marks import say
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Status
from fanshare.edge import destination
from fanshare.flows import sign_in, staff, workbench_lock, young
from fanshare.flows.accept import Shop, accept
from fanshare.flows.authorisation import Post
from fanshare.flows.context import Programme
from fanshare.flows.doctor import SpoolFacts, examine
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan, know_identity
from fanshare.flows.provider_sign_in import Providers
from fanshare.flows.remarks import Remark
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.flows.statements import make_statement
from fanshare.integrations.bank_files import Banks
from fanshare.integrations.outgoing.addresses import allowed
from fanshare.integrations.rails import Called
from fanshare.jobs.systems import Connectors
from fanshare.store import signing
from fanshare.store.access import Access, Connection, connect
from fanshare.store.directory import Programme as Tenant
from fanshare.store.server import Database, Server
from fanshare.web.app import make_wsgi_app
from fanshare.web.desk import Desk
from fanshare.web.site import WsgiApp
from fanshare.web.stored_accounts import StoredAccounts
from fanshare.web.stored_pages import StoredPages
from tests.edge.running import KEYS
from tests.jobs.house import LABEL, Brand, House
from tests.support.postgres import create_database, drop_database
from tests.support.ready_made import ready_made
from tests.web.support.device import HOST, Device

SETTINGS = ((say("Mail server"), "mail.example", "FANSHARE_SMTP_HOST"),)
#: The database of which every installation is a copy.
TEMPLATE = "fanshare_company"
_OF_A_BRAND = [one.name for one in fields(Brand) if one.name not in {"house", "access"}]
#: Who signs in, and what her address begins with.
PEOPLE = ("cleo", "carla", "finn", "fay", "yara", "bea", "mona", "fina", "rea", "dora", "otto", "mia")


@dataclass
class Installation:
    """Pages over a house, and whoever signs in there. ``rails`` calls the providers that money is paid by."""

    house: House
    rails: Called = field(default_factory=Called, kw_only=True)
    _pools: list[KeptConnections] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        self._plain = self._pool(lambda conn: conn)

    def _pool(self, connecting: Callable[[Any], Any]) -> KeptConnections:
        """Connections that are kept between requests, as pages keep them; closed with the installation."""
        dsn = self.house.database.dsn()
        self._pools.append(KeptConnections(lambda: connecting(connect(dsn))))
        return self._pools[-1]

    def close(self) -> None:
        """Let go of the database."""
        for pool in self._pools:
            pool.close()

    def app(
        self,
        connecting: object = None,
        *,
        hosts: tuple[str, ...] = (HOST,),
        public_url: str = "",
        mail: bool = True,
        providers: Providers | None = None,
    ) -> WsgiApp:
        """The pages. ``connecting`` wraps each connection, to watch it."""
        house = self.house
        lend = (self._pool(connecting) if callable(connecting) else self._plain).lent

        def statement(programme: Programme, tenant: Tenant, party: int, now: Instant, until: Instant | None) -> bytes:
            signer = signing.load_or_create(house.home / "keys", f"shop.example/log/{tenant.public_id}")
            return json.dumps(make_statement(programme, tenant, signer, party, now, until=until)).encode()

        ports = (self.systems(), Banks(), self.rails, providers)
        desk = Desk(lend, KEYS, house.clock, statement, _destination, self.examined, SETTINGS, *ports)
        return make_wsgi_app(
            StoredPages(lend, house.clock),
            house.clock,
            allowed_hosts=list(hosts),
            accounts=StoredAccounts(lend, KEYS, house.clock, sends_mail=mail),
            public_url=public_url or f"https://{HOST}",
            desk=desk,
        )

    def systems(self) -> Connectors:
        """The kinds of shop; names that end in .internal lead into a network of its own, all others to the world."""

        def resolve(host: str, port: int) -> list[str]:
            if host == "localhost" or not host[-1].isalpha():
                return allowed(host, port)
            return allowed("10.1.2.3" if host.endswith(".internal") else "93.184.216.34", port)

        edge = self.house._edge
        return Connectors(f"http://127.0.0.1:{edge.port}" if edge is not None else "", resolve)

    def examined(self, conn: Connection) -> list[Remark]:
        """What the doctor says about this installation."""
        return examine(conn, self.house.home, KEYS, self.house.now, spool=SpoolFacts())

    def token(self, name: str) -> str:
        """A fresh link that signs somebody in."""
        return sign_in.make_link(self.house.conn, KEYS, f"{name}@example.test", self.house.now, at_once=1000)

    def device(self, name: str = "", app: WsgiApp | None = None) -> Device:
        """A browser, signed in as somebody."""
        device = Device(app or self.app())
        if name:
            assert device.sign_in(self.token(name)).status == 302
        return device


@dataclass
class Company(Installation):
    """The installation with its people. ``marks`` says which words belong to whom."""

    brand: Brand
    other: Brand
    carla: int
    fay: int
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.brand.tenant.slug


def _destination(url: str, hosts: object, allow_http: bool) -> object:
    return destination.parse(url, hosts, allow_http=allow_http)  # type: ignore[arg-type]


class Watching:
    """A connection that writes down each statement."""

    def __init__(self, conn: Connection, seen: list[str]) -> None:
        self._conn, self._seen = conn, seen

    def execute(self, statement: object, *params: object) -> object:
        self._seen.append(str(statement))
        return self._conn.execute(statement, *params)  # type: ignore[call-overload]

    def __getattr__(self, name: str) -> object:
        return getattr(self._conn, name)

    def __enter__(self) -> "Watching":
        return self

    def __exit__(self, *_: object) -> None:
        self._conn.close()


def order(brand: Brand, number: str, link: int, net: int = 59_000_000, ago: int = 8 * DAY) -> OrderState:
    """An order whose buyer clicked a link."""
    at = brand.house.now - ago
    click = clickid.mint(link, at, os.urandom(clickid.RANDOM_BYTES), brand.programme.secrets.click_id)
    buyer = Buyer(email=brand.programme.pseudonym("email", f"{number}@example.test"))
    lines = (Line("1", net, product=f"product-{number}"),)
    return OrderState(
        number, number, at, at, Status.CAPTURED, "EUR", lines, total=net, buyer=buyer, evidence=Evidence((click,))
    )


def tell(brand: Brand, *states: OrderState) -> None:
    """The shop tells these states, and they are settled."""
    programme, now = brand.programme, brand.house.now
    with programme.access.transaction():
        shop = Shop(brand.shop.id, brand.shop.endpoint)
        assert not accept(programme.access, shop, states, programme.book, programme.secrets, now).refused
    brand.house.work()


@contextmanager
def founded(server: Server, template: str, home: Path) -> Iterator[Company]:
    """The whole installation in a database of its own, taken down with the block.

    It is founded once in a test run; this is a copy of its database and of its home, as it was at ``NOW``.
    """
    told = pickle.loads(ready_made(server, TEMPLATE, _founding, template))
    database: Database = create_database(server, TEMPLATE)
    with House.empty(database, home) as house:
        company = _as_told(house, told)
        try:
            yield company
        finally:
            company.close()
    drop_database(server, database)


def _founding(database: Database) -> bytes:
    """Found it; everything that its database does not say."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        with House.built(database, home) as house:
            company = _filled(house)
            told: dict[str, Any] = {name: getattr(company, name) for name in ("carla", "fay", "marks")}
            brands = (house.bea, company.brand, company.other)
            told["brands"] = [{name: getattr(one, name) for name in _OF_A_BRAND} for one in brands]
            told["rounds"] = dict(house.worker._last)
        files = [one for one in home.rglob("*") if one.is_file() and one != home / "clock"]
        told["files"] = [(str(one.relative_to(home)), one.stat().st_mode, one.read_bytes()) for one in files]
    return pickle.dumps(told)


def _as_told(house: House, told: dict[str, Any]) -> Company:
    """The installation in a copy of its database."""
    for name, mode, content in told["files"]:
        path = house.home / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
    house.worker._last.update(told["rounds"])
    house.bea, brand, other = (
        Brand(house=house, access=Access(house.conn, one["tenant"].id, "test"), **one) for one in told["brands"]
    )
    return Company(house, brand, other, told["carla"], told["fay"], told["marks"])


def _filled(house: House) -> Company:
    brand, other = Brand.founded(house, "linen"), Brand.founded(house, "wool")
    long_ago = house.now - 40 * DAY
    carla = add_creator(brand.programme, Joiner("Carla Quince", "carla@example.test"), long_ago)
    fay = add_fan(brand.programme, Joiner("Fay", "fay@example.test"), long_ago)
    young.take_in(brand.programme, Joiner("", "yara@example.test"), brand.cleo, "DE", 0, long_ago)
    for name, post in (("bea", Post.OWNER), ("mona", Post.MANAGER), ("fina", Post.FINANCE), ("rea", Post.READER)):
        address = f"{name}@example.test"
        staff.add_brand_person(brand.access, brand.tenant.public_id, KEYS, address, long_ago, post=post)
    staff.add_brand_person(other.access, other.tenant.public_id, KEYS, "dora@example.test", long_ago)
    staff.add_operator(house.conn, KEYS, "otto@example.test", long_ago)
    workbench_lock.open_door(house.conn, staff.account_of(KEYS, "mia@example.test"), long_ago, "cli")
    # Cleo and Finn belong to two programmes of this house by the same address; here they belong to one.
    for there in (other, house.bea):
        for party in (there.cleo, there.finn):
            statement = "DELETE FROM party_identity WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
            there.access.execute(statement, {"party": party})
    company = Company(house, brand, other, carla, fay)
    _sell(company)
    return company


def _sell(company: Company) -> None:
    brand, long_ago = company.brand, company.house.now - 40 * DAY
    shown = "https://shop.example/"
    quince, _ = add_link(
        brand.programme, NewLink(company.carla, company.carla, f"{shown}quince", LABEL, "quinces"), long_ago
    )
    tell(
        brand,
        order(brand, "C1001", brand.link),
        order(brand, "F1002", brand.fan_link),
        order(brand, "H1003", brand.link, 80_000_000),
        order(brand, "Q1004", quince, ago=3 * DAY),
        order(company.brand, "R1005", brand.link, 20_000_000, ago=38 * DAY),
    )
    held = find_order(brand.access, "H1003")
    rule(
        brand.programme,
        NewRuling("held", "Twice the same buyer", held, until=company.house.now + 9 * DAY),
        company.house.now,
    )
    tell(company.other, order(company.other, "W2001", company.other.link))
    company.house.work()
    know_identity(brand.programme, brand.cleo, "email", "cleo@example.test", company.house.now)
    company.marks = {
        "cleo": ("C1001", "H1003", "R1005"),
        "carla": ("Q1004", "quinces", "/quince"),
        "dora": ("W2001",),
    }
