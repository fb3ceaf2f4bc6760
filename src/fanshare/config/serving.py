"""Puts the serving processes together: the edge, whatever is behind it, one listening socket.

The edge alone knows no database, so nothing here may bring one along; the pages are put together beside it.
"""

import socket
from collections.abc import Callable, Mapping
from typing import Any

from fanshare.config.clock import Clock
from fanshare.config.collector import look_seldom
from fanshare.config.keys import Keys
from fanshare.config.settings_env import Settings
from fanshare.core.errors import FanshareError
from fanshare.edge.app import Asgi, Check, EdgeApp
from fanshare.edge.server import bind, server_for
from fanshare.edge.settings import EdgeSettings
from fanshare.integrations.verifiers import VERIFIERS


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ``FanshareError`` (``cannot_listen``)."""
    try:
        return bind(host, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FanshareError("cannot_listen", f"Nobody can be answered on {host} port {port}: {reason}.", 503) from None


def address(listener: socket.socket) -> tuple[str, int, str]:
    """Host, port and web address of a listening socket."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return host, port, f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def edge_app(
    settings: Settings, keys: Keys, clock: Clock, *, fallback: Asgi | None = None, checks: Mapping[str, Check]
) -> EdgeApp:
    """The edge of an installation; ``fallback`` answers what is not the edge's."""
    tuned = edge_settings(settings)
    return EdgeApp(
        settings.home, keys=keys, verifiers=VERIFIERS, now=clock, settings=tuned, fallback=fallback, checks=checks
    )


def edge_settings(settings: Settings) -> EdgeSettings:
    """What the environment says about the edge."""
    return EdgeSettings(trusted_proxies=settings.trusted_proxies, operator_networks=settings.operator_networks)


def serve(app: Asgi | EdgeApp, settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is called when requests are answered.

    Raises ``FanshareError`` (``cannot_serve``) when the application does not start.
    """
    failures: list[str] = []

    async def announced(scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                look_seldom()
                ready()
            elif message["type"] == "lifespan.startup.failed":
                failures.append(message.get("message", ""))

        await app(scope, receive, told if scope["type"] == "lifespan" else send)

    quick = app.link if isinstance(app, EdgeApp) else None
    server = server_for(announced, edge_settings(settings), quick)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if server.started:
            raise
    if not server.started:
        raise FanshareError("cannot_serve", f"It did not start: {' '.join(failures) or 'no reason was given'}", 503)
