"""The first page of a brand: what creators sold, what is owed, and what waits for a person."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csp import csp_override

from fanshare.core.instants import DAY, zone
from fanshare.flows import budgets, set_up
from fanshare.flows.authorisation import Role
from fanshare.store.queries import appeals, brand, brand_mail, claims, held, questions, results
from fanshare.web import her_currency
from fanshare.web.brand.brought import picture
from fanshare.web.brand.who import may
from fanshare.web.creator.today import Need
from fanshare.web.desk import Here
from fanshare.web.language import ngettext
from fanshare.web.seated import LISTENS, field, listens, page, seated
from fanshare.web.wording import counted

SPAN = 30


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.see", Role.BRAND, Role.OPERATOR, form=True)
def overview(here: Here) -> Any:
    """Sales and commission of the last thirty days, balances of everybody, and what needs an answer.

    Sent, it says whether whoever reads it is told by mail of what waits.
    """
    of_brand = here.hat.role is Role.BRAND
    if here.request.method == "POST":
        if of_brand:
            brand_mail.choose(here.access, here.me, here.now, wanted=field(here, "mail", 3) == "yes")
        return HttpResponseRedirect(_to("brand_overview", here))
    sold = her_currency.first(here.request, brand.sold(here.access, here.now - SPAN * DAY))
    context = {
        "span": SPAN,
        "sold": sold,
        "brought": picture(here, sold[0].currency, SPAN) if sold and may(here, "brand.results") else None,
        "left": {one.currency: one for one in results.margins(here.access, here.now - SPAN * DAY)},
        "owed": her_currency.first(here.request, brand.owed(here.access)),
        "needs": _needs(here),
        "standings": budgets.standings(here.access, zone(here.tenant.time_zone), here.now),
        "may_budget": may(here, "brand.budget"),
        "may_cost": may(here, "brand.costs"),
        "mail": of_brand,
        "told": of_brand and not brand_mail.stopped(here.access, here.me),
    }
    return page(here, "brand/overview.html", context | listens(here))


def _needs(here: Here) -> list[Need]:
    found = []
    left = set_up.look(here.access).asked_for
    if left and may(here, "brand.start.say"):
        words = ngettext("%(n)s step is left before a first sale", "%(n)s steps are left before a first sale", left)
        found.append(Need("play", words % {"n": left}, _to("brand_start", here)))
    count, first = appeals.waiting_since(here.access, here.now)
    if count and first is not None:
        words = ngettext(
            "%(n)s objection waits, the first since %(day)s", "%(n)s objections wait, the first since %(day)s", count
        )
        told = words % {"n": counted(count), "day": here.calendar.day(first)}
        found.append(Need("search-check", told, _to("brand_appeals", here)))
    count, first = claims.waiting_since(here.access, here.now)
    if count and first is not None:
        words = ngettext(
            "%(n)s claim waits, the first since %(day)s", "%(n)s claims wait, the first since %(day)s", count
        )
        told = words % {"n": counted(count), "day": here.calendar.day(first)}
        found.append(Need("receipt", told, _to("brand_claims", here)))
    return [*found, *_checks(here), *_to_look_at(here)]


def _checks(here: Here) -> list[Need]:
    count, first = held.count(here.access)
    if not count or first is None:
        return []
    words = ngettext(
        "%(n)s check ends by itself on %(day)s", "%(n)s checks, the first ends by itself on %(day)s", count
    )
    return [
        Need("search-check", words % {"n": counted(count), "day": here.calendar.day(first)}, _to("brand_checks", here))
    ]


def _to_look_at(here: Here) -> list[Need]:
    found = []
    count = questions.open_reports(here.access) if may(here, "brand.reports") else 0
    if count:
        words = ngettext("%(n)s report waits for you to look", "%(n)s reports wait for you to look", count)
        found.append(Need("triangle-alert", words % {"n": counted(count)}, _to("brand_reports", here)))
    count = brand.applications(here.access)
    if count:
        words = ngettext("%(n)s application waits for an answer", "%(n)s applications wait for an answer", count)
        found.append(Need("user-plus", words % {"n": counted(count)}, _to("brand_people", here)))
    return found


def _to(route: str, here: Here) -> str:
    return str(reverse(route, args=[here.tenant.slug]))
