"""What a running web application carries: its store, its clock, the hosts it answers.

It travels in the WSGI environment, so several applications (in tests: one per case) share one configured Django.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fanshare.core.instants import Instant
from fanshare.web.pages_port import PageStore

type WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

KEY = "fanshare.site"


@dataclass(frozen=True, slots=True)
class Site:
    """``clock`` gives the present as an instant; ``allowed_hosts`` are names as in Django's ``ALLOWED_HOSTS``."""

    store: PageStore
    clock: Callable[[], Instant]
    allowed_hosts: tuple[str, ...]


def of(request: Any) -> Site:
    """The site a Django request came to."""
    site = request.META[KEY]
    assert isinstance(site, Site)
    return site
