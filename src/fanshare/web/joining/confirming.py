"""The one button that makes somebody a part of a programme: looking at its page does nothing, mail scanners look."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core import ad_labels
from fanshare.core.ages import least
from fanshare.core.instants import local_date, zone
from fanshare.flows import joining, sign_in
from fanshare.flows.age_rules import ages
from fanshare.flows.joining import Joined
from fanshare.flows.staff import account_of
from fanshare.web.authorisation import sign_in as begin
from fanshare.web.desk import Visit
from fanshare.web.errors import error_page
from fanshare.web.joining.visiting import may, page, visiting
from fanshare.web.language import gettext as _

_CONFIRMATIONS = 30
_LONGEST_TOKEN = 200


@visiting("join.confirm")
def confirm(visit: Visit) -> Any:
    """Show the button; when it is pressed, let her in and sign her in: the link has proved her address."""
    if not may(visit, "join_confirm", _CONFIRMATIONS):
        return error_page(visit.request, 429)
    if visit.request.method != "POST":
        token = visit.request.GET.get("t", "")[:_LONGEST_TOKEN]
        draft = joining.look(visit.access, visit.programme.keys, token, visit.now)
        context = {"token": token, "draft": draft, "homes": _homes(visit)}
        return page(visit, "joining/confirm.html", context, status=200 if draft else 410)
    sent = visit.request.POST
    home = sent.get("home", "")[:_LONGEST_TOKEN] or "?" if sent.get("age") == "young" else ""
    joined = joining.confirm(visit.programme, sent.get("t", "")[:_LONGEST_TOKEN], visit.now, young_in=home)
    if joined is None:
        return page(visit, "joining/confirm.html", {"token": "", "draft": None}, status=410)
    seats = sign_in.seats_of(visit.access.conn, visit.programme.keys, joined.address)
    if seats:
        begin(visit.request, seats, account_of(visit.programme.keys, joined.address))
    if not joined.party:
        return page(visit, "joining/applied.html", {})
    return HttpResponseRedirect(_first(visit, joined))


def _first(visit: Visit, joined: Joined) -> str:
    """The first page of whoever has just come in."""
    slug = visit.tenant.slug
    if joined.kind == joining.CREATOR:
        return str(reverse("creator_welcome", args=[slug]))
    if joined.kind == joining.FAN:
        return str(reverse("fan_share", args=[slug]))
    if joined.kind == joining.YOUNG:
        return str(reverse("fan_home", args=[slug]))
    return str(reverse("home"))


def _homes(visit: Visit) -> list[tuple[str, str, int]]:
    """Countries where somebody may live who is under 18: code, name, and from which age she joins there."""
    day = local_date(visit.now, zone("UTC"))
    known = [(one.code, _(one.name)) for one in ad_labels.COUNTRIES.values()]
    return [(code, name, least(ages(), code, day).age) for code, name in (*known, ("ZZ", _("another country")))]
