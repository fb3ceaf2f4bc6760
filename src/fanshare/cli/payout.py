"""``fanshare payout``: what left. Payments are planned by ``payout run`` alone; single ones are of earlier versions."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.flows.payouts import Payout

app = group("Pay by runs, and see every payout there was.")

_ID = typer.Argument(help="The number of the payout.")
_YES = typer.Option(False, "--yes", help="Don't ask.")
_STATES = {
    "in_transit": "on its way",
    "final": "paid",
    "returned": "returned",
    "withheld": "held for tax",
    "exchanged": "exchanged",
    "received": "received by exchange",
}


@app.command("list")
def list_(
    ctx: typer.Context,
    state: str = typer.Option("", help="in_transit, final, returned, withheld, exchanged or received."),
) -> None:
    """All payouts, or those in one state."""
    if state and state not in _STATES:
        raise BadInputError("bad_state", f"A payout is one of {', '.join(_STATES)}.")
    this = session(ctx)
    with this.desk() as desk:
        rows = _rows(desk, state or None)
    this.out.rows("payouts", rows, ("id", "party", "amount", "currency", "state", "changed_at"))


@app.command()
def arrived(ctx: typer.Context, ids: Annotated[list[int], typer.Argument(help="The numbers.")]) -> None:
    """A single payout of an earlier version has arrived."""
    from fanshare.flows import payouts

    _each(ctx, ids, lambda desk, id_: payouts.arrived(desk.programme, id_, desk.now))


@app.command()
def returned(
    ctx: typer.Context,
    payout: int = _ID,
    reason: str = typer.Option(..., help="Why, in words the payee will read."),
    yes: bool = _YES,
) -> None:
    """A single payout of an earlier version came back: it is ready again."""
    from fanshare.flows import payouts

    confirm(ctx, f"Book payout {payout} as returned?", yes)
    _each(ctx, [payout], lambda desk, id_: payouts.came_back(desk.programme, id_, reason, desk.now))


def _each(ctx: typer.Context, ids: list[int], step: "Callable[[Any, int], Payout]") -> None:
    """One transaction a payout; the first that can't go stops the rest, and what went stays gone."""
    this = session(ctx)
    done: list[dict[str, Any]] = []
    with this.desk() as desk:
        for id_ in ids:
            if not 0 < id_ < 1 << 62:
                raise BadInputError("unknown_payout", "There is no such payout in this programme.", 404)
            step(desk, id_)
        known = {row["id"]: row for row in _rows(desk)}
        done = [known[str(id_)] for id_ in ids]
    this.out.rows("payouts", done, ("id", "party", "amount", "currency", "state"))


def confirm(ctx: typer.Context, question: str, yes: bool) -> None:
    """Ask before money moves, unless told not to."""
    if yes:
        return
    if session(ctx).json or not sys.stdin.isatty():
        raise BadInputError("not_confirmed", "This moves money; nobody is here to be asked, so say --yes.")
    typer.confirm(question, abort=True, err=True)


def _rows(desk: Any, state: str | None = None) -> list[dict[str, Any]]:
    from fanshare.cli import shapes
    from fanshare.core.money import format_minor
    from fanshare.store.queries import listing

    payouts = listing.payouts(desk.access, state=state)
    people = listing.named(desk.access, (row.party for row in payouts))
    return [
        {
            "id": str(row.id),
            "party": people[row.party].slug or row.public_id,
            "amount": format_minor(row.amount, row.currency),
            "currency": row.currency,
            "state": row.state,
            "created_at": shapes.when(row.created_at),
            "changed_at": shapes.when(row.changed_at),
        }
        for row in payouts
    ]


def _with_runs() -> None:
    from fanshare.cli import payout_bank, payout_compare, payout_hold, payout_rail, payout_rules, payout_run

    payout_rules.add_to(payout_run.app)
    payout_compare.add_to(payout_run.app)
    app.add_typer(payout_run.app, name="run")
    app.add_typer(payout_bank.app, name="bank")
    app.add_typer(payout_rail.app, name="rail")
    app.add_typer(payout_hold.app, name="hold")


_with_runs()
