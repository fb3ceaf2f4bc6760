"""``fanshare choose-fan-part``: a creator's own choice."""

import typer

from fanshare.cli.session import session, single
from fanshare.core.errors import BadInputError

app = single()


@app.command()
def choose_fan_part(
    ctx: typer.Context,
    creator: str = typer.Argument(help="The creator's short name."),
    percent: str = typer.Argument(help="The fans' part of her commission in percent: 0 to what the terms allow."),
    link: str = typer.Option("", help="Only for one link: its code."),
) -> None:
    """Say what a creator gives her fans of her commission from now on. Old clicks keep what they had."""
    from fanshare.cli.people import find
    from fanshare.flows.links import choose_fan_part as choose
    from fanshare.store.queries import listing

    bps = basis_points(percent)
    this = session(ctx)
    with this.desk() as desk:
        by = find(desk, creator, "creator")
        found = listing.links(desk.access, code=link.lower().replace("\x00", "")) if link else []
        if link and (not found or found[0].creator != by.id):
            raise BadInputError("unknown_link", f"{by.slug} has no link {link[:64]!r}.", 404)
        choose(desk.programme, by.id, bps, desk.now, link_id=found[0].id if found else None)
    where = f"the link {link.lower()}" if link else "all her links"
    document = {"creator": by.slug, "fan_bps": bps, "link": link.lower() or None}
    this.out.result(document, [f"{by.name} gives her fans {percent.strip()} % of her commission on {where}."])


def basis_points(text: str) -> int:
    """A percentage that a person typed, in hundredths of a percent. Raises ``BadInputError`` (``bad_percent``)."""
    from decimal import Decimal, InvalidOperation

    try:
        bps = Decimal(text.strip().removesuffix("%").strip()) * 100 if text.isascii() else None
    except InvalidOperation:
        bps = None
    if bps is None or not bps.is_finite() or bps != bps.to_integral_value() or abs(bps) > 1_000_000:
        raise BadInputError("bad_percent", f"{text[:40]!r} is not a percentage with at most two decimals.")
    return int(bps)
