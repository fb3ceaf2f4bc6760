"""What every page of an operator has in common: the right to it, a connection, the frame. In English, as doctor is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.shortcuts import render

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, zone
from fanshare.flows.authorisation import Hat, Role
from fanshare.store.queries import tenants
from fanshare.store.queries.tenants import Access, Tenant
from fanshare.web import her_zone, site
from fanshare.web.authorisation import hats, private, require
from fanshare.web.desk import Connection, Desk
from fanshare.web.errors import error_page
from fanshare.web.factor_asked import unset
from fanshare.web.frame import frame
from fanshare.web.fresh import unproved
from fanshare.web.wording import Calendar

type View = Callable[..., Any]

#: Programmes on one page; each costs a few queries.
AT_ONCE = 25
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Office:
    """One request of an operator. The dates of an installation are those of UTC by default."""

    request: Any
    hat: Hat
    others: tuple[Hat, ...]
    conn: Connection
    now: Instant
    desk: Desk

    @property
    def zone(self) -> ZoneInfo:
        """Whose days she reads and asks for: those of UTC, or of where she chose."""
        return her_zone.chosen(self.request) or zone("UTC")

    @property
    def calendar(self) -> Calendar:
        """Dates in these days."""
        return Calendar(self.zone, self.now)

    @property
    def actor(self) -> str:
        """Who acts, for what is written down."""
        return f"{self.hat.role}:{self.hat.seat.id}"

    def access(self, tenant: Tenant) -> Access:
        """The door to a programme's data."""
        return Access(self.conn, tenant.id, self.actor)


def operated(operation: str, *, form: bool = False, fresh: bool = False) -> Callable[[View], View]:
    """A page of operators; the view gets an ``Office``. Without ``form`` it can only be read.

    ``fresh`` asks whoever sends it to show that it is she.
    """

    def guard(view: View) -> View:
        @require(operation)
        @wraps(view)
        def opened(request: Any, **arguments: Any) -> Any:
            methods = {"GET", "HEAD", "POST"} if form else {"GET", "HEAD"}
            if request.method not in methods:
                response = error_page(request, 405)
                response.headers["Allow"] = ", ".join(sorted(methods))
                return private(response)
            worn = hats(request)
            hat = next(one for one in worn if one.role is Role.OPERATOR)
            if fresh:
                asked = unset(request, hat, operation)
                if asked is None:
                    asked = unproved(request)
                if asked is not None:
                    return asked
            desk = site.of(request).desk
            with desk.open() as conn:
                others = tuple(one for one in worn if one is not hat)
                return private(view(Office(request, hat, others, conn, desk.clock(), desk), **arguments))

        return opened

    return guard


def page(here: Office, template: str, context: dict[str, Any], *, status: int = 200) -> Any:
    """A page in its frame."""
    whole = {"here": here, "calendar": here.calendar, "frame": frame(here), **context}
    return render(here.request, template, whole, status=status)


def some_programmes(here: Office) -> tuple[list[Tenant], str]:
    """The programmes of this page, and behind which one the next page begins (empty: there is none)."""
    every = tenants.all_tenants(here.conn)
    after = here.request.GET.get("after", "")
    first = 1 + next((number for number, one in enumerate(every) if one.slug == after), -1)
    listed = every[first : first + AT_ONCE]
    return listed, listed[-1].slug if first + AT_ONCE < len(every) else ""


def field(here: Office, name: str, *, strict: bool = True) -> str:
    """A field of the form that was sent. Raises ``BadInputError`` (``bad_field``) where it is ``strict``."""
    text: str = here.request.POST.get(name, "").strip()
    if strict and (len(text) > _LONGEST or "\x00" in text):
        raise BadInputError("bad_field", "A field of this form holds more than it may; shorten it.")
    return text[:_LONGEST].replace("\x00", "")
