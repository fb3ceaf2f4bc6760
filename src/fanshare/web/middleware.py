"""Around every page: a few headers Django does not know, the hosts we answer, and errors in plain words."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http.request import split_domain_port, validate_host
from django.utils.cache import patch_vary_headers

from fanshare.config.settings import CSRF_COOKIE_NAME, SESSION_COOKIE_NAME, WANTED_COOKIE_NAME, WAY_COOKIE_NAME
from fanshare.core.errors import FanshareError
from fanshare.web import language, site
from fanshare.web.errors import error_page

type Handler = Callable[[Any], Any]

#: What the names of cookies begin with that a browser keeps for one host (`secure_cookies`).
HOST_ALONE = "__Host-"
_WHO = {SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, WAY_COOKIE_NAME, WANTED_COOKIE_NAME}
#: Nothing on these pages asks for a sensor or a device.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
        "midi", "payment", "usb", "browsing-topics",
    )
)  # fmt: skip


def response_headers(get_response: Handler) -> Handler:
    """No device access, and no copy in a cache where the view did not say otherwise."""

    def middleware(request: Any) -> Any:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return middleware


def in_her_language(get_response: Handler) -> Handler:
    """Every page speaks as the visitor wishes; caches are told that it does."""

    def middleware(request: Any) -> Any:
        if request.path.startswith("/api/"):
            return get_response(request)
        with language.speaking(language.of_visitor(request)):
            response = get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return middleware


def known_host(get_response: Handler) -> Handler:
    """Refuse a request for a host that is not ours, so that no page repeats a forged one."""

    def middleware(request: Any) -> Any:
        domain, _port = split_domain_port(request.get_host())
        if not validate_host(domain, site.of(request).allowed_hosts):
            raise DisallowedHost("This host is not in allowed_hosts.")
        return get_response(request)

    return middleware


def secure_cookies(get_response: Handler) -> Handler:
    """By https, cookies are ``Secure``, and those that say who somebody is have a name that binds them to this host.

    A browser takes a ``__Host-`` cookie from this host alone, for all of it (RFC 6265bis, section 4.1.3.2). What stands
    under the plain name a neighbour on the same domain may have put there: it is not read.
    """

    def middleware(request: Any) -> Any:
        if not request.is_secure():
            return get_response(request)
        for name in _WHO:
            request.COOKIES.pop(name, None)
            if (held := request.COOKIES.pop(HOST_ALONE + name, None)) is not None:
                request.COOKIES[name] = held
        response = get_response(request)
        for name in _WHO & set(response.cookies):
            said = response.cookies.pop(name)
            response.cookies[HOST_ALONE + name] = said.value
            response.cookies[HOST_ALONE + name].update(said)
        for cookie in response.cookies.values():
            cookie["secure"] = True
        return response

    return middleware


def plain_errors(get_response: Handler) -> Handler:
    """Give a ``FanshareError`` of a view its status and its sentence: the one place where errors become pages."""

    def middleware(request: Any) -> Any:
        return get_response(request)

    def process_exception(request: Any, error: Exception) -> Any:
        if isinstance(error, FanshareError):
            response = error_page(request, error.status, error)
            response.headers["Cache-Control"] = "private, no-store"
            return response
        return None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
