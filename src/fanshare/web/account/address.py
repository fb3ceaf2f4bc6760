"""Another address: asked for here, confirmed by a button that the new mailbox leads to, taken back by the old one's.

Mail scanners follow links: looking at a page behind one changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from fanshare.core.errors import FanshareError
from fanshare.core.instants import zone
from fanshare.flows.signed_in import Wish
from fanshare.web import language, site
from fanshare.web.account.views import LONGEST_TOKEN, form, may_go_on
from fanshare.web.authorisation import account_of, hats, require
from fanshare.web.errors import error_page
from fanshare.web.fresh import unproved
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.wording import Calendar

#: Mails to addresses that somebody types, and looks at links: per visitor and ten minutes.
_WISHES, _LOOKS = 5, 30


@require("account.address")
@form
def change(request: Any) -> Any:
    """The address of today, what is under way, and the form. What is answered is the same for every new address."""
    if request.method != "POST":
        return _page(request)
    if (asked := unproved(request)) is not None:
        return asked
    if not may_go_on(request, "address", _WISHES):
        return error_page(request, 429)
    seats = tuple(hat.seat for hat in hats(request))
    typed = {name: request.POST.get(name, "")[:300] for name in ("address", "current")}
    wish = Wish(typed["address"], typed["current"], language.of_visitor(request))
    try:
        site.of(request).accounts.ask_address(seats, account_of(request), wish)
    except FanshareError as error:
        return _page(request, _said(error), typed)
    return HttpResponseRedirect(reverse("address"))


@require("address.confirm")
@form
def confirm(request: Any) -> Any:
    """One button, which the mail to the new address leads to."""
    return _link(request, undoes=False)


@require("address.undo")
@form
def undo(request: Any) -> Any:
    """One button, which the mail to the old address leads to."""
    return _link(request, undoes=True)


def _link(request: Any, *, undoes: bool) -> Any:
    if not may_go_on(request, "address_link", _LOOKS):
        return error_page(request, 429)
    accounts, context = site.of(request).accounts, {"undoes": undoes, "token": "", "address": "", "done": False}
    if request.method == "POST":
        token = request.POST.get("t", "")[:LONGEST_TOKEN]
        context["done"] = accounts.undo_address(token) if undoes else accounts.confirm_address(token)
    else:
        token = request.GET.get("t", "")[:LONGEST_TOKEN]
        context |= {"token": token, "address": accounts.look_address(token, undoes=undoes)}
    works = bool(context["done"] or context["address"])
    return render(request, "account/address_link.html", context, status=200 if works else 410)


def _page(request: Any, problem: str = "", typed: Mapping[str, str] | None = None) -> Any:
    here, account = site.of(request), account_of(request)
    seats = [hat.seat for hat in hats(request)]
    context = {
        "now": here.accounts.address_of(seats, account) if account else "",
        "underway": here.accounts.underway(account) if account else None,
        "sends_mail": here.accounts.sends_mail,
        "known": bool(account),
        "typed": typed or {"address": "", "current": ""},
        "problem": problem,
        "calendar": Calendar(zone("UTC"), here.clock()),
    }
    return render(request, "account/address.html", context, status=422 if problem else 200)


def _said(error: FanshareError) -> str:
    known = {
        "bad_email": _("This does not look like an e-mail address."),
        "same_address": _("This is your address already."),
        "no_account": _("This is not the address that you signed in with."),
        "address_changed": _("Your address was changed lately; it can be changed again once that can't be undone."),
    }
    return known.get(error.code) or plain(error)
