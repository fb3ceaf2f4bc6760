"""``fanshare connection secret``: what a shop signs its messages with; several are valid while one replaces another."""

import os
from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.connection_care import systems
from fanshare.cli.connection_shapes import document
from fanshare.cli.session import group, session

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.flows.connections import Connection

app = group("The secrets a shop signs with: show, list, add, retire.")
_WHICH = typer.Argument("", help="Which connection: the end of its delivery URL; the only one if left out.")


@app.command()
def show(ctx: typer.Context, endpoint: str = _WHICH) -> None:
    """The delivery URL and the newest secret again, to paste into the shop."""
    from fanshare.flows.connection_changes import find

    this = session(ctx)
    with this.desk() as desk:
        told = shown(desk, find(desk.programme, endpoint))
    this.out.result(told, [f"Delivery URL: {told['delivery_url']}", f"Secret:       {told['secret']}"])


@app.command("list")
def list_(ctx: typer.Context, endpoint: str = _WHICH) -> None:
    """The secrets that are valid, by their marks; the newest one first."""
    from fanshare.flows.connection_changes import find, secret_marks

    this = session(ctx)
    with this.desk() as desk:
        marks = secret_marks(desk.programme, find(desk.programme, endpoint))
    this.out.rows("secrets", [{"mark": one.mark, "newest": one.newest} for one in marks], ("mark", "newest"))


@app.command()
def add(
    ctx: typer.Context,
    endpoint: str = _WHICH,
    secret: str = typer.Option("", help="The shop's own; better as FANSHARE_HOOK_SECRET or FANSHARE_HOOK_SECRET_FILE."),
) -> None:
    """Let a further secret sign, drawn where none is given. What was refused for want of it is taken after all."""
    from fanshare.config.settings_env import secret as from_environment
    from fanshare.flows.connecting import rotate
    from fanshare.flows.connection_changes import find

    given = secret or from_environment(os.environ, "FANSHARE_HOOK_SECRET")
    this = session(ctx)
    with this.desk() as desk:
        shop = find(desk.programme, endpoint)
        _fresh, retaken = rotate(desk.programme, shop, systems(desk), desk.now, given)
        told = {**shown(desk, find(desk.programme, shop.endpoint)), "retaken": retaken}
    lines = ["The secret is valid from now on; the older ones stay valid until you retire them."]
    if not given:
        lines.append(f"Secret:       {told['secret']}")
    if retaken:
        lines.append(f"{retaken} refused messages are taken after all.")
    this.out.result(told, lines)


@app.command()
def retire(
    ctx: typer.Context,
    mark: str = typer.Argument(help="Which secret: its mark in fanshare connection secret list."),
    endpoint: str = _WHICH,
) -> None:
    """Take no more messages signed with a secret."""
    from fanshare.flows import connecting
    from fanshare.flows.connection_changes import find

    this = session(ctx)
    with this.desk() as desk:
        shop = find(desk.programme, endpoint)
        connecting.retire(desk.programme, shop, mark, desk.now)
    this.out.result({"endpoint": shop.endpoint, "retired": mark}, [f"Secret {mark} is not valid any more."])


def shown(desk: "Desk", shop: "Connection") -> dict[str, Any]:
    """A connection with where it delivers and the secret to paste."""
    return {**document(desk, shop), "secret": shop.secrets[0].decode()}
