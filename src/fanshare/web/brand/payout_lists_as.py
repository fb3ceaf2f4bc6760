"""Payout runs and their payments as lists: what is asked of them, their pages, and their files.

The file to pay from is another one, and is noted.
"""

from collections.abc import Mapping
from typing import Any

from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.core.payout_runs import SCHEDULE
from fanshare.flows import staff
from fanshare.store.queries import payout_lists
from fanshare.store.queries.payout_lists import ItemRow, RunRow, Sum
from fanshare.store.queries.payout_runs import Run
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import MOST_EXPORTED, Asked, Spec, Taken, asked, by_number, taken

_RUNS = (
    "run", "state", "planned_at", "planned_by", "approved_at", "sent_at", "currency", "amount", "payments", "open"
)  # fmt: skip
_ITEMS = ("reference", "who", "amount", "currency", "state", "reason")
_STATES: Mapping[str, str] = {
    "planned": later("planned"),
    "approved": later("approved"),
    "frozen": later("frozen"),
    "sent": later("sent"),
}


def run_states() -> dict[str, str]:
    """What each state of a run is called."""
    return {name: _(words) for name, words in _STATES.items()}


def runs_asked(here: Here) -> Asked:
    """What an address asks of the runs."""
    sorts = {
        "newest": _("newest first"),
        "amount": _("most in %(currency)s first") % {"currency": here.tenant.currency},
    }
    spec = Spec({"state": (_("state"), run_states())}, sorts, search=_("run, or reference of a payment"))
    return asked(here.request.GET, spec, here.zone)


def page_of_runs(here: Here, wish: Asked) -> Taken[RunRow]:
    """The runs of one page or file."""
    rows = payout_lists.found(
        here.access,
        here.tenant.currency,
        **wish.query,
    )
    return taken(wish, rows, lambda row: (row.value, row.run.id))


def items_asked(here: Here, states: Mapping[str, str]) -> Asked:
    """What an address asks of the payments of a run: no days, as all of them were planned at one moment."""
    sorts = {"run": _("as in the run"), "amount": _("largest first")}
    spec = Spec({"state": (_("state"), states)}, sorts, search=_("name or reference"), dates=False)
    return asked(here.request.GET, spec, here.zone, compare=here.request.GET.get("compare", ""))


def page_of_items(here: Here, number: int, wish: Asked) -> Taken[ItemRow]:
    """The payments of one page or file."""
    rows = payout_lists.found_items(
        here.access,
        number,
        **wish.query,
    )
    return taken(wish, rows, by_number if wish.sort == "run" else lambda row: (row.amount, row.id))


def runs(here: Here, wish: Asked) -> Any:
    """The runs that were asked for, a row for each of their currencies."""
    shown = page_of_runs(here, wish)
    found = [row.run for row in shown.rows]
    sums = payout_lists.sums(here.access, [run.id for run in found])
    members = staff.brand_people(here.access, here.programme.keys)
    rows = [_run(run, one, members) for run in found for one in sums.get(run.id) or [Sum("", 0, 0, 0)]]
    cut = shown.cut or len(rows) > MOST_EXPORTED
    return exported(wish.form, "payout-runs", rows[:MOST_EXPORTED], _RUNS, cut=cut)


def items(here: Here, run: int, wish: Asked) -> Any:
    """The payments of one run that were asked for."""
    shown = page_of_items(here, run, wish)
    return exported(wish.form, f"payments-{run}", map(_item, shown.rows), _ITEMS, cut=shown.cut)


def actor(name: str, members: list[staff.Member]) -> str:
    """A colleague by her address; an operator as one; whoever used the command line as she called herself."""
    if name.startswith("operator:"):
        return _("an operator")
    if name == SCHEDULE:
        return _("the calendar")
    if name == "restore":
        return _("restoring a backup")
    return next((one.address for one in members if name == f"brand:{one.id}"), name)


def _run(run: Run, one: Sum, members: list[staff.Member]) -> dict[str, Any]:
    def moment(at: int | None) -> str:
        return "" if at is None else format_rfc3339(at)

    return {
        "run": str(run.id),
        "state": run.state,
        "planned_at": moment(run.planned_at),
        "planned_by": actor(run.planned_by, members),
        "approved_at": moment(run.approved_at),
        "sent_at": moment(run.submitted_at),
        "currency": one.currency,
        "amount": format_micros(one.amount),
        "payments": one.payments,
        "open": one.open,
    }


def _item(row: ItemRow) -> dict[str, Any]:
    return {
        "reference": row.key,
        "who": named(row.kind, row.name, row.public_id),
        "amount": format_micros(row.amount),
        "currency": row.currency,
        "state": row.state,
        "reason": row.reason,
    }
