"""Her media kit: shown or not, what stands in it, statements of other places, its address."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import media_kits as flow
from fanshare.flows.authorisation import Role
from fanshare.store.queries import media_kits
from fanshare.web.desk import Here
from fanshare.web.kit_words import told
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@seated("creator.kit", Role.CREATOR, form=True)
def kit(here: Here) -> Any:
    """What she shows, and the forms that change it."""
    if here.request.method != "POST":
        return _page(here)
    try:
        _do(here)
    except FanshareError as error:
        return _page(here, problem=plain(error))
    return HttpResponseRedirect(f"{here.request.path}?kept=1")


def _do(here: Here) -> None:
    """What a button says: ``show``, ``add``, ``out`` and the number of a statement, ``move``, ``hide``."""
    verb, _, number = field(here, "do").partition(" ")
    match verb:
        case "show":
            ticked = {name: field(here, name) == "yes" for name in ("named", "goods", "listed")}
            statement = here.desk.statement(here.programme, here.tenant, here.me, here.now, None)
            flow.show(here.programme, here.tenant, here.me, flow.Choice(**ticked), statement, here.now)
        case "add":
            sent = here.request.FILES.get("statement")
            if sent is None:
                raise BadInputError("no_statement", "Choose the file of a statement first.")
            flow.add(here.programme, here.me, sent.read(), here.now)
        case "out" if number.isascii() and number.isdigit() and len(number) <= 18:
            flow.take_out(here.programme, here.me, int(number))
        case "move":
            flow.move(here.programme, here.me)
        case "hide":
            flow.hide(here.programme, here.me)
        case _:
            raise BadInputError("bad_field", "This button is none of this page; open it again.")


def _page(here: Here, *, problem: str = "") -> Any:
    found = media_kits.of(here.access, here.me)
    rows = [] if found is None else media_kits.sources(here.access, here.me)
    path = "" if found is None else reverse("kit", args=[here.tenant.slug, found.token])
    context = {
        "kit": found,
        "rows": told(rows, here.calendar, goods=found is not None and found.goods),
        "path": path,
        "address": here.request.build_absolute_uri(path) if path else "",
        "most": flow.MOST_SOURCES,
        "full": len(rows) > flow.MOST_SOURCES,
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "creator/kit.html", context, status=422 if problem else 200)
