"""How safe an account is: passkeys, an authenticator app, recovery codes, and where somebody is signed in."""

import secrets
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.core import one_time_code
from fanshare.core.errors import FanshareError
from fanshare.core.instants import zone
from fanshare.flows.authorisation import Role
from fanshare.flows.passkeys import LONGEST_NAME
from fanshare.flows.sign_in import session_name
from fanshare.web import factor_asked, her_zone, passkeys, site
from fanshare.web.account import ways
from fanshare.web.account.views import form
from fanshare.web.authorisation import PROVED_AT, account_of, hats, require
from fanshare.web.creator.links import qr
from fanshare.web.fresh import unproved
from fanshare.web.language import gettext as _
from fanshare.web.owner import actor_of, owner_of
from fanshare.web.said import plain
from fanshare.web.wording import Calendar

_WISHED = "wished_secret"


@require("account.safety")
@form
def safety(request: Any) -> Any:
    """What there is: passkeys, the app, recovery codes left, and every place where she is signed in."""
    return shown(request)


@require("account.safety")
@form
def set_up(request: Any) -> Any:
    """Show a fresh secret; with the code of the app it counts from now on."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("safety"))
    if not account_of(request):
        return shown(request, problem=_("Sign in by a fresh link first."), status=422)
    if (asked := unproved(request)) is not None:
        return asked
    wished = request.session.get(_WISHED)
    if "code" not in request.POST or wished is None:
        secret = secrets.token_bytes(one_time_code.SECRET_BYTES)
        request.session[_WISHED] = secret.hex()
        return shown(request, secret)
    return _turned_on(request, bytes.fromhex(wished))


@require("account.safety")
@form
def take_away(request: Any) -> Any:
    """Take the app away, after its code was shown."""
    if request.method == "POST":
        if (asked := unproved(request)) is not None:
            return asked
        site.of(request).accounts.turn_off(owner_of(request))
    return HttpResponseRedirect(reverse("safety"))


@require("account.safety")
@form
def codes(request: Any) -> Any:
    """Fresh recovery codes, shown once."""
    if request.method != "POST" or not account_of(request):
        return HttpResponseRedirect(reverse("safety"))
    if (asked := unproved(request)) is not None:
        return asked
    return shown(request, codes=site.of(request).accounts.renew_codes(owner_of(request)))


@require("account.safety")
@form
def end(request: Any) -> Any:
    """End one other session, or all others."""
    if request.method == "POST" and account_of(request):
        name, key = request.POST.get("session", "")[:64], request.session.session_key
        site.of(request).accounts.end_others(account_of(request), key, name, actor_of(request))
    return HttpResponseRedirect(reverse("safety"))


def _turned_on(request: Any, secret: bytes) -> Any:
    here = site.of(request)
    try:
        codes = here.accounts.turn_on(owner_of(request), secret, request.POST["code"][:50])
    except FanshareError as error:
        problem = _("This is not the code that the app shows now.") if error.code == "wrong_code" else plain(error)
        return shown(request, secret, problem=problem, status=422)
    del request.session[_WISHED]
    request.session[PROVED_AT] = here.clock()
    return shown(request, codes=codes)


def shown(
    request: Any,
    secret: bytes | None = None,
    *,
    codes: list[str] | None = None,
    problem: str = "",
    passkey_problem: str = "",
    provider_problem: str = "",
    status: int = 200,
) -> Any:
    """The page; ``secret`` and ``codes`` are shown this once."""
    here, account = site.of(request), account_of(request)
    host = request.get_host()
    address = "" if secret is None else one_time_code.address(secret, host, f"sign-in@{host.partition(':')[0]}")
    context = {
        "factor": here.accounts.factor(account),
        "can_have_passkeys": here.relying is not None,
        "passkeys": here.accounts.passkeys(account) if account else [],
        "gone": passkeys.gone(request),
        "longest_name": LONGEST_NAME,
        "passkey_problem": passkey_problem,
        "provider": ways.provider_of(request),
        "connected_at": ways.connected_at(request),
        "provider_problem": provider_problem,
        "known": bool(account),
        "sessions": here.accounts.sessions(account) if account else [],
        "this": session_name(request.session.session_key or ""),
        "address": address,
        "picture": qr(address) if address else "",
        "typed_secret": "" if secret is None else one_time_code.shown(secret),
        "codes": codes or [],
        "mine": [hat for hat in hats(request) if hat.role in (Role.CREATOR, Role.FAN, Role.YOUNG)],
        "staff": [hat for hat in hats(request) if hat.role is Role.BRAND],
        "operates": any(hat.role is Role.OPERATOR for hat in hats(request)),
        "lacking": factor_asked.told(request),
        "problem": problem,
        "calendar": Calendar(her_zone.chosen(request) or zone("UTC"), here.clock()),
    }
    return render(request, "account/safety.html", context, status=status)
