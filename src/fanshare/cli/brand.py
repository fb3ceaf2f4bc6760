"""``fanshare brand``: who looks after a programme for its brand, in the browser."""

import typer

from fanshare.cli.session import group, session
from fanshare.flows.authorisation import Post

_POST = typer.Option(Post.OWNER, help="What she may do: owner, manager, finance or reader.")

app = group("Let people look after a programme in the browser, and list them.")


@app.command()
def add(
    ctx: typer.Context,
    address: str = typer.Argument(help="Her e-mail address; kept in the vault."),
    post: Post = _POST,
) -> None:
    """Let somebody sign in for the brand of a programme."""
    from fanshare.flows.staff import add_brand_person

    this = session(ctx)
    with this.desk() as desk:
        new = add_brand_person(desk.access, desk.tenant.public_id, desk.installation.keys, address, desk.now, post=post)
    said = "looks after" if new else "already looked after"
    line = f"{address.strip()} {said} {desk.tenant.name}. Next: fanshare login-link {address.strip()}"
    this.out.result({"added": new, "programme": desk.tenant.slug}, [line])


@app.command()
def remove(ctx: typer.Context, address: str = typer.Argument(help="Her e-mail address.")) -> None:
    """No longer: she is refused at once, and her address is forgotten."""
    from fanshare.flows.parting import end_brand_person

    this = session(ctx)
    with this.desk() as desk:
        end_brand_person(desk.access, desk.tenant.public_id, desk.installation.keys, address, desk.now)
    this.out.result({"removed": True}, [f"{address.strip()} does not look after {desk.tenant.name} any more."])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """Who looks after the programme."""
    from fanshare.cli import shapes
    from fanshare.flows.staff import brand_people

    this = session(ctx)
    with this.desk() as desk:
        rows = [shapes.member(one) for one in brand_people(desk.access, desk.installation.keys)]
    this.out.rows("brand people", rows, ("address", "since"))
