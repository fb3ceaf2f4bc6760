"""Pause, resume and end a link, a code, or all that a creator does here: each with a reason that she reads."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.brought import By
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.core.work_stops import Side
from fanshare.flows import work_stops
from fanshare.flows.authorisation import Role
from fanshare.store.queries import brand_codes, brand_links, brought, selling
from fanshare.store.queries import work_stops as rows
from fanshare.store.queries.brand_codes import CodeRow
from fanshare.web import brought as figures
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.fresh import unproved
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.stop_words import paused_by, said

_COLUMNS = ("code", "creator", "label", "state", "used")
_MONEY = ("goods", "commission")
#: More than a reason may have, so that the sentence about its length is the flow's.
_LONGEST = 2 * work_stops.LONGEST_REASON

type Show = Callable[[str], Any]


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def link(here: Here, code: str) -> Any:
    """One link: whose it is, where it leads, who has paused it."""
    return _link(here, code, "")


@seated("brand.links", Role.BRAND, Role.OPERATOR, form=True)
def link_do(here: Here, code: str) -> Any:
    """Pause, resume or end it; an end is for good and asks again."""
    where = reverse("brand_link", args=[here.tenant.slug, code])
    found = rows.link(here.access, code)
    if found is None:
        raise BadInputError("unknown_link", "There is no such link in this programme.", 404)
    return _done(here, "link", found.id, where, lambda problem: _link(here, code, problem))


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def codes(here: Here) -> Any:
    """Codes that count for somebody, wherever they were made, newest first."""
    states = {"active": _("live"), "paused": _("paused"), "ended": _("ended")}
    currencies = figures.known(here.tenant.currency, brought.currencies(here.access, By.CODE))
    sorts = {"newest": _("newest first"), "used": _("most used first"), **figures.for_brands(currencies)}
    spec = Spec({"state": (_("state"), states)}, sorts, search=_("code or creator"))
    wish = asked(here.request.GET, spec, here.zone)
    sort, currency = figures.sorted_by(wish.sort, currencies)
    rows_ = brand_codes.listed(here.access, **{**wish.query, "sort": sort, "currency": currency})
    shown = taken(wish, rows_, by_number if sort == "newest" else lambda row: (row.rank, row.id))
    ids = [row.id for row in shown.rows]
    sums, used = brought.of(here.access, codes=ids), selling.used(here.access, ids)
    found = [(row, used.get(row.id, 0), figures.figures(sums, By.CODE, row.id)) for row in shown.rows]
    if wish.form:
        documents = [_document(row, n, figures.document(one, _MONEY, currencies)) for row, n, one in found]
        columns = (*_COLUMNS, *figures.columns(_MONEY, currencies), "made_at")
        return exported(wish.form, "codes", documents, columns, cut=shown.cut)
    sides = work_stops.sides(here.programme, "code", [(row.id, row.creator_id) for row in shown.rows])
    context = {
        "asked": wish,
        "codes": [(row, state_of(row.state, states, sides.get(row.id, ())), n, one) for row, n, one in found],
        "waits": brought.left(here.access),
        "next": shown.next,
    }
    return page(here, "brand/counting_codes.html", context)


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def code(here: Here, number: int) -> Any:
    """One code: whose it is, with which label, who has paused it."""
    return _code(here, number, "")


@seated("brand.codes", Role.BRAND, Role.OPERATOR, form=True)
def code_do(here: Here, number: int) -> Any:
    """Pause, resume or end it; an end is for good and asks again."""
    where = reverse("brand_code", args=[here.tenant.slug, number])
    return _done(here, "code", number, where, lambda problem: _code(here, number, problem))


def state_of(state: str, states: dict[str, str], sides: Any) -> str:
    """What a list says of a row: its state, and of a pause whose it is."""
    return paused_by(sides, hers=False) if state == "paused" and sides else states[state]


def _done(here: Here, kind: str, id_: int, where: str, show: Show) -> Any:
    if here.request.method != "POST":
        return HttpResponseRedirect(where)
    what = field(here, "what")
    if what == "end" and (again := unproved(here.request)) is not None:
        return again
    try:
        _do(here, kind, id_, what)
    except FanshareError as error:
        if error.status == 404:
            raise
        return show(plain(error))
    return HttpResponseRedirect(where)


def _do(here: Here, kind: str, id_: int, what: str) -> None:
    if what == "resume":
        work_stops.resume(here.programme, kind, id_, Side.BRAND, here.now)
        return
    steps = {"pause": work_stops.pause, "end": work_stops.end}
    if what not in steps:
        raise BadInputError("bad_step", "Choose one of the buttons of this page.")
    steps[what](here.programme, kind, id_, Side.BRAND, field(here, "reason", _LONGEST), here.now)


def _link(here: Here, code_: str, problem: str) -> Any:
    row = brand_links.one(here.access, code_)
    found = rows.link(here.access, code_)
    if row is None or found is None:
        raise BadInputError("unknown_link", "There is no such link in this programme.", 404)
    context = {"link": row, "creator": row.creator, "problem": problem, **_standing(here, "link", found)}
    return page(here, "brand/link.html", context, status=422 if problem else 200)


def _code(here: Here, number: int, problem: str) -> Any:
    row, found = brand_codes.one(here.access, number), rows.thing(here.access, "code", number)
    if row is None or found is None:
        raise BadInputError("unknown_code", "There is no such code in this programme.", 404)
    sold = figures.figures(brought.of(here.access, codes=[number]), By.CODE, number)
    brought_ = {"found": sold, "used": selling.used(here.access, [number]).get(number, 0)}
    about = {"code": row, "creator": row.creator, "waits": brought.left(here.access), **brought_}
    context = {**about, "problem": problem, **_standing(here, "code", found)}
    return page(here, "brand/code.html", context, status=422 if problem else 200)


def _standing(here: Here, kind: str, found: rows.Thing) -> dict[str, Any]:
    words = work_stops.words_of(here.programme, kind, found)
    own = any(one.kind == "pause" and one.by is Side.BRAND and not one.whole for one in words)
    others = any(one.kind == "pause" and (one.whole or one.by is Side.OWNER) for one in words)
    return {
        "state": found.state,
        "words": said(words, here.calendar.day, hers=False),
        "paused_by_us": own,
        "may_resume": found.state == "paused" and (own or not others),
        "may_change": may(here, "brand.links" if kind == "link" else "brand.codes") and found.state != "ended",
        "most": work_stops.LONGEST_REASON,
        "typed": field(here, "reason", _LONGEST) if here.request.method == "POST" else "",
    }


def _document(row: CodeRow, used: int, sold: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": row.text,
        "creator": row.creator,
        "label": row.label,
        "state": row.state,
        "used": used,
        **sold,
        "made_at": format_rfc3339(row.made_at),
    }
