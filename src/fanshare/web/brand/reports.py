"""Messages that were reported: a person of the brand, or the operator, reads each and answers once."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError
from fanshare.core.instants import zone
from fanshare.flows import questions as asking
from fanshare.flows.authorisation import Role
from fanshare.web.creator.questions import reported
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE, Spec, asked, place
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("brand.reports", Role.BRAND, Role.OPERATOR, form=True)
def reports(here: Here) -> Any:
    """Reports that wait, and their answers."""
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            close = field(here, "do") == "close"
            asking.settle_report(here.programme, reported(here), here.now, close=close)
        except BadInputError as error:
            problem, status = plain(error), 422
        else:
            return HttpResponseRedirect(f"{here.request.path}?kept=1")
    wish = asked(here.request.GET, Spec({}, {"oldest": _("oldest first")}, dates=False), zone(here.tenant.time_zone))
    after = None if wish.after is None else wish.after[0]
    rows = asking.reports(here.programme, after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    context = {
        "asked": wish,
        "rows": shown,
        "next": place((shown[-1].row.message, 0)) if len(rows) > PAGE else "",
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "brand/reports.html", context, status=status)
