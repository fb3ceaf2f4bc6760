"""``fanshare code``: discount codes that somebody earns by."""

from typing import Any

import typer

from fanshare.cli.session import group, session

app = group("Make discount codes known, and list them.")


@app.command()
def add(
    ctx: typer.Context,
    text: str = typer.Argument(help="The code as buyers type it; upper and lower case are the same."),
    creator: str = typer.Option(..., help="The creator's short name."),
    country: str = typer.Option("", help="Two letters: where it is shared. Needed for the label."),
    platform: str = typer.Option("", help="On what it is shared, such as youtube."),
    label: str = typer.Option("", help="The advertising label for there."),
    fan: str = typer.Option("", help="A fan of hers who owns the code: public id or number."),
    single_use: bool = typer.Option(False, "--single-use", help="The shop accepts it once."),
) -> None:
    """Make a code known that the shop already accepts."""
    from fanshare.cli.people import find
    from fanshare.core.errors import BadInputError
    from fanshare.flows.links import Label, NewCode, add_code

    if "\x00" in text + country + platform + label:
        raise BadInputError("bad_code", "A discount code is plain text.")
    this = session(ctx)
    with this.desk() as desk:
        by = find(desk, creator, "creator")
        owner = find(desk, fan, "fan") if fan else by
        new = NewCode(by.id, owner.id, text, Label(country, platform, label), single_use=single_use)
        made = add_code(desk.programme, new, desk.now)
        document = next(row for row in _rows(desk, owner.id) if row["id"] == str(made))
    this.out.result(document, [f"The code {document['code']} counts from now on for {document['owner']}."])


@app.command("list")
def list_(ctx: typer.Context, of: str = typer.Option("", help="Only those of one creator or fan.")) -> None:
    """Codes as they are now."""
    from fanshare.cli.people import find

    this = session(ctx)
    with this.desk() as desk:
        rows = _rows(desk, find(desk, of).id if of else None)
    this.out.rows("codes", rows, ("code", "creator", "owner", "state", "single_use", "label"))


def _rows(desk: Any, party: int | None) -> list[dict[str, Any]]:
    from fanshare.cli import shapes
    from fanshare.store.queries import listing

    codes = listing.codes(desk.access, party=party)
    people = listing.named(desk.access, (owner for row in codes for owner in (row.owner, row.creator)))
    return [
        {
            "id": str(row.id),
            "code": row.text,
            "single_use": row.single_use,
            "state": row.state,
            "creator": people[row.creator].slug or people[row.creator].public_id,
            "owner": people[row.owner].slug or people[row.owner].public_id,
            "by_fan": row.owner != row.creator,
            "country": row.country,
            "platform": row.platform,
            "label": row.label,
            "created_at": shapes.when(row.created_at),
        }
        for row in codes
    ]
