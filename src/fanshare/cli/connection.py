"""``fanshare connection``: the shops that send their orders."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli import connection_care, connection_pages, connection_secret
from fanshare.cli.connection_care import look_after, systems, webhook_lines
from fanshare.cli.connection_shapes import document
from fanshare.cli.session import group, session
from fanshare.core.errors import FanshareError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.flows.connections import Connection

app = group("Connect shops; shows where they deliver and the secret.")
app.add_typer(connection_secret.app, name="secret")
connection_care.register(app)
connection_pages.register(app)


@app.command()
def add(
    ctx: typer.Context,
    kind: str = typer.Argument(help="woocommerce, shopify, stripe, postback, or generic for any other shop."),
    shop: str = typer.Option("", help="The shop's address, such as https://shop.example.org."),
    key: str = typer.Option("", help="REST key of WooCommerce, client id of a Shopify app (or FANSHARE_SHOP_KEY)."),
    key_secret: str = typer.Option(
        "",
        help="Its secret, or a restricted key of Stripe; better as FANSHARE_SHOP_SECRET or FANSHARE_SHOP_SECRET_FILE.",
    ),
    secret: Annotated[
        list[str] | None, typer.Option(help="What it signs with already (or FANSHARE_HOOK_SECRET); else drawn.")
    ] = None,
    host: Annotated[list[str] | None, typer.Option(help="A further host that links may lead to.")] = None,
    webhooks: bool = typer.Option(False, "--webhooks", help="Make its webhooks at once; the key has to allow writing."),
) -> None:
    """Connect a shop. Prints what to do in it."""
    from fanshare.cli.connection_doors import steps, with_environment
    from fanshare.flows.connecting import DRAW_THEMSELVES, Given, connect

    given = with_environment(Given(kind, shop, key, key_secret, tuple(secret or ()), tuple(host or ())))
    this = session(ctx)
    with this.desk() as desk:
        made = connect(desk.programme, given, systems(desk), desk.now)
        told = document(desk, made)
        # A secret that the shop draws, or that we were given by it, is not ours to show.
        told |= {} if kind in DRAW_THEMSELVES else {"secret": made.secrets[0].decode()}
        done = _webhooks(desk, made) if webhooks else {}
    lines = steps(made, given, told["delivery_url"])
    if kind == "woocommerce" and made.api is None:
        lines.append("Without a REST key the shop can't be asked: refunds are estimates, and lost messages stay lost.")
    this.out.result({**told, **done}, [*lines, *(webhook_lines(done["webhooks"]) if done else [])])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """The connected shops, without their secrets."""
    from fanshare.flows.connections import connections

    this = session(ctx)
    with this.desk() as desk:
        rows = [document(desk, one) for one in connections(desk.programme)]
    this.out.rows("connections", rows, ("endpoint", "kind", "shop", "on", "can_be_asked", "last_heard_at"))


def _webhooks(desk: "Desk", made: "Connection") -> dict[str, Any]:
    """Make the webhooks; the connection stands even where that fails, and the worker tries again every day."""
    try:
        return {"webhooks": look_after(desk, made)}
    except FanshareError as error:
        return {"webhooks": {"created": [], "repaired": [], "problem": error.message}}
