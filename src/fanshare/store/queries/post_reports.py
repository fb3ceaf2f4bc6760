"""Posts that fans reported, until a person of the house answers."""

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.posts import PostRow

_REPORT = """
INSERT INTO post_report AS r (programme_id, post_id, at) VALUES (%(programme_id)s, %(post)s, %(now)s)
ON CONFLICT (programme_id, post_id) DO UPDATE SET at = excluded.at, answered_at = NULL
 WHERE r.answered_at < (SELECT p.changed_at FROM post p WHERE p.programme_id = %(programme_id)s AND p.id = %(post)s)
"""
_WAITING = """
SELECT p.id, p.creator_party_id, c.person_id, coalesce(c.display_name, ''), coalesce(c.slug, ''),
       coalesce(p.label_country, ''), p.written_at, p.changed_at, p.shown_at, p.closed_at, r.at
  FROM post_report r
  JOIN post p ON p.programme_id = r.programme_id AND p.id = r.post_id
  JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
 WHERE r.programme_id = %(programme_id)s AND r.answered_at IS NULL AND (%(id)s::bigint IS NULL OR p.id = %(id)s)
 ORDER BY r.at, p.id LIMIT %(limit)s
"""
_ANSWER = """
UPDATE post_report SET answered_at = %(now)s
 WHERE programme_id = %(programme_id)s AND post_id = %(post)s AND answered_at IS NULL RETURNING post_id
"""
_CLOSE = """
UPDATE post SET closed_at = coalesce(closed_at, %(now)s) WHERE programme_id = %(programme_id)s AND id = %(post)s
"""


def report(access: Access, post: int, now: Instant) -> None:
    """Report a post; one that was let be is looked at again only when it was changed since."""
    access.execute(_REPORT, {"post": post, "now": now})


def waiting(access: Access, *, id_: int | None = None, limit: int) -> list[tuple[PostRow, Instant]]:
    """Posts whose report waits, and since when; the oldest report first."""
    rows = access.fetch(_WAITING, {"id": id_, "limit": limit})
    return [(PostRow(*row[:-1]), row[-1]) for row in rows]


def answer(access: Access, post: int, now: Instant) -> bool:
    """Note that a report was answered; whether one waited."""
    return access.value(_ANSWER, {"post": post, "now": now}) is not None


def close(access: Access, post: int, now: Instant) -> None:
    """Take a post down for good."""
    access.execute(_CLOSE, {"post": post, "now": now})
