"""``fanshare connection``: the shops that send their orders."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.flows.connections import Connection

app = group("Connect shops; shows where they deliver and the secret.")


@app.command()
def add(
    ctx: typer.Context,
    kind: str = typer.Argument(help="woocommerce, or generic for any other shop."),
    shop: str = typer.Option("", help="The shop's address, such as https://shop.example.org."),
    key: str = typer.Option("", help="Read-only REST key of the shop (or FANSHARE_SHOP_KEY)."),
    key_secret: str = typer.Option("", help="Its secret; better as FANSHARE_SHOP_SECRET or FANSHARE_SHOP_SECRET_FILE."),
    secret: Annotated[list[str] | None, typer.Option(help="One it already signs with; drawn if left out.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="A further host that links may lead to.")] = None,
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
        document = {**_document(desk, made), "secret": made.secrets[0].decode()}
    lines = [f"Delivery URL: {document['delivery_url']}", f"Secret:       {document['secret']}"]
    if known.can_fetch and api is None:
        lines.append("Without a REST key the shop can't be asked: refunds are estimates, and lost messages stay lost.")
    this.out.result(document, lines)


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """The connected shops, without their secrets."""
    from fanshare.flows.connections import connections

    this = session(ctx)
    with this.desk() as desk:
        rows = [_document(desk, one) for one in connections(desk.programme)]
    this.out.rows("connections", rows, ("endpoint", "kind", "shop", "on", "can_be_asked", "last_heard_at"))


@app.command()
def secret(
    ctx: typer.Context, endpoint: str = typer.Argument("", help="Which one: the end of its delivery URL.")
) -> None:
    """The delivery URL and the secret again, to paste into the shop."""
    from fanshare.flows.connections import connections

    this = session(ctx)
    with this.desk() as desk:
        found = [one for one in connections(desk.programme) if endpoint in ("", one.endpoint, str(one.id))]
        if len(found) != 1:
            said = "There is no such connection" if not found else "There are several connections: say which"
            raise BadInputError("which_connection", f"{said}; fanshare connection list shows them.", 404)
        document = {**_document(desk, found[0]), "secret": found[0].secrets[0].decode()}
    lines = [f"Delivery URL: {document['delivery_url']}", f"Secret:       {document['secret']}"]
    this.out.result(document, lines)


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


def _document(desk: "Desk", one: "Connection") -> dict[str, Any]:
    from fanshare.cli.shapes import when

    return {
        "id": str(one.id),
        "kind": one.kind,
        "endpoint": one.endpoint,
        "delivery_url": desk.address(f"/hooks/{one.endpoint}"),
        "shop": one.base_url,
        "hosts": list(one.settings.get("hosts", ())),
        "on": one.on,
        "can_be_asked": one.can_fetch,
        "last_heard_at": when(one.last_heard_at),
    }
