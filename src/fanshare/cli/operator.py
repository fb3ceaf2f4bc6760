"""``fanshare operator``: who may look after this whole installation in the browser."""

import typer

from fanshare.cli.session import group, session

app = group("Let people run this installation in the browser, and list them.")


@app.command()
def add(ctx: typer.Context, address: str = typer.Argument(help="Her e-mail address; kept sealed.")) -> None:
    """Let somebody sign in as an operator."""
    from fanshare.flows.staff import add_operator

    this = session(ctx)
    with this.installation() as opened:
        new = add_operator(opened.conn, opened.keys, address, opened.clock())
    said = "is an operator now" if new else "was an operator already"
    this.out.result({"added": new}, [f"{address.strip()} {said}. Next: fanshare login-link {address.strip()}"])


@app.command()
def remove(ctx: typer.Context, address: str = typer.Argument(help="Her e-mail address.")) -> None:
    """No longer; whoever is signed in is refused at once."""
    from fanshare.flows.parting import end_operator

    this = session(ctx)
    with this.installation() as opened:
        end_operator(opened.conn, opened.keys, address, opened.clock())
    this.out.result({"removed": True}, [f"{address.strip()} is no operator any more."])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """All operators."""
    from fanshare.cli import shapes
    from fanshare.flows.staff import operators

    this = session(ctx)
    with this.installation() as opened:
        rows = [shapes.member(one) for one in operators(opened.conn, opened.keys)]
    this.out.rows("operators", rows, ("address", "since"))
