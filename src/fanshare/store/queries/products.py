"""What the shops of a programme sell: what is known, and what a file or a program tells anew."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Unpack

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.products import Product
from fanshare.store.access import Access
from fanshare.store.queries.seeking import Numbered, numbered

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('products', %(programme_id)s))"
_SHOPS = """
SELECT id, endpoint, base_url, coalesce(settings->'hosts', '[]') FROM connection
 WHERE programme_id = %(programme_id)s AND state = 'on' ORDER BY id
"""
_KNOWN = """
SELECT external_id, title, url, price, coalesce(currency, ''), sold_out, picture_url, gone_at IS NOT NULL FROM product
 WHERE programme_id = %(programme_id)s AND connection_id IS NOT DISTINCT FROM %(connection)s
   AND (%(ids)s::text[] IS NULL OR external_id = ANY(%(ids)s::text[]))
"""
_COUNT = "SELECT count(*) FROM product WHERE programme_id = %(programme_id)s"
#: A picture that lies elsewhere now is fetched anew; until then the one before stays.
_PUT = """
INSERT INTO product (programme_id, connection_id, external_id, title, url, price, currency, sold_out, picture_url,
                     picture_at, updated_at, gone_at)
SELECT %(programme_id)s, %(connection)s, external_id, title, url, price, currency, sold_out, picture,
       CASE WHEN picture <> '' THEN %(now)s END, %(now)s, CASE WHEN gone THEN %(now)s END
  FROM unnest(%(ids)s::text[], %(titles)s::text[], %(urls)s::text[], %(prices)s::bigint[], %(currencies)s::text[],
              %(sold_out)s::boolean[], %(pictures)s::text[], %(gone)s::boolean[])
       AS fresh (external_id, title, url, price, currency, sold_out, picture, gone)
ON CONFLICT (programme_id, connection_id, external_id) DO UPDATE
   SET title = excluded.title, url = excluded.url, price = excluded.price, currency = excluded.currency,
       sold_out = excluded.sold_out, picture_url = excluded.picture_url, updated_at = excluded.updated_at,
       gone_at = CASE WHEN excluded.gone_at IS NOT NULL THEN coalesce(product.gone_at, excluded.gone_at) END,
       picture_at = CASE WHEN product.picture_url = excluded.picture_url THEN product.picture_at
                         ELSE excluded.picture_at END,
       picture_tries = CASE WHEN product.picture_url = excluded.picture_url THEN product.picture_tries ELSE 0 END,
       picture_problem = CASE WHEN product.picture_url = excluded.picture_url THEN product.picture_problem ELSE '' END
"""
_GONE = """
UPDATE product SET gone_at = %(now)s, updated_at = %(now)s
 WHERE programme_id = %(programme_id)s AND connection_id IS NOT DISTINCT FROM %(connection)s
   AND external_id = ANY(%(ids)s::text[]) AND gone_at IS NULL
"""
_LISTED = """
SELECT p.id, coalesce(c.endpoint, ''), p.external_id, p.title, p.url, p.price, coalesce(p.currency, ''), p.sold_out,
       p.picture_url, coalesce(p.picture_id, ''), p.picture_at IS NOT NULL, p.picture_problem, p.updated_at, p.gone_at
  FROM product p
  LEFT JOIN connection c ON c.programme_id = p.programme_id AND c.id = p.connection_id
 WHERE p.programme_id = %(programme_id)s AND p.id > %(after)s AND (%(before)s::bigint IS NULL OR p.id < %(before)s)
   AND (%(one)s::text IS NULL
        OR (p.external_id = %(one)s AND p.connection_id IS NOT DISTINCT FROM %(connection)s::bigint))
   AND (%(text)s = '' OR strpos(lower(p.title || ' ' || p.external_id), lower(%(text)s)) > 0)
   AND (%(since)s::bigint IS NULL OR p.updated_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR p.updated_at < %(until)s)
   AND CASE %(state)s WHEN '' THEN true WHEN 'gone' THEN p.gone_at IS NOT NULL WHEN 'there' THEN p.gone_at IS NULL
                      WHEN 'sold_out' THEN p.gone_at IS NULL AND p.sold_out
                      WHEN 'on_sale' THEN p.gone_at IS NULL AND NOT p.sold_out
                      WHEN 'no_picture' THEN p.gone_at IS NULL AND p.picture_problem <> '' END
 ORDER BY CASE WHEN %(newest)s THEN -p.id ELSE p.id END LIMIT %(limit)s
"""


class ShopRow(NamedTuple):
    """A connected shop: its number, its endpoint, its address and the hosts that it answers under."""

    id: int
    endpoint: str
    address: str
    hosts: list[str]


class ProductRow(NamedTuple):
    """A product as it is now. ``endpoint`` is that of its shop, or empty; ``picture`` the id of our copy, or empty.

    ``fetching``: the worker will look for its picture; ``problem``: why there is none.
    """

    id: int
    endpoint: str
    external_id: str
    title: str
    url: str
    price: Micros | None
    currency: str
    sold_out: bool
    picture_url: str
    picture: str
    fetching: bool
    problem: str
    updated_at: Instant
    gone_at: Instant | None


def lock(access: Access) -> None:
    """Until the transaction ends nobody else changes what this programme's shops sell."""
    access.execute(_LOCK)


def shops(access: Access) -> list[ShopRow]:
    """The connected shops that are on."""
    return [ShopRow(row[0], row[1], row[2], [str(one) for one in row[3]]) for row in access.fetch(_SHOPS)]


def known(access: Access, connection: int | None, ids: Collection[str] | None = None) -> dict[str, Product]:
    """What is known of a shop's products by the shop's ids: of these, or of all."""
    values = {"connection": connection, "ids": None if ids is None else sorted(ids)}
    return {row[0]: Product(*row) for row in access.fetch(_KNOWN, values)}


def count(access: Access) -> int:
    """How many products the programme has, gone ones among them."""
    return int(access.value(_COUNT))


def put(access: Access, connection: int | None, products: Sequence[Product], now: Instant) -> None:
    """Write products in the place of what was known of them."""
    columns = {
        "ids": [one.external_id for one in products],
        "titles": [one.title for one in products],
        "urls": [one.url for one in products],
        "prices": [one.price for one in products],
        "currencies": [one.currency or None for one in products],
        "sold_out": [one.sold_out for one in products],
        "pictures": [one.picture for one in products],
        "gone": [one.gone for one in products],
    }
    access.execute(_PUT, {**columns, "connection": connection, "now": now})


def let_go(access: Access, connection: int | None, ids: Collection[str], now: Instant) -> None:
    """Mark products of a shop as gone."""
    access.execute(_GONE, {"connection": connection, "ids": sorted(ids), "now": now})


def listed(access: Access, **asked: Unpack[Numbered]) -> list[ProductRow]:
    """Products, the newest first. ``state``: ``on_sale``, ``sold_out``, ``there``, ``gone``, ``no_picture``, or all.

    ``since`` <= last changed < ``until``.
    """
    values = {**_ALL, "after": 0, "newest": True, **numbered(asked)}
    return [ProductRow(*row) for row in access.fetch(_LISTED, values)]


def paged(access: Access, *, state: str, after: int, limit: int) -> list[ProductRow]:
    """Products behind a place, the oldest first."""
    values = {"text": "", "state": state, "after": after, "before": None, "limit": limit, "newest": False}
    return [ProductRow(*row) for row in access.fetch(_LISTED, {**values, **_ALL})]


def one(access: Access, connection: int | None, external_id: str) -> ProductRow | None:
    """A product of a shop by the shop's id."""
    values = {"text": "", "state": "", "after": 0, "before": None, "limit": 1, "newest": False}
    row = access.fetch_one(_LISTED, {**_ALL, **values, "one": external_id, "connection": connection})
    return None if row is None else ProductRow(*row)


_ALL = {"one": None, "connection": None, "since": None, "until": None}
