"""What the brand's goods cost it: what was said so far, and the form that says another rate."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, local_date, zone
from fanshare.core.margin import CostRate, rate_at
from fanshare.core.money import format_percent
from fanshare.flows import goods_costs
from fanshare.flows.authorisation import Role
from fanshare.store.queries import goods_costs as rows
from fanshare.web.brand.overview import SPAN
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.wording import percent


@seated("brand.costs", Role.BRAND, Role.OPERATOR, form=True)
def costs(here: Here) -> Any:
    """The rates, newest first, and another one."""
    tz, problem = zone(here.tenant.time_zone), ""
    if here.request.method == "POST":
        try:
            goods_costs.say(here.access, tz, field(here, "percent", 12), field(here, "day", 10), here.now)
        except FanshareError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(str(reverse("brand_overview", args=[here.tenant.slug])))
    said = rows.said(here.access)
    now = rate_at((CostRate(one.since, one.bps) for one in said), here.now)
    first = here.now if said else here.now - SPAN * DAY
    context = {
        "said": list(reversed(said)),
        "now": now,
        "rate": percent,
        "problem": problem,
        "percent": here.request.POST.get("percent", "" if now is None else format_percent(now))[:12],
        "day": here.request.POST.get("day", local_date(first, tz).isoformat())[:10],
    }
    return page(here, "brand/costs.html", context, status=422 if problem else 200)
