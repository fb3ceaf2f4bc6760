"""``fanshare code``: discount codes that somebody earns by."""

from typing import Any

import typer

from fanshare.cli import code_shop, code_stock
from fanshare.cli.session import group, session

app = group("Make discount codes, or make those of the shop known; pause, resume, end, give away and list them.")
app.add_typer(code_stock.app, name="stock")
code_shop.register(app)

_TEXT = typer.Argument(help="The code as buyers type it; upper and lower case are the same.")
_SHOP = typer.Option("", "--shop", help="Where several shops have a code of this text: which connection.")


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


@app.command()
def pause(ctx: typer.Context, text: str = _TEXT, shop: str = _SHOP) -> None:
    """Pause a code: orders placed with it from now on don't count for its owner."""
    _set_state(ctx, text, "paused", shop)


@app.command()
def resume(ctx: typer.Context, text: str = _TEXT, shop: str = _SHOP) -> None:
    """Let a paused code count again."""
    _set_state(ctx, text, "active", shop)


@app.command()
def end(
    ctx: typer.Context,
    text: str = _TEXT,
    shop: str = _SHOP,
    by_hand: bool = typer.Option(False, "--by-hand", help="You have ended it in the shop yourself."),
) -> None:
    """End a code: one that fanshare made, in the shop first. What was bought with it before keeps what it earned."""
    from fanshare.cli.code_shop import ended

    this = session(ctx)
    with this.desk() as desk:
        document = ended(desk, text.replace("\x00", ""), shop, by_hand=by_hand)
    if document is None:
        _set_state(ctx, text, "ended", shop)
        return
    said = "is ended" if document["state"] == "ended" else "is being ended; the shop is asked again until it is"
    this.out.result(document, [f"The code {document['code']} {said}. {document['problem']}".rstrip()])


@app.command()
def give(
    ctx: typer.Context,
    text: str = _TEXT,
    to: str = typer.Option(..., help="A creator's short name, or a fan: public id or number."),
    creator: str = typer.Option("", help="Whose fan that is, if not of the creator it belongs to."),
    shop: str = _SHOP,
) -> None:
    """Give a code to somebody else. Orders placed before keep earning for whom they did."""
    from fanshare.cli.people import find
    from fanshare.flows.assets import give_code
    from fanshare.flows.shop_codes import only_place

    this = session(ctx)
    with this.desk() as desk:
        by = find(desk, creator, "creator").id if creator else None
        clean = text.replace("\x00", "")
        place = code_shop.connection_of(desk, shop) or only_place(desk.programme, clean)
        give_code(desk.programme, clean, find(desk, to).id, desk.now, creator=by, connection=place)
        document = _one(desk, text)
    this.out.result(document, [f"The code {document['code']} belongs to {document['owner']} from now on."])


@app.command("list")
def list_(ctx: typer.Context, of: str = typer.Option("", help="Only those of one creator or fan.")) -> None:
    """Codes as they are now."""
    from fanshare.cli.people import find

    this = session(ctx)
    with this.desk() as desk:
        rows = _rows(desk, find(desk, of).id if of else None)
    this.out.rows("codes", rows, ("code", "creator", "owner", "state", "single_use", "label"))


def _set_state(ctx: typer.Context, text: str, state: str, shop: str) -> None:
    from fanshare.flows.shop_codes import numbered
    from fanshare.flows.work_stops import put_state

    this = session(ctx)
    with this.desk() as desk:
        number = numbered(desk.programme, text.replace("\x00", ""), code_shop.connection_of(desk, shop))
        put_state(desk.programme, "code", number, state, None, desk.now)
        document = _one(desk, text)
    this.out.result(document, [f"The code {document['code']} is {state}."])


def _one(desk: Any, text: str) -> dict[str, Any]:
    return next(row for row in _rows(desk, None) if row["code"].casefold() == text.strip().casefold())


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
