"""The pages as one WSGI application: static files first, then Django."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fanshare.config.django import configure
from fanshare.core.instants import Instant
from fanshare.web import assets
from fanshare.web.pages_port import PageStore
from fanshare.web.site import KEY, Site, WsgiApp


def make_wsgi_app(store: PageStore, clock: Callable[[], Instant], *, allowed_hosts: Sequence[str]) -> WsgiApp:
    """Pages over a store, at the time of a clock, for requests to ``allowed_hosts`` (``"*"``: any host).

    Threads may call the application at once; the store must allow that.
    """
    configure()
    from django.core.handlers.wsgi import WSGIHandler

    site = Site(store, clock, tuple(allowed_hosts))
    pages = WSGIHandler()

    def with_site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[KEY] = site
        answer: Iterable[bytes] = pages(environ, start_response)
        return answer

    return assets.serve(with_site)
