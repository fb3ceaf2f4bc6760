"""Money that leaves: runs, their payments, and whether all records of a run say the same."""

from datetime import date
from typing import Annotated, Any

from ninja import Path, Query, Router

from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.payout_shapes import ComparedOut, PaymentOut, RunOut
from fanshare.api.shapes import Number, maybe_when, money, when
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.payment_clock import Clock, Waiting
from fanshare.core.rates import Converted
from fanshare.core.reconciliation import Total
from fanshare.flows import reconciling
from fanshare.store.queries import payout_lists, payout_runs
from fanshare.store.queries.payout_lists import ItemRow, Sum
from fanshare.store.queries.payout_runs import Run

router = Router(tags=["Payouts"])


@router.get("/payout-runs", response=Page[RunOut], summary="Payout runs, oldest first")
@operation("api.payouts.runs")
def list_payout_runs(request: Any, asked: Query[PageAsked]) -> Any:
    """Everybody who has something ready is paid together, by a run. What one comes to, and how far it is."""
    desk = desk_of(request)

    def load(after: int, limit: int) -> list[Run]:
        return payout_lists.runs(desk.access, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: _runs(desk, rows))


@router.get("/payout-runs/{run}", response=RunOut, summary="One payout run")
@operation("api.payouts.run")
def get_payout_run(request: Any, run: Annotated[Number, Path()]) -> Any:
    """One of them."""
    desk = desk_of(request)
    return _runs(desk, [_run(desk, run)])[0]


@router.get("/payout-runs/{run}/payments", response=Page[PaymentOut], summary="The payments of a run")
@operation("api.payouts.payments")
def list_payments(request: Any, asked: Query[PageAsked], run: Annotated[Number, Path()]) -> Any:
    """Whom it pays how much, and where each payment stands."""
    desk = desk_of(request)
    number = _run(desk, run).id

    def load(after: int, limit: int) -> list[ItemRow]:
        return payout_lists.items(desk.access, number, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: list(map(_payment, rows)))


@router.get("/payout-runs/{run}/comparison", response=ComparedOut, summary="Whether all records of a run agree")
@operation("api.payouts.comparison")
def compare_payout_run(request: Any, run: Annotated[Number, Path()]) -> Any:
    """Run, file, books and what was said of the payments, to the cent; what differs by its reference."""
    desk = desk_of(request)
    found = reconciling.of_run(desk.access, _run(desk, run).id)
    return {
        "agrees": found.found.agrees,
        "totals": [_total(one) for one in found.found.totals],
        "differences": [one._asdict() for one in found.found.differences],
        "odd": [{"reference": one.reference, "what": one.what, "at": when(one.at)} for one in found.odd],
    }


def clock_out(clock: Clock, currency: str) -> dict[str, Any]:
    """A clock in a document; ``currency`` is that of the share."""
    return {
        "step": clock.step,
        "ready_at": maybe_when(clock.ready_at),
        "pays_on": day_out(clock.day),
        "run": None if clock.run is None else str(clock.run),
        "paid_at": maybe_when(clock.paid_at),
        "waits": waits_out(clock.waits),
        "credit": None if clock.credit is None else str(clock.credit),
        "kept": money(clock.kept, currency),
        "given": money(clock.given, currency),
    }


def waits_out(waits: tuple[Waiting, ...]) -> list[dict[str, Any]]:
    """What money waits for, in a document."""
    return [{"why": one.why, "until": _until(one.until)} for one in waits]


def day_out(day: date | None) -> str | None:
    """A day in a document."""
    return None if day is None else day.isoformat()


def _until(instant: Instant) -> str | None:
    return when(instant) if instant else None


def _run(desk: Desk, text: str) -> Run:
    number = int(text)
    found = payout_runs.seen(desk.access, number) if number < 1 << 62 else None
    if found is None:
        raise FanshareError("unknown_run", f"There is no payout run {text} in this programme.", 404)
    return found


def _runs(desk: Desk, rows: list[Run]) -> list[dict[str, Any]]:
    sums = payout_lists.sums(desk.access, [row.id for row in rows])
    return [
        {
            "id": str(row.id),
            "state": row.state,
            "planned_at": when(row.planned_at),
            "approved_at": maybe_when(row.approved_at),
            "sent_at": maybe_when(row.submitted_at),
            "totals": [_sum(one) for one in sums.get(row.id, [])],
        }
        for row in rows
    ]


def _sum(one: Sum) -> dict[str, Any]:
    return {"payments": one.payments, "open": one.open, "amount": money(one.amount, one.currency)}


def _payment(row: ItemRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "party": row.public_id,
        "amount": money(row.amount, row.currency),
        "state": row.state,
        "reference": row.key or None,
        "reason": row.reason,
        "converted": None if row.of is None else _converted(row.of),
    }


def _converted(of: Converted) -> dict[str, Any]:
    rates = {"source": of.quote.source, "day": of.quote.day}
    rates |= {"taken_per": of.quote.origin_per, "paid_per": of.quote.target_per}
    return {"taken": money(of.given, of.quote.origin), **rates}


def _total(one: Total) -> dict[str, Any]:
    amounts = {name: money(getattr(one, name), one.currency) for name in one._fields[2:]}
    return {"payments": one.payments, **amounts}
