"""A creator's media kit for whoever has its address: as a page, and as a paper."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from fanshare.core.errors import FanshareError
from fanshare.core.instants import local_date, zone
from fanshare.flows.paper_files import paper as paper_of
from fanshare.web import language, site
from fanshare.web.authorisation import require
from fanshare.web.errors import error_page
from fanshare.web.kit_words import Told, told
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.pages_port import PublicKit
from fanshare.web.public.views import found, readable
from fanshare.web.wording import Calendar


@require("public.kit")
@readable
def kit(request: Any, programme: str, token: str) -> Any:
    """What she sold, where that is known from, and what it does not prove."""
    here = site.of(request)
    shown = found(here.store.kit(programme, token))
    rows = told(shown.sources, _calendar(shown, here.clock()), goods=shown.goods)
    response = render(
        request, "public/kit.html", {"kit": shown, "rows": rows, "token": token, "each": _(EACH), "limits": limits()}
    )
    return _private(response, shown)


@require("public.kit")
@readable
def paper(request: Any, programme: str, token: str) -> Any:
    """The same as a PDF."""
    here = site.of(request)
    shown = found(here.store.kit(programme, token))
    calendar = _calendar(shown, here.clock())
    rows = told(shown.sources, calendar, goods=shown.goods)
    title = shown.name or _("Results of a creator")
    address = request.build_absolute_uri(request.path.removesuffix(".pdf"))
    day = local_date(here.clock(), calendar.zone).isoformat()
    try:
        content = paper_of(title, language.spoken(), day, _blocks(title, rows, address))
    except FanshareError as error:
        return _private(error_page(request, error.status, error), shown)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="media-kit.pdf"'
    return _private(response, shown)


#: Where the numbers of a kit come from.
EACH = later("What was sold comes from signed statements; clicks were counted by this site. Nobody typed a number.")


def limits() -> tuple[str, ...]:
    """What a kit does not prove."""
    return (
        _("That the shop reported every order: what it left out stands in no statement."),
        _("That buyers are different people, or strangers."),
        _("That whoever shows this is the creator whom the statement is of."),
        _("That it goes on so: these are sales of the past."),
    )


def _blocks(title: str, rows: list[Told], address: str) -> list[tuple[str, str]]:
    blocks = [("title", title), ("text", _(EACH))]
    for row in rows:
        blocks.append(("heading", f"{row.programme} · {row.host}"))
        blocks += [("text", words) for words in row.results]
        blocks += [("small", words) for words in (*row.proof, row.key)]
    blocks.append(("heading", _("What this does not prove")))
    blocks += [("text", words) for words in limits()]
    return [*blocks, ("small", _("Where this stands: %(address)s") % {"address": address})]


def _calendar(shown: PublicKit, now: int) -> Calendar:
    return Calendar(zone(shown.programme.time_zone), now)


def _private(response: Any, shown: PublicKit) -> Any:
    """No cache keeps it: she may take it away at any moment."""
    response.headers["Cache-Control"] = "private, no-store"
    if not shown.listed:
        response.headers["X-Robots-Tag"] = "noindex"
    return response
