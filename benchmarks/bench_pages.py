"""What pages cost beyond a bare one with the same middleware, and whether long lists make them dearer."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from io import BytesIO
from statistics import median
from typing import Any
from wsgiref.util import setup_testing_defaults

import psycopg

from benchmarks.bench_settle import work_off
from benchmarks.ground import NOW, Town, ground
from benchmarks.trials import Row, Trial, backend_seconds, scaled
from fanshare.config.kept import KeptConnections
from fanshare.flows import sign_in, staff
from fanshare.integrations.bank_files import Banks
from fanshare.integrations.rails import Called
from fanshare.jobs.systems import Connectors
from fanshare.store.access import Connection, connect
from fanshare.web.app import make_wsgi_app
from fanshare.web.desk import Desk
from fanshare.web.site import WsgiApp
from fanshare.web.stored_accounts import StoredAccounts
from fanshare.web.stored_pages import StoredPages

#: Orders that are really sold and settled; the rest are copies of their rows.
SOLD = 500
FEW, MANY = 10_000, 1_000_000
LOADS = 40
ROUNDS = 9
MOST_STATEMENTS = 12

_COLUMNS = """
SELECT column_name, is_identity = 'YES' FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
#: What a copy has of its own, by column; ``k`` is its number, ``step`` is above every id there is.
_OWN = {
    ("shop_order", "id"): "id + k * {step}",
    ("shop_order", "external_id"): "external_id || '-' || k",
    ("shop_order", "placed_at"): "placed_at - k * 1000000",
    ("shop_order", "buyer_key"): "buyer_key || '-' || k",
    ("shop_order", "number"): "NULL",
    ("position", "id"): "id + k * {step}",
    ("position", "order_id"): "order_id + k * {step}",
    ("position", "why_token"): "md5(why_token || k)",
    ("part", "order_id"): "order_id + k * {step}",
    ("part", "placed_at"): "placed_at - k * 1000000",
    ("order_creator", "order_id"): "order_id + k * {step}",
}


class _Counted:
    """A connection that counts its statements."""

    def __init__(self, conn: Connection, seen: list[str]) -> None:
        self._conn, self._seen = conn, seen

    def execute(self, statement: Any, *params: Any) -> Any:
        self._seen.append(str(statement))
        return self._conn.execute(statement, *params)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


class _Visitor:
    """Somebody with cookies, who calls the application without a socket."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, form: str | None = None) -> tuple[int, str]:
        """The status and the text of an answer."""
        path, _, query = path.partition("?")
        environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1"}
        environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if form is not None:
            body = form.encode()
            sent = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
            environ |= {
                "REQUEST_METHOD": "POST",
                "HTTP_ORIGIN": "http://127.0.0.1",
                "wsgi.input": BytesIO(body),
                **sent,
            }
        setup_testing_defaults(environ)
        status: list[int] = []

        def start(line: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            status.append(int(line.split()[0]))
            for name, value in headers:
                if name.lower() == "set-cookie":
                    self._cookies |= {one: morsel.value for one, morsel in SimpleCookie(value).items()}

        text = b"".join(self._app(environ, start)).decode("utf-8", "replace")
        return status[0], text


@contextmanager
def _as_superuser(town: Town) -> Iterator[psycopg.Connection[Any]]:
    """A connection that no trigger and no foreign key stops: for rows that are copies of sound ones."""
    database = town.ground.database
    assert database.server is not None
    with psycopg.connect(database.server.dsn("admin", database.name), autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")
        yield conn


def grow(town: Town, orders: int) -> None:
    """Copy what was sold until the programme has so many orders, with their shares and explanations."""
    with _as_superuser(town) as conn:
        for table in ("shop_order", "order_creator", "part", "position"):
            highest = "SELECT max(id) FROM shop_order WHERE programme_id = %s AND external_id !~ '-'"
            row = conn.execute(highest, [town.tenant.id]).fetchone()
            assert row is not None
            columns = conn.execute(_COLUMNS, [table]).fetchall()
            step = 10 * int(row[0])
            values = [_OWN.get((table, name), f'"{name}"').format(step=step) for name, _ in columns]
            names = ", ".join(f'"{name}"' for name, _ in columns)
            key = "id" if table == "shop_order" else "order_id"
            conn.execute(
                f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {', '.join(values)}"  # noqa: S608
                f" FROM {table}, generate_series(%s::bigint, %s) AS k WHERE programme_id = %s AND {key} <= %s"
                " ON CONFLICT DO NOTHING",
                [1, orders // SOLD - 1, town.tenant.id, row[0]],
            )
        conn.execute("ANALYZE")


def _bare(_request: Any) -> Any:
    """A page that says nothing."""
    from django.http import HttpResponse

    return HttpResponse("<!doctype html><title>bare</title>")


@contextmanager
def _app(town: Town, seen: list[str]) -> Iterator[WsgiApp]:
    """The pages over the town's database, and one bare page among them; both are gone with the block."""
    base, clock = town.ground, lambda: NOW

    def reach() -> Any:
        return _Counted(connect(base.database.dsn()), seen)

    kept = KeptConnections(reach)
    lend: Any = kept.lent

    app = make_wsgi_app(
        StoredPages(lend, clock),
        clock,
        allowed_hosts=["127.0.0.1"],
        accounts=StoredAccounts(lend, base.keys, clock, sends_mail=True),
        desk=Desk(
            lend, base.keys, clock, lambda *_: b"", lambda *_: None, lambda _: [], (), Connectors(), Banks(), Called()
        ),
    )
    from django.urls import clear_url_caches, path

    from fanshare.web import urls

    bare = path("bare", _bare)
    urls.urlpatterns.insert(0, bare)
    clear_url_caches()
    try:
        yield app
    finally:
        urls.urlpatterns.remove(bare)
        clear_url_caches()
        kept.close()


def _signed_in(town: Town, app: WsgiApp, email: str) -> _Visitor:
    import re

    visitor = _Visitor(app)
    token = sign_in.make_link(town.ground.conn, town.ground.keys, email, NOW)
    _, text = visitor.ask(f"/sign-in/confirm?t={token}")
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    status, _ = visitor.ask("/sign-in/confirm", "&".join(f"{name}={value}" for name, value in hidden.items()))
    assert status == 302, status
    return visitor


def _cost(postmaster: int, load: Callable[[], tuple[int, str]]) -> float:
    """Processor seconds of one page, PostgreSQL's included."""
    assert load()[0] == 200
    own, server = time.process_time(), backend_seconds(postmaster)
    for _ in range(LOADS):
        load()
    return (time.process_time() - own + backend_seconds(postmaster) - server) / LOADS


def _measured(town: Town, visitor: _Visitor, page: str, seen: list[str]) -> tuple[float, float, int]:
    """Processor seconds of a page beyond the bare one, those of the bare one, and how many statements it takes."""
    rounds = []
    for _ in range(ROUNDS):
        bare = _cost(town.ground.postmaster, lambda: visitor.ask("/bare"))
        rounds.append((_cost(town.ground.postmaster, lambda: visitor.ask(page)), bare))
    seen.clear()
    visitor.ask(page)
    whole, bare = (median(one[place] for one in rounds) for place in (0, 1))
    return whole - bare, bare, len(seen)


def pages(size: float) -> list[Row]:
    """A creator's earnings and a brand's orders, short and long."""
    few, many = scaled(FEW, size, SOLD), max(2 * SOLD, round(MANY * size))
    with ground() as base:
        town = base.town(1, 50)
        town.deliver(town.orders(SOLD))
        work_off(town)
        staff.add_brand_person(town.access, town.tenant.public_id, base.keys, "brand@shop.example", NOW)
        seen: list[str] = []
        with _app(town, seen) as app:
            return _taken(town, app, seen, few, many)


def _taken(town: Town, app: WsgiApp, seen: list[str], few: int, many: int) -> list[Row]:
    slug = town.tenant.slug
    who = {
        f"/creator/{slug}/earnings": _signed_in(town, app, f"creator0@{slug}.example"),
        f"/brand/{slug}/orders": _signed_in(town, app, "brand@shop.example"),
    }
    taken: list[dict[str, tuple[float, float, int]]] = []
    for orders in (few, many):
        grow(town, orders)
        taken.append({page: _measured(town, visitor, page, seen) for page, visitor in who.items()})
    names = zip(("earnings", "orders"), who, strict=True)
    return [_row(name, many, few, taken[0][page], taken[1][page]) for name, page in names]


def _row(name: str, many: int, few: int, short: Sequence[float], long: Sequence[float]) -> Row:
    beyond, bare, statements = long
    flat = beyond / short[0]
    return Row(
        f"page of {name}, {many:,} orders",
        f"{statements} statements",
        f"{beyond * 1e3:.1f} ms beyond a bare page",
        f"a bare page, {bare * 1e3:.1f} ms; {few:,} orders, {short[0] * 1e3:.1f} ms",
        f"{bare / (bare + beyond):.2f} of a bare page's pace; {flat:.2f} times the short list",
        "<= 8 ms, <= 12 statements, flat",
        beyond <= 0.008 and statements <= MOST_STATEMENTS and flat <= 1.25,
    )


TRIALS = [Trial("pages", pages)]
