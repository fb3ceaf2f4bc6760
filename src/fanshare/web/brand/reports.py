"""Messages and posts that were reported: a person of the brand, or the operator, reads each and answers once."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError
from fanshare.flows import posts as writing
from fanshare.flows import questions as asking
from fanshare.flows.authorisation import Role
from fanshare.store.queries import post_reports
from fanshare.web.creator.exclusive import drawn
from fanshare.web.creator.questions import reported
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE, Spec, asked, place
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Reported posts shown at once; the next come when these are answered.
_POSTS = 5


@seated("brand.reports", Role.BRAND, Role.OPERATOR, form=True)
def reports(here: Here) -> Any:
    """Reports that wait, and their answers."""
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            _settle(here)
        except BadInputError as error:
            problem, status = plain(error), 422
        else:
            return HttpResponseRedirect(f"{here.request.path}?kept=1")
    wish = asked(here.request.GET, Spec({}, {"oldest": _("oldest first")}, dates=False), here.zone)
    after = None if wish.after is None else wish.after[0]
    rows = asking.reports(here.programme, after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    context = {
        "asked": wish,
        "rows": shown,
        "posts": writing.reported(here.programme, _POSTS) if after is None else [],
        "next": place((shown[-1].row.message, 0)) if len(rows) > PAGE else "",
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "brand/reports.html", context, status=status)


@seated("brand.reports", Role.BRAND, Role.OPERATOR)
def picture(here: Here, number: int, name: str) -> Any:
    """A picture of a post whose report waits."""
    rows = post_reports.waiting(here.access, id_=number, limit=1)
    return drawn(here, rows[0][0] if rows else None, name)


def _settle(here: Here) -> None:
    close = field(here, "do") == "close"
    if field(here, "about") == "post":
        writing.settle_report(here.programme, reported(here), here.now, close=close)
    else:
        asking.settle_report(here.programme, reported(here), here.now, close=close)
