"""``fanshare work``: the background work, in rounds. Several workers share it safely."""

import typer

from fanshare.cli import lean, working
from fanshare.cli.session import session, single

app = single()


@app.command()
def work(
    ctx: typer.Context,
    once: bool = typer.Option(False, "--once", help="Do everything that is due now, then end."),
    as_child: bool = typer.Option(False, "--as-child", hidden=True),
) -> None:
    """Drain, take, settle, mature, seal, close, release: until SIGTERM or Ctrl-C."""
    this = session(ctx)
    if not once:
        lean.become(this, {"as_child": as_child})
    working.work(this, once=once, as_child=as_child)
