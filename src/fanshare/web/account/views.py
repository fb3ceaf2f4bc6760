"""Signing in by a link, signing out, the first page, and the end of the weekly mail."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import zone
from fanshare.flows.mail_choice import of_books, of_brand
from fanshare.flows.passkeys import ENTER
from fanshare.flows.staff import clean
from fanshare.web import factor_asked, her_zone, language, passkeys, site
from fanshare.web.account import doors, ways
from fanshare.web.account.homes import cards
from fanshare.web.authorisation import hats, private, require
from fanshare.web.authorisation import sign_in as begin
from fanshare.web.authorisation import sign_out as end
from fanshare.web.errors import error_page
from fanshare.web.language import gettext as _
from fanshare.web.wanted import once_in, to_carry
from fanshare.web.wording import Calendar

type View = Callable[..., Any]

#: Per visitor and ten minutes. A household shares an address; a scanner does not type.
_WISHES, _CONFIRMATIONS = 10, 30
LONGEST_TOKEN = 200


def form(view: View) -> View:
    """A page with a form: GET shows it, POST sends it, nothing else is answered; no cache keeps either."""

    @wraps(view)
    def guarded(request: Any, **arguments: str) -> Any:
        if request.method in {"GET", "HEAD", "POST"}:
            return private(view(request, **arguments))
        response = error_page(request, 405)
        response.headers["Allow"] = "GET, HEAD, POST"
        return response

    return guarded


@require("sign_in")
@form
def sign_in(request: Any) -> Any:
    """Ask for an address. What is answered, and how long it takes, is the same whether or not it is known."""
    here = site.of(request)
    if request.method != "POST":
        if hats(request) and "again" not in request.GET:
            return HttpResponseRedirect(reverse("home"))
        return sign_in_page(request)
    if not may_go_on(request, "wish", _WISHES):
        return error_page(request, 429)
    typed = request.POST.get("address", "")[:300]
    try:
        address = clean(typed)
    except BadInputError:
        said = _("This does not look like an e-mail address.")
        return sign_in_page(request, address=typed, problem=said, status=422)
    if here.accounts.sends_mail:
        here.accounts.wish(address, language.of_visitor(request), to_carry(request))
    return render(request, "account/sent.html", {"sends_mail": here.accounts.sends_mail})


def sign_in_page(
    request: Any,
    *,
    address: str = "",
    problem: str = "",
    passkey_problem: str = "",
    provider_problem: str = "",
    status: int = 200,
) -> Any:
    """The ways in: a link by mail, a passkey where this site's address can have any, a provider where there is one."""
    context = {
        "address": address,
        "problem": problem,
        "passkey_problem": passkey_problem,
        "sends_mail": site.of(request).accounts.sends_mail,
        "options": passkeys.to_get(request, ENTER),
        "answer": passkeys.ANSWER,
        "provider": ways.provider_of(request),
        "provider_problem": provider_problem,
        "doors": doors.shown(request),
    }
    return render(request, "account/sign_in.html", context, status=status)


@require("sign_in")
@form
def confirm(request: Any) -> Any:
    """One button: mail scanners follow links, so that looking at this page must sign nobody in."""
    accounts = site.of(request).accounts
    if not may_go_on(request, "confirm", _CONFIRMATIONS):
        return error_page(request, 429)
    if request.method != "POST":
        token = request.GET.get("t", "")[:LONGEST_TOKEN]
        context = {"token": token, "works": accounts.works(token)}
        return render(request, "account/confirm.html", context, status=200 if context["works"] else 410)
    entered = accounts.enter(request.POST.get("t", "")[:LONGEST_TOKEN])
    if not entered.seats:
        return render(request, "account/confirm.html", {"token": "", "works": False}, status=410)
    begin(request, entered.seats, entered.account)
    return once_in(request, hats(request), entered.wanted)


@require("sign_out")
@form
def sign_out(request: Any) -> Any:
    """Ask once, then end the session."""
    if request.method == "POST":
        end(request)
        return render(request, "account/signed_out.html")
    return render(request, "account/sign_out.html", {"signed_in": bool(hats(request))})


@require("home")
@form
def home(request: Any) -> Any:
    """What the visitor is here, with a way to each thing that is hers."""
    calendar = Calendar(her_zone.chosen(request) or zone("UTC"), site.of(request).clock())
    context = {"cards": cards(hats(request)), "lacking": factor_asked.told(request), "calendar": calendar}
    return render(request, "account/home.html", context)


@require("mail.stop")
@form
def stop_mail(request: Any, token: str) -> Any:
    """Stop the weekly mail. Mail programs post here by themselves (RFC 8058), so the token alone is the right to."""
    stopped = request.method == "POST"
    programme = site.of(request).accounts.stop_mail(token, really=stopped)
    if programme is None:
        return error_page(request, 404)
    context = {"programme": programme, "stopped": stopped, "of_brand": of_brand(token),
               "of_books": of_books(token)}  # fmt: skip
    return render(request, "account/stop_mail.html", context)


stop_mail.csrf_exempt = True  # type: ignore[attr-defined]


def may_go_on(request: Any, what: str, most: int) -> bool:
    """Count one attempt of a visitor; whether it is among the first ``most`` of ten minutes."""
    here = site.of(request)
    return here.limiter.allows(what, request.META.get("REMOTE_ADDR", ""), most, here.clock())
