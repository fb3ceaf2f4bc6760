"""Payout runs and their payments as files for a spreadsheet. The file to pay from is another one, and is noted."""

from typing import Any

from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.store.queries import payout_lists, payout_runs
from fanshare.store.queries.payout_lists import ItemRow, Sum
from fanshare.store.queries.payout_runs import Run
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.lists import MOST_EXPORTED

_RUNS = ("run", "state", "planned_at", "approved_at", "sent_at", "currency", "amount", "payments", "open")
_ITEMS = ("reference", "who", "amount", "currency", "state", "reason")


def runs(here: Here, form: str) -> Any:
    """Every run, a row for each of its currencies, the newest first."""
    found = payout_runs.listed(here.access, limit=MOST_EXPORTED + 1)
    shown = found[:MOST_EXPORTED]
    sums = payout_lists.sums(here.access, [run.id for run in shown])
    rows = [_run(run, one) for run in shown for one in sums.get(run.id) or [Sum("", 0, 0, 0)]]
    cut = len(found) > MOST_EXPORTED or len(rows) > MOST_EXPORTED
    return exported(form, "payout-runs", rows[:MOST_EXPORTED], _RUNS, cut=cut)


def items(here: Here, run: int, form: str) -> Any:
    """The payments of one run in the order of the run."""
    found = payout_lists.items(here.access, run, limit=MOST_EXPORTED + 1)
    rows = map(_item, found[:MOST_EXPORTED])
    return exported(form, f"payments-{run}", rows, _ITEMS, cut=len(found) > MOST_EXPORTED)


def _run(run: Run, one: Sum) -> dict[str, Any]:
    moments = {"planned_at": run.planned_at, "approved_at": run.approved_at, "sent_at": run.submitted_at}
    return {
        "run": str(run.id),
        "state": run.state,
        **{name: "" if at is None else format_rfc3339(at) for name, at in moments.items()},
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
