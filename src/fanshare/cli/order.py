"""``fanshare order``: what the shops sold, and who earns what of it, and why."""

import typer

from fanshare.cli.session import group, session

app = group("List orders, and explain who earns what of one, and why.")


@app.command("list")
def list_(
    ctx: typer.Context,
    limit: int = typer.Option(50, min=1, max=1_000_000, help="How many, newest first."),
) -> None:
    """The newest orders, with the commission that is booked for them."""
    from fanshare.cli.shapes import exact, when
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        rows = [
            {
                "number": row.number,
                "connection": row.endpoint,
                "status": row.status,
                "placed_at": when(row.placed_at),
                "goods": exact(row.net),
                "commission": exact(row.commission),
                "currency": row.currency,
                "estimated": row.estimated,
                "waiting": row.waiting,
            }
            for row in listing.orders(desk.access, limit=limit)
        ]
    this.out.rows("orders", rows, ("number", "placed_at", "status", "goods", "commission", "currency"))


@app.command()
def explain(ctx: typer.Context, number: str = typer.Argument(help="The shop's number of the order.")) -> None:
    """Who earns what of one order: by which evidence, by which rule, by which arithmetic."""
    from fanshare.cli.explaining import explain_order, lines

    this = session(ctx)
    with this.desk() as desk:
        document = explain_order(desk, number)
    this.out.result(document, lines(document))
