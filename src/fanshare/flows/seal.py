"""Seal: when a UTC day is over, its clicks and what its connections brought go into the log.

Per link and day one leaf with the count and the Merkle root of the click ids; clicks that arrive late get a
supplementary leaf. A click once sealed can neither be dropped nor slipped in unseen.
"""

import os
from collections import defaultdict
from dataclasses import dataclass

from fanshare.core import leaves, log
from fanshare.core.instants import DAY, Instant, parse_rfc3339, utc_day
from fanshare.flows.context import Programme
from fanshare.flows.off_time import note_off_time
from fanshare.store import log_store
from fanshare.store.log_store import SignCheckpoint

_DAYS = """
SELECT DISTINCT (at / 86400000000) FROM click
 WHERE programme_id = %(programme_id)s AND seal_part IS NULL AND at < %(today)s
"""
_UNSEALED = """
SELECT c.link_id, l.code, c.click_id FROM click c JOIN link l ON l.programme_id = c.programme_id AND l.id = c.link_id
 WHERE c.programme_id = %(programme_id)s AND c.seal_part IS NULL AND c.at >= %(first)s AND c.at < %(end)s
 ORDER BY c.link_id, c.click_id FOR NO KEY UPDATE OF c
"""
_PARTS = """
SELECT link_id, count(*) FROM click_seal WHERE programme_id = %(programme_id)s AND day = %(day)s GROUP BY link_id
"""
_MARK = """
UPDATE click SET seal_part = fresh.part
  FROM unnest(%(clicks)s::text[], %(parts)s::int[]) AS fresh(click_id, part)
 WHERE click.programme_id = %(programme_id)s AND click.click_id = fresh.click_id
   AND click.at >= %(first)s AND click.at < %(end)s
"""
_SEAL = """
INSERT INTO click_seal (programme_id, link_id, day, part, count, root, leaf_index, sealed_at)
SELECT %(programme_id)s, link_id, %(day)s, part, count, root, leaf, %(now)s
  FROM unnest(%(links)s::bigint[], %(parts)s::int[], %(counts)s::bigint[], %(roots)s::bytea[], %(leaves)s::bigint[])
       AS fresh(link_id, part, count, root, leaf)
"""
_CONNECTION_DAYS = """
SELECT d.connection_id, c.endpoint, d.day, d.accepted, d.refused, d.parked, d.off_seconds FROM connection_day d
  JOIN connection c ON c.programme_id = d.programme_id AND c.id = d.connection_id
 WHERE d.programme_id = %(programme_id)s AND d.leaf_index IS NULL AND d.day < %(today)s
 ORDER BY d.connection_id, d.day FOR NO KEY UPDATE OF d
"""
_LOGGED = """
UPDATE connection_day SET leaf_index = fresh.leaf
  FROM unnest(%(connections)s::bigint[], %(days)s::text[], %(leaves)s::bigint[]) AS fresh(connection_id, day, leaf)
 WHERE connection_day.programme_id = %(programme_id)s AND connection_day.connection_id = fresh.connection_id
   AND connection_day.day = fresh.day
"""


@dataclass(slots=True)
class SealedDays:
    """How many leaves were written, and over how many clicks."""

    click_leaves: int = 0
    clicks: int = 0
    connection_leaves: int = 0


def seal(programme: Programme, now: Instant) -> SealedDays:
    """Seal every UTC day that is over. Running it again seals nothing; one transaction a day."""
    result = SealedDays()
    today = now - now % DAY
    for (number,) in sorted(programme.access.fetch(_DAYS, {"today": today})):
        _seal_clicks(programme, utc_day(number * DAY), now, result)
    note_off_time(programme.access, now)
    _seal_connections(programme, utc_day(now), result)
    return result


def checkpoint(programme: Programme, sign: SignCheckpoint, now: Instant) -> str:
    """Sign the log as it stands; the note is what parties keep as their witness."""
    return log_store.write_checkpoint(programme.access, sign, now)


def _seal_clicks(programme: Programme, day: str, now: Instant, result: SealedDays) -> None:
    access = programme.access
    first = parse_rfc3339(f"{day}T00:00:00Z")
    span = {"first": first, "end": first + DAY}
    with access.transaction():
        by_link: dict[tuple[int, str], list[str]] = defaultdict(list)
        for link_id, code, click in access.fetch(_UNSEALED, span):
            by_link[link_id, code].append(click)
        if not by_link:
            return
        parts: dict[int, int] = {row[0]: row[1] for row in access.fetch(_PARTS, {"day": day})}
        roots = {key: click_root(clicks) for key, clicks in by_link.items()}
        bodies = [
            leaves.clicks_of_day(
                link=key[1], day=day, count=len(clicks), root=roots[key].hex(), supplement=parts.get(key[0], 0)
            )
            for key, clicks in by_link.items()
        ]
        leaf = log_store.append(access, bodies)
        marked = [(click, parts.get(key[0], 0)) for key, clicks in by_link.items() for click in clicks]
        access.execute(_MARK, {**span, "clicks": [one for one, _ in marked], "parts": [part for _, part in marked]})
        access.execute(
            _SEAL,
            {
                "day": day,
                "now": now,
                "links": [key[0] for key in by_link],
                "parts": [parts.get(key[0], 0) for key in by_link],
                "counts": [len(clicks) for clicks in by_link.values()],
                "roots": [roots[key] for key in by_link],
                "leaves": list(range(leaf, leaf + len(by_link))),
            },
        )
        result.click_leaves += len(by_link)
        result.clicks += len(marked)


def click_root(clicks: list[str]) -> bytes:
    """The RFC 6962 root over sorted click ids."""
    return log.tree_root(click.encode() for click in sorted(clicks))


def _seal_connections(programme: Programme, today: str, result: SealedDays) -> None:
    access = programme.access
    with access.transaction():
        rows = access.fetch(_CONNECTION_DAYS, {"today": today})
        if not rows:
            return
        leaf = log_store.append(
            access,
            [
                leaves.connection_day(
                    connection=endpoint,
                    day=day,
                    accepted=accepted,
                    refused=refused,
                    parked=parked,
                    off_seconds=off,
                    blind=os.urandom(32).hex(),
                )
                for _, endpoint, day, accepted, refused, parked, off in rows
            ],
        )
        columns = {"connections": [row[0] for row in rows], "days": [row[2] for row in rows]}
        access.execute(_LOGGED, {**columns, "leaves": list(range(leaf, leaf + len(rows)))})
        result.connection_leaves += len(rows)
