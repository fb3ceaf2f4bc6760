"""A fan's creators: what she brought each, whether she lets her see a name, and what they thanked her for."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import FanshareError
from fanshare.flows import fan_names, thanks
from fanshare.flows.authorisation import Role
from fanshare.store.queries import fans as queries
from fanshare.store.queries import thanks as thanks_rows
from fanshare.store.queries.fans import OfHers, OwnCreator
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.said import told
from fanshare.web.seated import field, page, seated

_COLUMNS = ("creator", "sales", "seen_as", "thanks")


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
    wish = asked(here.request.GET, Spec({}, {"newest": _("newest first")}, search=_("creator")), here.zone)
    found = thanks.received(
        here.programme, here.me, creator=wish.text, after=wish.before, limit=wish.limit + 1, **wish.span
    )
    shown = taken(wish, found, lambda one: (one.row.id, 0))
    if wish.form:
        documents = [
            {"at": here.calendar.iso(one.row.at), "creator": one.row.creator, "words": one.words} for one in shown.rows
        ]
        return exported(wish.form, "thanks", documents, ("at", "creator", "words"), cut=shown.cut)
    context = {
        "asked": wish,
        "rows": shown.rows,
        "next": shown.next,
        "by_mail": thanks_rows.wished(here.access, here.me) is not None,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "fan/thanks.html", context)


def _list(here: Here, *, problem: tuple[str, str] = ("", ""), status: int = 200) -> Any:
    shows = {"name": _("sees a name"), "none": _("sees none")}
    spec = Spec({"sees": (_("my name"), shows)}, _orders(here), search=_("creator"), dates=False)
    wish = asked(here.request.GET, spec, here.zone)
    by_sales = wish.sort == "sales"
    sought = OfHers(wish.text, wish.chosen["sees"], by_sales)
    rows = queries.listed(here.access, here.me, here.midnight, sought, after=wish.after, limit=wish.limit + 1)
    shown = taken(wish, rows, lambda row: (row.orders, row.id) if by_sales else (row.id, 0))
    names = fan_names.own_names(here.programme, shown.rows)
    if wish.form:
        documents = (_document(row, names.get(row.id, "")) for row in shown.rows)
        return exported(wish.form, "creators", documents, _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "rows": [(row, names.get(row.id, "")) for row in shown.rows],
        "next": shown.next,
        "problem": problem,
        "typed": str(here.request.POST.get("name", ""))[:3_000],
        "most": fan_names.LONGEST_NAME,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "fan/creators.html", context, status=status)


def _orders(here: Here) -> dict[str, str]:
    """By sales too, for those who have any."""
    orders = {"first": _("first known first")}
    return orders if here.hat.role is Role.YOUNG else orders | {"sales": _("most sales first")}


def _document(row: OwnCreator, name: str) -> dict[str, Any]:
    return {"creator": row.name, "sales": row.orders, "seen_as": name, "thanks": "no" if row.quiet else "yes"}
