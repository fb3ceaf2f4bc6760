"""Which page somebody wanted who was sent to sign in first: kept in her own browser, and shown once she is in.

The link that is mailed carries it too, for whoever opens it on another device. Only a path of this site is kept, and
only one that she may then see is gone to: a cookie can be planted by whoever shares the domain, and a link can be
wished by whoever knows an address, so neither decides anything else.
"""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from fanshare.config.settings import WANTED_COOKIE_NAME
from fanshare.core.instants import MINUTE, SECOND
from fanshare.flows.authorisation import Hat, allowed
from fanshare.web.pages_port import is_path

#: As long as a link that signs somebody in works, and a little more to find it.
_LASTS = 30 * MINUTE
_LONGEST = 500


def to_sign_in(request: Any) -> HttpResponseRedirect:
    """Send somebody to sign in, and let her browser keep where she wanted to go."""
    response = HttpResponseRedirect(reverse("sign_in"))
    path = request.get_full_path()
    if _is_page(request) and _is_ours(path) and path != reverse("home"):
        lasts = _LASTS // SECOND
        response.set_cookie(WANTED_COOKIE_NAME, path, max_age=lasts, httponly=True, samesite="Lax")
    return response


def to_carry(request: Any) -> str:
    """What a link that is mailed carries along: the page that this browser wanted, empty for none."""
    path = str(request.COOKIES.get(WANTED_COOKIE_NAME, ""))
    return path if _is_ours(path) else ""


def once_in(request: Any, worn: tuple[Hat, ...], carried: str = "") -> HttpResponseRedirect:
    """Where somebody goes who has just signed in: to what she wanted where ``worn`` may see it, else home.

    What this browser wanted comes before what her link ``carried``, which another one wanted earlier.
    """
    kept = request.COOKIES.get(WANTED_COOKIE_NAME, "")
    response = HttpResponseRedirect(next((path for path in (kept, carried) if _is_hers(path, worn)), reverse("home")))
    if kept:
        response.delete_cookie(WANTED_COOKIE_NAME, samesite="Lax")
    return response


def _is_page(request: Any) -> bool:
    """Whether a browser asked for a page to show: neither a stream of numbers, nor a picture."""
    asked = "text/html" in request.headers.get("Accept", "")
    return request.method == "GET" and asked and request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _is_ours(path: str) -> bool:
    """Whether it stays on this site, as an address that a browser asked for: such a one has ASCII characters only."""
    return is_path(path) and path.isascii() and len(path) <= _LONGEST


def _is_hers(path: str, worn: tuple[Hat, ...]) -> bool:
    if not _is_ours(path):
        return False
    try:
        found = resolve(path.partition("?")[0])
    except Resolver404:
        return False
    operation = getattr(found.func, "operation", "")
    return bool(operation) and allowed(operation, worn, found.kwargs.get("programme"))
