"""``fanshare credit stock``: codes of shop credit that the brand made in its shop itself."""

from pathlib import Path

import typer

from fanshare.cli.payout import confirm
from fanshare.cli.session import group, session

app = group("Bring codes of shop credit that you made yourself, and say what became of those given back.")

_SHOP = typer.Option("", "--shop", help="Which connection: the end of its delivery URL; the only one if left out.")


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Path = typer.Argument(help="A CSV file with code, value, currency and perhaps end; - for stdin."),  # noqa: B008
    shop: str = _SHOP,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what it would bring."),
) -> None:
    """Take codes into the stock of a shop in which fanshare can make none. The same file again changes nothing."""
    from fanshare.cli.files import read_bytes
    from fanshare.core.credit_stock import MOST_BYTES
    from fanshare.flows.connection_changes import find
    from fanshare.flows.credit_stock import bring

    this = session(ctx)
    raw = read_bytes(file, MOST_BYTES + 1)
    with this.desk() as desk:
        at = find(desk.programme, shop)
        found = bring(desk.programme, at, raw, desk.tenant.time_zone, desk.now, look=dry_run)
    refused = [{"row": one.row, "code": one.error.code, "problem": one.error.message} for one in found.refused]
    verb = "would be brought" if dry_run else "were brought"
    said = [f"{found.new} codes {verb}, {found.known} are here already, {len(refused)} rows were refused."]
    said += [f"row {one['row']}: {one['problem']}" for one in refused[:20]]
    counts = {"new": found.new, "known": found.known, "refused": refused}
    this.out.result({"shop": at.endpoint, "dry_run": dry_run, **counts}, said)


@app.command()
def remove(
    ctx: typer.Context,
    file: Path = typer.Argument(help="A CSV file with a column code, such as the wrong one; - for stdin."),  # noqa: B008
    shop: str = _SHOP,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would leave."),
    yes: bool = typer.Option(False, "--yes", help="Don't ask."),
) -> None:
    """Take codes out of the stock that were given to nobody. Given ones stay, and those from before a restore."""
    from fanshare.cli.files import read_bytes
    from fanshare.core.credit_stock import MOST_BYTES
    from fanshare.flows.connection_changes import find
    from fanshare.flows.credit_stock import take_out

    this = session(ctx)
    raw = read_bytes(file, MOST_BYTES + 1)
    if not dry_run:
        confirm(ctx, f"Take the codes of {file} out, so that nobody is given them?", yes)
    with this.desk() as desk:
        at = find(desk.programme, shop)
        found = take_out(desk.programme, at, raw, look=dry_run)
    refused = [{"row": one.row, "code": one.error.code, "problem": one.error.message} for one in found.refused]
    counts = {**found._asdict(), "refused": refused}
    verb = "would be taken out" if dry_run else "were taken out"
    said = [
        f"{found.out} codes {verb}. {found.given} were given to somebody and stay, {found.aside} lie aside since a "
    ]
    said[0] += f"restore and stay, {found.unknown} were never here, {len(refused)} rows were refused."
    said += [f"row {one['row']}: {one['problem']}" for one in refused[:20]]
    this.out.result({"shop": at.endpoint, "dry_run": dry_run, **counts}, said)


@app.command()
def show(ctx: typer.Context) -> None:
    """What is left of each value."""
    from fanshare.core.money import format_minor
    from fanshare.store.queries import credit_stock, listing

    this = session(ctx)
    with this.desk() as desk:
        shops = listing.endpoints(desk.access)
        rows = [
            {
                "shop": shops[one.connection],
                "value": format_minor(one.amount, one.currency),
                "currency": one.currency,
                "left": one.left,
                "given": one.given,
                "aside": one.aside,
            }
            for one in credit_stock.levels(desk.access, desk.now)
        ]
    columns = ("shop", "value", "currency", "left", "given", "aside")
    this.out.rows("stock", rows, columns, "No codes were brought yet.")


@app.command()
def answer(
    ctx: typer.Context,
    credit: int = typer.Argument(help="The number of the credit."),
    used: bool = typer.Option(
        ..., "--used/--unused", help="It was used; or it was not, and works in the shop no more."
    ),
    yes: bool = typer.Option(False, "--yes", help="Don't ask."),
) -> None:
    """Say what became of a code: unused, its money is ready again. Nobody else is given it."""
    from fanshare.flows import credit_stock

    said = "was used" if used else "was not used, and works in the shop no more"
    confirm(ctx, f"The code of credit {credit} {said}?", yes)
    this = session(ctx)
    with this.desk() as desk:
        row = credit_stock.answer(desk.programme, credit, used=used, now=desk.now)
    words = "It counts as used." if used else "Its money is ready again."
    this.out.result({"id": str(row.id), "state": row.state}, [words])
