"""Threads of fans and creators, their messages and what was reported. Words lie in the vault of whoever wrote them."""

from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_HEAD: LiteralString = """
SELECT t.id, t.creator_party_id, t.fan_party_id, c.person_id, f.person_id, coalesce(c.display_name, ''),
       coalesce(c.slug, ''), t.waits, t.last_at, t.blocked_at, t.closed_at
  FROM question_thread t
  JOIN party c ON c.programme_id = t.programme_id AND c.id = t.creator_party_id
  JOIN party f ON f.programme_id = t.programme_id AND f.id = t.fan_party_id
"""
_OF_CREATOR = (
    _HEAD
    + """
 WHERE t.programme_id = %(programme_id)s AND t.creator_party_id = %(creator)s
   AND (t.blocked_at IS NOT NULL) = %(blocked)s AND (NOT %(waiting)s OR t.waits)
   AND (%(since)s::bigint IS NULL OR t.last_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR t.last_at < %(until)s)
   AND (%(at)s::bigint IS NULL OR (t.last_at, t.id) < (%(at)s, %(id)s))
 ORDER BY t.last_at DESC, t.id DESC LIMIT %(limit)s
"""
)
_OF_CREATOR_OLDEST: LiteralString = _OF_CREATOR.replace("(t.last_at, t.id) <", "(t.last_at, t.id) >").replace(
    "t.last_at DESC, t.id DESC", "t.last_at, t.id"
)
_OF_FAN = (
    _HEAD
    + """
 WHERE t.programme_id = %(programme_id)s AND t.fan_party_id = %(fan)s
   AND (%(creator)s = '' OR strpos(lower(c.display_name), lower(%(creator)s)) > 0)
   AND (%(state)s = '' OR %(state)s = CASE WHEN t.closed_at IS NOT NULL THEN 'closed' WHEN t.waits THEN 'asked'
                                           ELSE 'answered' END)
   AND (%(since)s::bigint IS NULL OR t.last_at >= %(since)s) AND (%(until)s::bigint IS NULL OR t.last_at < %(until)s)
   AND (%(at)s::bigint IS NULL OR (t.last_at, t.id) < (%(at)s, %(id)s))
 ORDER BY t.last_at DESC, t.id DESC LIMIT %(limit)s
"""
)
_ONE = (
    _HEAD
    + """
 WHERE t.programme_id = %(programme_id)s AND (%(id)s::bigint IS NULL OR t.id = %(id)s)
   AND (%(creator)s::bigint IS NULL OR t.creator_party_id = %(creator)s)
   AND (%(fan)s::bigint IS NULL OR t.fan_party_id = %(fan)s) LIMIT 1
"""
)
_OPEN = """
INSERT INTO question_thread (programme_id, creator_party_id, fan_party_id, last_at)
VALUES (%(programme_id)s, %(creator)s, %(fan)s, %(now)s)
ON CONFLICT (programme_id, creator_party_id, fan_party_id) DO UPDATE SET last_at = excluded.last_at RETURNING id
"""
_ADD = """
INSERT INTO question_message (programme_id, thread_id, by_creator, at)
VALUES (%(programme_id)s, %(thread)s, %(by_creator)s, %(now)s) RETURNING id
"""
_TURN = """
UPDATE question_thread SET waits = NOT %(by_creator)s, last_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(thread)s
"""
_MESSAGES = """
SELECT m.id, m.by_creator, m.at, r.at FROM question_message m
  LEFT JOIN question_report r ON r.programme_id = m.programme_id AND r.message_id = m.id
 WHERE m.programme_id = %(programme_id)s AND m.thread_id = %(thread)s
   AND (%(after)s::bigint IS NULL OR m.id < %(after)s)
 ORDER BY m.id DESC LIMIT %(limit)s
"""
_COUNT = """
SELECT count(*), count(*) FILTER (WHERE m.thread_id = %(thread)s::bigint) FROM question_message m
  JOIN question_thread t ON t.programme_id = m.programme_id AND t.id = m.thread_id
 WHERE m.programme_id = %(programme_id)s AND m.by_creator = %(by_creator)s AND m.at > %(since)s
   AND (t.fan_party_id = %(party)s OR t.creator_party_id = %(party)s)
"""
_BLOCK = """
UPDATE question_thread SET blocked_at = %(at)s
 WHERE programme_id = %(programme_id)s AND id = %(thread)s AND creator_party_id = %(creator)s
"""
_CLOSE = """
UPDATE question_thread SET closed_at = coalesce(closed_at, %(now)s)
 WHERE programme_id = %(programme_id)s AND id = %(thread)s
"""
_REPORT = """
INSERT INTO question_report (programme_id, message_id, at)
SELECT m.programme_id, m.id, %(now)s FROM question_message m
 WHERE m.programme_id = %(programme_id)s AND m.id = %(message)s AND m.thread_id = %(thread)s
   AND m.by_creator = %(by_creator)s
ON CONFLICT DO NOTHING
"""
_REPORTED = """
SELECT r.message_id, m.thread_id, m.by_creator, m.at, r.at, coalesce(c.display_name, ''), f.public_id,
       CASE WHEN m.by_creator THEN c.person_id ELSE f.person_id END
  FROM question_report r
  JOIN question_message m ON m.programme_id = r.programme_id AND m.id = r.message_id
  JOIN question_thread t ON t.programme_id = m.programme_id AND t.id = m.thread_id
  JOIN party c ON c.programme_id = t.programme_id AND c.id = t.creator_party_id
  JOIN party f ON f.programme_id = t.programme_id AND f.id = t.fan_party_id
 WHERE r.programme_id = %(programme_id)s AND r.answered_at IS NULL
   AND (%(after)s::bigint IS NULL OR r.message_id > %(after)s)
 ORDER BY r.message_id LIMIT %(limit)s
"""
_ANSWER = """
UPDATE question_report r SET answered_at = %(now)s FROM question_message m
 WHERE r.programme_id = %(programme_id)s AND r.message_id = %(message)s AND r.answered_at IS NULL
   AND m.programme_id = r.programme_id AND m.id = r.message_id RETURNING m.thread_id
"""
_OPEN_REPORTS = """
SELECT (SELECT count(*) FROM question_report WHERE programme_id = %(programme_id)s AND answered_at IS NULL)
     + (SELECT count(*) FROM post_report WHERE programme_id = %(programme_id)s AND answered_at IS NULL)
"""
#: How many fans wait for an answer of ``creator``, counted to a hundred; nobody does while she is away.
WAITING: LiteralString = """
SELECT count(*) FROM (SELECT FROM question_thread
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s AND waits AND blocked_at IS NULL
   AND closed_at IS NULL AND NOT EXISTS (
       SELECT FROM off_hours o WHERE o.programme_id = %(programme_id)s AND o.party_id = %(creator)s
          AND o.away_until_at > %(now)s) LIMIT 100) AS counted
"""
_FORGET: tuple[LiteralString, ...] = (
    """
DELETE FROM vault_item v USING question_message m, question_thread t, party p
 WHERE v.programme_id = %(programme_id)s AND m.programme_id = v.programme_id AND t.programme_id = v.programme_id
   AND p.programme_id = v.programme_id AND t.id = m.thread_id
   AND (t.fan_party_id = ANY(%(parties)s) OR t.creator_party_id = ANY(%(parties)s))
   AND p.id = CASE WHEN m.by_creator THEN t.creator_party_id ELSE t.fan_party_id END
   AND v.person_id = p.person_id AND v.kind = 'message ' || m.id
""",
    """
DELETE FROM question_report r USING question_message m, question_thread t
 WHERE r.programme_id = %(programme_id)s AND m.programme_id = r.programme_id AND t.programme_id = r.programme_id
   AND m.id = r.message_id AND t.id = m.thread_id
   AND (t.fan_party_id = ANY(%(parties)s) OR t.creator_party_id = ANY(%(parties)s))
""",
    """
DELETE FROM question_message m USING question_thread t
 WHERE m.programme_id = %(programme_id)s AND t.programme_id = m.programme_id AND t.id = m.thread_id
   AND (t.fan_party_id = ANY(%(parties)s) OR t.creator_party_id = ANY(%(parties)s))
""",
    """
DELETE FROM question_thread WHERE programme_id = %(programme_id)s
   AND (fan_party_id = ANY(%(parties)s) OR creator_party_id = ANY(%(parties)s))
""",
)


class ThreadRow(NamedTuple):
    """A thread, with the persons behind both sides."""

    id: int
    creator: int
    fan: int
    creator_person: int
    fan_person: int
    name: str
    slug: str
    waits: bool
    last_at: Instant
    blocked_at: Instant | None
    closed_at: Instant | None


class MessageRow(NamedTuple):
    """A message, without its words. ``reported_at`` is ``None`` while nobody reported it."""

    id: int
    by_creator: bool
    at: Instant
    reported_at: Instant | None


class ReportRow(NamedTuple):
    """A report that waits; ``person`` is whoever wrote the message."""

    message: int
    thread: int
    by_creator: bool
    said_at: Instant
    at: Instant
    creator: str
    fan: str
    person: int


def of_creator(
    access: Access,
    creator: int,
    *,
    blocked: bool = False,
    waiting: bool = False,
    since: Instant | None = None,
    until: Instant | None = None,
    oldest: bool = False,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[ThreadRow]:
    """A creator's threads, those with the newest words first, or the ``oldest``; no blocked ones, or only these.

    ``since`` <= last words < ``until``.
    """
    at, id_ = after or (None, None)
    asked = {"creator": creator, "blocked": blocked, "waiting": waiting, "since": since, "until": until}
    statement = _OF_CREATOR_OLDEST if oldest else _OF_CREATOR
    return [ThreadRow(*row) for row in access.fetch(statement, {**asked, "at": at, "id": id_, "limit": limit})]


def of_fan(
    access: Access,
    fan: int,
    *,
    creator: str = "",
    state: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[ThreadRow]:
    """A fan's threads, those with the newest words first.

    With creators whose names hold ``creator``; ``state`` is asked, answered or closed; the newest words were said at or
    after ``since`` and before ``until``.
    """
    at, id_ = after or (None, None)
    values = {"fan": fan, "at": at, "id": id_, "limit": limit, "creator": creator, "state": state}
    return [ThreadRow(*row) for row in access.fetch(_OF_FAN, {**values, "since": since, "until": until})]


def thread(
    access: Access, *, id_: int | None = None, creator: int | None = None, fan: int | None = None
) -> ThreadRow | None:
    """One thread by its id and its owner, or by both sides."""
    row = access.fetch_one(_ONE, {"id": id_, "creator": creator, "fan": fan})
    return None if row is None else ThreadRow(*row)


def open_thread(access: Access, creator: int, fan: int, now: Instant) -> int:
    """The thread of a creator and a fan, begun if there is none; its row is held until the transaction ends."""
    return int(access.value(_OPEN, {"creator": creator, "fan": fan, "now": now}))


def add(access: Access, thread_id: int, now: Instant, *, by_creator: bool) -> int:
    """A row for new words, which turns the thread; its id."""
    values: dict[str, Any] = {"thread": thread_id, "by_creator": by_creator, "now": now}
    access.execute(_TURN, values)
    return int(access.value(_ADD, values))


def messages(access: Access, thread_id: int, *, after: int | None = None, limit: int) -> list[MessageRow]:
    """Messages of a thread, the newest first."""
    values = {"thread": thread_id, "after": after, "limit": limit}
    return [MessageRow(*row) for row in access.fetch(_MESSAGES, values)]


def count(access: Access, party: int, thread_id: int, since: Instant, *, by_creator: bool) -> tuple[int, int]:
    """How many messages somebody wrote after an instant, in all and in one thread."""
    values = {"party": party, "thread": thread_id, "since": since, "by_creator": by_creator}
    row = access.fetch_one(_COUNT, values)
    return (0, 0) if row is None else (row[0], row[1])


def block(access: Access, thread_id: int, creator: int, at: Instant | None) -> None:
    """Let a creator read no more of a thread, or (``None``) again."""
    access.execute(_BLOCK, {"thread": thread_id, "creator": creator, "at": at})


def close(access: Access, thread_id: int, now: Instant) -> None:
    """Close a thread for both sides."""
    access.execute(_CLOSE, {"thread": thread_id, "now": now})


def report(access: Access, thread_id: int, message: int, now: Instant, *, by_creator: bool) -> None:
    """Report a message of this side in this thread; doing it again changes nothing."""
    values = {"thread": thread_id, "message": message, "by_creator": by_creator, "now": now}
    access.execute(_REPORT, values)


def reports(access: Access, *, after: int | None = None, limit: int) -> list[ReportRow]:
    """Reports that wait, oldest message first."""
    return [ReportRow(*row) for row in access.fetch(_REPORTED, {"after": after, "limit": limit})]


def answer_report(access: Access, message: int, now: Instant) -> int | None:
    """Note that a report was answered; the thread, ``None`` where nothing waits."""
    found: int | None = access.value(_ANSWER, {"message": message, "now": now})
    return found


def open_reports(access: Access) -> int:
    """How many reports wait, of messages and of posts."""
    return int(access.value(_OPEN_REPORTS))


def forget(access: Access, parties: list[int]) -> None:
    """Take away every thread of these parties, with the words of both sides."""
    for statement in _FORGET:
        access.execute(statement, {"parties": parties})
