"""To a provider and back: signing in by it, connecting it with an account, ending that. Not there where none is."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.config.settings import WAY_COOKIE_NAME
from fanshare.core.errors import FanshareError
from fanshare.core.instants import SECOND
from fanshare.core.oidc import Identity, Provider
from fanshare.flows import provider_sign_in as flow
from fanshare.web import language, site
from fanshare.web.account.safety import shown
from fanshare.web.account.views import form, may_go_on, sign_in_page
from fanshare.web.account.ways import provider_of
from fanshare.web.authorisation import CAME_AT, account_of, hats, require
from fanshare.web.authorisation import sign_in as begin
from fanshare.web.errors import error_page
from fanshare.web.fresh import unproved
from fanshare.web.language import gettext as _
from fanshare.web.owner import owner_of
from fanshare.web.said import plain
from fanshare.web.wanted import once_in, to_carry

#: Per visitor and ten minutes.
_TRIES, _MAILS = 30, 5
#: Errors that a page says as they are; of all others it says that it did not work.
_SAID = {"connected_elsewhere", "address_unknown"}

type Page = Callable[[Any, Provider], Any]


@require("sign_in")
@form
def go(request: Any) -> Any:
    """Send somebody to the provider."""
    return _there(request, lambda provider: _leave(request, provider, b""))


@require("sign_in")
@form
def back(request: Any) -> Any:
    """She comes back with an answer, which is for this browser and for once."""
    provider = provider_of(request)
    if provider is None:
        return error_page(request, 404)
    if request.method != "GET":
        return HttpResponseRedirect(reverse("sign_in"))
    if not may_go_on(request, "provider", _TRIES):
        return error_page(request, 429)
    answer = {name: request.GET[name][:4_096] for name in ("state", "code", "iss") if name in request.GET}
    here = site.of(request)
    try:
        with here.desk.open() as conn:
            assert here.desk.providers is not None
            kept = request.COOKIES.get(WAY_COOKIE_NAME, "")
            returned = flow.come_back(conn, here.desk.keys, here.desk.providers, answer, kept, here.clock())
        response = _connected(request, returned) if returned.account else _entered(request, provider, returned.identity)
    except FanshareError as error:
        response = _problem(request, provider, error)
    response.delete_cookie(WAY_COOKIE_NAME, samesite="Lax")
    return response


@require("account.safety")
@form
def connect(request: Any) -> Any:
    """Connect whoever she is there with her account, once she has shown that it is she."""
    if not account_of(request):
        return HttpResponseRedirect(reverse("safety"))
    if (asked := unproved(request)) is not None:
        return asked
    return _there(request, lambda provider: _leave(request, provider, account_of(request)))


@require("account.safety")
@form
def disconnect(request: Any) -> Any:
    """It signs her in no more."""
    if request.method == "POST" and account_of(request):
        if (asked := unproved(request)) is not None:
            return asked
        here = site.of(request)
        with here.desk.open() as conn:
            flow.disconnect(conn, here.desk.keys, owner_of(request), here.clock())
    return HttpResponseRedirect(reverse("safety"))


def _there(request: Any, page: Callable[[Provider], Any]) -> Any:
    """A page that is there only where a provider is, and only for a form that was sent."""
    provider = provider_of(request)
    if provider is None:
        return error_page(request, 404)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("sign_in"))
    return page(provider) if may_go_on(request, "provider", _TRIES) else error_page(request, 429)


def _leave(request: Any, provider: Provider, account: bytes) -> Any:
    """A page that leads on by itself: what a form is answered with may lead to no other site (form-action)."""
    here = site.of(request)
    home = request.build_absolute_uri(reverse("provider_back"))
    way = flow.leave(here.desk.keys, provider, home, account, here.clock())
    response = render(request, "account/provider_go.html", {"provider": provider, "url": way.url})
    # Back from another site comes a plain link, with which a browser sends Lax cookies.
    lasts = flow.AWAY // SECOND
    response.set_cookie(WAY_COOKIE_NAME, way.kept, max_age=lasts, httponly=True, samesite="Lax")
    return response


def _entered(request: Any, provider: Provider, identity: Identity) -> Any:
    here = site.of(request)
    with here.desk.open() as conn:
        entered = flow.enter(conn, here.desk.keys, identity, here.clock())
    if entered.seats:
        begin(request, entered.seats, entered.account)
        # It is no proof before what concerns money or identity: that is asked for by itself.
        request.session.pop(CAME_AT, None)
        return once_in(request, hats(request))
    if identity.address and here.accounts.sends_mail and may_go_on(request, "provider.mail", _MAILS):
        here.accounts.wish(identity.address, language.of_visitor(request), to_carry(request))
    context = {"provider": provider, "mails": here.accounts.sends_mail and bool(identity.address)}
    return render(request, "account/provider_unknown.html", context)


def _connected(request: Any, returned: flow.Returned) -> Any:
    here, account = site.of(request), account_of(request)
    if account != returned.account:
        raise FanshareError("not_asked", "This answer belongs to no question of this browser.", 422)
    with here.desk.open() as conn:
        flow.connect(conn, here.desk.keys, owner_of(request), returned.identity, here.clock())
    return HttpResponseRedirect(reverse("safety"))


def _problem(request: Any, provider: Provider, error: FanshareError) -> Any:
    said = _("Signing in with %(name)s did not work. Nothing was changed; try again.") % {"name": provider.name}
    if error.code in _SAID:
        said = plain(error)
    if hats(request):
        return shown(request, provider_problem=said, status=422)
    return sign_in_page(request, provider_problem=said, status=422)
