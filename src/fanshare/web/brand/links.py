"""Links of a programme, and links for several creators at once: looked at first, then made."""

from collections import Counter
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core import ad_labels
from fanshare.core.brought import By
from fanshare.core.errors import FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.flows import bulk_links, work_stops
from fanshare.flows.authorisation import Role
from fanshare.flows.bulk_links import Looked, Wanted
from fanshare.store.queries import brand_links, brought
from fanshare.store.queries.brand_links import LinkRow
from fanshare.web import brought as figures
from fanshare.web.brand.stopping import state_of
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_COLUMNS = ("code", "creator", "leads_to", "name", "label", "state", "clicks")
_MONEY = ("goods", "commission")
_LONGEST_TEXT = 200_000
#: Refused lines that a page shows one by one.
_SHOWN = 100


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def links(here: Here) -> Any:
    """All links, newest first."""
    states = {"active": _("live"), "paused": _("paused"), "ended": _("ended")}
    currencies = figures.known(here.tenant.currency, brought.currencies(here.access, By.LINK))
    sorts = {"newest": _("newest first"), "clicks": _("most clicks first"), **figures.for_brands(currencies)}
    spec = Spec({"state": (_("state"), states)}, sorts, search=_("search"))
    wish = asked(here.request.GET, spec, here.zone)
    sort, currency = figures.sorted_by(wish.sort, currencies)
    rows = brand_links.listed(here.access, **{**wish.query, "sort": sort, "currency": currency})
    shown = taken(wish, rows, by_number if sort == "newest" else lambda row: (row.rank, row.id))
    sums = brought.of(here.access, links=[row.id for row in shown.rows])
    found = [(row, figures.figures(sums, By.LINK, row.id)) for row in shown.rows]
    if wish.form:
        documents = [_document(row, figures.document(one, _MONEY, currencies)) for row, one in found]
        columns = (*_COLUMNS, *figures.columns(_MONEY, currencies), "made_at")
        return exported(wish.form, "links", documents, columns, cut=shown.cut)
    sides = work_stops.sides(here.programme, "link", [(row.id, row.creator_id) for row in shown.rows])
    context = {
        "asked": wish,
        "links": [(row, state_of(row.state, states, sides.get(row.id, ())), one) for row, one in found],
        "waits": brought.left(here.access),
        "next": shown.next,
        "may_make": may(here, "brand.links"),
    }
    return page(here, "brand/links.html", context)


@seated("brand.links", Role.BRAND, Role.OPERATOR, form=True)
def several(here: Here) -> Any:
    """The form, what would become of its lines, and the making."""
    typed = {"lines": "", "country": "", "platform": ""}
    if here.request.method != "POST":
        return _form(here, typed)
    try:
        typed = {name: field(here, name, _LONGEST_TEXT) for name in typed}
        lines, wanted = bulk_links.read_lines(typed["lines"]), Wanted(typed["country"], typed["platform"])
        if field(here, "what") == "make":
            bulk_links.make(here.programme, lines, wanted, here.desk.destinations, here.now)
            return HttpResponseRedirect(str(reverse("brand_links", args=[here.tenant.slug])))
        looked = bulk_links.look(here.programme, lines, wanted, here.desk.destinations)
    except FanshareError as error:
        return _form(here, typed, problem=plain(error))
    return _form(here, typed, looked=looked)


def _form(here: Here, typed: dict[str, str], *, looked: list[Looked] | None = None, problem: str = "") -> Any:
    refused = [one for one in looked or [] if one.code]
    sentences = {one.code: plain(one.problem) for one in refused if one.problem}
    context = {
        "typed": typed,
        "problem": problem,
        "looked": looked is not None,
        "good": len(looked or []) - len(refused),
        "refused": [(one.line, plain(one.problem)) for one in refused[:_SHOWN] if one.problem],
        "reasons": [(sentences[code], count) for code, count in Counter(one.code for one in refused).most_common()],
        "countries": ad_labels.COUNTRIES.values(),
        "platforms": ad_labels.PLATFORMS,
        "most": bulk_links.MOST_LINES,
    }
    return page(here, "brand/several_links.html", context, status=422 if problem else 200)


def _document(row: LinkRow, sold: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": row.code,
        "creator": row.creator,
        "leads_to": row.destination,
        "name": row.campaign,
        "label": row.label,
        "state": row.state,
        "clicks": row.clicks,
        **sold,
        "made_at": format_rfc3339(row.made_at),
    }
