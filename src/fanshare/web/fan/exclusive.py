"""Exclusive: what the creators she shares for write for their fans alone."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.instants import LAST_INSTANT
from fanshare.flows import posts as writing
from fanshare.flows.authorisation import Role
from fanshare.flows.posts import Post
from fanshare.store.queries import posts as queries
from fanshare.store.queries.posts import PostRow
from fanshare.web.creator.exclusive import drawn
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.seated import page, seated

_COLUMNS = ("day", "creator", "title")


@seated("fan.exclusive", Role.FAN, Role.YOUNG)
def posts(here: Here) -> Any:
    """Posts of her creators, those first that were shown last."""
    wish = asked(here.request.GET, Spec({}, {"newest": _("newest first")}, search=_("creator")), here.zone)
    since = -1 if wish.since is None else wish.since - 1
    until = LAST_INSTANT + 1 if wish.until is None else wish.until
    rows = queries.of_fan(
        here.access, here.me, creator=wish.text, since=since, until=until, after=wish.after, limit=wish.limit + 1
    )
    shown = taken(wish, rows, lambda row: (row.shown_at or 0, row.id))
    found = writing.read(here.programme, shown.rows)
    if wish.form:
        return exported(wish.form, "exclusive", (_document(here, one) for one in found), _COLUMNS, cut=shown.cut)
    return page(here, "fan/exclusive.html", {"asked": wish, "rows": found, "next": shown.next})


def _document(here: Here, one: Post) -> dict[str, str]:
    """The words are read where the pictures are, as long as the creator shows them."""
    shown_on = here.calendar.iso(one.row.shown_at or 0)
    return {"day": shown_on, "creator": one.row.name, "title": one.title}


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
