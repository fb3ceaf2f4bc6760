"""Links to other sites on her page: added, ordered, paused, taken away. Nobody earns by them and nobody counts them."""

from itertools import groupby
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import foreign_links as flow
from fanshare.flows import shelves
from fanshare.flows.authorisation import Role
from fanshare.store.queries import foreign_links
from fanshare.store.queries import shelves as stored
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_FIELDS = ("words", "address", "gets", "country", "shelf", "heading")


@seated("creator.page", Role.CREATOR, form=True)
def elsewhere(here: Here) -> Any:
    """Her links to other sites by section, and the form that adds one."""
    if here.request.method != "POST":
        return _page(here)
    try:
        _do(here)
    except FanshareError as error:
        return _page(here, problem=plain(error))
    return HttpResponseRedirect(f"{here.request.path}?kept=1")


def _do(here: Here) -> None:
    """What a button says: ``add``, or a verb and the number of a link, such as ``pause 17``."""
    verb, _, number = field(here, "do").partition(" ")
    if verb == "add":
        shelf = field(here, "shelf")
        new = flow.Adding(
            field(here, "words"),
            field(here, "address", 8192),
            field(here, "gets"),
            field(here, "country"),
            int(shelf) if _is_number(shelf) else 0,
            field(here, "heading"),
        )
        return flow.add(here.programme, here.me, new, here.now, here.request.get_host())
    if not _is_number(number):
        raise BadInputError("bad_field", "This button is none of this page; open it again.")
    match verb:
        case "up" | "down":
            flow.move(here.programme, here.me, int(number), -1 if verb == "up" else 1)
        case "pause" | "show":
            flow.pause(here.programme, here.me, int(number), paused=verb == "pause")
        case "off":
            flow.take_off(here.programme, here.me, int(number))
        case _:
            raise BadInputError("bad_field", "This button is none of this page; open it again.")
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _page(here: Here, *, problem: str = "") -> Any:
    rows = foreign_links.of_page(here.access, here.me)
    sections = stored.shelves(here.access, here.me)
    typed = {name: here.request.POST.get(name, "")[:4096] if problem else "" for name in _FIELDS}
    context = {
        "groups": [
            (heading, [(one, flow.shown_host(one.host)) for one in group])
            for (_, heading), group in groupby(rows, lambda one: (one.shelf, one.heading))
        ],
        "sections": sections,
        "may_begin": len(sections) < shelves.MOST_SHELVES,
        "full": len(rows) >= flow.MOST,
        "most": flow.MOST,
        "countries": ad_labels.COUNTRIES.values(),
        "typed": {**typed, "country": typed["country"] or here.tenant.country},
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "creator/elsewhere.html", context, status=422 if problem else 200)
