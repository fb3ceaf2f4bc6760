"""Fans: what they brought in all, who lets her see a name, and thanks."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import fan_names, thanks
from fanshare.flows.authorisation import Role
from fanshare.store.queries import fans as queries
from fanshare.store.queries.fans import NamedFan
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.fan.home import FEW
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, Taken, asked
from fanshare.web.said import told
from fanshare.web.sealed_lists import sought
from fanshare.web.seated import field, page, seated

_COLUMNS = ("name", "since", "sales")
#: Of her own thanks the page shows the newest.
_SENT = 10


@seated("creator.fans", Role.CREATOR, form=True)
def fans(here: Here) -> Any:
    """What fans brought as of midnight, those with a name, and thanks to all who helped."""
    sorts = {"newest": _("newest first"), "sales": _("most sales first")}
    wish = asked(here.request.GET, Spec({}, sorts, search=_("name")), here.zone)
    if here.request.method == "POST":
        try:
            days = _days(field(here, "days"))
            thanks.thank_all(here.programme, here.me, days, field(here, "words", 3_000), here.midnight, here.now)
        except FanshareError as error:
            return _list(here, wish, problem=told(error, thanks.LONGEST), status=422)
        return HttpResponseRedirect(f"{here.request.path}?thanked=1")
    return _list(here, wish)


@seated("creator.fans", Role.CREATOR, form=True)
def fan(here: Here, shown: int) -> Any:
    """One fan who lets her see a name, and a sentence of thanks."""
    found = queries.named(here.access, here.me, here.midnight, id_=shown, limit=1)
    if not found:
        return error_page(here.request, 404)
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            thanks.thank_fan(here.programme, here.me, shown, field(here, "words", 3_000), here.now)
        except FanshareError as error:
            problem, status = told(error, thanks.LONGEST), 422
        else:
            return HttpResponseRedirect(f"{reverse('creator_fans', args=[here.tenant.slug])}?thanked=1")
    row = found[0]
    name = fan_names.names(here.programme, [(row.fan, row.person)], here.me).get(row.fan, "")
    context = {"row": row, "name": name, "typed": _typed(here), "problem": problem, "most": thanks.LONGEST}
    return page(here, "creator/fan.html", context, status=status)


def _list(here: Here, wish: Asked, *, problem: str = "", status: int = 200) -> Any:
    shown = _named(here, wish)
    if wish.form:
        documents = [
            {"name": name, "since": here.calendar.iso(row.since), "sales": row.orders} for row, name in shown.rows
        ]
        return exported(wish.form, "fans", documents, _COLUMNS, cut=shown.cut)
    orders, helpers, totals = queries.totals(here.access, here.me, here.midnight)
    context = {
        "asked": wish,
        "rows": shown.rows,
        "next": shown.next,
        "sharing": queries.sharing(here.access, here.me),
        "orders": orders,
        "helpers": helpers,
        "totals": totals,
        "few": helpers > 0 and queries.buyers(here.access, here.me, FEW) < FEW,
        "sent": thanks.sent(here.programme, here.me, _SENT),
        "spans": spans(),
        "typed": _typed(here),
        "chosen": here.request.POST.get("days", "7"),
        "most": thanks.LONGEST,
        "problem": problem,
        "thanked": here.request.GET.get("thanked") == "1",
    }
    return page(here, "creator/fans.html", context, status=status)


def _named(here: Here, wish: Asked) -> Taken[tuple[NamedFan, str]]:
    """Fans with the names that they let her see, which lie sealed."""

    def opened(rows: Sequence[NamedFan]) -> list[tuple[NamedFan, str]]:
        names = fan_names.names(here.programme, [(row.fan, row.person) for row in rows], here.me)
        return [(row, names.get(row.fan, "")) for row in rows]

    busiest = wish.sort == "sales"
    read = partial(queries.named, here.access, here.me, here.midnight, busiest=busiest)
    return sought(
        wish,
        lambda after, limit: read(since=wish.since, until=wish.until, after=after, limit=limit),
        opened,
        lambda one: one[1],
        lambda one: (one[0].orders, one[0].id) if busiest else (one[0].id, 0),
    )


def spans() -> dict[str, str]:
    """What a creator can thank for, in words."""
    return {"7": _("the last 7 days"), "30": _("the last 30 days"), "365": _("the last 365 days")}


def _days(text: str) -> int:
    if text not in spans():
        raise BadInputError("bad_span", "Choose one of the spans of the list.")
    return int(text)


def _typed(here: Here) -> str:
    return str(here.request.POST.get("words", ""))[:3_000]
