"""A provider's own report: read in the browser, what came of it, and what of the last ones fits no payment."""

from collections.abc import Mapping
from typing import Any

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.payee_account import Kind
from fanshare.core.provider_reports import MOST_BYTES, What
from fanshare.flows import provider_reports
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.provider_reports import Taken
from fanshare.store.queries import provider_reports as rows
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.payee.ways import NAMES
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Reports that the page shows, and rows of each.
_REPORTS, _ROWS = 10, 100
_WHAT: Mapping[str, str] = {
    What.STRANGER: later("a payment there that no run here made"),
    What.OTHER_PAYMENT: later("our reference, on a payment that the provider calls otherwise"),
    What.OTHER_AMOUNT: later("another amount than was sent; look at the run"),
    What.PAID_TWICE: later("paid twice; look at the run"),
    What.SUMS: later("amount, fee and net amount do not fit together; nothing was booked of it"),
    What.STATUS: later("a state that is not known here; nothing was booked of it"),
    What.STILL_SENDING: later("it may still be sent, so it is not over yet; give the report again later"),
}


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def reports(here: Here) -> Any:
    """Book a report, and see what fits nothing."""
    problem, taken = "", None
    if here.request.method == "POST":
        try:
            taken = _taken(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = plain(error)
    found = [
        (NAMES[Kind(one.kind)], one, rows.fees(here.access, one.id), rows.odd(here.access, one.id, _ROWS))
        for one in rows.newest(here.access, _REPORTS)
    ]
    context = {"problem": problem, "taken": taken, "reports": found, "what": _word}
    return page(here, "brand/provider_reports.html", context, status=422 if problem else 200)


def _word(what: str) -> str:
    return _(_WHAT[what])


def _taken(here: Here) -> Taken:
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    sent = here.request.FILES.get("file")
    raw = b"" if sent is None else sent.read(MOST_BYTES + 1)
    if not raw:
        raise BadInputError("file_missing", "Choose the file first.")
    kind, found = here.desk.rails.report(raw)
    with here.access.transaction():
        taken = provider_reports.take(here.programme, kind, found, raw, here.access.actor, here.now)
        noted(here.access, "payout.report", here.now, f"{kind}: {taken.told} told, {len(taken.odd)} odd")
    return taken
