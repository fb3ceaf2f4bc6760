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


@app.command("group")
def group_(
    ctx: typer.Context,
    creator: str = typer.Argument(help="The creator's short name."),
    name: str = typer.Argument("", help="A group that the terms name."),
    none: bool = typer.Option(False, "--none", help="Take her out of her group."),
) -> None:
    """Put a creator into a group of the terms, from now on."""
    from fanshare.cli.people import find
    from fanshare.core.errors import BadInputError
    from fanshare.flows.groups import set_group

    if bool(name) == none:
        raise BadInputError("no_group", "Name a group, or say --none to take her out of hers.")
    this = session(ctx)
    with this.desk() as desk:
        row = find(desk, creator, "creator")
        changed = set_group(desk.programme, row.id, name, desk.now)
    text = f"{row.name} is in {f'the group {name}' if name else 'no group'} {'from now on' if changed else 'already'}"
    document = {"creator": row.slug or row.public_id, "group": name or None, "changed": changed}
    this.out.result(document, [f"{text}; sales from earlier clicks keep their rates."])


@app.command()
def groups(ctx: typer.Context) -> None:
    """Which group each creator is in, and since when."""
    from fanshare.core.instants import format_rfc3339
    from fanshare.store.queries import groups as memberships
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        found = [one for one in memberships.present(desk.access).values() if one.name]
        people = listing.named(desk.access, (one.creator for one in found))
        rows = [
            {
                "creator": people[one.creator].slug or people[one.creator].public_id,
                "group": one.name,
                "since": format_rfc3339(one.since),
            }
            for one in found
        ]
    this.out.rows("groups", rows, ("creator", "group", "since"))


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """All creators of the programme."""
    from fanshare.cli import shapes
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        rows = [shapes.party(row) for row in listing.parties(desk.access, "creator")]
    this.out.rows("creators", rows, ("slug", "name", "public_id", "id", "erased"))
