"""Saying of all open payments of a run at once that they arrived: shown first with number and sum, then ticked."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import payout_rest as flow
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.store.queries import payout_runs
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def rest(here: Here, number: int) -> Any:
    """How many are open and what they come to; sent, they arrived."""
    found = payout_runs.seen(here.access, number)
    if found is None or found.submitted_at is None:
        raise BadInputError("unknown_run", "There is no such payout run in this programme.", 404)
    problem = ""
    if here.request.method == "POST":
        try:
            _arrived(here, number)
        except FanshareError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(reverse("brand_payout", args=[here.tenant.slug, number]))
    context = {"run": found, "rest": flow.rest(here.access, number), "problem": problem}
    return page(here, "brand/payout_rest.html", context, status=422 if problem else 200)


def _arrived(here: Here, number: int) -> None:
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    with here.access.transaction():
        many = flow.arrived(here.programme, number, field(here, "mark", 64), here.access.actor, here.now)
        noted(here.access, "payout.rest", here.now, f"run {number}: {many}")
