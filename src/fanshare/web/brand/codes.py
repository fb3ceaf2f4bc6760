"""Discount codes of a programme: whose each is, how it stands at the shop, and another in its place by one button."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.brought import By
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.core.shop_codes import ASKED, CONFIRMED, ENDED, ENDING, FAILED, WANTED
from fanshare.flows import shop_codes
from fanshare.flows.authorisation import Role
from fanshare.store.queries import brought, code_list
from fanshare.store.queries.code_list import CodeRow
from fanshare.web import brought as figures
from fanshare.web.brand.who import may, named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import page, seated

_COLUMNS = ("code", "of", "plan", "label", "state", "used")
_MONEY = ("goods", "commission")
#: What each state is called, how it is marked, and its picture.
STATES = {
    WANTED: (later("not yet at the shop"), "waiting", "clock"),
    ASKED: (later("asked of the shop"), "waiting", "clock"),
    CONFIRMED: (later("works"), "ready", "circle-check"),
    ENDING: (later("is being ended"), "waiting", "clock"),
    ENDED: (later("ended"), "off", "circle-minus"),
    FAILED: (later("the shop refused it"), "off", "circle-minus"),
}


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def codes(here: Here) -> Any:
    """All codes, newest first."""
    return _list(here, "")


@seated("brand.codes", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def change(here: Here, number: int) -> Any:
    """Ask for another code in the place of one; that one goes on until the new one works."""
    found = code_list.codes(here.access, id_=number, limit=1)
    if not found:
        raise BadInputError("unknown_code", "There is no such code in this programme.", 404)
    if here.request.method == "POST":
        try:
            shop_codes.rotate(here.programme, found[0].text, here.now, connection=found[0].connection)
        except FanshareError as error:
            return _list(here, plain(error))
    return HttpResponseRedirect(str(reverse("brand_codes", args=[here.tenant.slug])))


def _list(here: Here, problem: str) -> Any:
    states = {name: _(found[0]) for name, found in STATES.items()}
    currencies = figures.known(here.tenant.currency, brought.currencies(here.access, By.CODE))
    sorts = {"newest": _("newest first"), "used": _("most used first"), **figures.for_brands(currencies)}
    spec = Spec({"state": (_("state"), states)}, sorts, search=_("code"))
    wish = asked(here.request.GET, spec, here.zone)
    sort, currency = figures.sorted_by(wish.sort, currencies)
    rows = code_list.codes(here.access, **{**wish.query, "sort": sort, "currency": currency})
    shown = taken(wish, rows, by_number if sort == "newest" else lambda row: (row.rank, row.id))
    sums = brought.of(here.access, codes=[row.code for row in shown.rows if row.code])
    found = [(row, figures.figures(sums, By.CODE, row.code)) for row in shown.rows]
    if wish.form:
        documents = [_document(row, figures.document(one, _MONEY, currencies)) for row, one in found]
        columns = (*_COLUMNS, *figures.columns(_MONEY, currencies), "made_at")
        return exported(wish.form, "codes", documents, columns, cut=shown.cut)
    context = {
        "asked": wish,
        "codes": [(row, owner(row), (states[row.state], *STATES[row.state][1:]), one) for row, one in found],
        "waits": brought.left(here.access),
        "next": shown.next,
        "works": CONFIRMED,
        "may_change": may(here, "brand.codes"),
        "problem": problem,
    }
    return page(here, "brand/codes.html", context, status=422 if problem else 200)


def owner(row: CodeRow) -> str:
    """How the page speaks of whose code it is."""
    return named(row.owner_kind, row.owner_name, row.owner_id)


def _document(row: CodeRow, sold: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": row.text,
        "of": owner(row),
        "plan": row.plan,
        "label": row.label,
        "state": row.state,
        "used": row.used,
        **sold,
        "made_at": format_rfc3339(row.made_at),
    }
