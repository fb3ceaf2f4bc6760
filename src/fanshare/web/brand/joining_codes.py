"""A code for everybody who joins: said here, with who waits and the codes to make by hand where the shop makes none."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.code_plans import STOCK
from fanshare.core.errors import FanshareError
from fanshare.flows import code_plans, joining_codes
from fanshare.flows.authorisation import Role
from fanshare.store.queries import joining_codes as rows
from fanshare.web.brand.code_words import gives
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_MOST_TEXT = 10_000


@seated("brand.codes", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def joining(here: Here) -> Any:
    """What holds, the form that says it, and what waits."""
    if here.request.method != "POST":
        return _form(here, "")
    try:
        if field(here, "what", 10) == "made":
            _made(here)
        else:
            joining_codes.set_rule(
                here.programme,
                field(here, "plan", 40),
                here.now,
                creators=field(here, "creators", 3) == "yes",
                fans=field(here, "fans", 3) == "yes",
                named=field(here, "named", 3) == "yes",
            )
    except FanshareError as error:
        return _form(here, plain(error))
    return HttpResponseRedirect(here.request.path)


def _made(here: Here) -> None:
    rule = rows.rule(here.access)
    if rule is not None:
        joining_codes.made(here.programme, rule, field(here, "texts", _MOST_TEXT), here.now)


def _form(here: Here, problem: str) -> Any:
    rule = rows.rule(here.access)
    waiting = [] if rule is None else rows.waiting(here.access, rule, limit=joining_codes.MOST_PROPOSED + 1)
    sent = here.request.POST.get("texts", "")
    known = code_plans.plans(here.programme)
    context = {
        "rule": rule,
        "plans": [(one.plan.name, gives(one.plan.discount, here.calendar), one.plan.source == STOCK) for one in known],
        "waiting": len(waiting),
        "most": joining_codes.MOST_PROPOSED,
        "texts": sent or "\n".join(joining_codes.proposed(here.programme, rule, len(waiting)) if rule else []),
        "problem": problem,
    }
    return page(here, "brand/joining_codes.html", context, status=422 if problem else 200)
