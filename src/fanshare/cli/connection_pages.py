"""What a shop may put into its own pages, so that whole click paths arrive with its orders. All of it is optional."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fanshare.cli.session import session
from fanshare.core.errors import BadInputError, FanshareError


class Page(StrEnum):
    """For which pages: any shop's, the theme of a Shopify shop, or a custom pixel of one."""

    ANY = "any"
    SHOPIFY_THEME = "shopify-theme"
    SHOPIFY_PIXEL = "shopify-pixel"


def register(app: typer.Typer) -> None:
    """Add these commands to ``fanshare connection``."""
    for command in (plugin, snippet):
        app.command()(command)


def plugin(ctx: typer.Context, path: Annotated[Path, typer.Argument(help="Where to write the zip.")]) -> None:
    """Write the small WordPress plugin for WooCommerce: whole click paths, labels beside links. Optional."""
    from fanshare.integrations.woocommerce.plugin import plugin_zip

    this = session(ctx)
    content = plugin_zip()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInputError("cannot_write", f"{path} can't be written: {error.strerror}.") from None
    this.out.result(
        {"file": str(path), "bytes": len(content)},
        [f"{path} is written. In WordPress: Plugins, Add New, Upload Plugin, Activate."],
    )


def snippet(ctx: typer.Context, page: Annotated[Page, typer.Argument(help="For which pages.")] = Page.ANY) -> None:
    """Print what to paste into a shop's pages: it keeps the links a buyer came by, only with consent. Optional."""
    from fanshare.integrations.shopify import storefront
    from fanshare.web.snippet import tag

    this = session(ctx)
    if page is Page.ANY:
        base = this.settings.public_url
        if not base:
            said = "Set FANSHARE_URL to where the world reaches fanshare, then try again."
            raise FanshareError("no_address", said, 409)
        text = tag(base)
    else:
        text = storefront.snippet(storefront.THEME if page is Page.SHOPIFY_THEME else storefront.PIXEL).rstrip()
    this.out.result({"page": page.value, "text": text}, [text])
