"""``fanshare creator``: those who make things people follow. Nobody is asked for follower numbers."""

import typer

from fanshare.cli.session import group, session

app = group("Admit and list creators.")


@app.command()
def add(
    ctx: typer.Context,
    name: str = typer.Argument(help="The name that fans see."),
    email: str = typer.Option("", help="Kept in the vault; by it her own purchases are recognised."),
    slug: str = typer.Option("", help="Short name for addresses; made from the name if left out."),
) -> None:
    """Admit a creator."""
    from fanshare.cli import shapes
    from fanshare.cli.people import find
    from fanshare.flows.people import Joiner, add_creator

    this = session(ctx)
    with this.desk() as desk:
        party = add_creator(desk.programme, Joiner(name.replace("\x00", ""), email, slug), desk.now)
        row = find(desk, str(party), "creator")
        page = desk.address(f"/c/{desk.tenant.slug}/{row.slug}")
    document = {**shapes.party(row), "page": page}
    this.out.result(document, [f"{row.name} is a creator now; her short name is {row.slug}, her page {page}"])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """All creators of the programme."""
    from fanshare.cli import shapes
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        rows = [shapes.party(row) for row in listing.parties(desk.access, "creator")]
    this.out.rows("creators", rows, ("slug", "name", "public_id", "id", "erased"))
