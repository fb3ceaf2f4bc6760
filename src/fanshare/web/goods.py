"""Products as a creator's page shows them: those that are there, each with her link and its label, or sold out."""

from collections.abc import Iterable
from itertools import groupby

from fanshare.core import ad_labels
from fanshare.store.queries.shelves import Placed
from fanshare.web.pages_port import PublicLink, PublicPicture, PublicProduct, PublicShelf


def shelves_of(programme: str, goods: Iterable[Placed]) -> tuple[PublicShelf, ...]:
    """The sections in her order: without what is gone and without what her link no longer leads to."""
    there = [one for one in goods if one.live and not one.gone]
    return tuple(
        PublicShelf(heading, tuple(_product(programme, one) for one in group))
        for (_, heading), group in groupby(there, lambda one: (one.shelf, one.heading))
    )


def _product(programme: str, one: Placed) -> PublicProduct:
    country = ad_labels.COUNTRIES.get(one.country)
    link = PublicLink(f"/r/{one.code}", one.title, one.label, "en" if country is None else country.language)
    return PublicProduct(one.title, one.price, one.currency, None if one.sold_out else link, picture_of(programme, one))


def picture_of(programme: str, one: Placed) -> PublicPicture | None:
    """Our copy of a product's picture; what it shows is the product."""
    if not one.picture:
        return None
    return PublicPicture(f"/picture/{programme}/{one.picture}", one.title, one.width, one.height)
