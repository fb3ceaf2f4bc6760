"""What every page of a signed-in person has in common: the right to it, her programme, her language, the frame."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.config.settings import SECURE_CSP
from fanshare.core import live_token
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows.authorisation import LEAVING, MATRIX, Role, fits
from fanshare.web import site
from fanshare.web.authorisation import hats, private, require
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.factor_asked import unset
from fanshare.web.frame import frame
from fanshare.web.fresh import unproved

type View = Callable[..., Any]


def seated(
    operation: str, *roles: Role, form: bool = False, fresh: bool = False, proposed: bool = False
) -> Callable[[View], View]:
    """A page for these roles of the programme in its address; the view gets a ``Here`` instead of the request.

    Without ``form`` it can only be read; ``fresh`` asks whoever sends it to show that it is she. With
    several hats that fit, the first role counts, then the oldest hat. An operator's hat fits every programme there is.
    Whoever leaves and waits to be paid is led to where that stands from what is hers no more.
    A programme without terms has only the pages that can do with ``proposed`` ones; all others lead to setting it up.
    """

    def guard(view: View) -> View:
        @require(operation)
        @wraps(view)
        def opened(request: Any, programme: str, **arguments: Any) -> Any:
            methods = {"GET", "HEAD", "POST"} if form else {"GET", "HEAD"}
            if request.method not in methods:
                response = error_page(request, 405)
                response.headers["Allow"] = ", ".join(sorted(methods))
                return private(response)
            worn = hats(request)
            mine = [hat for role in roles for hat in worn if hat.role is role and hat.programme in ("", programme)]
            if not mine:
                return error_page(request, 403)
            desk = site.of(request).desk
            hat = mine[0] if mine[0].programme else desk.visiting(mine[0], programme)
            if hat is None:
                return private(error_page(request, 404))
            if hat.leaving and operation not in LEAVING:
                return private(HttpResponseRedirect(reverse("leave", args=[programme])))
            if fresh:
                asked = unset(request, hat, operation)
                if asked is None:
                    asked = unproved(request)
                if asked is not None:
                    return asked
            others = tuple(one for one in worn if one is not hat)
            try:
                with desk.at(request, hat, others, proposed=proposed) as here:
                    return private(view(here, **arguments))
            except FanshareError as error:
                if error.code != "no_terms" or not fits(hat, MATRIX["brand.start"]):
                    raise
                return private(HttpResponseRedirect(reverse("brand_start", args=[programme])))

        return opened

    return guard


#: For a page whose own script asks this site for something.
LISTENS = {**SECURE_CSP, "connect-src": ["'self'"]}


def listens(here: Here) -> dict[str, str]:
    """What a page needs whose numbers move while it is open; it is wrapped in ``csp_override(LISTENS)``."""
    key = here.programme.keys.derive(live_token.PURPOSE)
    return {"moves": f"/live/{live_token.make(key, here.tenant.id, here.now)}"}


def page(here: Here, template: str, context: dict[str, Any], *, status: int = 200) -> Any:
    """A page in its frame: navigation, switcher, and what the template shows."""
    paused = here.tenant.paused_since if here.hat.role in (Role.CREATOR, Role.FAN) else None
    held = None if here.hat.role is Role.YOUNG else here.tenant.held_books  # who has no money is not told of it
    compares = held is not None and fits(here.hat, MATRIX["brand.payouts"])
    whole = {"here": here, "calendar": here.calendar, "frame": frame(here), "paused_since": paused}
    whole |= {"held_books": held, "may_compare": compares, **context}
    return render(here.request, template, whole, status=status)


def field(here: Here, name: str, most: int = 300) -> str:
    """One field of a form, without what surrounds it. Raises ``BadInputError`` (``bad_field``)."""
    text: str = here.request.POST.get(name, "").strip()
    if len(text) > most or "\x00" in text:
        raise BadInputError("bad_field", "A field of this form holds more than it may; shorten it.")
    return text
