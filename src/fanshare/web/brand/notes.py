"""The credit notes of a payout run: which payment has which, and why one has none."""

from collections.abc import Sequence
from typing import Any

from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.flows import self_billing
from fanshare.flows.authorisation import Role
from fanshare.flows.self_billing import Standing
from fanshare.store.queries import listing, self_bills
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries.self_bills import Payment
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, Taken, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import page, seated

_COLUMNS = ("who", "amount", "currency", "arrived_at", "credit_notes", "over", "why_none")
#: Payments whose documents are opened at once.
_AT_ONCE = 200


@seated("brand.billing", Role.BRAND)
def notes(here: Here, number: int) -> Any:
    """The payments of a run that arrived, each with its documents or why it has none."""
    if run_rows.seen(here.access, number) is None:
        return error_page(here.request, 404)
    states = {"written": _("written"), "missing": _("not written")}
    sorts = {"run": _("as in the run"), "amount": _("largest first")}
    spec = Spec({"state": (_("credit note"), states)}, sorts, search=_("name, or number of a credit note"))
    wish = asked(here.request.GET, spec, here.zone)
    shown = _found(here, number, wish)
    if wish.form:
        rows = [_document(*one) for k in range(0, len(shown.rows), _AT_ONCE)
                for one in _told(here, shown.rows[k : k + _AT_ONCE])]  # fmt: skip
        return exported(wish.form, f"credit-notes-{number}", rows, _COLUMNS, cut=shown.cut)
    context = {"asked": wish, "run": number, "rows": _told(here, shown.rows), "next": shown.next}
    return page(here, "brand/notes.html", context)


def _found(here: Here, number: int, wish: Asked) -> Taken[Payment]:
    rows = self_bills.payments(
        here.access,
        number,
        **wish.query,
    )
    return taken(wish, rows, by_number if wish.sort == "run" else lambda row: (row.amount, row.id))


def _told(here: Here, payments: Sequence[Payment]) -> list[tuple[str, Standing, str]]:
    """Who is paid, the payment with its documents, and why there is none."""
    found = self_billing.standing(here.programme, here.tenant, payments, here.now)
    people = listing.named(here.access, [one.party for one in payments])
    who = {id_: named(one.kind, one.name, one.public_id) for id_, one in people.items()}
    return [(who[one.payment.party], one, plain(one.why_not) if one.why_not else "") for one in found]


def _document(who: str, one: Standing, why: str) -> dict[str, Any]:
    """What the page says; the documents themselves, which say where somebody lives, are files of their own."""
    return {
        "who": who,
        "amount": format_micros(one.payment.amount),
        "currency": one.payment.currency,
        "arrived_at": format_rfc3339(one.payment.changed_at),
        "credit_notes": " ".join(made.paper.number for made in one.documents if made.paper),
        "over": format_micros(one.documents[0].bill.amount) if one.documents else "",
        "why_none": why,
    }
