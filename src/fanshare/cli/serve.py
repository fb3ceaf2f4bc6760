"""``fanshare serve``: one command and one port; or its parts, where they run apart."""

from typing import Annotated

import typer

from fanshare.cli import lean, parts
from fanshare.cli.parts import Part
from fanshare.cli.session import session, single

app = single()


@app.command()
def serve(
    ctx: typer.Context,
    part: Annotated[
        Part, typer.Argument(help="all, or only the edge (links, webhooks), web (pages) or database.")
    ] = Part.ALL,
    host: str = typer.Option("127.0.0.1", help="The address to answer on."),
    port: int = typer.Option(8700, min=0, max=65535, help="The port; 0 takes a free one."),
    as_child: bool = typer.Option(False, "--as-child", hidden=True),
) -> None:
    """Serve until SIGTERM or Ctrl-C. Everything (all) brings its own worker and database along."""
    this = session(ctx)
    lean.become(this, {"part": part.value, "host": host, "port": port, "as_child": as_child})
    parts.serve(this, part, host, port, as_child=as_child)
