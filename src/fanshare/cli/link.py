"""``fanshare link``: tracked links, each with its advertising label."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.store.queries.listing import LinkListed, PartyRow

app = group("Make, pause, resume, end, give away and list links.")

_CODE = typer.Argument(help="The code of the link: what stands behind /r/.")


@app.command()
def add(
    ctx: typer.Context,
    creator: str = typer.Option(..., help="Whose goods it leads to: the creator's short name."),
    to: str = typer.Option(..., help="Where it leads: https://shop.example/product."),
    country: str = typer.Option("", help="Two letters: where it is shared. Needed for the label."),
    platform: str = typer.Option("", help="On what it is shared, such as instagram."),
    label: str = typer.Option("", help="The advertising label for there, such as Werbung."),
    fan: str = typer.Option("", help="A fan of hers who owns the link: public id or number."),
    campaign: str = typer.Option("", help="A name that the shop's statistics show."),
    code: str = typer.Option("", help="What stands behind /r/; drawn if left out."),
    link_class: str = typer.Option("standard", help="standard, coupon or extension."),
) -> None:
    """Make a live link. Without an advertising label none goes live."""
    from fanshare.cli.people import find
    from fanshare.flows.links import Label, NewLink, add_link

    _check(code, link_class, campaign)
    this = session(ctx)
    with this.desk() as desk:
        by = find(desk, creator, "creator")
        owner = find(desk, fan, "fan") if fan else by
        where = Label(country, platform, label)
        new = NewLink(by.id, owner.id, to, where, campaign=campaign, code=code, link_class=link_class)
        _, made = add_link(desk.programme, new, desk.now)
        document = _one(desk, made)
    this.out.result(document, [f"The link is live: {document['url']}", f"To send: {document['message']}"])


@app.command("list")
def list_(ctx: typer.Context, of: str = typer.Option("", help="Only those of one creator or fan.")) -> None:
    """Links as they are now, with the clicks they had."""
    from fanshare.cli.people import find
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        party = find(desk, of).id if of else None
        rows = _documents(desk, listing.links(desk.access, party=party))
    this.out.rows("links", rows, ("code", "creator", "owner", "state", "clicks", "label", "destination"))


@app.command()
def pause(ctx: typer.Context, code: str = _CODE) -> None:
    """Pause a link: it still leads to the shop, and new clicks don't count."""
    _set_state(ctx, code, "paused")


@app.command()
def resume(ctx: typer.Context, code: str = _CODE) -> None:
    """Let a paused link count again."""
    _set_state(ctx, code, "active")


@app.command()
def end(ctx: typer.Context, code: str = _CODE) -> None:
    """End a link. What was clicked before keeps what it earned."""
    _set_state(ctx, code, "ended")


@app.command()
def give(
    ctx: typer.Context,
    code: str = _CODE,
    to: str = typer.Option(..., help="A creator's short name, or a fan: public id or number."),
    creator: str = typer.Option("", help="Whose fan that is, if not of the creator it belongs to."),
) -> None:
    """Give a link to somebody else. What was clicked before keeps earning for whom it did."""
    from fanshare.cli.people import find
    from fanshare.flows.assets import give_link

    this = session(ctx)
    with this.desk() as desk:
        by = find(desk, creator, "creator").id if creator else None
        give_link(desk.programme, code.replace("\x00", ""), find(desk, to).id, desk.now, creator=by)
        document = _one(desk, code)
    this.out.result(document, [f"The link {document['code']} belongs to {document['owner']} from now on."])


def message_of(label: str, address: str) -> str:
    """The text a fan can send as it is: it begins with the advertising label."""
    return f"{label.strip()}: {address}"


def _set_state(ctx: typer.Context, code: str, state: str) -> None:
    from fanshare.flows.work_stops import put_state
    from fanshare.store.queries import work_stops

    this = session(ctx)
    with this.desk() as desk:
        found = work_stops.link(desk.access, code.replace("\x00", ""))
        if found is None:
            raise BadInputError("unknown_link", "There is no such link in this programme.", 404)
        put_state(desk.programme, "link", found.id, state, None, desk.now)
        document = _one(desk, code)
    this.out.result(document, [f"The link {document['code']} is {state}."])


def _check(code: str, link_class: str, campaign: str) -> None:
    if link_class not in ("standard", "coupon", "extension"):
        raise BadInputError("bad_link_class", "A link is of the class standard, coupon or extension.")
    if code and not (code.isascii() and code.replace("-", "").replace("_", "").isalnum() and 3 <= len(code) <= 64):
        raise BadInputError("bad_link_code", "A link code has 3 to 64 letters, digits, hyphens or underscores.")
    if len(campaign) > 100 or "\x00" in campaign:
        raise BadInputError("bad_campaign", "A campaign's name has at most 100 characters.")


def _one(desk: "Desk", code: str) -> dict[str, Any]:
    from fanshare.store.queries import listing

    return _documents(desk, listing.links(desk.access, code=code.lower()))[0]


def _documents(desk: "Desk", rows: "Sequence[LinkListed]") -> list[dict[str, Any]]:
    from fanshare.store.queries import listing

    people = listing.named(desk.access, (party for row in rows for party in (row.owner, row.creator)))
    return [_document(desk, row, people) for row in rows]


def _document(desk: "Desk", row: "LinkListed", people: "dict[int, PartyRow]") -> dict[str, Any]:
    from fanshare.cli import shapes

    owner, creator = people[row.owner], people[row.creator]
    address = desk.address(f"/r/{row.code}")
    return {
        "id": str(row.id),
        "code": row.code,
        "url": address,
        "message": message_of(row.label, address),
        "destination": row.destination,
        "campaign": row.campaign,
        "state": row.state,
        "creator": creator.slug or creator.public_id,
        "owner": owner.slug or owner.public_id,
        "by_fan": row.owner != row.creator,
        "country": row.country,
        "platform": row.platform,
        "label": row.label,
        "clicks": row.clicks,
        "created_at": shapes.when(row.created_at),
    }
