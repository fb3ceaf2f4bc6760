"""The API over a real installation: the WSGI application with its gate, called without a socket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from fanshare.api.gate import Gate, with_gate
from fanshare.api.limits import Limiter
from fanshare.config.django import configure
from fanshare.config.kept import KeptConnections
from fanshare.edge import destination
from fanshare.flows.api_keys import make_key
from fanshare.flows.authorisation import Scope
from fanshare.integrations.generic.parse import parse
from fanshare.store.access import connect
from fanshare.store.signing import load_or_create
from fanshare.web.app import make_wsgi_app
from fanshare.web.stored_pages import StoredPages
from tests.edge.running import KEYS
from tests.jobs.house import Brand, House

HOST = "share.example"


@dataclass
class Client:
    """Software of one programme, with one key."""

    http: httpx.Client
    key: str

    def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """A request that must be answered with ``status``; the document of the answer."""
        headers = {"authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        answer = self.http.request(method, f"/api/v1{path}", headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def get(self, path: str, status: int = 200, **more: Any) -> Any:
        return self.call("GET", path, status, **more)

    def post(self, path: str, body: Any, status: int = 201, **more: Any) -> Any:
        return self.call("POST", path, status, json=body, **more)

    def put(self, path: str, body: Any, status: int = 200, **more: Any) -> Any:
        return self.call("PUT", path, status, json=body, **more)

    def every(self, path: str, limit: int = 2, **params: Any) -> list[Any]:
        """A whole list, page by page."""
        found: list[Any] = []
        asked = {"limit": limit, **params}
        for _ in range(1_000):
            page = self.get(path, params=asked)
            assert len(page["data"]) <= limit
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            asked["cursor"] = page["next_cursor"]
        raise AssertionError("a list that never ends")


@dataclass
class Served:
    """An installation with its API. ``wsgi`` is the whole application."""

    house: House
    wsgi: Any
    http: httpx.Client
    kept: list[Any] = field(default_factory=list)

    def client(self, *scopes: Scope, brand: Brand | None = None) -> Client:
        """Software with a fresh key of a brand; every scope where none is named."""
        one = brand or self.house.bea
        _, key = make_key(one.access, one.tenant.public_id, "tests", scopes or tuple(Scope), self.house.now)
        return Client(self.http, key)


@contextmanager
def served(house: House, *, limiter: Limiter | None = None) -> Iterator[Served]:
    """The application over a house."""
    configure()
    opened: list[Any] = []

    def connection() -> Any:
        opened.append(connect(house.database.dsn(), name="fanshare api"))
        return opened[-1]

    connect_: Callable[[], Any] = connection
    gate = Gate(
        connection=KeptConnections(connect_).mine,
        keys=KEYS,
        clock=house.clock,
        signer=lambda tenant: load_or_create(house.home / "keys", f"shop.example/log/{tenant.public_id}"),
        read_orders=parse,
        destinations=lambda url, hosts, plain: destination.parse(url, hosts, allow_http=plain),
        base_url=f"https://{HOST}",
        limiter=limiter or Limiter(),
    )
    pages = make_wsgi_app(StoredPages(connection, house.clock), house.clock, allowed_hosts=[HOST])
    wsgi = with_gate(pages, gate)
    http = httpx.Client(transport=httpx.WSGITransport(app=wsgi), base_url=f"http://{HOST}")
    try:
        yield Served(house, wsgi, http)
    finally:
        http.close()
        for one in opened:
            one.close()
