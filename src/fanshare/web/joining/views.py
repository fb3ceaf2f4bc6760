"""The forms: become a creator, become a fan who shares, claim what an address earned before."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse

from fanshare.core import ad_labels, clickid
from fanshare.core.errors import BadInputError
from fanshare.flows import joining
from fanshare.flows.authorisation import Role
from fanshare.flows.joining import Draft
from fanshare.flows.outlook import outlook
from fanshare.store.queries import pages
from fanshare.web import language, site
from fanshare.web.authorisation import account_of, hats
from fanshare.web.desk import Visit
from fanshare.web.errors import error_page
from fanshare.web.joining.looking import bars, promises
from fanshare.web.joining.visiting import may, page, visiting
from fanshare.web.language import gettext as _
from fanshare.web.said import plain

#: What shops put between the click ids that they keep, and how much of it is read.
_BETWEEN = re.compile(r"[^0-9A-Za-z]+")
_LONGEST_PATH, _MOST_CLICKS, _LONGEST_CODE = 1_000, 20, 64
#: Per visitor and ten minutes.
_WISHES = 10
_FIELDS = {
    joining.CREATOR: ("name", "address", "country"),
    joining.APPLICATION: ("name", "address", "country", "makes", "shown_at", "why"),
    joining.FAN: ("address", "country"),
    joining.CLAIM: ("address",),
}


@visiting("join")
def join(visit: Visit) -> Any:
    """Become a creator: at once where admission is open, else by a few plain questions."""
    found = outlook(visit.programme, visit.tenant.currency, visit.now)
    context = {
        "looks": bars(found, _("you"), me="creator"),
        "promises": promises(found),
        "open": found.open_admission,
        "countries": ad_labels.COUNTRIES.values(),
    }
    return _answered(visit, joining.kind_for(found.open_admission), "joining/creator.html", context)


@visiting("join")
def join_fan(visit: Visit, creator: str) -> Any:
    """Get a share link for a creator."""
    row = pages.creator(visit.access, creator)
    if row is None:
        raise Http404
    of = (visit.request.GET.get("of") or visit.request.POST.get("of") or "")[:_LONGEST_CODE].replace("\x00", "")
    source = joining.source_of(visit.access, row.id, of)
    links = [source.id] if source else []
    found = outlook(visit.programme, visit.tenant.currency, visit.now, creator=row.id, links=links)
    context = {
        "creator": row,
        "looks": bars(found, row.name, me="fan"),
        "promises": promises(found),
        "found": found,
        "source": source,
        "of": of,
        "countries": ad_labels.COUNTRIES.values(),
    }
    behind = {"creator": row.slug, "link": source.code if source and source.code == of.lower() else ""}
    return _answered(visit, joining.FAN, "joining/fan.html", context, behind)


@visiting("join")
def after_buying(visit: Visit) -> Any:
    """Where a shop's thank-you page and its order mail lead: to a link of the buyer's own for the creator she came by.

    ``fs`` holds click ids as the shop kept them, the newest last; one that is not ours says nothing.
    """
    found = (
        known
        for click in reversed(_BETWEEN.split(visit.request.GET.get("fs", "")[:_LONGEST_PATH])[-_MOST_CLICKS:])
        if (minted := clickid.read(click, visit.programme.secrets.click_id)) is not None
        and (known := pages.creator_of_link(visit.access, minted.link_id))
    )
    known = next(found, None)
    if known is None:
        return HttpResponseRedirect(str(reverse("terms", args=[visit.tenant.slug])))
    slug, code = known
    asked = f"?{urlencode({'of': code})}" if code else ""
    return HttpResponseRedirect(f"{reverse('join_fan', args=[visit.tenant.slug, slug])}{asked}")


@visiting("join")
def claim(visit: Visit) -> Any:
    """Claim the buyer's parts of orders that were placed with an address."""
    return _answered(visit, joining.CLAIM, "joining/claim.html", {})


def _known(request: Any) -> dict[str, str]:
    """What whoever is signed in need not type again: her address, and the name that people see."""
    worn, account = hats(request), account_of(request)
    if not worn or not account:
        return {}
    name = next((hat.name for hat in worn if hat.role is Role.CREATOR), "")
    address = site.of(request).accounts.address_of([hat.seat for hat in worn], account)
    return {"name": name, "address": address}


def _answered(
    visit: Visit, kind: str, template: str, context: dict[str, Any], behind: Mapping[str, str] | None = None
) -> Any:
    """The form, or what is said when it was sent: the same whether or not the address is known."""
    typed = {name: visit.request.POST.get(name, "").strip()[:2_000] for name in _FIELDS[kind]}
    if visit.request.method != "POST":
        typed |= {name: value for name, value in _known(visit.request).items() if name in typed}
    whole = {**context, "typed": {**typed, "country": typed.get("country") or visit.tenant.country}, "problem": ""}
    if visit.request.method != "POST":
        return page(visit, template, whole)
    if not may(visit, "join", _WISHES):
        return error_page(visit.request, 429)
    try:
        terms = visit.programme.book.at(visit.now)
        wished = Draft(kind, **(behind or {}), **typed, language=language.of_visitor(visit.request))
        draft = joining.check(wished, open_admission=terms.open_admission)
    except BadInputError as error:
        return page(visit, template, {**whole, "problem": plain(error)}, status=422)
    if site.of(visit.request).accounts.sends_mail:
        joining.ask(visit.access.conn, visit.programme.keys, visit.tenant.id, draft, visit.now)
    return page(visit, "joining/sent.html", {})
