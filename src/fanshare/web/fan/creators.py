"""A fan's creators: what she brought each, whether she lets her see a name, and what they thanked her for."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.core.instants import format_rfc3339, zone
from fanshare.flows import fan_names, thanks
from fanshare.flows.authorisation import Role
from fanshare.store.queries import fans as queries
from fanshare.store.queries import thanks as thanks_rows
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import MOST_EXPORTED, PAGE, Asked, Spec, asked, place
from fanshare.web.said import told
from fanshare.web.seated import field, page, seated


@seated("fan.creators", Role.FAN, Role.YOUNG, form=True)
def creators(here: Here) -> Any:
    """Her creators, each with the choice whether she is seen there by a name, and reads thanks."""
    if here.request.method != "POST":
        return _list(here)
    creator = field(here, "creator")
    try:
        what = field(here, "do")
        if what == "hide":
            fan_names.hide(here.programme, here.me, creator)
        elif what in ("quiet", "thanks"):
            thanks.choose(here.programme, here.me, creator, wanted=what == "thanks", now=here.now)
        else:
            fan_names.show(here.programme, here.me, creator, field(here, "name", 3_000), here.now)
    except FanshareError as error:
        if error.status == 404:
            raise
        return _list(here, problem=(creator, told(error, fan_names.LONGEST_NAME)), status=422)
    return HttpResponseRedirect(f"{here.request.path}?kept=1")


@seated("fan.thanks", Role.FAN, Role.YOUNG, form=True)
def thanked(here: Here) -> Any:
    """What creators thanked her for, and whether she reads it in the weekly mail too."""
    if here.request.method == "POST":
        since = here.now if field(here, "mail") == "yes" else None
        thanks_rows.wish(here.access, here.me, since)
        return HttpResponseRedirect(f"{here.request.path}?kept=1")
    wish = _asked(here)
    limit = MOST_EXPORTED if wish.form else PAGE
    rows = thanks.received(here.programme, here.me, after=_after(wish), limit=limit + 1)
    shown = rows[:limit]
    if wish.form:
        documents = [
            {"at": format_rfc3339(one.row.at)[:10], "creator": one.row.creator, "words": one.words} for one in shown
        ]
        return exported(wish.form, "thanks", documents, ("at", "creator", "words"), cut=len(rows) > limit)
    context = {
        "asked": wish,
        "rows": shown,
        "next": place((shown[-1].row.id, 0)) if len(rows) > limit else "",
        "by_mail": thanks_rows.wished(here.access, here.me) is not None,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "fan/thanks.html", context)


def _list(here: Here, *, problem: tuple[str, str] = ("", ""), status: int = 200) -> Any:
    wish = _asked(here)
    limit = MOST_EXPORTED if wish.form else PAGE
    rows = queries.creators(here.access, here.me, here.midnight, after=_after(wish), limit=limit + 1)
    shown = rows[:limit]
    names = fan_names.own_names(here.programme, shown)
    if wish.form:
        documents = [
            {
                "creator": row.name,
                "sales": row.orders,
                "seen_as": names.get(row.id, ""),
                "thanks": "no" if row.quiet else "yes",
            }
            for row in shown
        ]
        columns = ("creator", "sales", "seen_as", "thanks")
        return exported(wish.form, "creators", documents, columns, cut=len(rows) > limit)
    context = {
        "asked": wish,
        "rows": [(row, names.get(row.id, "")) for row in shown],
        "next": place((shown[-1].id, 0)) if len(rows) > limit else "",
        "problem": problem,
        "typed": str(here.request.POST.get("name", ""))[:3_000],
        "most": fan_names.LONGEST_NAME,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "fan/creators.html", context, status=status)


def _asked(here: Here) -> Asked:
    return asked(here.request.GET, Spec({}, {"newest": _("newest first")}, dates=False), zone(here.tenant.time_zone))


def _after(wish: Asked) -> int | None:
    return None if wish.after is None else wish.after[0]
