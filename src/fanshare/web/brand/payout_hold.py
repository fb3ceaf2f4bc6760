"""After a restore: what payouts wait for, and the end of that by whoever has compared, asked twice."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import payout_holds
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def hold(here: Here) -> Any:
    """Why payouts wait, what to compare, and their release."""
    problem, sure = "", ""
    if here.request.method == "POST":
        try:
            sure = _act(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = plain(error)
        else:
            if not sure:
                return HttpResponseRedirect(str(reverse("brand_payouts", args=[here.tenant.slug])))
    context = {
        "problem": problem,
        "sure": sure,
        "hold": payout_holds.standing(here.access),
        "compared": here.request.POST.get("compared", "")[:1000],
    }
    return page(here, "brand/payout_hold.html", context, status=422 if problem else 200)


def _act(here: Here) -> str:
    """What was compared, to be asked once more; empty when payouts go on."""
    compared = field(here, "compared", 1000)
    if field(here, "do", 10) != "release":
        return payout_holds.check_compared(compared)
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    with here.access.transaction():
        payout_holds.release(here.access, here.access.actor, compared, here.now)
        noted(here.access, "payout.release", here.now, "after a restore")
    return ""
