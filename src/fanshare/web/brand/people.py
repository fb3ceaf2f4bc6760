"""Creators of a programme, and the applications that wait for a person's answer."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339
from fanshare.flows import applications, groups
from fanshare.flows.authorisation import Role
from fanshare.store.queries import brand, creators
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_COLUMNS = ("name", "page", "since", "orders", "group")
#: Applications on one page, oldest first.
_AT_ONCE = 20


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def people(here: Here) -> Any:
    """Creators, newest first, under what waits."""
    known = {name: name for name in sorted(groups.names(here.programme, here.now))}
    sorts = {"newest": _("newest first"), "sales": _("most sales first")}
    spec = Spec({"group": (_("group"), known)} if known else {}, sorts, search=_("name"))
    wish = asked(here.request.GET, spec, here.zone)
    chosen = wish.chosen.get("group", "")
    rows = creators.listed(
        here.access,
        text=wish.text,
        group=chosen,
        sort=wish.sort,
        after=wish.after,
        limit=wish.limit + 1,
        **wish.span,
    )
    shown = taken(wish, rows, by_number if wish.sort == "newest" else lambda row: (row.orders, row.id))
    if wish.form:
        return exported(wish.form, "creators", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    waiting = applications.waiting(here.programme, limit=_AT_ONCE) if may(here, "brand.applications") else []
    context = {
        "asked": wish,
        "creators": shown.rows,
        "next": shown.next,
        "waiting": waiting,
        "count": brand.applications(here.access),
        "may_write": may(here, "brand.letters"),
        "may_open": may(here, "brand.creator"),
        # Letters go by name and group: to those of some days alone nothing is written.
        "writing": wish.address() if wish.narrowed and not (wish.from_day or wish.to_day) else "",
        "grouped": bool(known),
    }
    return page(here, "brand/people.html", context)


@seated("brand.applications", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def application(here: Here, number: int) -> Any:
    """One application, to be answered."""
    found = next((one for one in applications.waiting(here.programme, after=number - 1, limit=1)), None)
    if found is None or found.id != number:
        raise BadInputError("unknown_application", "This application was answered already, or never was.", 404)
    problem = ""
    if here.request.method == "POST":
        try:
            answer = field(here, "answer")
            if answer not in ("yes", "no"):
                raise BadInputError("no_answer", "Say yes or no.")
            words = field(here, "words", applications.LONGEST_WORDS)
            applications.answer(here.programme, number, accept=answer == "yes", words=words, now=here.now)
        except BadInputError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(f"/brand/{here.tenant.slug}/people")
    context = {"found": found, "problem": problem, "words": here.request.POST.get("words", "")}
    return page(here, "brand/application.html", context, status=422 if problem else 200)


def _document(row: creators.CreatorRow) -> dict[str, Any]:
    since = format_rfc3339(row.since)
    return {"name": row.name, "page": row.slug, "since": since, "orders": row.orders, "group": row.group}
