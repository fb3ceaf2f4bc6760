"""Which page somebody wanted who was sent to sign in first: kept in her own browser, and shown once she is in.

Only a path of this site is kept, and only one that she may then see is gone to: a cookie can be planted by whoever
shares the domain, so it decides nothing else.
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
    if _is_page(request) and len(path) <= _LONGEST and path != reverse("home"):
        lasts = _LASTS // SECOND
        response.set_cookie(WANTED_COOKIE_NAME, path, max_age=lasts, httponly=True, samesite="Lax")
    return response


def once_in(request: Any, worn: tuple[Hat, ...]) -> HttpResponseRedirect:
    """Where somebody goes who has just signed in: to what she wanted where ``worn`` may see it, else home."""
    path = request.COOKIES.get(WANTED_COOKIE_NAME, "")
    response = HttpResponseRedirect(path if _is_hers(path, worn) else reverse("home"))
    if path:
        response.delete_cookie(WANTED_COOKIE_NAME, samesite="Lax")
    return response


def _is_page(request: Any) -> bool:
    """Whether a browser asked for a page to show: neither a stream of numbers, nor a picture."""
    asked = "text/html" in request.headers.get("Accept", "")
    return request.method == "GET" and asked and request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _is_hers(path: str, worn: tuple[Hat, ...]) -> bool:
    if not is_path(path) or len(path) > _LONGEST:
        return False
    try:
        found = resolve(path.partition("?")[0])
    except Resolver404:
        return False
    operation = getattr(found.func, "operation", "")
    return bool(operation) and allowed(operation, worn, found.kwargs.get("programme"))
