"""``fanshare product``: what the shops sell, for creators to show on their pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import group, session

if TYPE_CHECKING:
    from fanshare.flows.products import Taken
    from fanshare.store.queries.products import ProductRow

app = group("Import and list what the shops sell.")

#: Refused rows that people see; machines get all of them.
SHOWN = 30


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: id, title, url, price, ...; a product feed; Shopify's export.")],
    shop: str = typer.Option("", help="The endpoint of the connected shop they are of, if there are several."),
    whole: bool = typer.Option(False, "--whole", help="It is all the shop sells: what is missing from it is gone."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Change nothing; say what would become of it."),
) -> None:
    """Take in products from a file. The same file again changes nothing; rows that can't be are refused one by one."""
    from fanshare.cli.files import read_bytes
    from fanshare.core.product_file import MOST_BYTES
    from fanshare.edge import destination
    from fanshare.flows import products

    this = session(ctx)
    content = read_bytes(file, MOST_BYTES + 1)
    with this.desk() as desk:
        told = products.read_file(desk.programme, content, shop, desk.tenant.currency)
        wish = products.Wish(shop, whole, dry_run)
        found = products.take(
            desk.programme,
            told,
            wish,
            desk.now,
            lambda url, hosts, plain: destination.parse(url, hosts, allow_http=plain),
        )
    this.out.result(_document(found, dry_run), list(_lines(found, whole, dry_run)))
    if found.refused:
        raise typer.Exit(1)


@app.command("list")
def list_(
    ctx: typer.Context,
    text: str = typer.Option("", help="Only those with this in title or id."),
    limit: int = typer.Option(50, min=1, max=1_000_000, help="How many, newest first."),
) -> None:
    """Products, with the state of their pictures."""
    from fanshare.store.queries import products

    this = session(ctx)
    with this.desk() as desk:
        rows = [_row(one) for one in products.listed(desk.access, text=text.replace("\x00", ""), limit=limit)]
    this.out.rows("products", rows, ("id", "title", "price", "currency", "sold_out", "gone_at", "picture"))


def _row(one: "ProductRow") -> dict[str, Any]:
    from fanshare.cli.shapes import exact, when

    waiting = "waiting" if one.fetching else ""
    return {
        "id": one.external_id,
        "shop": one.endpoint,
        "title": one.title,
        "url": one.url,
        "price": None if one.price is None else exact(one.price),
        "currency": one.currency,
        "sold_out": one.sold_out,
        "picture": "kept" if one.picture else waiting or one.problem or "none",
        "updated_at": when(one.updated_at),
        "gone_at": when(one.gone_at),
    }


def _document(found: "Taken", dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "new": found.new,
        "changed": found.changed,
        "same": found.same,
        "gone": found.gone,
        "whole": found.whole,
        "refused": [
            {"row": one.row, "id": one.external_id, "code": one.code, "problem": one.problem} for one in found.refused
        ],
        "ignored": list(found.ignored),
    }


def _lines(found: "Taken", whole: bool, dry_run: bool) -> Iterator[str]:
    yield f"{found.new} new, {found.changed} changed, {found.same} the same, {found.gone} gone."
    if whole and not found.whole:
        yield "Nothing was marked as gone: a refused row does not say which product it is."
    if found.ignored:
        yield f"Columns that are not read: {', '.join(found.ignored)}"
    if found.refused:
        yield f"Refused: {len(found.refused)}"
        yield from (f"  row {one.row}: {one.problem}" for one in found.refused[:SHOWN])
    if len(found.refused) > SHOWN:
        yield f"  ... and {len(found.refused) - SHOWN} more; --json lists them all"
    if dry_run:
        yield "This was a dry run: nothing was changed."
