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
from fanshare.web.kit_words import told
from fanshare.web.language import gettext as _
from fanshare.web.pages_port import PublicKit
from fanshare.web.public.views import found, readable
from fanshare.web.wording import Calendar


@require("public.kit")
@readable
def kit(request: Any, programme: str, token: str) -> Any:
    """What she sold, where that is known from, and what it does not prove."""
    here = site.of(request)
    shown = found(here.store.kit(programme, token))
    rows = told(shown.sources, _calendar(shown), goods=shown.goods)
    context = {"kit": shown, "rows": rows, "token": token, "from_where": _from_where(shown), "limits": _limits(shown)}
    return _private(render(request, "public/kit.html", context), shown)


@require("public.kit")
@readable
def paper(request: Any, programme: str, token: str) -> Any:
    """The same as a PDF."""
    here = site.of(request)
    shown = found(here.store.kit(programme, token))
    calendar = _calendar(shown)
    title = shown.name or _("Results of a creator")
    address = request.build_absolute_uri(request.path.removesuffix(".pdf"))
    day = local_date(max(one.source.as_of for one in shown.sources), calendar.zone).isoformat()
    try:
        asked = request.method != "HEAD"  # whoever asks only for the head makes nobody write a paper
        content = paper_of(title, language.spoken(), day, _blocks(title, shown, address)) if asked else b""
    except FanshareError as error:
        return _private(error_page(request, error.status, error), shown)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="media-kit.pdf"'
    return _private(response, shown)


def _from_where(shown: PublicKit) -> tuple[str, ...]:
    """Where the numbers come from: what is this site's own is told apart from what others signed."""
    own = _("What was sold here comes from a statement that this site signed; clicks were counted by it.")
    others = _(
        "Of other sites stands here what their statements say. Each holds in itself, with the key that is named."
    )
    return (own,) if all(one.own for one in shown.sources) else (own, others)


def _limits(shown: PublicKit) -> tuple[str, ...]:
    """What a kit does not prove."""
    keys = _("That the key of another site is theirs: whoever makes a key can sign anything with it. Compare it there.")
    return (
        *(() if all(one.own for one in shown.sources) else (keys,)),
        _("That the shop reported every order: what it left out stands in no statement."),
        _("That buyers are different people, or strangers."),
        _("That whoever shows this is the creator whom the statement is of."),
        _("That it goes on so: these are sales of the past."),
    )


def _blocks(title: str, shown: PublicKit, address: str) -> tuple[tuple[str, str], ...]:
    blocks = [("title", title), *(("text", words) for words in _from_where(shown))]
    for row in told(shown.sources, _calendar(shown), goods=shown.goods):
        blocks.append(("heading", f"{row.programme} · {row.host}"))
        blocks += [("text", words) for words in row.results]
        blocks += [("small", words) for words in (*row.proof, row.key)]
    blocks.append(("heading", _("What this does not prove")))
    blocks += [("text", words) for words in _limits(shown)]
    return (*blocks, ("small", _("Where this stands: %(address)s") % {"address": address}))


def _calendar(shown: PublicKit) -> Calendar:
    """Dates with their year: what was printed in one is read in another."""
    return Calendar(zone(shown.programme.time_zone), 0)


def _private(response: Any, shown: PublicKit) -> Any:
    """No cache keeps it: she may take it away at any moment."""
    response.headers["Cache-Control"] = "private, no-store"
    if not shown.listed:
        response.headers["X-Robots-Tag"] = "noindex"
    return response
