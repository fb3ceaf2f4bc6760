"""``fanshare fan``: those who help a creator because they believe in her."""

import typer

from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

app = group("Let fans take part, and list them.")


@app.command()
def add(
    ctx: typer.Context,
    name: str = typer.Option("", help="A name, if she wants one."),
    email: str = typer.Option("", help="Kept in the vault; by it her own purchases are recognised."),
    of: str = typer.Option("", help="Make her link at once: the creator she helps."),
    to: str = typer.Option("", help="Where that link leads."),
    country: str = typer.Option("", help="Two letters: where the link is shared."),
    platform: str = typer.Option("", help="On what it is shared, such as instagram or whatsapp."),
    label: str = typer.Option("", help="The advertising label for there, such as Werbung or Ad."),
) -> None:
    """Let a fan of 18 or more take part; with --of also make her link and the message she can send."""
    from fanshare.cli import shapes
    from fanshare.cli.link import message_of
    from fanshare.cli.people import find
    from fanshare.flows.links import Label, NewLink, add_link
    from fanshare.flows.people import Joiner, add_fan

    if of and not to:
        raise BadInputError("destination_missing", "Say with --to where her link leads.")
    this = session(ctx)
    with this.desk() as desk:
        creator = find(desk, of, "creator") if of else None
        with desk.access.transaction():
            party = add_fan(desk.programme, Joiner(name.replace("\x00", ""), email), desk.now)
            code = ""
            if creator is not None:
                where = Label(country, platform, label)
                _, code = add_link(desk.programme, NewLink(creator.id, party, to, where), desk.now)
        row = find(desk, str(party), "fan")
        document = shapes.party(row)
        lines = [f"{shapes.name_of(row)} is a fan now; her public id is {row.public_id}."]
        if code:
            address = desk.address(f"/r/{code}")
            document |= {"link": code, "url": address, "message": message_of(label, address)}
            lines += [f"Her link: {address}", f"To send: {document['message']}"]
    this.out.result(document, lines)


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """All fans of the programme."""
    from fanshare.cli import shapes
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        rows = [shapes.party(row) for row in listing.parties(desk.access, "fan")]
    this.out.rows("fans", rows, ("public_id", "name", "id", "erased"))
