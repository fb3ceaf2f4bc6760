"""What a brand says of itself on the public page of its programme: one text in markdown, the newest in the place of
the one before."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_FIND = "SELECT words, written_at FROM programme_words WHERE programme_id = %(programme_id)s"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('programme words', %(programme_id)s))"
_KEEP = """
INSERT INTO programme_words (programme_id, words, written_by, written_at)
VALUES (%(programme_id)s, %(words)s, %(by)s, %(now)s)
ON CONFLICT (programme_id) DO UPDATE
   SET words = excluded.words, written_by = excluded.written_by, written_at = excluded.written_at
"""


class Written(NamedTuple):
    """The text, empty for none, and when it was written; 0: never."""

    words: str = ""
    at: Instant = 0


def find(access: Access) -> Written:
    """What stands there now."""
    row = access.fetch_one(_FIND)
    return Written() if row is None else Written(*row)


def lock(access: Access) -> None:
    """One change after the other."""
    access.fetch(_LOCK)


def keep(access: Access, words: str, now: Instant) -> None:
    """Put words in the place of those before; empty ones take them away."""
    access.execute(_KEEP, {"words": words, "by": access.actor, "now": now})
