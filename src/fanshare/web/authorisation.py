"""The guard before every view: ``require("connections.see")`` asks the matrix of ``flows.authorisation``.

Each view of the site wears exactly one, also the public ones, and a test walks all routes to see that. A view whose
address names a programme (keyword ``programme``) is open to those who have the role in that programme.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from fanshare.flows.authorisation import MATRIX, Hat, Role, Seat, allowed
from fanshare.flows.sign_in import ACCOUNT, DEVICE
from fanshare.web import site
from fanshare.web.errors import error_page
from fanshare.web.wanted import to_sign_in

type View = Callable[..., Any]

_SEATS = "seats"
#: When somebody came by a link, and when she last showed a code.
CAME_AT, PROVED_AT = "came_at", "proved_at"


def require(operation: str) -> Callable[[View], View]:
    """Let only those pass whom the matrix lets do ``operation``. Raises ``KeyError`` for one it does not hold.

    The view finds what the visitor is in ``hats(request)``. Who is not signed in is sent to sign in (a form of hers is
    refused); who is signed in and may not sees the same page, whether or not there is such a programme.
    """
    roles = MATRIX[operation]

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if Role.ANYBODY in roles:
                return view(request, *args, **kwargs)
            return private(_checked(request, kwargs) or view(request, *args, **kwargs))

        guarded.operation = operation  # type: ignore[attr-defined]
        return guarded

    def _checked(request: Any, kwargs: dict[str, Any]) -> Any:
        """What to answer instead of the page, if anything."""
        worn = hats(request)
        if not worn and request.method in {"GET", "HEAD"}:
            return to_sign_in(request)
        if not allowed(operation, worn, kwargs.get("programme")):
            return error_page(request, 403)
        return None

    return guard


def private(response: Any) -> Any:
    """The same response, which no cache keeps and no search engine lists."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def hats(request: Any) -> tuple[Hat, ...]:
    """What the visitor is at this moment; empty for whoever is not signed in. Asked once a request."""
    if not hasattr(request, "worn_hats"):
        seats = [Seat(Role(role), programme, id_) for role, programme, id_ in request.session.get(_SEATS, ())]
        request.worn_hats = site.of(request).accounts.hats(seats) if seats else ()
    worn: tuple[Hat, ...] = request.worn_hats
    return worn


def sign_in(request: Any, seats: tuple[Seat, ...], account: bytes) -> None:
    """Begin a session under a fresh key; whatever was there before ends, so that a planted key is worth nothing."""
    _lock_books(request)
    request.session.flush()
    vars(request).pop("worn_hats", None)  # what was asked before she came in
    request.session[_SEATS] = [[seat.role.value, seat.programme_id, seat.id] for seat in seats]
    request.session[ACCOUNT] = account.hex()
    request.session[DEVICE] = device_of(request.headers.get("User-Agent", ""))
    request.session[CAME_AT] = site.of(request).clock()


def account_of(request: Any) -> bytes:
    """The account of whoever is signed in; empty for a session that began before there were any."""
    return bytes.fromhex(request.session.get(ACCOUNT, ""))


def device_of(agent: str) -> str:
    """What a browser says it is, in two words: ``Firefox, Android``. Empty where it says nothing known."""
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
               ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip
    found = [next((name for mark, name in known if mark in agent), "") for known in (browsers, systems)]
    return ", ".join(name for name in found if name)


def sign_out(request: Any) -> None:
    """End the session, and lock the books it had open."""
    _lock_books(request)
    request.session.flush()


def _lock_books(request: Any) -> None:
    site.of(request).keyring.drop(request.session.session_key)
