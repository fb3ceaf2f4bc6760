"""The pages and the API as an application: what they need of an installation, put together."""

import json
import socket
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from a2wsgi import WSGIMiddleware

from fanshare.config.kept import KeptConnections
from fanshare.config.serving import address
from fanshare.config.settings_env import Settings
from fanshare.config.wiring import Foundation, reach
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.edge import destination, visitors
from fanshare.edge.app import Asgi
from fanshare.edge.redirect import forwarded_for
from fanshare.store import signing
from fanshare.store.access import Connection

if TYPE_CHECKING:
    from fanshare.flows.context import Programme
    from fanshare.flows.remarks import Remark
    from fanshare.store.directory import Programme as Tenant
    from fanshare.web.accounts_port import Accounts
    from fanshare.web.desk import Desk
    from fanshare.web.pages_port import PageStore


#: Names and addresses under which this machine knows itself.
_SELF = ("localhost", "127.0.0.1", "[::1]")


def pages(base: Foundation, listener: socket.socket) -> Asgi:
    """The pages as an ASGI application: Django in a few threads behind a bridge."""
    from fanshare.web.app import make_wsgi_app

    settings = base.settings
    kept = KeptConnections(partial(_connect, base))
    wsgi = make_wsgi_app(
        _store(base, kept),
        base.clock,
        allowed_hosts=_allowed(settings, listener),
        accounts=_accounts(base, kept),
        public_url=settings.public_url,
        desk=_desk(base, kept),
    )
    bridge: Any = WSGIMiddleware(cast(Any, _with_api(wsgi, base, kept)), workers=settings.web_threads)
    return partial(_http_only, bridge, visitors.networks(settings.trusted_proxies))


async def _http_only(app: Any, trusted: visitors.Networks, scope: Any, receive: Any, send: Any) -> None:
    """The pages need no start and no end of their own. They see the visitor's address, not a trusted proxy's."""
    if scope["type"] == "http":
        if (peer := scope.get("client")) is not None:
            client = visitors.client_address(peer[0], forwarded_for(scope), trusted)
            scope = {**scope, "client": (client, peer[1])}
        await app(scope, receive, send)
    elif scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _with_api(wsgi: Any, base: Foundation, kept: KeptConnections) -> Any:
    """The same application with a gate before its API."""
    from fanshare.api.gate import Gate, with_gate
    from fanshare.integrations.generic import parse
    from fanshare.store.signing import load_or_create

    settings = base.settings
    gate = Gate(
        connection=kept.mine,
        keys=base.keys,
        clock=base.clock,
        signer=lambda tenant: load_or_create(settings.home / "keys", f"{base.log_host}/log/{tenant.public_id}"),
        read_orders=parse.parse,
        destinations=_destination,
        base_url=settings.public_url.rstrip("/"),
    )
    return with_gate(wsgi, gate)


def _store(base: Foundation, kept: KeptConnections) -> "PageStore":
    from fanshare.web.stored_pages import StoredPages

    return StoredPages(kept.lent, base.clock)


def _accounts(base: Foundation, kept: KeptConnections) -> "Accounts":
    from fanshare.web.stored_accounts import StoredAccounts

    return StoredAccounts(kept.lent, base.keys, base.clock, sends_mail=base.settings.mail is not None)


def _desk(base: Foundation, kept: KeptConnections) -> "Desk":
    from fanshare.config.told import told_settings
    from fanshare.flows.doctor import examine
    from fanshare.flows.statements import make_statement
    from fanshare.integrations.bank_files import Banks
    from fanshare.integrations.oidc.provider import OpenIdConnect
    from fanshare.integrations.rails import Called
    from fanshare.jobs.spool_facts import spool_facts
    from fanshare.jobs.systems import Connectors
    from fanshare.web.desk import Desk

    keys = base.settings.home / "keys"

    def statement(programme: "Programme", tenant: "Tenant", party: int, now: Instant, until: Instant | None) -> bytes:
        signer = signing.load_or_create(keys, f"{base.log_host}/log/{tenant.public_id}")
        document = make_statement(programme, tenant, signer, party, now, until=until)
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"

    def examined(conn: Connection) -> "list[Remark]":
        facts = spool_facts(conn, base.settings.home, base.keys)
        return examine(conn, base.settings.home, base.keys, base.clock(), spool=facts)

    told = tuple(told_settings(base.settings))
    systems = Connectors(base.settings.public_url)
    ports = (systems, Banks(), Called(), OpenIdConnect())
    return Desk(kept.lent, base.keys, base.clock, statement, _destination, examined, told, *ports)


def _destination(url: str, hosts: Iterable[str], allow_http: bool) -> object:
    """Refuse what the edge would refuse when somebody clicks."""
    return destination.parse(url, hosts, allow_http=allow_http)


def _connect(base: Foundation) -> Connection:
    try:
        return reach(base.database, "fanshare web")
    except FanshareError:
        base.database.ensure()
        return reach(base.database, "fanshare web")


def _allowed(settings: Settings, listener: socket.socket) -> tuple[str, ...]:
    """The hosts that the pages answer to. Bound to every address and told no name, they answer to any."""
    if settings.allowed_hosts:
        return settings.allowed_hosts
    host, _, url = address(listener)
    own = url.removeprefix("http://").rpartition(":")[0]
    if settings.public_url:
        return (settings.host_name, *_SELF, own)
    return ("*",) if host in ("0.0.0.0", "::") else (*_SELF, own)  # noqa: S104 - compared, not bound
