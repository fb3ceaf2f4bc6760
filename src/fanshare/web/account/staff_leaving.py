"""What is kept about me, for a brand's people and operators: a copy of it, and the end of it."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.flows import staff_leaving
from fanshare.flows.authorisation import Role
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.operator import office
from fanshare.web.operator.office import Office, operated
from fanshare.web.said import plain
from fanshare.web.seated import page, seated


@seated("account.staff", Role.BRAND, proposed=True)
def brand_data(here: Here) -> Any:
    """Everything about somebody of the brand, as a file."""
    document = staff_leaving.copy_of_brand_person(here.access, here.programme.keys, here.me, here.now)
    return _file(document, here.tenant.slug, here.now)


@operated("operator.self")
def operator_data(here: Office) -> Any:
    """Everything about an operator, as a file."""
    document = staff_leaving.copy_of_operator(here.conn, here.desk.keys, here.hat.seat.id, here.now)
    return _file(document, "operator", here.now)


@seated("account.staff", Role.BRAND, form=True, fresh=True, proposed=True)
def leave_brand(here: Here) -> Any:
    """What leaving the team means, and a button; a word is typed, so that nobody leaves by accident."""

    def leave() -> None:
        staff_leaving.leave_brand(here.access, here.tenant.public_id, here.programme.keys, here.me, here.now)

    problem = _left(here.request, leave)
    if problem is None:
        return HttpResponseRedirect(reverse("home"))
    context = {"where": here.tenant.name, "copy": reverse("brand_own_data", args=[here.tenant.slug])}
    return page(here, "account/leave_staff.html", _shown(context, problem), status=422 if problem else 200)


@operated("operator.self", form=True, fresh=True)
def leave_operator(here: Office) -> Any:
    """The same for whoever runs the installation."""

    def leave() -> None:
        staff_leaving.leave_operator(here.conn, here.desk.keys, here.hat.seat.id, here.now)

    problem = _left(here.request, leave)
    if problem is None:
        return HttpResponseRedirect(reverse("home"))
    context = {"where": _("this installation"), "copy": reverse("operator_own_data")}
    return office.page(here, "account/leave_staff.html", _shown(context, problem), status=422 if problem else 200)


def _left(request: Any, leave: Callable[[], None]) -> str | None:
    """Leave where it was meant; ``None`` once she has left, else what was wrong (empty: nothing was sent)."""
    if request.method != "POST":
        return ""
    if request.POST.get("word", "").strip().casefold() != _("leave").casefold():
        return _("Type the word to say that you mean it.")
    try:
        leave()
    except ConflictError as error:
        return plain(error)
    return None


def _shown(context: dict[str, Any], problem: str) -> dict[str, Any]:
    return {**context, "word": _("leave"), "problem": problem}


def _file(document: dict[str, Any], where: str, now: Instant) -> HttpResponse:
    content = json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
    response = HttpResponse(content, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="about-me-{where}-{format_rfc3339(now)[:10]}.json"'
    return response
