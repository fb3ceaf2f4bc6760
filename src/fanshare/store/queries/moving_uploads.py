"""Uploaded exports of another tool as the database keeps them: whose turn it is, how far each came."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('moving uploads', %(programme_id)s))"
_ADD = """
INSERT INTO moving_upload (programme_id, name, tool, file_hash, sealed, work_at, sent_by, sent_at, changed_at)
VALUES (%(programme_id)s, %(name)s, %(tool)s, decode(%(hash)s, 'hex'), %(sealed)s, %(now)s, %(by)s, %(now)s, %(now)s)
RETURNING id
"""
_NEWEST = """
SELECT id, name, tool, encode(file_hash, 'hex'), sealed, sealed_plan, state, seen, problem_code, problem,
       counts::text, tries, sent_at, changed_at
  FROM moving_upload WHERE programme_id = %(programme_id)s AND state <> 'dropped'
 ORDER BY id DESC LIMIT 1
"""
_LEASE = """
UPDATE moving_upload SET work_at = %(until)s, tries = tries + 1
 WHERE programme_id = %(programme_id)s AND id = (
       SELECT id FROM moving_upload WHERE programme_id = %(programme_id)s AND work_at <= %(now)s
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, name, tool, encode(file_hash, 'hex'), sealed, sealed_plan, state, seen, problem_code, problem,
          counts::text, tries, sent_at, changed_at
"""
_ASK = """
UPDATE moving_upload SET state = 'asked', work_at = %(now)s, tries = 0, asked_by = %(by)s, changed_at = %(now)s,
       problem_code = '', problem = ''
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND state = 'planned' AND seen = %(seen)s
"""
_PLANNED = """
UPDATE moving_upload SET state = 'planned', work_at = NULL, sealed_plan = %(plan)s, seen = %(seen)s,
       problem_code = %(code)s, problem = '', changed_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND tries = %(tries)s AND state IN ('sent', 'asked')
"""
_OVER = """
UPDATE moving_upload SET state = %(state)s, work_at = NULL, sealed = NULL, sealed_plan = NULL, problem_code = %(code)s,
       problem = %(problem)s, counts = %(counts)s::jsonb, changed_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND sealed IS NOT NULL
"""
_OLD = """
UPDATE moving_upload SET state = 'dropped', work_at = NULL, sealed = NULL, sealed_plan = NULL, changed_at = %(now)s
 WHERE programme_id = %(programme_id)s AND sealed IS NOT NULL AND changed_at < %(before)s
"""


class Upload(NamedTuple):
    """One upload. ``sealed`` are its files, ``plan`` what would become of it; both are gone when it is over."""

    id: int
    name: str
    tool: str
    file: str
    sealed: bytes | None
    plan: bytes | None
    state: str
    seen: str
    problem_code: str
    problem: str
    counts: Mapping[str, Any]
    tries: int
    sent_at: Instant
    changed_at: Instant


def lock(access: Access) -> None:
    """One change of a programme's uploads after the other."""
    access.execute(_LOCK)


def add(access: Access, name: str, tool: str, file: str, sealed: bytes, now: Instant) -> int:
    """Keep an upload until it is over."""
    values = {"name": name, "tool": tool, "hash": file, "sealed": sealed, "now": now, "by": access.actor}
    return int(access.value(_ADD, values))


def newest(access: Access) -> Upload | None:
    """The newest upload that nobody gave up."""
    return _read(access.fetch_one(_NEWEST))


def lease(access: Access, now: Instant, until: Instant) -> Upload | None:
    """Take an upload that is to be read or moved in; the try is counted first."""
    return _read(access.fetch_one(_LEASE, {"now": now, "until": until}))


def ask(access: Access, upload: int, seen: str, now: Instant) -> bool:
    """Have the plan done that was seen; whether it is still that one."""
    values = {"id": upload, "seen": seen, "now": now, "by": access.actor}
    return access.execute(_ASK, values).rowcount == 1


def planned(access: Access, upload: Upload, plan: bytes, seen: str, now: Instant, *, code: str = "") -> None:
    """What would become of it is known; ``code`` says why it is shown once more."""
    values = {"id": upload.id, "tries": upload.tries, "plan": plan, "seen": seen, "now": now, "code": code}
    access.execute(_PLANNED, values)


def over(
    access: Access,
    upload: int,
    state: str,
    now: Instant,
    *,
    code: str = "",
    problem: str = "",
    counts: Mapping[str, int] | None = None,
) -> bool:
    """It is done, failed or given up: what was uploaded goes."""
    told = {"code": code[:40], "problem": problem[:500], "counts": json.dumps(dict(counts or {}))}
    return access.execute(_OVER, {"id": upload, "state": state, "now": now, **told}).rowcount == 1


def drop_old(access: Access, before: Instant, now: Instant) -> None:
    """What nobody has touched since an instant."""
    access.execute(_OLD, {"before": before, "now": now})


def _read(row: tuple[Any, ...] | None) -> Upload | None:
    if row is None:
        return None
    values: list[Any] = [bytes(value) if isinstance(value, memoryview) else value for value in row]
    values[10] = json.loads(values[10])
    return Upload(*values)
