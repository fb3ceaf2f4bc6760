"""What an operator looks at: health, books, settings."""

from typing import Any

from fanshare.core.marks import Said
from fanshare.core.trial import Sheet, trial_balance
from fanshare.flows import dpi, proofs
from fanshare.store.queries import operating
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.operator.office import Office, operated, page, some_programmes
from fanshare.web.said import in_her_words

_LEVELS = {
    "bad": ("checked", "triangle-alert", later("needs you")),
    "warn": ("waiting", "search-check", later("look at this")),
    "ok": ("ready", "circle-check", later("well")),
}

#: Kinds of accounts -> what stands on them.
ACCOUNTS = {
    "owed": later("owed by the brand"),
    "absorbed": later("borne by the brand for others"),
    "fee": later("fees of this installation"),
    "pending": later("waiting"),
    "available": later("ready"),
    "held": later("being checked"),
    "in_transit": later("on its way"),
    "paid": later("paid out"),
    "unclaimed": later("not claimed yet"),
    "tax_held": later("held for the tax authority"),
    "tax_paid": later("handed on to the tax authority"),
    "liquidity": later("changed into or out of another currency"),
}


@operated("operator.see")
def health(here: Office) -> Any:
    """Everything the doctor says, the worst first."""
    remarks = sorted(here.desk.examine(here.conn), key=lambda one: list(_LEVELS).index(one.level))
    rows = [(remark, (*_LEVELS[remark.level][:2], _(_LEVELS[remark.level][2]))) for remark in remarks]
    counts = {level: sum(remark.level == level for remark in remarks) for level in _LEVELS}
    return page(here, "operator/health.html", {"rows": rows, "counts": counts})


@operated("operator.see")
def books(here: Office) -> Any:
    """Per programme: the trial balance, the newest proof, the newest checkpoint."""
    listed, more = some_programmes(here)
    rows = []
    for tenant in listed:
        access = here.access(tenant)
        sheets = [_shown(sheet) for sheet in trial_balance(operating.balances(access))]
        rows.append((tenant, sheets, proofs.newest(access), operating.checkpoint(access)))
    return page(here, "operator/books.html", {"rows": rows, "more": more, "reports": dpi.here(here.conn)})


def _shown(sheet: Sheet) -> tuple[Sheet, list[tuple[str, int]]]:
    return sheet, [(_(ACCOUNTS[kind]), amount) for kind, amount in sheet.lines]


@operated("operator.see")
def settings(here: Office) -> Any:
    """What the environment says about this installation; secrets are only said to be there."""
    rows = [tuple(in_her_words(one) if isinstance(one, Said) else one for one in row) for row in here.desk.settings]
    return page(here, "operator/settings.html", {"rows": rows})
