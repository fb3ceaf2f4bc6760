"""What goes into the shop itself: a snippet for the theme, a custom pixel, and the addresses links lead to."""

from importlib.resources import files
from urllib.parse import quote, urlencode, urlsplit

from fanshare.core.errors import BadInputError

THEME, PIXEL = "theme.html", "pixel.js"


def snippet(name: str) -> str:
    """The text of ``THEME`` (to paste into ``theme.liquid``) or ``PIXEL`` (a custom pixel)."""
    return files(__package__).joinpath(name).read_text("utf-8")


def discount_address(shop: str, code: str, page: str = "/") -> str:
    """Where a link leads that also sets a discount code: ``https://SHOP/discount/CODE?redirect=/products/x``.

    The click id (``fs=``) is added by the redirect, and Shopify hands it on to the page. Raises ``BadInputError``
    ``bad_address`` when ``page`` is not a path of the shop.
    """
    parts = urlsplit(shop)
    if parts.scheme != "https" or not parts.netloc:
        raise BadInputError("bad_address", "A shop's address is like https://shop.example.")
    if not page.startswith("/") or page.startswith("//"):
        raise BadInputError("bad_address", "The page is a path of the shop, such as /products/linen.")
    return f"https://{parts.netloc}/discount/{quote(code.strip(), safe='')}?{urlencode({'redirect': page}, safe='/')}"
