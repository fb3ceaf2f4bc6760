"""``fanshare connection``: the shops that send their orders."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli import connection_care, connection_secret
from fanshare.cli.connection_care import look_after, webhook_lines
from fanshare.cli.connection_shapes import document
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError, FanshareError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.flows.connections import Connection

app = group("Connect shops; shows where they deliver and the secret.")
app.add_typer(connection_secret.app, name="secret")
connection_care.register(app)


@app.command()
def add(
    ctx: typer.Context,
    kind: str = typer.Argument(help="woocommerce, or generic for any other shop."),
    shop: str = typer.Option("", help="The shop's address, such as https://shop.example.org."),
    key: str = typer.Option("", help="Read-only REST key of the shop (or FANSHARE_SHOP_KEY)."),
    key_secret: str = typer.Option("", help="Its secret; better as FANSHARE_SHOP_SECRET or FANSHARE_SHOP_SECRET_FILE."),
    secret: Annotated[list[str] | None, typer.Option(help="One it already signs with; drawn if left out.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="A further host that links may lead to.")] = None,
    webhooks: bool = typer.Option(False, "--webhooks", help="Make its webhooks at once; the key has to allow writing."),
) -> None:
    """Connect a shop. Prints what to paste into it."""
    from fanshare.flows.connections import NewConnection, add_connection
    from fanshare.integrations.registry import connector

    known = connector(kind)
    api = _api(key, key_secret) if known.can_fetch else None
    _check(kind, shop, host or [], needs_shop=known.can_fetch)
    new = NewConnection(kind, base_url=shop, secrets=tuple(secret or ()), api=api, hosts=_hosts(shop, host or []))
    this = session(ctx)
    with this.desk() as desk:
        made = add_connection(
            desk.programme, new, desk.now, can_fetch=known.can_fetch, reports_fulfilment=known.reports_fulfilment
        )
        told = {**document(desk, made), "secret": made.secrets[0].decode()}
        done = _webhooks(desk, made) if webhooks else {}
    lines = [f"Delivery URL: {told['delivery_url']}", f"Secret:       {told['secret']}"]
    if known.can_fetch and api is None:
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


def _api(key: str, key_secret: str) -> tuple[str, str] | None:
    from fanshare.config.settings_env import secret as from_environment

    key = key or from_environment(os.environ, "FANSHARE_SHOP_KEY")
    key_secret = key_secret or from_environment(os.environ, "FANSHARE_SHOP_SECRET")
    if bool(key) != bool(key_secret):
        raise BadInputError("half_a_key", "A REST key has two parts: --key and FANSHARE_SHOP_SECRET.")
    return (key, key_secret) if key else None


def _check(kind: str, shop: str, hosts: list[str], *, needs_shop: bool) -> None:
    if needs_shop and not shop:
        raise BadInputError("shop_missing", f"A {kind} connection needs --shop https://....")
    if any("/" in host or " " in host or not host for host in hosts) or "\x00" in shop:
        raise BadInputError("bad_host", "A host is a name such as www.shop.example.")


def _hosts(shop: str, more: list[str]) -> tuple[str, ...]:
    from urllib.parse import urlsplit

    try:
        own = urlsplit(shop).netloc
    except ValueError:
        raise BadInputError("bad_address", "The shop's address begins with https://.") from None
    return tuple(dict.fromkeys(host for host in (own, *more) if host))
