"""The first page of a brand: what creators sold, what is owed, and what waits for a person."""

from typing import Any

from django.urls import reverse
from django.views.decorators.csp import csp_override

from fanshare.core.instants import DAY, zone
from fanshare.flows import budgets, set_up
from fanshare.flows.authorisation import Role
from fanshare.store.queries import appeals, brand, claims, questions, results
from fanshare.web import her_currency
from fanshare.web.brand.who import may
from fanshare.web.creator.today import Need
from fanshare.web.desk import Here
from fanshare.web.language import ngettext
from fanshare.web.seated import LISTENS, listens, page, seated

SPAN = 30


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.see", Role.BRAND, Role.OPERATOR)
def overview(here: Here) -> Any:
    """Sales and commission of the last thirty days, balances of everybody, and what needs an answer."""
    context = {
        "span": SPAN,
        "sold": her_currency.first(here.request, brand.sold(here.access, here.now - SPAN * DAY)),
        "left": {one.currency: one for one in results.margins(here.access, here.now - SPAN * DAY)},
        "owed": her_currency.first(here.request, brand.owed(here.access)),
        "needs": _needs(here),
        "standings": budgets.standings(here.access, zone(here.tenant.time_zone), here.now),
        "may_budget": may(here, "brand.budget"),
        "may_cost": may(here, "brand.costs"),
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
        told = words % {"n": count, "day": here.calendar.day(first)}
        found.append(Need("search-check", told, _to("brand_appeals", here)))
    count, first = claims.waiting_since(here.access, here.now)
    if count and first is not None:
        words = ngettext(
            "%(n)s claim waits, the first since %(day)s", "%(n)s claims wait, the first since %(day)s", count
        )
        told = words % {"n": count, "day": here.calendar.day(first)}
        found.append(Need("receipt", told, _to("brand_claims", here)))
    return [*found, *_to_look_at(here)]


def _to_look_at(here: Here) -> list[Need]:
    found = []
    count = questions.open_reports(here.access) if may(here, "brand.reports") else 0
    if count:
        words = ngettext("%(n)s report waits for you to look", "%(n)s reports wait for you to look", count)
        found.append(Need("triangle-alert", words % {"n": count}, _to("brand_reports", here)))
    count = brand.applications(here.access)
    if count:
        words = ngettext("%(n)s application waits for an answer", "%(n)s applications wait for an answer", count)
        found.append(Need("user-plus", words % {"n": count}, _to("brand_people", here)))
    return found


def _to(route: str, here: Here) -> str:
    return str(reverse(route, args=[here.tenant.slug]))
