"""Objections of people whom an order concerns: what waits for an answer, and what was answered, as one list."""

from typing import Any

from fanshare.core.claims import ANSWER_WITHIN
from fanshare.core.instants import format_rfc3339
from fanshare.flows.authorisation import Role
from fanshare.store.queries import appeals
from fanshare.store.queries.appeals import Placed
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.seated import page, seated

_COLUMNS = ("order", "who", "made_at", "answer_by", "state", "decision", "reason", "answered_at")


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def objections(here: Here) -> Any:
    """Objections: those that nobody has answered yet first, the oldest at the top, then the answered ones."""
    states = {"waiting": _("waiting"), "answered": _("answered")}
    sorts = {"waiting": _("what waits first"), "newest": _("newest first")}
    spec = Spec({"state": (_("state"), states)}, sorts, search=_("order number or name"))
    wish = asked(here.request.GET, spec, here.zone)
    rows = appeals.found(
        here.access,
        text=wish.text.removeprefix("#"),
        state=wish.chosen["state"],
        sort=wish.sort,
        after=wish.after,
        limit=wish.limit + 1,
        **wish.span,
    )
    shown = taken(wish, rows, lambda one: (one.value, one.row.id))
    if wish.form:
        return exported(wish.form, "objections", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    found = [(one.row, _who(one)) for one in shown.rows]
    context = {"asked": wish, "rows": found, "next": shown.next, "answer_within": ANSWER_WITHIN}
    return page(here, "brand/appeals.html", context)


def _who(one: Placed) -> str:
    return named(one.kind, one.name, one.public_id)


def _document(one: Placed) -> dict[str, Any]:
    """An objection without its words: those are for who decides, not for a file."""
    row = one.row
    return {
        "order": row.order,
        "who": _who(one),
        "made_at": format_rfc3339(row.at),
        "answer_by": format_rfc3339(row.at + ANSWER_WITHIN),
        "state": "waiting" if row.ruling is None else "answered",
        "decision": row.verdict or "",
        "reason": row.reason or "",
        "answered_at": "" if row.answered_at is None else format_rfc3339(row.answered_at),
    }
