"""Checks: money that is held, with what speaks for the sale, why it is looked at, and until when."""

from typing import Any

from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.flows.authorisation import Role
from fanshare.store.queries import held
from fanshare.store.queries.held import HeldRow
from fanshare.web.brand.orders import evidence
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.holding import hold_reason
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.seated import page, seated

_COLUMNS = ("order", "creator", "amount", "currency", "ends_at", "by", "reason")


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def checks(here: Here) -> Any:
    """What is being checked, what ends first at the top."""
    who = {"person": _("a person decided so"), "rule": _("a rule of the programme")}
    sorts = {"ends": _("ends first"), "amount": _("most money first")}
    spec = Spec({"by": (_("why"), who)}, sorts, search=_("order number, creator"))
    wish = asked(here.request.GET, spec, here.zone)
    rows = held.found(
        here.access,
        text=wish.text.lstrip("#"),
        by=wish.chosen["by"],
        sort=wish.sort,
        after=wish.after,
        limit=wish.limit + 1,
        **wish.span,
    )
    shown = taken(wish, rows, lambda row: (row.value, row.id))
    if wish.form:
        return exported(wish.form, "checks", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "rows": [
            (row, hold_reason(row.reason, row.settlement.reasons), evidence(here, row.settlement, row.creator))
            for row in shown.rows
        ],
        "next": shown.next,
    }
    return page(here, "brand/checks.html", context)


def _document(row: HeldRow) -> dict[str, Any]:
    return {
        "order": row.number,
        "creator": row.creator,
        "amount": format_micros(row.amount),
        "currency": row.currency,
        "ends_at": "" if row.until is None else format_rfc3339(row.until),
        "by": "rule" if row.ruled_at is None else "person",
        "reason": row.reason,
    }
