"""The pages over a real socket on loopback, and a small client for tests that need no browser."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.util import setup_testing_defaults

from a2wsgi import WSGIMiddleware

from fanshare.core.instants import Instant
from fanshare.web.app import make_wsgi_app
from fanshare.web.pages_port import PageStore
from fanshare.web.site import WsgiApp
from tests.edge.running import running
from tests.web.support import sample


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status code, headers in lower case, text, and its bytes."""

    status: int
    headers: dict[str, str]
    text: str
    content: bytes = b""


def app(store: PageStore | None = None, now: Instant = sample.NOW) -> WsgiApp:
    """The pages over a store (the sample, unless given) at a frozen time, for loopback."""
    return make_wsgi_app(store or sample.store(), lambda: now, allowed_hosts=["127.0.0.1", "localhost"])


def ask(application: WsgiApp, path: str, *, method: str = "GET", host: str = "127.0.0.1", **extra: str) -> Answer:
    """One request without a socket. ``extra`` goes into the WSGI environment."""
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": host, **extra}
    setup_testing_defaults(environ)
    environ["wsgi.errors"] = io.StringIO()
    seen: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        seen["status"] = int(status.split()[0])
        seen["headers"] = {name.lower(): value for name, value in headers}

    body = application(environ, start_response)
    content = b"".join(body)
    close = getattr(body, "close", None)
    if close is not None:
        close()
    return Answer(seen["status"], seen["headers"], content.decode("utf-8", "replace"), content)


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


@contextmanager
def served(application: WsgiApp) -> Iterator[str]:
    """Serve an application on a free port of loopback; gives its base address."""
    server = make_server("127.0.0.1", 0, application, server_class=_Threaded, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def behind_an_edge(application: WsgiApp, home: Path) -> Iterator[str]:
    """The pages as they are really served: a real edge takes every request first. Its address."""
    bridge: Any = WSGIMiddleware(cast(Any, application), workers=4)
    with running(home, fallback=bridge) as edge:
        yield f"http://127.0.0.1:{edge.port}"
