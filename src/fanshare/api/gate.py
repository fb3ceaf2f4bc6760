"""Who calls, and how often: every request comes with a key, and leaves a desk to work at.

A key opens one programme. The gate checks it before anything else is read, counts it against its limit, and the guard
of each operation asks the table of ``flows.authorisation`` whether the key's scopes suffice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import psycopg

from fanshare.api.limits import Limiter, Room
from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.orders import OrderState
from fanshare.flows import api_keys
from fanshare.flows.api_keys import Grant
from fanshare.flows.authorisation import API
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.own_links import Destinations
from fanshare.store.queries.tenants import Access, Tenant

type Connection = psycopg.Connection[tuple[Any, ...]]
type WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
#: Reads the generic order document: (raw body, headers, pseudonym) -> states.
type ReadOrders = Callable[..., list[OrderState]]

KEY = "fanshare.api"
PREFIX = "/api/"
_DESK, _ROOM = "fanshare.api.desk", "fanshare.api.room"


@dataclass(frozen=True, slots=True)
class Gate:
    """What the API needs of an installation. ``connection`` gives this thread's connection, open and idle.

    ``signer`` gives who signs a programme's log; ``base_url`` is how the world reaches this place, or empty.
    ``destinations`` refuses an address that the edge would not redirect to.
    """

    connection: Callable[[], Connection]
    keys: Keys
    clock: Callable[[], Instant]
    signer: Callable[[Tenant], Any]
    read_orders: ReadOrders
    destinations: Destinations
    base_url: str = ""
    limiter: Limiter = field(default_factory=Limiter)


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of one key: its programme, on this thread's connection, at one moment."""

    gate: Gate
    grant: Grant
    conn: Connection
    now: Instant

    @property
    def tenant(self) -> Tenant:
        """The programme's row."""
        return self.grant.tenant

    @property
    def access(self) -> Access:
        """The door to the programme's data, in the name of the key."""
        return Access(self.conn, self.tenant.id, f"api:{self.grant.key}")

    @property
    def programme(self) -> Programme:
        """The programme as the flows see it. Raises ``FanshareError`` (``no_terms``)."""
        return open_programme(self.access, self.tenant.public_id, self.gate.keys, self.tenant.newest_terms)

    def address(self, path: str) -> str:
        """The public address of a path."""
        return self.gate.base_url + path


def enter(request: Any, token: str) -> Desk:
    """The desk of whoever holds this key. Raises ``FanshareError`` (``bad_key``, ``too_many_requests``)."""
    gate = request.META[KEY]
    assert isinstance(gate, Gate)
    now = gate.clock()
    conn = gate.connection()
    grant = api_keys.authenticate(conn, token, now)
    desk = Desk(gate, grant, conn, now)
    count(request, desk)
    request.META[_DESK] = desk
    return desk


def count(request: Any, desk: Desk, times: int = 1) -> None:
    """Count a request, or what one asks for that costs as much as several. Raises ``too_many_requests``."""
    room = desk.gate.limiter.enter(f"{desk.tenant.id}/{desk.grant.key}", desk.now, times)
    request.META[_ROOM] = room
    if room.left < 0:
        raise FanshareError("too_many_requests", f"Too many requests with this key; go on in {room.reset} s.", 429)


def desk_of(request: Any) -> Desk:
    """The desk of a request that has passed the gate."""
    desk = request.META[_DESK]
    assert isinstance(desk, Desk)
    return desk


def operation[F: Callable[..., Any]](name: str) -> Callable[[F], F]:
    """Let only keys pass whose scopes hold what the table asks for ``name``. Raises ``KeyError`` for an unknown one."""
    scope = API[name]

    def guard(view: F) -> F:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if scope not in desk_of(request).grant.scopes:
                raise FanshareError("scope_missing", f"This key may not do that: it lacks the scope {scope}.", 403)
            return view(request, *args, **kwargs)

        guarded.operation = name  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def with_gate(application: WsgiApp, gate: Gate) -> WsgiApp:
    """A WSGI application whose API goes through this gate, and whose answers say what is left of the limit."""

    def gated(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return application(environ, start_response)
        environ[KEY] = gate

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            room = environ.get(_ROOM)
            return start_response(status, [*headers, *(_headers(room) if room is not None else ())], *more)

        return application(environ, started)

    return gated


def _headers(room: Room) -> list[tuple[str, str]]:
    """As the draft "RateLimit header fields for HTTP" of the IETF names them."""
    told = [
        ("RateLimit-Policy", f'"key";q={room.most};w={room.window}'),
        ("RateLimit", f'"key";r={max(0, room.left)};t={room.reset}'),
    ]
    return told if room.left >= 0 else [*told, ("Retry-After", str(room.reset))]
