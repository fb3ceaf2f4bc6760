"""``fanshare payout bank``: the file of a run for the bank, and what the bank's files say of it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from fanshare.cli.payout import confirm
from fanshare.cli.payout_run import BY, doing
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError
from fanshare.core.payee_account import Kind

app = group("Let the bank pay a run: take its file, and book what the bank's files say.")

_RUN = typer.Argument(help="The number of the run.")
_YES = typer.Option(False, "--yes", help="Don't ask.")
_MOST_BYTES = 100_000_000


@app.command()
def file(
    ctx: typer.Context,
    to: Annotated[Path, typer.Option(help="Where to write it; it holds whole account numbers.")],
    run: int = _RUN,
    kind: Annotated[Kind, typer.Option(help="iban: euros by pain.001; us: dollars by NACHA.")] = Kind.IBAN,
    by: str = BY,
) -> None:
    """Write the file of a run that was sent, for the bank. It can be taken until the bank has said something of it."""
    from fanshare.cli.files import write_text
    from fanshare.flows import payout_banks
    from fanshare.integrations.bank_files import Banks

    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        content = payout_banks.file_of(desk.programme, run, kind, Banks(), desk.now)
        write_text(to, content.decode())
        done.note("payout.file", f"run {run}, {kind}")
    this.out.result({"run": run, "file": str(to)}, [f"{to} is for the bank, once; delete it afterwards."])


@app.command()
def hear(
    ctx: typer.Context,
    file: Annotated[Path, typer.Option("--from", help="pain.002, camt.053, or NACHA with returns.")],
    run: int = _RUN,
    by: str = BY,
    yes: bool = _YES,
) -> None:
    """Book what a file of the bank says of a run; what fits nothing is counted with its reason."""
    from fanshare.cli.files import read_bytes
    from fanshare.flows import payout_banks
    from fanshare.integrations.bank_files import Banks

    banks, raw = Banks(), read_bytes(file, _MOST_BYTES)
    if not banks.is_of_bank(raw):
        raise BadInputError("not_of_bank", "This is no file of a bank: pain.002, camt.053, or NACHA with returns.")
    confirm(ctx, f"Book what {file} says of run {run}?", yes)
    this = session(ctx)
    with this.desk() as desk, doing(desk, by) as done:
        found = payout_banks.hear(desk.programme, run, raw, banks, done.name, desk.now)
        done.note("payout.bank", f"run {run}: {len(found.heard)} told, {len(found.odd)} odd")
    odd: list[dict[str, Any]] = [{"reference": one.reference, "what": one.what} for one in found.odd]
    words = [f"{len(found.heard)} payments were told."] + [f"Odd: {one['reference']}, {one['what']}." for one in odd]
    this.out.result({"run": run, "told": len(found.heard), "odd": odd}, words)
