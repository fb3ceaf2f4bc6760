"""Passkeys of an account: signing in by one, adding, naming and removing them."""

from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows.passkeys import ADD, ENTER, LONGEST_NAME, MOST
from fanshare.web import passkeys, site
from fanshare.web.account.safety import shown
from fanshare.web.account.views import form, may_go_on, sign_in_page
from fanshare.web.authorisation import PROVED_AT, account_of, device_of, hats, require
from fanshare.web.authorisation import sign_in as begin
from fanshare.web.errors import error_page
from fanshare.web.fresh import unproved
from fanshare.web.language import gettext as _
from fanshare.web.owner import owner_of
from fanshare.web.said import plain
from fanshare.web.wanted import once_in

#: Per visitor and ten minutes.
_TRIES, _ADDED = 30, 20


@require("sign_in")
@form
def enter(request: Any) -> Any:
    """Sign in by a passkey. Whatever is wrong about one, the answer is the same."""
    asking = passkeys.asking(request, ENTER)
    if request.method != "POST" or asking is None:
        return HttpResponseRedirect(reverse("sign_in"))
    if not may_go_on(request, "passkey", _TRIES):
        return error_page(request, 429)
    entered = site.of(request).accounts.enter_by_passkey(asking, passkeys.answer(request))
    if not entered.seats:
        said = _("This passkey did not work here, or the page was open for too long. Try again, or take a link.")
        return sign_in_page(request, passkey_problem=said, status=422)
    begin(request, entered.seats, entered.account)
    request.session[PROVED_AT] = site.of(request).clock()
    return once_in(request, hats(request))


@require("account.safety")
@form
def new(request: Any) -> Any:
    """What a passkey is, and the button that makes one; with what it made it is kept."""
    asking = passkeys.asking(request, ADD)
    if request.method != "POST" or asking is None or not account_of(request):
        return HttpResponseRedirect(reverse("safety"))
    if (asked := unproved(request)) is not None:
        return asked
    if not passkeys.answer(request):
        return _new(request)
    if not may_go_on(request, "passkey.add", _ADDED):
        return error_page(request, 429)
    owner, name = owner_of(request), request.POST.get("name", "")[:300]
    try:
        codes = site.of(request).accounts.add_passkey(owner, asking, passkeys.answer(request), name)
    except FanshareError as error:
        return _new(request, _said(error), name)
    request.session[PROVED_AT] = site.of(request).clock()  # made under her finger just now
    return shown(request, codes=codes) if codes else HttpResponseRedirect(reverse("safety"))


@require("account.safety")
@form
def name(request: Any) -> Any:
    """Call a passkey otherwise."""
    if request.method == "POST" and account_of(request):
        try:
            site.of(request).accounts.name_passkey(owner_of(request), _passkey(request), request.POST.get("name", ""))
        except BadInputError as error:
            return shown(request, passkey_problem=_said(error), status=422)
    return HttpResponseRedirect(reverse("safety"))


@require("account.safety")
@form
def remove(request: Any) -> Any:
    """Remove a passkey, after it was shown that it is she."""
    if request.method == "POST" and account_of(request):
        if (asked := unproved(request)) is not None:
            return asked
        id_ = site.of(request).accounts.remove_passkey(owner_of(request), _passkey(request))
        passkeys.removed(request, id_)
    return HttpResponseRedirect(reverse("safety"))


def _new(request: Any, problem: str = "", typed: str = "") -> Any:
    context = {
        "options": passkeys.to_make(request, owner_of(request)),
        "answer": passkeys.ANSWER,
        "name": typed or device_of(request.headers.get("User-Agent", "")) or _("My passkey"),
        "longest": LONGEST_NAME,
        "problem": problem,
    }
    return render(request, "account/passkey.html", context, status=422 if problem else 200)


def _passkey(request: Any) -> str:
    return str(request.POST.get("passkey", ""))[:64]


def _said(error: FanshareError) -> str:
    known = {
        "bad_passkey": _("This did not work, or took too long. Nothing was added; try again."),
        "bad_name": _("Give it a name of at most %(most)s characters.") % {"most": LONGEST_NAME},
        "has_passkey": _("This passkey is here already."),
        "too_many_passkeys": _("There are %(most)s passkeys already; remove one first.") % {"most": MOST},
    }
    return known.get(error.code) or plain(error)
