"""Copies of the pictures of products: which is to be fetched, what became of it."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.creator_pages import PictureRow

_CLAIM = """
UPDATE product SET picture_at = %(until)s
 WHERE programme_id = %(programme_id)s AND id = (
       SELECT id FROM product WHERE programme_id = %(programme_id)s AND picture_at <= %(now)s
        ORDER BY picture_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, picture_url, picture_tries
"""
_ADD = """
INSERT INTO picture (programme_id, id, content, width, height, added_at)
VALUES (%(programme_id)s, %(picture)s, %(content)s, %(width)s, %(height)s, %(now)s)
"""
_BEFORE = """
SELECT coalesce(picture_id, '') FROM product
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND picture_url = %(url)s FOR NO KEY UPDATE
"""
_KEEP = """
UPDATE product SET picture_id = %(picture)s, picture_at = NULL, picture_tries = 0, picture_problem = ''
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_FAILED = """
UPDATE product SET picture_at = %(again)s, picture_tries = picture_tries + 1, picture_problem = %(problem)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND picture_url = %(url)s
"""
_AGAIN = """
UPDATE product SET picture_at = %(now)s, picture_tries = 0
 WHERE programme_id = %(programme_id)s AND picture_problem <> '' AND gone_at IS NULL AND picture_url <> ''
"""
_UNWANTED = """
SELECT id, picture_id FROM product
 WHERE programme_id = %(programme_id)s AND picture_url = '' AND picture_id IS NOT NULL
"""
_LET_GO = "UPDATE product SET picture_id = NULL WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s::bigint[])"
_DROP = "DELETE FROM picture WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s::text[])"


class Wanted(NamedTuple):
    """A picture to fetch: of which product, from where, and how often it was tried."""

    product: int
    url: str
    tries: int


def claim(access: Access, now: Instant, until: Instant) -> Wanted | None:
    """The picture that has waited longest; nobody else gets it before ``until``."""
    row = access.fetch_one(_CLAIM, {"now": now, "until": until})
    return None if row is None else Wanted(*row)


def keep(access: Access, wanted: Wanted, name: str, drawn: PictureRow, now: Instant) -> bool:
    """Put a copy in the place of the one before; not where the product has another picture by now."""
    with access.transaction():
        before: str | None = access.value(_BEFORE, {"id": wanted.product, "url": wanted.url})
        if before is None:
            return False
        access.execute(_ADD, {"picture": name, **drawn._asdict(), "now": now})
        access.execute(_KEEP, {"id": wanted.product, "picture": name})
        if before:
            access.execute(_DROP, {"ids": [before]})
    return True


def failed(access: Access, wanted: Wanted, problem: str, again: Instant | None) -> None:
    """Write down why there is none, and when it is tried again, if it is."""
    access.execute(_FAILED, {"id": wanted.product, "url": wanted.url, "problem": problem[:300], "again": again})


def try_again(access: Access, now: Instant) -> int:
    """Let the pictures that could not be had be fetched once more; returns how many."""
    return access.execute(_AGAIN, {"now": now}).rowcount


def drop_unwanted(access: Access) -> None:
    """Take away the copies of products that have no picture any more."""
    found = access.fetch(_UNWANTED)
    if found:
        access.execute(_LET_GO, {"ids": [row[0] for row in found]})
        access.execute(_DROP, {"ids": [row[1] for row in found]})
