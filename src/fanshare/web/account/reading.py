"""How somebody reads: in which language, in which time zone, and which currency first.

Cookies remember it for who is nobody here; time zone and currency of who is signed in are kept with what she is.
"""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.flows.authorisation import Role
from fanshare.web import her_currency, her_zone, language, site
from fanshare.web.account.views import form
from fanshare.web.authorisation import hats, require
from fanshare.web.errors import error_page
from fanshare.web.pages_port import is_path

#: Whose time zone and currency are kept with them.
_KEPT = (Role.CREATOR, Role.FAN, Role.BRAND)
_YEAR = 365 * 24 * 3600


@require("language")
@form
def reading(request: Any) -> Any:
    """Choose a language, a time zone or a currency, and go back to where the visitor was, a path of this site."""
    if request.method != "POST":
        return _page(request)
    back = request.POST.get("next", "")
    response = HttpResponseRedirect(back if is_path(back) else reverse("home"))
    if "zone" in request.POST:
        wanted = request.POST["zone"]
        if wanted not in ("", *(name for _, names in her_zone.areas() for name in names)):
            return error_page(request, 400)
        _keep(request, response, her_zone.COOKIE, wanted)
        return response
    if "currency" in request.POST:
        wanted = request.POST["currency"]
        if wanted not in ("", *her_currency.all_codes()):
            return error_page(request, 400)
        _keep(request, response, her_currency.COOKIE, wanted)
        return response
    wanted = request.POST.get("language", "")
    if wanted not in language.LANGUAGES:
        return error_page(request, 400)
    site.of(request).accounts.speak([hat.seat for hat in hats(request)], wanted)
    _remember(response, language.COOKIE, wanted)
    return response


def _page(request: Any) -> Any:
    worn = hats(request)
    own = her_zone.chosen(request)
    context = {
        "next": _came_from(request),
        "has_zone": any(hat.role not in (Role.FAN, Role.YOUNG) for hat in worn),
        "areas": her_zone.areas(),
        "chosen": "" if own is None else own.key,
        "has_money": bool(worn),
        "is_kept": any(hat.role in _KEPT for hat in worn),
        "currencies": her_currency.all_codes(),
        "currency": her_currency.chosen(request),
    }
    return render(request, "account/reading.html", context)


def _came_from(request: Any) -> str:
    """The page of this site that led here: no page has to name itself, and one behind a secret address does not."""
    came = urlsplit(request.headers.get("Referer", "")[:2000])
    path = came.path + (f"?{came.query}" if came.query else "")
    if came.netloc == request.get_host() and is_path(path) and came.path != request.path:
        return str(path)
    return str(reverse("start"))


def _keep(request: Any, response: Any, cookie: str, wanted: str) -> None:
    """Keep a choice with whoever is signed in, for all of her devices; else in a cookie."""
    seats = [hat.seat for hat in hats(request) if hat.role in _KEPT]
    if not seats:
        _remember(response, cookie, wanted)
        return
    named = {"zone": wanted} if cookie == her_zone.COOKIE else {"currency": wanted}
    site.of(request).accounts.read_in(seats, **named)
    _remember(response, cookie, "")


def _remember(response: Any, name: str, value: str) -> None:
    """A preference and nothing else: no script reads it, and no other site sends it along."""
    if value:
        response.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(name, samesite="Lax")
