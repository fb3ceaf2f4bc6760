"""A fan's threads: what she asked creators she shares for, and what they answered."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.core.instants import zone
from fanshare.flows import questions as asking
from fanshare.flows.authorisation import Role
from fanshare.store.queries import fans, off_hours, questions
from fanshare.web.creator.questions import away, read, reported
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE, Spec, asked, place
from fanshare.web.said import told
from fanshare.web.seated import field, page, seated


@seated("fan.questions", Role.FAN, Role.YOUNG)
def threads(here: Here) -> Any:
    """Her threads, those with the newest words first."""
    wish = asked(here.request.GET, Spec({}, {"newest": _("newest first")}, dates=False), zone(here.tenant.time_zone))
    rows = questions.of_fan(here.access, here.me, after=wish.after, limit=PAGE + 1)
    shown = rows[:PAGE]
    further = place((shown[-1].last_at, shown[-1].id)) if len(rows) > PAGE else ""
    resting = off_hours.away(here.access, [row.creator for row in shown], here.now)
    return page(here, "fan/questions.html", {"asked": wish, "rows": shown, "next": further, "away": resting})


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
