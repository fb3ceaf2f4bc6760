"""The public pages: read from the store, hand to a template."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from fanshare.core.instants import DAY, zone
from fanshare.flows.appeals import ANSWER_DAYS
from fanshare.flows.authorisation import Role
from fanshare.web import site
from fanshare.web.account import doors
from fanshare.web.authorisation import hats, require
from fanshare.web.came_back import of_all
from fanshare.web.errors import error_page
from fanshare.web.joining.looking import promises
from fanshare.web.pages_port import WhyLine
from fanshare.web.public import explaining
from fanshare.web.wording import Calendar

type View = Callable[..., Any]


def readable(view: View) -> View:
    """A page that can only be read: anything but GET and HEAD answers 405."""

    @wraps(view)
    def guarded(request: Any, **arguments: str) -> Any:
        if request.method in {"GET", "HEAD"}:
            return view(request, **arguments)
        response = error_page(request, 405)
        response.headers["Allow"] = "GET, HEAD"
        return response

    guarded.csrf_exempt = True  # type: ignore[attr-defined]  # what can only be read takes no form
    return guarded


def found[Thing](thing: Thing | None) -> Thing:
    """What the store gave, or the 404 page: the same one whether a thing is missing, secret or not ours."""
    if thing is None:
        raise Http404
    return thing


@require("public.start")
@readable
def start(request: Any) -> Any:
    """What fanshare is, and the programmes of this installation."""
    return render(request, "public/start.html", {"programmes": site.of(request).store.programmes()})


@require("public.creator")
@readable
def creator(request: Any, programme: str, creator: str) -> Any:
    """A creator's page: her words, her links with their labels, where the money of a sale goes."""
    here = site.of(request)
    page = found(here.store.creator(programme, creator))
    calendar = Calendar(zone(page.programme.time_zone), here.clock())
    context = {"page": page, "bars": explaining.example_bars(page), "calendar": calendar}
    return render(request, "public/creator.html", context)


@require("public.picture")
@readable
def picture(request: Any, programme: str, picture: str) -> Any:
    """A picture of a page. Its name never stands for another one, so it may be kept for ever."""
    content = found(site.of(request).store.picture(programme, picture))
    response = HttpResponse(content, content_type="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require("public.terms")
@readable
def terms(request: Any, programme: str) -> Any:
    """The terms in plain sentences: the version in force first, then what comes and what was."""
    here = site.of(request)
    page = found(here.store.terms(programme))
    now = here.clock()
    context = {
        "page": page,
        "promises": _promises(here, programme),
        "versions": explaining.dated_versions(page.versions, now),
        "bars": explaining.version_bars(page.versions),
        "calendar": Calendar(zone(page.programme.time_zone), now),
    }
    return render(request, "public/terms.html", context)


def _promises(here: site.Site, programme: str) -> list[str]:
    """How soon and how surely this programme pays, by its ledger; nothing where there is no database to ask."""
    if here.at_work is None:
        return []
    with here.at_work.open() as conn:
        offer = next((one for one in here.at_work.offers(conn) if one.slug == programme), None)
    if offer is None:
        return []
    return [*promises(offer.outlook), *of_all(offer.came_back)]


@require("public.why")
@readable
def why(request: Any, token: str) -> Any:
    """Why this amount: one party's line of one order. Only who holds the token sees it, and no cache keeps it."""
    here = site.of(request)
    line = found(here.store.why(token))
    calendar = Calendar(zone(line.programme.time_zone), here.clock())
    context = {
        "line": line,
        "calendar": calendar,
        "state": explaining.state(line, calendar),
        "bar": explaining.line_bar(line),
        "reference": token[:6],
        "token": token,
        "objects": _is_hers(request, line),
        "answered_by": here.clock() + ANSWER_DAYS * DAY,
        "contact": explaining.contact(line.programme.contact, token[:6]),
    }
    response = render(request, "public/why.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _is_hers(request: Any, line: WhyLine) -> bool:
    """Whether whoever reads it is signed in as the one whose line it is: she objects where it is kept."""
    return any(
        hat.role in (Role.CREATOR, Role.FAN) and (hat.programme, hat.seat.id) == (line.programme.slug, line.party)
        for hat in hats(request)
    )


@require("public.demo")
@readable
def demo(request: Any) -> Any:
    """How the demonstration went, with links to what it left."""
    return render(
        request, "public/demo.html", {"report": found(site.of(request).store.demo()), "doors": doors.shown(request)}
    )
