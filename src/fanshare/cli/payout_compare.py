"""``fanshare payout run compare``: run, file, books and what was said, to the cent."""

from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.session import session
from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_minor

if TYPE_CHECKING:
    from fanshare.core.reconciliation import Difference, Total
    from fanshare.flows.reconciling import Run


def compare(ctx: typer.Context, run: int = typer.Argument(help="The number of the run.")) -> None:
    """Hold a run that was sent against its file, the books and what the bank said; exit code 1 where they differ."""
    from fanshare.flows.reconciling import of_run

    this = session(ctx)
    with this.desk() as desk:
        found = of_run(desk.access, run)
    this.out.result({"run": run, **_document(found)}, _lines(found))
    if not found.found.agrees:
        raise typer.Exit(1)


def _document(found: "Run") -> dict[str, Any]:
    return {
        "agrees": found.found.agrees,
        "totals": [_total(one) for one in found.found.totals],
        "differences": [{**one._asdict(), "what": str(one.what)} for one in found.found.differences],
        "odd": [{"reference": one.reference, "what": one.what, "at": format_rfc3339(one.at)} for one in found.odd],
    }


def _total(one: "Total") -> dict[str, Any]:
    amounts = {name: format_minor(value, one.currency) for name, value in one._asdict().items() if name in _SUMS}
    return {"currency": one.currency, "payments": one.payments, **amounts}


_SUMS = ("run", "file", "booked", "confirmed", "marked", "back", "open", "looked")


def _lines(found: "Run") -> list[str]:
    lines = []
    for total in found.found.totals:
        one = _total(total)
        lines.append(
            f"{one['payments']} payments in {one['currency']}: {one['run']} in the run, {one['file']} in its file, "
            f"{one['booked']} booked."
        )
        lines.append(
            f"Arrived by the bank's word {one['confirmed']}, by a person's {one['marked']}; back {one['back']}; "
            f"open {one['open']}; to be looked at {one['looked']}."
        )
    lines += [_difference(one) for one in found.found.differences]
    lines += [f"A file of the bank: {one.reference or 'a payment'}, {one.what.replace('_', ' ')}." for one in found.odd]
    lines.append("Everything agrees." if found.found.agrees else "Look at what is named above.")
    return lines


def _difference(one: "Difference") -> str:
    decided = " (decided)" if one.settled else ""
    what = str(one.what).replace("_", " ")
    return f"{one.reference}: {what}; {one.run or '-'} in the run, {one.other or '-'} there{decided}."


def add_to(app: typer.Typer) -> None:
    """This is a command of ``payout run``."""
    app.command()(compare)
