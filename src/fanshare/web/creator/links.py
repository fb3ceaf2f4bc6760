"""Links and codes: make a link by pasting an address, pause it, choose what fans get, see what each brought."""

import io
from dataclasses import dataclass
from typing import Any, Protocol

import segno
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from markupsafe import Markup

from fanshare.core import ad_labels
from fanshare.core.brought import By
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.core.terms import MAX_FAN_BPS
from fanshare.core.work_stops import Side
from fanshare.flows import own_links
from fanshare.flows import work_stops as flow
from fanshare.flows.authorisation import Role
from fanshare.flows.outlook import part_chosen, part_in_force
from fanshare.store.queries import brought, joining_codes, selling, work_stops
from fanshare.store.queries.selling import LinkRow
from fanshare.web import brought as figures
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.fresh import unproved
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.stop_words import paused_by, said

_COLUMNS = ("code", "address", "leads_to", "name", "label", "country", "platform", "state", "clicks")
_MONEY = ("earned",)
#: Codes on the page of her links; the others stand on a page of their own.
_CODES = 10


class Labelled(Protocol):
    """A link, as far as its message needs it."""

    @property
    def country(self) -> str:
        """Whose label it carries."""

    @property
    def label(self) -> str:
        """The label."""


@dataclass(frozen=True, slots=True)
class Shareable:
    """What can be copied of a link: its address, and a message in a language."""

    address: str
    message: str
    language: str


@seated("creator.links", Role.CREATOR, form=True)
def links(here: Here) -> Any:
    """Her links, newest first, with the form that makes one, her codes, and what her fans get."""
    typed = {name: field(here, name, 4096) for name in ("address", "country", "platform", "name")}
    if here.request.method != "POST":
        return _list(here, typed, "")
    if "percent" in here.request.POST:
        return _usual(here, typed)
    try:
        wish = own_links.Wish(**typed)
        code = own_links.make(here.programme, here.me, here.me, wish, here.now, here.desk.destinations)
    except BadInputError as error:
        return _list(here, typed, plain(error), status=422)
    return HttpResponseRedirect(reverse("creator_link", args=[here.tenant.slug, code]))


@seated("creator.links.change", Role.CREATOR, form=True)
def link(here: Here, code: str) -> Any:
    """One link: to copy, to show as a picture, to pause, to end, with what fans get: that is money, and asks again."""
    problem = ""
    if here.request.method == "POST":
        if "state" not in here.request.POST and (asked := unproved(here.request)) is not None:
            return asked
        try:
            _change(here, code)
        except FanshareError as error:
            if error.status == 404:
                raise
            problem = plain(error)
        else:
            return HttpResponseRedirect(here.request.path)
    found = own_links.own(here.programme, here.me, code)
    if here.request.GET.get("as") == "svg":
        return picture(here, found.code)
    return page(here, "creator/link.html", _about(here, found, problem), status=422 if problem else 200)


def _usual(here: Here, typed: dict[str, str]) -> Any:
    """What fans get on all links without a choice of their own: that is money, and asks again."""
    if (asked := unproved(here.request)) is not None:
        return asked
    try:
        own_links.choose_part(here.programme, here.me, "", field(here, "percent"), here.now)
    except BadInputError as error:
        return _list(here, typed, "", status=422, wrong=plain(error))
    return HttpResponseRedirect(f"{here.request.path}#fans")


def address(here: Here, code: str) -> str:
    """The whole address of a link."""
    return str(here.request.build_absolute_uri(f"/r/{code}"))


def shareable(found: Labelled, url: str) -> Shareable:
    """A link with what is ready to send: the label stands first."""
    label = ad_labels.COUNTRIES.get(found.country)
    words = ad_labels.message(label, "", url) if label else f"{found.label}: {url}"
    return Shareable(url, words, label.language if label else "en")


def _change(here: Here, code: str) -> None:
    if "state" in here.request.POST:
        own_links.set_state(here.programme, here.me, code, field(here, "state"), here.now)
    else:
        own_links.choose_part(here.programme, here.me, code, field(here, "percent"), here.now)


def _about(here: Here, found: LinkRow, problem: str) -> dict[str, Any]:
    terms = here.programme.book.at(here.now)
    url = address(here, found.code)
    return {
        "link": found,
        "share": shareable(found, url),
        "qr": qr(url),
        "part": part_in_force(here.programme, here.me, here.now, (found.id,)),
        "own_part": found.fan_bps is not None,
        "for_fans": for_fans(here, found.code),
        "most": min(MAX_FAN_BPS, terms.fan_max_bps),
        "figures": figures.figures(brought.of(here.access, links=[found.id], creator=here.me), By.LINK, found.id),
        "problem": problem,
        **_stops(here, found),
    }


def _stops(here: Here, found: LinkRow) -> dict[str, Any]:
    """Who has paused or ended it, and what she may do: take her own word back, and pause what only the brand paused."""
    thing = work_stops.thing(here.access, "link", found.id)
    words = [] if thing is None else flow.words_of(here.programme, "link", thing)
    pauses = [one for one in words if one.kind == "pause"]
    own = any(one.by is Side.OWNER for one in pauses)
    return {
        "stops": said(words, here.calendar.day, hers=True),
        "may_pause": found.state == "active" or (bool(pauses) and not own),
        "may_resume": found.state == "paused" and (own or not pauses),
        "stays_paused": len(pauses) > 1,
    }


def qr(text: str) -> Markup:
    """A QR code as inline SVG, without a fixed size."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        light="#fff",
        border=3,
        svgclass="qr",
        lineclass=None,
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - made of squares alone


def picture(here: Here, code: str) -> Any:
    """The QR code of a link as a file. Raises ``BadInputError`` (``unknown_link``, 404) without a code."""
    if not code:
        raise BadInputError("unknown_link", "You have no such link.", 404)
    return svg_file(address(here, code), code)


def svg_file(text: str, name: str) -> Any:
    """A QR code as a file to print."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=12, light="#fff", border=4)
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    return response


def for_fans(here: Here, code: str) -> str:
    """Where a fan gets a link of her own that is made from a link of this creator's."""
    path = reverse("join_fan", args=[here.tenant.slug, here.hat.slug])
    return str(here.request.build_absolute_uri(f"{path}?of={code}"))


def _list(here: Here, typed: dict[str, str], problem: str, *, status: int = 200, wrong: str = "") -> Any:
    states = {"active": _("live"), "paused": _("paused"), "ended": _("ended")}
    whole, waits = brought.whole(here.access, here.me)
    currencies = figures.known(here.tenant.currency, [one.currency for one in whole])
    sorts = {"newest": _("newest first"), "clicks": _("most clicked first"), "sales": _("most sales first")}
    sorts |= figures.sorts("earned", _("most earned first"), currencies)
    spec = Spec({"state": (_("state"), states)}, sorts, _("name, code or address"))
    wish = asked(here.request.GET, spec, here.zone)
    shown = taken(wish, _rows(here, wish, currencies), by_number if wish.sort == "newest" else _ranked)
    codes = [] if wish.form else selling.codes(here.access, here.me, limit=_CODES + 1)
    ids = {"links": [row.id for row in shown.rows], "codes": [row.id for row in codes[:_CODES]]}
    sums = brought.of(here.access, creator=here.me, **ids)
    if wish.form:
        documents = [_document(here, row, sums, currencies) for row in shown.rows]
        columns = (*_COLUMNS, *figures.columns(_MONEY, currencies), "made_at")
        return exported(wish.form, "links", documents, columns, cut=shown.cut)
    paused = {
        kind: flow.sides(here.programme, kind, [(id_, here.me) for id_ in ids[f"{kind}s"]]) for kind in ("link", "code")
    }
    context = {
        "asked": wish,
        "links": [
            (row, figures.figures(sums, By.LINK, row.id), paused_by(paused["link"].get(row.id, ()), hers=True))
            for row in shown.rows
        ],
        "stops": said(flow.words_of_work(here.programme, here.me), here.calendar.day, hers=True),
        "next": shown.next,
        "codes": [
            (row, figures.figures(sums, By.CODE, row.id), paused_by(paused["code"].get(row.id, ()), hers=True))
            for row in codes[:_CODES]
        ],
        "more_codes": len(codes) > _CODES,
        "coming": joining_codes.on_its_way(here.access, here.me),
        "whole": whole,
        "waits": waits,
        **_making(here, typed, problem, wrong),
        "states": states,
    }
    return page(here, "creator/links.html", context, status=status)


def _making(here: Here, typed: dict[str, str], problem: str, wrong: str) -> dict[str, Any]:
    """What the forms of the page show: the one that makes a link, and the one of the fans' part."""
    chosen = selling.chosen_part(here.access, here.me)
    return {
        "countries": ad_labels.COUNTRIES.values(),
        "platforms": ad_labels.PLATFORMS,
        "typed": {**typed, "country": typed["country"] or here.tenant.country},
        "problem": problem,
        "part": part_chosen(here.programme, chosen, here.now),
        "chose": chosen is not None,
        "most": min(MAX_FAN_BPS, here.programme.book.at(here.now).fan_max_bps),
        "wrong": wrong,
    }


def _rows(here: Here, wish: Asked, currencies: list[str]) -> list[LinkRow]:
    sort, currency = figures.sorted_by(wish.sort, currencies)
    return selling.links(here.access, here.me, **{**wish.query, "sort": sort, "currency": currency})


def _ranked(row: LinkRow) -> tuple[int, int]:
    return row.rank, row.id


def _document(here: Here, row: LinkRow, sums: brought.Sums, currencies: list[str]) -> dict[str, Any]:
    return {
        "code": row.code,
        "address": address(here, row.code),
        "leads_to": row.destination,
        "name": row.campaign,
        "label": row.label,
        "country": row.country,
        "platform": row.platform,
        "state": row.state,
        "clicks": row.clicks,
        **figures.document(figures.figures(sums, By.LINK, row.id), _MONEY, currencies),
        "made_at": format_rfc3339(row.created_at),
    }
