"""What every page of joining has in common: a programme opened for somebody who is nobody yet, in her language."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.shortcuts import render

from fanshare.core.errors import FanshareError
from fanshare.core.instants import zone
from fanshare.web import site
from fanshare.web.account.views import form
from fanshare.web.authorisation import require
from fanshare.web.desk import Visit
from fanshare.web.errors import error_page
from fanshare.web.wording import Calendar

type View = Callable[..., Any]


def visiting(operation: str) -> Callable[[View], View]:
    """A page for everybody about the programme in its address; the view gets a ``Visit`` instead of the request."""

    def guard(view: View) -> View:
        @require(operation)
        @form
        @wraps(view)
        def opened(request: Any, programme: str, **arguments: str) -> Any:
            here = site.of(request)
            try:
                with here.desk.visited(request, programme) as visit:
                    return view(visit, **arguments)
            except FanshareError as error:
                if error.status == 404:
                    return error_page(request, 404)
                raise

        return opened

    return guard


def page(visit: Visit, template: str, context: dict[str, Any], *, status: int = 200) -> Any:
    """A page about a programme, for somebody outside it."""
    accounts = site.of(visit.request).accounts
    calendar = Calendar(zone(visit.tenant.time_zone), visit.now)
    whole = {"visit": visit, "tenant": visit.tenant, "calendar": calendar, "sends_mail": accounts.sends_mail, **context}
    return render(visit.request, template, whole, status=status)


def may(visit: Visit, what: str, most: int) -> bool:
    """Whether this visitor has not done it too often."""
    here = site.of(visit.request)
    return here.limiter.allows(what, visit.request.META.get("REMOTE_ADDR", ""), most, here.clock())
