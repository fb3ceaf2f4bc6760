"""Exclusive: what the creators she shares for write for their fans alone."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.instants import zone
from fanshare.flows import posts as writing
from fanshare.flows.authorisation import Role
from fanshare.store.queries import posts as queries
from fanshare.store.queries.posts import PostRow
from fanshare.web.creator.exclusive import drawn
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE, Spec, asked, place
from fanshare.web.seated import page, seated


@seated("fan.exclusive", Role.FAN, Role.YOUNG)
def posts(here: Here) -> Any:
    """Posts of her creators, those first that were shown last."""
    wish = asked(here.request.GET, Spec({}, {"newest": _("newest first")}, dates=False), zone(here.tenant.time_zone))
    rows = queries.of_fan(here.access, here.me, after=wish.after, limit=PAGE + 1)
    found = writing.read(here.programme, rows[:PAGE])
    further = place((found[-1].row.shown_at or 0, found[-1].row.id)) if len(rows) > PAGE else ""
    return page(here, "fan/exclusive.html", {"asked": wish, "rows": found, "next": further})


@seated("fan.exclusive", Role.FAN, Role.YOUNG, form=True)
def post(here: Here, number: int) -> Any:
    """One post of a creator she shares for, which she may report."""
    row = _open(here, number)
    if row is None:
        return error_page(here.request, 404)
    if here.request.method == "POST":
        writing.report(here.programme, here.me, number, here.now)
        return HttpResponseRedirect(f"{here.request.path}?reported=1")
    reported = here.request.GET.get("reported") == "1"
    return page(here, "fan/exclusive_post.html", {"post": writing.read(here.programme, [row])[0], "reported": reported})


@seated("fan.exclusive", Role.FAN, Role.YOUNG)
def picture(here: Here, number: int, name: str) -> Any:
    """A picture of such a post."""
    return drawn(here, _open(here, number), name)


def _open(here: Here, number: int) -> PostRow | None:
    return queries.one_of_fan(here.access, here.me, number)
