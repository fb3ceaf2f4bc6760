"""``fanshare code stock``: codes that the brand made in its shop itself."""

from pathlib import Path

import typer

from fanshare.cli.session import group, session

app = group("Bring codes that you made in your shop, and see what is left.")

_MOST_BYTES = 8 << 20


@app.command("import")
def import_(
    ctx: typer.Context,
    plan: str = typer.Argument(help="A plan with --source stock."),
    file: Path = typer.Argument(help="A CSV file with the codes, in a column `code` or its only one; - for stdin."),  # noqa: B008
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what it would bring."),
) -> None:
    """Put codes into a plan's stock. Each is given out once; the same file again changes nothing."""
    from fanshare.cli.files import read_bytes
    from fanshare.core.errors import BadInputError
    from fanshare.flows.code_stock import bring

    this = session(ctx)
    raw = read_bytes(file, _MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise BadInputError("bad_stock", "The file is larger than 8 MB: cut it into several.")
    with this.desk() as desk:
        found = bring(desk.programme, plan.replace("\x00", ""), raw, desk.now, dry_run=dry_run)
    verb = "would be brought" if dry_run else "were brought"
    said = (
        f"{found.new} of {found.codes} codes {verb}; {found.known} are in the stock already, {found.owned} belong to"
        " somebody."
    )
    this.out.result({"plan": plan, "dry_run": dry_run, **found._asdict()}, [said])


@app.command()
def show(ctx: typer.Context) -> None:
    """What is left of each stock."""
    from fanshare.cli.shapes import when
    from fanshare.store.queries import code_stock, listing

    this = session(ctx)
    with this.desk() as desk:
        shops = listing.endpoints(desk.access)
        rows = [
            {
                "plan": one.plan,
                "shop": shops[one.connection],
                "brought": one.brought,
                "left": one.left,
                "newest": when(one.newest),
            }
            for one in code_stock.levels(desk.access)
        ]
    this.out.rows("stocks", rows, ("plan", "shop", "brought", "left", "newest"))
