"""The pages as one WSGI application: the shops' snippet and static files first, then Django."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fanshare.config.django import configure
from fanshare.core.instants import Instant
from fanshare.flows.signed_in import Relying
from fanshare.web import assets, snippet
from fanshare.web.accounts_port import Accounts, NoAccounts
from fanshare.web.pages_port import PageStore
from fanshare.web.site import KEY, Site, WsgiApp

if TYPE_CHECKING:
    from fanshare.web.desk import Desk


def make_wsgi_app(
    store: PageStore,
    clock: Callable[[], Instant],
    *,
    allowed_hosts: Sequence[str],
    accounts: Accounts | None = None,
    public_url: str = "",
    desk: "Desk | None" = None,
) -> WsgiApp:
    """Pages over a store, at the time of a clock, for requests to ``allowed_hosts`` (``"*"``: any host).

    Without ``accounts`` nobody can sign in, without a ``desk`` there are only public pages. ``public_url`` says
    whether the world reaches this site by https, which a proxy in front has undone by the time a request arrives
    here, and to which name passkeys are bound. Threads may call the application at once; the store must allow that.
    """
    configure()
    from django.core.handlers.wsgi import WSGIHandler

    parts = urlsplit(public_url)
    secure = (parts.netloc if parts.scheme == "https" else "").casefold()
    known = accounts or NoAccounts()
    site = Site(store, clock, tuple(allowed_hosts), known, secure, at_work=desk, relying=Relying.of(public_url))
    pages = WSGIHandler()

    def with_site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[KEY] = site
        if secure and environ.get("HTTP_HOST", "").casefold() == secure:
            environ["wsgi.url_scheme"] = "https"
        answer: Iterable[bytes] = pages(environ, start_response)
        return answer

    return snippet.serve(assets.serve(with_site))
