"""Runs an edge under uvicorn: one process, one event loop, no access log."""

import socket
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from fanshare.config.clock import Clock, system_clock
from fanshare.config.keys import Keys
from fanshare.edge.app import Asgi, Check, EdgeApp
from fanshare.edge.protocol import Quick, limited_to
from fanshare.edge.settings import EdgeSettings
from fanshare.integrations.types import Verify
from fanshare.integrations.verifiers import VERIFIERS


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises ``OSError`` when the port is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def server_for(app: Asgi | EdgeApp, settings: EdgeSettings, quick: Quick | None = None) -> uvicorn.Server:
    """A uvicorn server for an edge, not yet running. Forwarded headers are the edge's business, not uvicorn's.

    ``quick`` is the edge's ``link``, where the application is something around an edge.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http=limited_to(settings, app.link if isinstance(app, EdgeApp) else quick),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=settings.keep_alive,
            timeout_graceful_shutdown=4,
        )
    )


def run(
    home: Path,
    host: str = "127.0.0.1",
    port: int = 8700,
    *,
    now: Clock = system_clock,
    settings: EdgeSettings | None = None,
    verifiers: Mapping[str, Verify] = VERIFIERS,
    fallback: Asgi | None = None,
    checks: Mapping[str, Check] | None = None,
    listener: socket.socket | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; returns after the spool is synced.

    ``listener`` is an already bound socket, instead of ``host`` and ``port``. Exits with status 3 when the start
    fails, for example because another edge uses this home.
    """
    settings = settings or EdgeSettings()
    app = EdgeApp(
        home,
        keys=Keys.load_or_create(home),
        verifiers=verifiers,
        now=now,
        settings=settings,
        fallback=fallback,
        checks=checks,
    )
    with listener or bind(host, port) as bound:
        server = server_for(app, settings)
        server.run(sockets=[bound])
        if not server.started:
            raise SystemExit(3)
