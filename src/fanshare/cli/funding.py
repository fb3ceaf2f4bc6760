"""``fanshare funding``: money that a brand pays in before its people are paid, where the operator holds it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.payout import confirm
from fanshare.cli.payout_run import BY, doing, exact
from fanshare.cli.session import group, session

if TYPE_CHECKING:
    from fanshare.flows.funding import Account

app = group("Hold a brand's money, and book what it pays in.")

_YES = typer.Option(False, "--yes", help="Don't ask.")
_MOST_BYTES = 100_000_000
_COLUMNS = ("currency", "owed", "on_account", "kept_back", "free", "asked_for", "standing")


@app.command()
def on(
    ctx: typer.Context,
    reserve: str = typer.Option("0", help="Percent of what was paid out within 180 days that is kept back."),
    by: str = BY,
) -> None:
    """Runs take only what was paid in, from now on; again it changes what is kept back."""
    from fanshare.core.money import parse_amount
    from fanshare.flows import funding

    bps = parse_amount(reserve) // 10_000
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        funding.switch_on(desk.access, desk.tenant, bps, desk.now)
        done.note("funding.on", f"{reserve} %")
    this.out.result({"held": True, "reserve_bps": bps}, ["Runs take what was paid in, and no more."])


@app.command()
def off(ctx: typer.Context, by: str = BY) -> None:
    """The brand pays its people itself again; nothing of its money may be here."""
    from fanshare.flows import funding

    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        funding.switch_off(desk.access, desk.now)
        done.note("funding.off", "")
    this.out.result({"held": False}, ["The brand pays its people itself."])


@app.command()
def show(ctx: typer.Context) -> None:
    """What is owed, there, kept back, free and asked for, by currency; and the reference for the brand's transfers."""
    from fanshare.core.funding import reference
    from fanshare.flows import funding

    this = session(ctx)
    with this.desk() as desk:
        found = funding.accounts(desk.access, desk.now, desk.tenant.currency)
        mark = reference(desk.tenant.public_id)
    rows = [{**_row(one), "reference": mark} for one in found[1]] if found else []
    this.out.rows("funding", rows, (*_COLUMNS, "reference"))


@app.command()
def book(
    ctx: typer.Context,
    amount: str = typer.Argument(help="What came in, such as 500.00."),
    currency: str = typer.Argument(help="Such as EUR."),
    reference: str = typer.Option(..., help="What the bank or you call this transfer; each is booked once."),
    back: bool = typer.Option(False, "--back", help="It went back to the brand."),
    note: str = typer.Option("", help="A note."),
    by: str = BY,
    yes: bool = _YES,
) -> None:
    """Book money that was seen on the account. The same reference again books nothing."""
    from fanshare.core.money import parse_amount
    from fanshare.flows import funding

    micros = -parse_amount(amount) if back else parse_amount(amount)
    confirm(ctx, f"Book {exact(micros)} {currency} that you have seen on the account?", yes)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        booked = funding.book(desk.programme, funding.Slip(currency, micros, note), reference, done.name, desk.now)
        if booked:
            done.note("funding.book", f"{exact(micros)} {currency}")
    told = {"amount": exact(micros), "currency": currency, "booked": booked}
    this.out.result(told, ["Booked." if booked else "This reference was booked before; nothing was booked now."])


@app.command()
def statement(
    ctx: typer.Context,
    file: Annotated[Path, typer.Option("--from", help="A bank's statement, camt.053.")],
    by: str = BY,
    yes: bool = _YES,
) -> None:
    """Book what came in under this brand's reference, each booking once."""
    from fanshare.cli.files import read_bytes
    from fanshare.flows import funding
    from fanshare.integrations.bank_files import Banks

    incoming = Banks().incoming(read_bytes(file, _MOST_BYTES))
    confirm(ctx, f"Book what came in for this brand by {file}?", yes)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        taken = funding.take_in(desk.access, desk.tenant, incoming, done.name, desk.now)
        done.note("funding.statement", f"{taken.booked} booked")
    said = f"{taken.booked} booked, {taken.known} known before, {taken.others} without this brand's reference."
    this.out.result(taken._asdict(), [said])


def _row(one: "Account") -> dict[str, Any]:
    return {
        "currency": one.currency,
        "owed": exact(one.owed.whole),
        "on_account": exact(one.money.on_account),
        "kept_back": exact(one.kept_back),
        "free": exact(one.free),
        "asked_for": exact(one.asked_for),
        "standing": str(one.standing),
    }
