"""A fan's threads: what she asked creators she shares for, and what they answered."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.flows import questions as asking
from fanshare.flows.authorisation import Role
from fanshare.store.queries import fans, off_hours, questions
from fanshare.store.queries.questions import ThreadRow
from fanshare.web.creator.questions import away, read, reported
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.said import told
from fanshare.web.seated import field, page, seated

_COLUMNS = ("creator", "last_day", "state")


@seated("fan.questions", Role.FAN, Role.YOUNG)
def threads(here: Here) -> Any:
    """Her threads, those with the newest words first."""
    states = {"asked": _("asked"), "answered": _("answered"), "closed": _("closed")}
    spec = Spec({"state": (_("state"), states)}, {"newest": _("newest first")}, search=_("creator"))
    wish = asked(here.request.GET, spec, here.zone)
    found = questions.of_fan(
        here.access,
        here.me,
        creator=wish.text,
        state=wish.chosen["state"],
        after=wish.after,
        limit=wish.limit + 1,
        **wish.span,
    )
    shown = taken(wish, found, lambda row: (row.last_at, row.id))
    if wish.form:
        return exported(wish.form, "questions", (_document(here, row) for row in shown.rows), _COLUMNS, cut=shown.cut)
    resting = off_hours.away(here.access, [row.creator for row in shown.rows], here.now)
    context = {"asked": wish, "rows": shown.rows, "next": shown.next, "away": resting}
    return page(here, "fan/questions.html", context)


def _document(here: Here, row: ThreadRow) -> dict[str, str]:
    """What was said is read in the thread, and in the copy of her own data."""
    state = "closed" if row.closed_at is not None else "asked" if row.waits else "answered"
    return {"creator": row.name, "last_day": here.calendar.iso(row.last_at), "state": state}


@seated("fan.questions", Role.FAN, Role.YOUNG, form=True)
def thread(here: Here, creator: str) -> Any:
    """Her thread with one creator, which begins with the first question."""
    known = next(iter(fans.creators(here.access, here.me, 0, slug=creator, limit=1)), None)
    if known is None:
        return error_page(here.request, 404)
    found = questions.thread(here.access, creator=known.id, fan=here.me)
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            if field(here, "do") == "report":
                if found is not None:
                    asking.report(here.programme, found, reported(here), here.now, by_creator=False)
            else:
                asking.ask(here.programme, here.me, known.id, field(here, "words", 10_000), here.now)
        except FanshareError as error:
            problem, status = told(error, asking.LONGEST), 422
        else:
            return HttpResponseRedirect(f"{here.request.path}?kept=1")
    said = {"typed": str(here.request.POST.get("words", ""))[:10_000], "most": asking.LONGEST, "messages": []}
    context = {
        "creator": known,
        "thread": found,
        "kept": here.request.GET.get("kept") == "1",
        **(said if found is None else read(here, found)),
        "away_until": away(here, known.id),
        "problem": problem,
    }
    return page(here, "fan/thread.html", context, status=status)
