"""Posts that creators write for their fans alone. Title, words and pictures lie in the vault of whoever wrote them."""

from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import LAST_INSTANT, Instant
from fanshare.store.access import Access

_COLUMNS: LiteralString = """
SELECT p.id, p.creator_party_id, c.person_id, coalesce(c.display_name, ''), coalesce(c.slug, ''),
       coalesce(p.label_country, ''), p.written_at, p.changed_at, p.shown_at,
       p.closed_at
"""
_HEAD = (
    _COLUMNS
    + """
  FROM post p JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
"""
)
#: Whose fan somebody is: the creators of links that are hers now and that are active now, and without a link.
_SUPPORTED: LiteralString = """
(SELECT o.creator_party_id FROM link_owner o
   JOIN link_state s ON s.programme_id = o.programme_id AND s.link_id = o.link_id AND s.state = 'active'
  WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(fan)s
    AND NOT EXISTS (SELECT FROM link_owner n WHERE n.programme_id = o.programme_id AND n.link_id = o.link_id
                       AND n.from_at > o.from_at)
    AND NOT EXISTS (SELECT FROM link_state n WHERE n.programme_id = s.programme_id AND n.link_id = s.link_id
                       AND n.from_at > s.from_at)
  UNION SELECT r.creator_party_id FROM circle r WHERE r.programme_id = %(programme_id)s AND r.fan_party_id = %(fan)s)
"""
_FOR_FAN: LiteralString = f"""
 WHERE p.programme_id = %(programme_id)s AND p.shown_at IS NOT NULL AND p.closed_at IS NULL
   AND p.creator_party_id IN {_SUPPORTED}
"""
_OF_CREATOR = (
    _HEAD
    + """
 WHERE p.programme_id = %(programme_id)s AND p.creator_party_id = %(creator)s
   AND (%(shown)s::boolean IS NULL OR (p.shown_at IS NOT NULL) = %(shown)s)
   AND (%(id)s::bigint IS NULL OR p.id = %(id)s) AND (%(before)s::bigint IS NULL OR p.id < %(before)s)
   AND (%(since)s::bigint IS NULL OR p.written_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR p.written_at < %(until)s)
 ORDER BY p.id DESC LIMIT %(limit)s
"""
)
_ONE_OF_FAN = _HEAD + _FOR_FAN + " AND p.id = %(id)s LIMIT 1"
#: The newest of each creator first, so that what was written long ago costs nothing.
_NEWEST_OF_EACH: LiteralString = """
  FROM party c CROSS JOIN LATERAL (
       SELECT * FROM post p
        WHERE p.programme_id = %(programme_id)s AND p.creator_party_id = c.id AND p.shown_at IS NOT NULL
          AND p.closed_at IS NULL AND p.shown_at > %(since)s AND (p.shown_at, p.id) < (%(at)s, %(before)s)
        ORDER BY p.shown_at DESC, p.id DESC LIMIT %(limit)s) p
 WHERE c.programme_id = %(programme_id)s AND c.id IN
"""
_OF_FAN = (
    _COLUMNS
    + _NEWEST_OF_EACH
    + _SUPPORTED
    + """
   AND (%(creator)s = '' OR strpos(lower(c.display_name), lower(%(creator)s)) > 0)
 ORDER BY p.shown_at DESC, p.id DESC LIMIT %(limit)s
"""
)
_COUNTED: LiteralString = """
SELECT c.display_name, count(*) FROM post p
  JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
"""
_NEW_SINCE = (
    _COUNTED
    + _FOR_FAN
    + """
   AND p.shown_at > %(since)s AND p.shown_at <= %(until)s AND c.display_name IS NOT NULL
 GROUP BY c.id, c.display_name ORDER BY max(p.shown_at) DESC, c.id LIMIT %(limit)s
"""
)
_ADD = """
INSERT INTO post (programme_id, creator_party_id, label_country, written_at, changed_at, shown_at)
VALUES (%(programme_id)s, %(creator)s, %(country)s, %(now)s, %(now)s, %(shown_at)s) RETURNING id
"""
_CHANGE = """
UPDATE post SET label_country = %(country)s, changed_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND creator_party_id = %(creator)s
"""
_SHOW = """
UPDATE post SET shown_at = %(shown_at)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND creator_party_id = %(creator)s
   AND (shown_at IS NULL) <> (%(shown_at)s::bigint IS NULL)
"""
_TOUCH = "UPDATE post SET changed_at = %(now)s WHERE programme_id = %(programme_id)s AND id = %(post)s"
_DROP_REPORTS = "DELETE FROM post_report WHERE programme_id = %(programme_id)s AND post_id = ANY(%(ids)s)"
_DROP = "DELETE FROM post WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)"
_COUNT = """
SELECT count(*), count(*) FILTER (WHERE written_at > %(since)s) FROM post
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s
"""
_ADD_PICTURE = """
INSERT INTO post_picture (programme_id, name, post_id, width, height, added_at)
VALUES (%(programme_id)s, %(name)s, %(post)s, %(width)s, %(height)s, %(now)s)
"""
_PICTURES = """
SELECT name, post_id, width, height FROM post_picture
 WHERE programme_id = %(programme_id)s AND post_id = ANY(%(posts)s) ORDER BY post_id, added_at, name
"""
_DROP_PICTURE = (
    "DELETE FROM post_picture WHERE programme_id = %(programme_id)s AND name = %(name)s AND post_id = %(post)s"
)
_DROP_PICTURES = "DELETE FROM post_picture WHERE programme_id = %(programme_id)s AND post_id = ANY(%(ids)s)"
_COUNT_PICTURES = """
SELECT count(*), count(*) FILTER (WHERE x.post_id = %(post)s) FROM post_picture x
  JOIN post p ON p.programme_id = x.programme_id AND p.id = x.post_id
 WHERE x.programme_id = %(programme_id)s AND p.creator_party_id = %(creator)s
"""
_IDS = "SELECT id FROM post WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(parties)s)"


class PostRow(NamedTuple):
    """A post without its words; ``person`` is whose vault they lie in, ``country`` whose label it has (empty: none).

    ``closed_at``: the house took it down after a report.
    """

    id: int
    creator: int
    person: int
    name: str
    slug: str
    country: str
    written_at: Instant
    changed_at: Instant
    shown_at: Instant | None
    closed_at: Instant | None


class PictureRow(NamedTuple):
    """A picture of a post, without its pixels."""

    name: str
    post: int
    width: int
    height: int


def of_creator(
    access: Access,
    creator: int,
    *,
    id_: int | None = None,
    shown: bool | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    before: int | None = None,
    limit: int,
) -> list[PostRow]:
    """A creator's posts, written at ``since`` <= t < ``until``, the newest first.

    Only those that are shown, or hidden, where ``shown`` says so.
    """
    asked = {"creator": creator, "id": id_, "shown": shown, "since": since, "until": until}
    return [PostRow(*row) for row in access.fetch(_OF_CREATOR, {**asked, "before": before, "limit": limit})]


def of_fan(
    access: Access,
    fan: int,
    *,
    creator: str = "",
    since: Instant = -1,
    until: Instant = LAST_INSTANT + 1,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[PostRow]:
    """Posts that a fan may read now, shown after ``since`` and before ``until``; those first that were shown last.

    Of creators whose names hold ``creator``.
    """
    at, before = min(after or (until, 0), (until, 0))
    values = {"fan": fan, "creator": creator, "since": since, "at": at, "before": before, "limit": limit}
    return [PostRow(*row) for row in access.fetch(_OF_FAN, values)]


def one_of_fan(access: Access, fan: int, id_: int) -> PostRow | None:
    """One post that a fan may read now."""
    row = access.fetch_one(_ONE_OF_FAN, {"fan": fan, "id": id_})
    return None if row is None else PostRow(*row)


def new_since(access: Access, fan: int, since: Instant, until: Instant, limit: int) -> list[tuple[str, int]]:
    """Which creators showed a fan something within a span, ``since`` < t <= ``until``, and how many posts."""
    values = {"fan": fan, "since": since, "until": until, "limit": limit}
    return [(row[0], row[1]) for row in access.fetch(_NEW_SINCE, values)]


def add(access: Access, creator: int, country: str, now: Instant, *, shown: bool) -> int:
    """A row for a new post; its id."""
    values: dict[str, Any] = {"creator": creator, "country": country or None, "now": now}
    return int(access.value(_ADD, {**values, "shown_at": now if shown else None}))


def change(access: Access, creator: int, id_: int, country: str, now: Instant) -> None:
    """Note that a post was changed, and its label."""
    access.execute(_CHANGE, {"creator": creator, "id": id_, "country": country or None, "now": now})


def show(access: Access, creator: int, id_: int, at: Instant | None) -> None:
    """Show a post from ``at`` on, or (``None``) hide it; doing it again changes nothing."""
    access.execute(_SHOW, {"creator": creator, "id": id_, "shown_at": at})


def count(access: Access, creator: int, since: Instant) -> tuple[int, int]:
    """How many posts a creator has, and how many of them she wrote after an instant."""
    row = access.fetch_one(_COUNT, {"creator": creator, "since": since})
    return (0, 0) if row is None else (row[0], row[1])


def add_picture(access: Access, picture: PictureRow, now: Instant) -> None:
    """A row for a picture, which changes its post."""
    access.execute(_TOUCH, {"post": picture.post, "now": now})
    access.execute(_ADD_PICTURE, {**picture._asdict(), "now": now})


def pictures(access: Access, posts: list[int]) -> list[PictureRow]:
    """The pictures of these posts, in the order in which they were added."""
    return [PictureRow(*row) for row in access.fetch(_PICTURES, {"posts": posts})]


def count_pictures(access: Access, creator: int, post: int) -> tuple[int, int]:
    """How many pictures a creator's posts have in all, and this one."""
    row = access.fetch_one(_COUNT_PICTURES, {"creator": creator, "post": post})
    return (0, 0) if row is None else (row[0], row[1])


def drop_picture(access: Access, post: int, name: str) -> None:
    """Take a picture out of a post; doing it again changes nothing."""
    access.execute(_DROP_PICTURE, {"name": name, "post": post})


def drop(access: Access, ids: list[int]) -> None:
    """Take posts away with their pictures."""
    access.execute(_DROP_REPORTS, {"ids": ids})
    access.execute(_DROP_PICTURES, {"ids": ids})
    access.execute(_DROP, {"ids": ids})


def forget(access: Access, parties: list[int]) -> None:
    """Take away every post of these parties. What lies in the vault goes with its key."""
    drop(access, [row[0] for row in access.fetch(_IDS, {"parties": parties})])
