"""The sections of a creator's page: products, each with her link and its label or sold out; links to other sites."""

from collections.abc import Iterable

from fanshare.core import ad_labels
from fanshare.flows.foreign_links import shown_host
from fanshare.store.queries.foreign_links import ForeignLink
from fanshare.store.queries.shelves import Placed, Shelf
from fanshare.web.pages_port import PublicForeignLink, PublicLink, PublicPicture, PublicProduct, PublicShelf


def shelves_of(
    programme: str, shelves: Iterable[Shelf], goods: Iterable[Placed], elsewhere: Iterable[ForeignLink]
) -> tuple[PublicShelf, ...]:
    """The sections in her order: without what is gone, paused, or no longer led to, and without what is empty then."""
    products = [one for one in goods if one.live and not one.gone]
    links = [one for one in elsewhere if not one.paused]
    made = (
        PublicShelf(
            shelf.heading,
            tuple(_product(programme, one) for one in products if one.shelf == shelf.id),
            tuple(_foreign(one) for one in links if one.shelf == shelf.id),
        )
        for shelf in shelves
    )
    return tuple(one for one in made if one.products or one.elsewhere)


def _product(programme: str, one: Placed) -> PublicProduct:
    link = PublicLink(f"/r/{one.code}", one.title, one.label, _language(one.country))
    return PublicProduct(one.title, one.price, one.currency, None if one.sold_out else link, picture_of(programme, one))


def _foreign(one: ForeignLink) -> PublicForeignLink:
    return PublicForeignLink(one.address, one.words, shown_host(one.host), one.label, _language(one.country))


def _language(country: str) -> str:
    known = ad_labels.COUNTRIES.get(country)
    return "en" if known is None else known.language


def picture_of(programme: str, one: Placed) -> PublicPicture | None:
    """Our copy of a product's picture; what it shows is the product."""
    if not one.picture:
        return None
    return PublicPicture(f"/picture/{programme}/{one.picture}", one.title, one.width, one.height)
