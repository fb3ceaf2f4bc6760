"""What waits for people of a brand, and what of it they were told of already."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('desk notes', %(programme_id)s))"
_NEW = """
WITH waiting AS (
    SELECT 'claim' AS kind, c.id AS about, c.at AS since FROM claim c
     WHERE c.programme_id = %(programme_id)s
       AND NOT EXISTS (SELECT FROM claim_answer a WHERE a.programme_id = c.programme_id AND a.claim_id = c.id)
    UNION ALL
    SELECT 'objection', a.id, a.at FROM appeal a
     WHERE a.programme_id = %(programme_id)s
       AND NOT EXISTS (SELECT FROM appeal_answer n WHERE n.programme_id = a.programme_id AND n.appeal_id = a.id)
    UNION ALL
    SELECT 'application', p.id, p.made_at FROM application p
     WHERE p.programme_id = %(programme_id)s AND p.state = 'waiting')
SELECT f.kind, f.about, f.since FROM (
    SELECT kind, about, since FROM waiting
    UNION ALL
    SELECT kind || '_late', about, since FROM waiting WHERE kind <> 'application' AND since <= %(late)s
    UNION ALL
    SELECT 'target', t.id, t.changed_at FROM event_target t
     WHERE t.programme_id = %(programme_id)s AND t.state = 'failed') f
 WHERE f.kind = ANY(%(kinds)s)
   AND NOT EXISTS (SELECT FROM desk_note d WHERE d.programme_id = %(programme_id)s AND d.kind = f.kind
                      AND d.about = f.about AND d.since = f.since)
 ORDER BY f.kind, f.about
"""
_KNOWN = """
SELECT d.kind, d.about, d.since FROM desk_note d
  JOIN unnest(%(kinds)s::text[], %(abouts)s::bigint[], %(sinces)s::bigint[]) AS n (kind, about, since)
    ON n.kind = d.kind AND n.about = d.about AND n.since = d.since
 WHERE d.programme_id = %(programme_id)s
"""
_ADD = """
INSERT INTO desk_note (programme_id, kind, about, since, at)
SELECT %(programme_id)s, kind, about, since, %(now)s
  FROM unnest(%(kinds)s::text[], %(abouts)s::bigint[], %(sinces)s::bigint[]) AS n (kind, about, since)
"""
_TOLD = """
SELECT kind, count(*), min(since) FROM desk_note
 WHERE programme_id = %(programme_id)s AND at = %(at)s AND kind = ANY(%(kinds)s) GROUP BY kind
"""
_SINCE = """
SELECT EXISTS (SELECT FROM desk_note
                WHERE programme_id = %(programme_id)s AND at >= %(since)s AND kind = ANY(%(kinds)s))
"""


class Waits(NamedTuple):
    """One thing that waits: what it is, its number, since when."""

    kind: str
    about: int
    since: Instant


class Told(NamedTuple):
    """Of what a mail tells: how many of a kind, and since when the first of them waits."""

    kind: str
    number: int
    first: Instant


def lock(access: Access) -> None:
    """Nobody else tells of what waits in this programme until the transaction ends."""
    access.execute(_LOCK)


def new(access: Access, kinds: Sequence[str], late: Instant) -> list[Waits]:
    """What waits and was not told; what was made until ``late`` is late."""
    return [Waits(*row) for row in access.fetch(_NEW, {"kinds": [*kinds], "late": late})]


def known(access: Access, found: Sequence[Waits]) -> set[Waits]:
    """Which of these things were told already."""
    return {Waits(*row) for row in access.fetch(_KNOWN, _columns(found))} if found else set()


def add(access: Access, found: Sequence[Waits], now: Instant) -> None:
    """Write down that it is told."""
    access.execute(_ADD, {**_columns(found), "now": now})


def told(access: Access, at: Instant, kinds: Sequence[str]) -> dict[str, Told]:
    """Of what the mails of an instant tell, by kind."""
    return {row[0]: Told(*row) for row in access.fetch(_TOLD, {"at": at, "kinds": [*kinds]})}


def told_since(access: Access, since: Instant, kinds: Sequence[str]) -> bool:
    """Whether anything of these kinds was told from an instant on."""
    return bool(access.value(_SINCE, {"since": since, "kinds": [*kinds]}))


def _columns(found: Sequence[Waits]) -> dict[str, list[str] | list[int]]:
    columns: dict[str, list[str] | list[int]] = {"kinds": [one.kind for one in found]}
    return {**columns, "abouts": [one.about for one in found], "sinces": [one.since for one in found]}
