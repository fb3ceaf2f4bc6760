"""Sections of products on the pages of creators: what stands where, and the link by which each product is sold."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries import foreign_links

_SHELVES = """
SELECT id, heading FROM page_shelf
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s ORDER BY place, id
"""
_PLACED = """
SELECT h.id, h.heading, p.id, p.title, p.price, coalesce(p.currency, ''), p.sold_out, p.gone_at IS NOT NULL,
       coalesce(p.picture_id, ''), coalesce(i.width, 0), coalesce(i.height, 0), l.code, l.label_text, l.label_country,
       s.state = 'active' AND o.owner_party_id = h.party_id
  FROM page_shelf h
  JOIN page_product g ON g.programme_id = h.programme_id AND g.shelf_id = h.id
  JOIN product p ON p.programme_id = g.programme_id AND p.id = g.product_id
  JOIN link l ON l.programme_id = g.programme_id AND l.id = g.link_id
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id FROM link_owner WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) o ON true
  LEFT JOIN picture i ON i.programme_id = p.programme_id AND i.id = p.picture_id
 WHERE h.programme_id = %(programme_id)s AND h.party_id = %(party)s ORDER BY h.place, h.id, g.place, p.id
"""
_REUSABLE = """
SELECT l.id FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON s.state = 'active'
  JOIN LATERAL (SELECT owner_party_id FROM link_owner WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) o ON o.owner_party_id = %(party)s
 WHERE l.programme_id = %(programme_id)s AND l.creator_party_id = %(party)s AND l.link_class = 'standard'
   AND l.destination = %(url)s AND l.label_country = %(country)s ORDER BY l.id LIMIT 1
"""
_COUNTRY = """
SELECT label_country FROM link
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(party)s ORDER BY id DESC LIMIT 1
"""
_PRODUCT = """
SELECT url, title FROM product WHERE programme_id = %(programme_id)s AND id = %(product)s AND gone_at IS NULL
"""
_ADD_SHELF = """
INSERT INTO page_shelf (programme_id, party_id, place, heading)
VALUES (%(programme_id)s, %(party)s, 1000, %(heading)s) RETURNING id
"""
_PUT = """
INSERT INTO page_product (programme_id, shelf_id, product_id, link_id, place)
VALUES (%(programme_id)s, %(shelf)s, %(product)s, %(link)s, 1000)
"""
_RENAME = "UPDATE page_shelf SET heading = %(heading)s WHERE programme_id = %(programme_id)s AND id = %(shelf)s"
_ORDER_SHELVES = """
UPDATE page_shelf h SET place = fresh.place FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS fresh (id, place)
 WHERE h.programme_id = %(programme_id)s AND h.id = fresh.id
"""
_ORDER_PRODUCTS = """
UPDATE page_product g SET place = fresh.place FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS fresh (id, place)
 WHERE g.programme_id = %(programme_id)s AND g.shelf_id = %(shelf)s AND g.product_id = fresh.id
"""
_TAKE_OFF = """
DELETE FROM page_product
 WHERE programme_id = %(programme_id)s AND shelf_id = %(shelf)s AND (%(product)s::bigint IS NULL
    OR product_id = %(product)s)
"""
_DROP_SHELF = "DELETE FROM page_shelf WHERE programme_id = %(programme_id)s AND id = %(shelf)s"
_MOVED = """
SELECT g.shelf_id, g.product_id, h.party_id, p.url, l.label_country, l.label_platform, l.label_text, l.campaign
  FROM page_product g
  JOIN page_shelf h ON h.programme_id = g.programme_id AND h.id = g.shelf_id
  JOIN product p ON p.programme_id = g.programme_id AND p.id = g.product_id
  JOIN link l ON l.programme_id = g.programme_id AND l.id = g.link_id
 WHERE g.programme_id = %(programme_id)s AND l.destination <> p.url AND p.gone_at IS NULL ORDER BY 1, 2
"""
_LEAD_BY = """
UPDATE page_product SET link_id = %(link)s
 WHERE programme_id = %(programme_id)s AND shelf_id = %(shelf)s AND product_id = %(product)s
"""


class Shelf(NamedTuple):
    """A section of products and links to other sites."""

    id: int
    heading: str


class Placed(NamedTuple):
    """A product on a page. ``live``: its link is hers and active; ``picture`` is the id of our copy, or empty."""

    shelf: int
    heading: str
    product: int
    title: str
    price: Micros | None
    currency: str
    sold_out: bool
    gone: bool
    picture: str
    width: int
    height: int
    code: str
    label: str
    country: str
    live: bool


class Moved(NamedTuple):
    """A product on a page whose link leads to where it was sold before, with the label of that link."""

    shelf: int
    product: int
    party: int
    url: str
    country: str
    platform: str
    label: str
    campaign: str


def shelves(access: Access, party: int) -> list[Shelf]:
    """The sections of a creator, in her order."""
    return [Shelf(*row) for row in access.fetch(_SHELVES, {"party": party})]


def placed(access: Access, party: int) -> list[Placed]:
    """The products on a creator's page, section by section, in her order."""
    return [Placed(*row) for row in access.fetch(_PLACED, {"party": party})]


def product(access: Access, id_: int) -> tuple[str, str] | None:
    """Where a product is sold and what it is called, unless it is gone."""
    row = access.fetch_one(_PRODUCT, {"product": id_})
    return None if row is None else (row[0], row[1])


def reusable(access: Access, party: int, url: str, country: str) -> int | None:
    """A live link of her own that leads to an address, labelled for a country."""
    found: int | None = access.value(_REUSABLE, {"party": party, "url": url, "country": country})
    return found


def last_country(access: Access, party: int) -> str:
    """For which country her newest link is labelled, or nothing."""
    return str(access.value(_COUNTRY, {"party": party}) or "")


def add_shelf(access: Access, party: int, heading: str) -> int:
    """Add a section behind the others; returns its number."""
    return int(access.value(_ADD_SHELF, {"party": party, "heading": heading}))


def put(access: Access, shelf: int, product_: int, link: int) -> None:
    """Put a product behind the others of a section."""
    access.execute(_PUT, {"shelf": shelf, "product": product_, "link": link})


def rename(access: Access, shelf: int, heading: str) -> None:
    """Give a section another heading."""
    access.execute(_RENAME, {"shelf": shelf, "heading": heading})


def order_shelves(access: Access, ids: Sequence[int]) -> None:
    """Write the order of sections."""
    access.execute(_ORDER_SHELVES, {"ids": list(ids)})


def order_products(access: Access, shelf: int, ids: Sequence[int]) -> None:
    """Write the order of a section's products."""
    access.execute(_ORDER_PRODUCTS, {"shelf": shelf, "ids": list(ids)})


def take_off(access: Access, shelf: int, product_: int | None = None) -> None:
    """Take a product off a section, or all of them."""
    access.execute(_TAKE_OFF, {"shelf": shelf, "product": product_})


def drop(access: Access, shelf: int) -> None:
    """Take a section away with what stands in it."""
    take_off(access, shelf)
    foreign_links.drop_of(access, shelf)
    access.execute(_DROP_SHELF, {"shelf": shelf})


def moved(access: Access) -> list[Moved]:
    """Products on pages that are sold at another address than their links lead to."""
    return [Moved(*row) for row in access.fetch(_MOVED)]


def lead_by(access: Access, links: Sequence[tuple[Moved, int]]) -> None:
    """Let products on pages be sold by other links."""
    access.execute_many(_LEAD_BY, [{"shelf": one.shelf, "product": one.product, "link": link} for one, link in links])
