"""``fanshare workbench``: who may keep books of her own without being a creator in any programme."""

import typer

from fanshare.cli.session import group, session

app = group("Let people keep books of their own without a programme.")


@app.command("open")
def open_(ctx: typer.Context, address: str = typer.Argument(help="Her e-mail address; kept as a keyed hash.")) -> None:
    """Let somebody sign in to a workbench of her own. Creators of a programme have one already."""
    from fanshare.flows.staff import account_of
    from fanshare.flows.workbench_lock import open_door

    this = session(ctx)
    with this.installation() as opened:
        account = account_of(opened.keys, address)
        new = open_door(opened.conn, account, opened.clock(), "cli")
    said = "may keep books now" if new else "could keep books already"
    this.out.result({"added": new}, [f"{address.strip()} {said}. Next: fanshare login-link {address.strip()}"])


@app.command()
def end(
    ctx: typer.Context,
    address: str = typer.Argument(help="Her e-mail address."),
    with_books: bool = typer.Option(False, "--with-books", help="Remove what she wrote as well, for ever."),
) -> None:
    """No longer. Her books stay, sealed, unless they go with it; nobody here can read them."""
    from fanshare.flows.parting import left
    from fanshare.flows.staff import account_of
    from fanshare.flows.workbench_lock import close_door

    this = session(ctx)
    with this.installation() as opened:
        account = account_of(opened.keys, address)
        close_door(opened.conn, account, opened.clock(), "cli", with_books=with_books)
        left(opened.conn, opened.keys, address, account)
    this.out.result({"removed": True}, [f"{address.strip()} has no workbench of her own any more."])
