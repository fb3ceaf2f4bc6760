"""Before what moves money or changes who may do what: whoever is asked for a second factor has set one up.

What she typed before that is not lost: the page that asks her holds the form, and sends it on when she has one.
"""

from typing import Any

from django.shortcuts import render

from fanshare.core.instants import zone
from fanshare.flows.authorisation import Hat, Role
from fanshare.web import her_zone, site
from fanshare.web.authorisation import account_of, hats, private
from fanshare.web.fresh import kept
from fanshare.web.wording import Calendar

_ASKED = {Role.BRAND, Role.OPERATOR}
#: What she may always do: take what is hers and go.
_FREE = frozenset({"account.staff", "operator.self"})


def unset(request: Any, hat: Hat, operation: str) -> Any:
    """What to answer instead of doing what a form asks; ``None`` where she has one, has time, or needs none.

    Only what is sent is asked about, as in ``fresh``.
    """
    if request.method != "POST" or operation in _FREE:
        return None
    here = site.of(request)
    since = here.accounts.lacking_from(hat.seat, account_of(request))
    if since is None or here.clock() < since:
        return None
    calendar = Calendar(her_zone.chosen(request) or zone("UTC"), here.clock())
    context = {"where": hat.programme_name, "since": since, "calendar": calendar, "kept": kept(request)}
    return private(render(request, "account/factor_needed.html", context, status=403))


def told(request: Any) -> list[tuple[str, Any, bool]]:
    """Who asks her for one that she lacks: a programme's name (empty: the installation), from when, whether past."""
    here, account = site.of(request), account_of(request)
    found = [(hat, here.accounts.lacking_from(hat.seat, account)) for hat in hats(request) if hat.role in _ASKED]
    return [(hat.programme_name, since, here.clock() >= since) for hat, since in found if since is not None]
