"""``fanshare api-key``: keys with which software of a programme uses the public API."""

import typer

from fanshare.cli.session import group, session

app = group("Make, list and end keys of the public API.")


@app.command()
def make(
    ctx: typer.Context,
    name: str = typer.Argument(help="What it is for, so that you know it again."),
    scope: list[str] = typer.Option(["read"], help="What it may do; several times for several scopes."),  # noqa: B008
) -> None:
    """Make a key. It is shown once, here; what is kept is a hash of it."""
    from fanshare.flows.api_keys import make_key

    this = session(ctx)
    with this.desk() as desk:
        public_id, key = make_key(desk.access, desk.tenant.public_id, name, scope, desk.now)
        document = {"id": public_id, "key": key, "scopes": sorted(set(scope))}
        tried = f"curl -H 'Authorization: Bearer {key}' {desk.address('/api/v1/programme')}"
        kept = "Keep it where your software finds it: it is never shown again."
        this.out.result(document, [key, kept, f"Try it: {tried}"])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """All keys, without their secrets."""
    from fanshare.cli.shapes import when
    from fanshare.flows.api_keys import keys

    this = session(ctx)
    with this.desk() as desk:
        rows = [
            {
                "id": one.public_id,
                "name": one.name,
                "scopes": ", ".join(one.scopes),
                "made_by": one.made_by,
                "made_at": when(one.made_at),
                "used_at": when(one.used_at),
                "ended_at": when(one.ended_at),
            }
            for one in keys(desk.access)
        ]
    this.out.rows("keys", rows, ("id", "name", "scopes", "used_at", "ended_at"))


@app.command()
def end(ctx: typer.Context, key: str = typer.Argument(help="The id of the key (not the key itself).")) -> None:
    """End a key at once."""
    from fanshare.flows.api_keys import end_key

    this = session(ctx)
    with this.desk() as desk:
        end_key(desk.access, key.replace("\x00", ""), desk.now)
    this.out.result({"id": key, "ended": True}, [f"The key {key} is ended; whoever uses it is refused from now on."])
