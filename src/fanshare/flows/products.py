"""Take in what shops sell: from a file or a program, compared with what is known, refused row by row.

The same again changes nothing. What is missing from a whole catalogue is gone, if the sender says that it is whole;
never where a row was refused that does not tell which product it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.product_file import Shop, read
from fanshare.core.products import Product, Refused, Told
from fanshare.flows import audit, shelves
from fanshare.flows.context import Programme
from fanshare.flows.own_links import Destinations
from fanshare.store.queries import product_pictures, products

#: Products that one programme may have, gone ones among them.
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of what was told: how many products are new, changed, the same, gone; what was refused.

    ``whole``: products that are missing were marked as gone. ``ignored`` are columns that nobody read.
    """

    new: int
    changed: int
    same: int
    gone: int
    whole: bool
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """How something is taken in: of which shop (the endpoint of a connection, or none), and whether it is all of it.

    ``look``: nothing is changed.
    """

    endpoint: str = ""
    whole: bool = False
    look: bool = False


def read_file(programme: Programme, content: bytes, endpoint: str, currency: str) -> Told:
    """The products of a file. Raises ``BadInputError`` as ``product_file.read``, ``unknown_shop``."""
    found = products.shops(programme.access)
    chosen = [one for one in found if one.endpoint == endpoint] if endpoint else found
    if endpoint and not chosen:
        raise BadInputError("unknown_shop", "There is no such shop in this programme.", 404)
    return read(content, Shop(currency, _address(chosen[0]) if len(chosen) == 1 else ""))


def take(programme: Programme, told: Told, wish: Wish, now: Instant, check: Destinations) -> Taken:
    """Take in what was told, all of it in one transaction; addresses lead to the shop or are refused.

    Raises ``BadInputError``: ``no_shop``, ``unknown_shop``, ``too_many_products``.
    """
    access = programme.access
    with access.transaction():
        products.lock(access)
        connection = connection_of(programme, wish.endpoint)
        sound, refused = _judged(told, wish, products.shops(access), check)
        before = products.known(access, connection)
        fresh = [one for one in sound if one.external_id not in before and not one.gone]
        changed = [one for one in sound if one.external_id in before and before[one.external_id] != one]
        left = [one for one in changed if one.gone and not before[one.external_id].gone]
        whole = wish.whole and all(one.external_id for one in refused)
        missing = _missing(before, told, refused) if whole else set()
        if products.count(access) + len(fresh) > MOST:
            raise BadInputError("too_many_products", "A programme has at most %(most)s products.", most=MOST)
        gone, same = len(missing) + len(left), len(sound) - len(fresh) - len(changed)
        found = Taken(len(fresh), len(changed) - len(left), same, gone, whole, tuple(refused), told.ignored)
        if not wish.look and (fresh or changed or missing):
            products.put(access, connection, [*fresh, *changed], now)
            products.let_go(access, connection, missing, now)
            product_pictures.drop_unwanted(access)
            shelves.follow(programme, now)
            audit.noted(access, "products.take", now, f"{found.new} new, {found.changed} changed, {found.gone} gone")
    return found


def _judged(
    told: Told, wish: Wish, shops: Iterable[products.ShopRow], check: Destinations
) -> tuple[list[Product], list[Refused]]:
    """Products whose addresses are the shop's, and everything that was refused, in the order of the rows."""
    found = [one for one in shops if wish.endpoint in ("", one.endpoint)]
    hosts = list(dict.fromkeys(host for one in found for host in one.hosts))
    if not hosts:
        raise BadInputError(
            "no_shop", "No shop is connected here yet, so there is nothing a product could lead to.", 409
        )
    plain = any(one.address.startswith("http://") for one in found)
    sound, refused = [], list(told.refused)
    for row, product in told.products:
        try:
            check(product.url, hosts, plain)
            sound.append(product)
        except BadInputError as error:
            refused.append(Refused.of(row, product.external_id, error))
    return sound, sorted(refused, key=lambda one: one.row)


def _missing(before: dict[str, Product], told: Told, refused: Iterable[Refused]) -> set[str]:
    """What is on sale here and was not told; a product whose row was refused was told, unless it is not on sale."""
    named = {one.external_id for _, one in told.products}
    named |= {one.external_id for one in refused if one.code != "not_on_sale"}
    return {id_ for id_, one in before.items() if not one.gone} - named


def connection_of(programme: Programme, endpoint: str) -> int | None:
    """The number of the shop of an endpoint, if one is said. Raises ``BadInputError`` (``unknown_shop``)."""
    if not endpoint:
        return None
    found = next((one.id for one in products.shops(programme.access) if one.endpoint == endpoint), None)
    if found is None:
        raise BadInputError("unknown_shop", "There is no such shop in this programme.", 404)
    return found


def _address(shop: products.ShopRow) -> str:
    """Where a shop's pages are: a host of its own before the one that its maker gave it."""
    own = [host for host in shop.hosts if not host.endswith(".myshopify.com")] or shop.hosts
    scheme = "http" if shop.address.startswith("http://") else "https"
    return f"{scheme}://{own[0]}" if own else shop.address
