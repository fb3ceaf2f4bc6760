"""Payouts that wait because the books were restored: since when, from which backup, and who ended it."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_STANDING = """
SELECT books_of, since_at FROM payout_hold WHERE programme_id = %(programme_id)s AND released_at IS NULL
"""
#: Of two restores one after the other, the older backup says from when on something may be missing.
_PUT = """
INSERT INTO payout_hold (programme_id, books_of, since_at) VALUES (%(programme_id)s, %(books_of)s, %(now)s)
ON CONFLICT (programme_id) WHERE released_at IS NULL
DO UPDATE SET books_of = least(payout_hold.books_of, excluded.books_of)
"""
_END = """
UPDATE payout_hold SET released_at = %(now)s, released_by = %(by)s, compared = %(compared)s
 WHERE programme_id = %(programme_id)s AND released_at IS NULL
"""


class Hold(NamedTuple):
    """``books_of``: what the books know is from before; ``since``: when they were restored."""

    books_of: Instant
    since: Instant


def standing(access: Access) -> Hold | None:
    """The hold that stands; ``None`` where payouts go on."""
    row = access.fetch_one(_STANDING)
    return None if row is None else Hold(*row)


def put(access: Access, books_of: Instant, now: Instant) -> None:
    """Payouts wait from now on."""
    access.execute(_PUT, {"books_of": books_of, "now": now})


def end(access: Access, by: str, compared: str, now: Instant) -> bool:
    """Payouts go on. False where none waited."""
    return access.execute(_END, {"by": by, "compared": compared, "now": now}).rowcount > 0
