"""What a creator does with products on her page: put them into sections, each with her link, order them, take them off.

Every product on a page leads through a link of hers, made when she adds it or taken up again where she has one, so it
has its advertising label and counts. Somebody else's section is answered like one that does not exist.
"""

from dataclasses import dataclass

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import links, own_links
from fanshare.flows.context import Programme
from fanshare.flows.own_links import Destinations, Wish
from fanshare.store.queries import creator_pages, shelves

MOST_SHELVES, MOST_PRODUCTS, LONGEST_HEADING = 8, 60, 100
#: Her page is a place of its own among those where a link can be shared.
_PLATFORM = "other"


@dataclass(frozen=True, slots=True)
class Adding:
    """A product to put on a page: into a section that is there (``shelf``) or, where that is 0, into a new one."""

    product: int
    shelf: int
    heading: str
    country: str


def add(programme: Programme, party: int, new: Adding, now: Instant, check: Destinations) -> None:
    """Put a product on her page with a link of hers.

    Raises ``BadInputError``: ``unknown_product``, ``unknown_section``, ``heading_missing``, ``too_many_sections``,
    ``too_many_on_page``, and as ``own_links.make``; ``ConflictError`` (``on_page_already``).
    """
    access = programme.access
    with access.transaction():
        hold(programme, party)
        found = shelves.product(access, new.product)
        if found is None:
            raise BadInputError("unknown_product", "This product is not sold here any more.", 404)
        there = shelves.placed(access, party)
        if any(one.product == new.product for one in there):
            raise ConflictError("on_page_already", "This product is on your page already.")
        if len(there) >= MOST_PRODUCTS:
            raise BadInputError(
                "too_many_on_page", "A page holds %(most)s products; take one off first.", most=MOST_PRODUCTS
            )
        shelf = shelf_for(programme, party, new.shelf, new.heading)
        shelves.put(access, shelf, new.product, _link(programme, party, found, new.country, now, check))
        shelves.order_products(access, shelf, [*(one.product for one in there if one.shelf == shelf), new.product])


def move(programme: Programme, party: int, shelf: int, product: int, by: int) -> None:
    """Move a product up (-1) or down (1) within its section. Raises ``BadInputError`` (``unknown_product``)."""
    with programme.access.transaction():
        ids = _products(programme, party, shelf, product)
        shelves.order_products(programme.access, shelf, shifted(ids, product, by))


def take_off(programme: Programme, party: int, shelf: int, product: int) -> None:
    """Take a product off her page; its link stays hers. Raises ``BadInputError`` (``unknown_product``)."""
    with programme.access.transaction():
        _products(programme, party, shelf, product)
        shelves.take_off(programme.access, shelf, product)


def move_shelf(programme: Programme, party: int, shelf: int, by: int) -> None:
    """Move a section up (-1) or down (1). Raises ``BadInputError`` (``unknown_section``)."""
    with programme.access.transaction():
        shelves.order_shelves(programme.access, shifted(_own(programme, party, shelf), shelf, by))


def rename(programme: Programme, party: int, shelf: int, heading: str) -> None:
    """Give a section another heading. Raises ``BadInputError`` (``unknown_section``, ``heading_missing``)."""
    with programme.access.transaction():
        _own(programme, party, shelf)
        shelves.rename(programme.access, shelf, _heading(heading))


def drop(programme: Programme, party: int, shelf: int) -> None:
    """Take a section off her page with what stands in it. Raises ``BadInputError`` (``unknown_section``)."""
    with programme.access.transaction():
        _own(programme, party, shelf)
        shelves.drop(programme.access, shelf)


def follow(programme: Programme, now: Instant) -> int:
    """Give products on pages that are sold at another address now links that lead there, labelled as those before.

    Returns how many. The links before stay as they are: somebody may have shared them.
    """
    moved = shelves.moved(programme.access)
    news = [
        links.NewLink(
            one.party, one.party, one.url, links.Label(one.country, one.platform, one.label), campaign=one.campaign
        )
        for one in moved
    ]
    if news:
        made = links.add_links(programme, news, now)
        shelves.lead_by(programme.access, [(one, id_) for one, (id_, _) in zip(moved, made, strict=True)])
    return len(news)


def _link(
    programme: Programme, party: int, product: tuple[str, str], country: str, now: Instant, check: Destinations
) -> int:
    url, title = product
    label = ad_labels.country(country)
    found = shelves.reusable(programme.access, party, url, label.code)
    if found is not None:
        return found
    code = own_links.make(programme, party, party, Wish(url, label.code, _PLATFORM, title[:100]), now, check)
    return own_links.own(programme, party, code).id


def shelf_for(programme: Programme, party: int, shelf: int, heading: str) -> int:
    """A section of hers by its number, or a new one where that is 0.

    Raises ``BadInputError``: ``unknown_section``, ``heading_missing``, ``too_many_sections``.
    """
    if shelf:
        _own(programme, party, shelf)
        return shelf
    there = [one.id for one in shelves.shelves(programme.access, party)]
    if len(there) >= MOST_SHELVES:
        raise BadInputError(
            "too_many_sections", "A page holds %(most)s sections of products and links.", most=MOST_SHELVES
        )
    made = shelves.add_shelf(programme.access, party, _heading(heading))
    shelves.order_shelves(programme.access, [*there, made])
    return made


def _heading(text: str) -> str:
    heading = " ".join(text.split())
    if not 1 <= len(heading) <= LONGEST_HEADING or "\x00" in heading:
        raise BadInputError(
            "heading_missing", "A section has a heading of 1 to %(most)s characters.", most=LONGEST_HEADING
        )
    return heading


def _own(programme: Programme, party: int, shelf: int) -> list[int]:
    """Her sections in their order, among them this one."""
    hold(programme, party)
    ids = [one.id for one in shelves.shelves(programme.access, party)]
    if shelf not in ids:
        raise BadInputError("unknown_section", "You have no such section.", 404)
    return ids


def _products(programme: Programme, party: int, shelf: int, product: int) -> list[int]:
    """The products of a section of hers in their order, among them this one."""
    _own(programme, party, shelf)
    ids = [one.product for one in shelves.placed(programme.access, party) if one.shelf == shelf]
    if product not in ids:
        raise BadInputError("unknown_product", "This product is not in that section.", 404)
    return ids


def shifted(ids: list[int], one: int, by: int) -> list[int]:
    """The same numbers with one of them moved by some places, as far as there are any."""
    at = ids.index(one)
    to = min(max(at + by, 0), len(ids) - 1)
    rest = [each for each in ids if each != one]
    return [*rest[:to], one, *rest[to:]]


def hold(programme: Programme, party: int) -> None:
    """Hold her row until the transaction ends. Raises ``FanshareError`` (``erased``, 410)."""
    if not creator_pages.lock(programme.access, party):
        raise FanshareError("erased", "The person behind this account was erased.", 410)
