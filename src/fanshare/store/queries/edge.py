"""What the drain writes: positions in the spool, clicks, deliveries, counts. Bulk statements over arrays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.orders import OrderView
from fanshare.store import codec
from fanshare.store.access import Access, Connection

_ADVANCE = """
INSERT INTO spool_position (segment_id, stream, read_to, finished, read_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (segment_id) DO UPDATE
   SET read_to = excluded.read_to, finished = excluded.finished, read_at = excluded.read_at
 WHERE spool_position.read_to = %s AND NOT spool_position.finished
"""
_CLICKS = """
INSERT INTO click (programme_id, click_id, at, link_id, verdict, visitor, referrer_kind, user_activation,
                   checkout_referrer, platform, drained_at)
SELECT link.programme_id, fresh.*, %(now)s
  FROM link JOIN unnest(%(ids)s::text[], %(ats)s::bigint[], %(links)s::bigint[], %(verdicts)s::text[],
              %(visitors)s::bytea[], %(referrers)s::text[], %(activations)s::bool[], %(checkouts)s::bool[],
              %(platforms)s::text[])
       AS fresh(click_id, at, link_id, verdict, visitor, referrer_kind, user_activation, checkout_referrer, platform)
    ON link.id = fresh.link_id
 WHERE link.programme_id = %(programme_id)s
ON CONFLICT DO NOTHING RETURNING click_id
"""
_COUNT_CLICKS = """
INSERT INTO click_day (programme_id, link_id, day, verdict, n)
SELECT link.programme_id, link_id, day, verdict, n
  FROM link JOIN unnest(%(links)s::bigint[], %(days)s::text[], %(verdicts)s::text[], %(ns)s::bigint[])
       AS fresh(link_id, day, verdict, n) ON link.id = fresh.link_id
 WHERE link.programme_id = %(programme_id)s ORDER BY link_id, day, verdict
ON CONFLICT (programme_id, link_id, day, verdict) DO UPDATE SET n = click_day.n + excluded.n
"""
_WAITING = """
SELECT o.id, o.connection_id, o.view::text FROM shop_order o
 WHERE o.programme_id = %(programme_id)s AND o.waiting AND o.view IS NOT NULL AND o.id IN (
       SELECT order_id FROM order_click
        WHERE programme_id = %(programme_id)s AND click_id = ANY(%(clicks)s))
 ORDER BY o.id FOR NO KEY UPDATE OF o
"""
_STILL_WAITING = """
SELECT DISTINCT c.click_id FROM shop_order o
  JOIN order_click n ON n.programme_id = o.programme_id AND n.order_id = o.id
  JOIN click c ON c.programme_id = n.programme_id AND c.click_id = n.click_id
 WHERE o.programme_id = %(programme_id)s AND o.waiting LIMIT 1000
"""
_DELIVERIES = """
INSERT INTO delivery (programme_id, id, received_at, connection_id, endpoint, topic, sealed_body, body_hash)
SELECT connection.programme_id, fresh.*
  FROM connection JOIN unnest(%(ids)s::bytea[], %(ats)s::bigint[], %(connections)s::bigint[], %(endpoints)s::text[],
              %(topics)s::text[], %(sealed)s::bytea[], %(hashes)s::bytea[])
       AS fresh(id, received_at, connection_id, endpoint, topic, sealed_body, body_hash)
    ON connection.id = fresh.connection_id
 WHERE connection.programme_id = %(programme_id)s
ON CONFLICT DO NOTHING RETURNING id
"""
_COUNT = """
INSERT INTO connection_day AS c (programme_id, connection_id, day, refused, parked, ignored)
SELECT connection.programme_id, connection_id, day,
       CASE WHEN %(what)s = 'refused' THEN n ELSE 0 END, CASE WHEN %(what)s = 'parked' THEN n ELSE 0 END,
       CASE WHEN %(what)s = 'ignored' THEN n ELSE 0 END
  FROM connection JOIN unnest(%(connections)s::bigint[], %(days)s::text[], %(ns)s::bigint[])
       AS fresh(connection_id, day, n) ON connection.id = fresh.connection_id
 WHERE connection.programme_id = %(programme_id)s ORDER BY connection_id, day
ON CONFLICT (programme_id, connection_id, day) DO UPDATE
   SET leaf_index = NULL, refused = c.refused + excluded.refused, parked = c.parked + excluded.parked,
       ignored = c.ignored + excluded.ignored
"""
_TOOK_IN = """
WITH heard AS (
    UPDATE connection SET last_heard_at = greatest(coalesce(last_heard_at, 0), fresh.at)
      FROM unnest(%(heard)s::bigint[], %(ats)s::bigint[]) AS fresh(id, at)
     WHERE connection.programme_id = %(programme_id)s AND connection.id = fresh.id
)
INSERT INTO connection_day AS c (programme_id, connection_id, day, accepted)
SELECT connection.programme_id, connection_id, day, n
  FROM connection JOIN unnest(%(connections)s::bigint[], %(days)s::text[], %(ns)s::bigint[])
       AS fresh(connection_id, day, n) ON connection.id = fresh.connection_id
 WHERE connection.programme_id = %(programme_id)s ORDER BY connection_id, day
ON CONFLICT (programme_id, connection_id, day) DO UPDATE
   SET leaf_index = NULL, accepted = c.accepted + excluded.accepted
"""


class NewClick(NamedTuple):
    """A visit of a link as the edge recorded it. ``visitor`` is a keyed hash whose key lives two days."""

    click_id: str
    at: Instant
    link_id: int
    verdict: str
    visitor: bytes
    referrer_kind: str
    user_activation: bool | None
    checkout_referrer: bool
    platform: str


class NewDelivery(NamedTuple):
    """A verified delivery on its way into the inbox; the body is sealed under its day's key."""

    id: bytes
    received_at: Instant
    connection_id: int
    endpoint: str
    topic: str
    sealed: bytes
    body_hash: bytes


def positions(conn: Connection, stream: str) -> dict[bytes, int]:
    """How far each segment of a stream has been drained."""
    rows = conn.execute("SELECT segment_id, read_to FROM spool_position WHERE stream = %s", [stream])
    return {bytes(segment): read_to for segment, read_to in rows}


def advance(conn: Connection, segment: bytes, stream: str, start: int, end: int, finished: bool, now: Instant) -> bool:
    """Move a segment's position from ``start`` to ``end``; false when it does not stand at ``start``."""
    return conn.execute(_ADVANCE, [segment, stream, end, finished, now, start]).rowcount == 1


def is_finished(conn: Connection, segment: bytes) -> bool:
    """Whether a segment has been drained to its very end, so that its file may go."""
    row = conn.execute("SELECT finished FROM spool_position WHERE segment_id = %s", [segment]).fetchone()
    return row is not None and bool(row[0])


def insert_clicks(access: Access, clicks: Sequence[NewClick], now: Instant) -> set[str]:
    """Insert clicks; returns the ids that were new."""
    if not clicks:
        return set()
    names = ("ids", "ats", "links", "verdicts", "visitors", "referrers", "activations", "checkouts", "platforms")
    columns = {name: list(column) for name, column in zip(names, zip(*clicks, strict=True), strict=True)}
    return {row[0] for row in access.fetch(_CLICKS, {**columns, "now": now})}


def count_clicks(access: Access, counts: Mapping[tuple[int, str, str], int]) -> None:
    """Add to the counts per (link, day, verdict)."""
    if counts:
        links, days, verdicts = zip(*counts, strict=True)
        columns: dict[str, Any] = {"links": list(links), "days": list(days), "verdicts": list(verdicts)}
        access.execute(_COUNT_CLICKS, {**columns, "ns": list(counts.values())})


def orders_waiting_for(access: Access, clicks: Iterable[str]) -> dict[int, tuple[int, OrderView]]:
    """Orders that name one of these clicks and wait for it, locked: id -> connection and view."""
    wanted = sorted(clicks)
    rows = access.fetch(_WAITING, {"clicks": wanted}) if wanted else []
    return {order: (connection, codec.view(view)) for order, connection, view in rows}


def arrived_meanwhile(access: Access) -> set[str]:
    """Clicks that are here although an order still waits for them (both arrived at the same moment)."""
    return {row[0] for row in access.fetch(_STILL_WAITING)}


def insert_deliveries(access: Access, rows: Sequence[NewDelivery]) -> set[bytes]:
    """Insert deliveries into the inbox; returns the ids that were new."""
    columns = zip(*rows, strict=True)
    names = ("ids", "ats", "connections", "endpoints", "topics", "sealed", "hashes")
    found = access.fetch(_DELIVERIES, {name: list(column) for name, column in zip(names, columns, strict=True)})
    return {bytes(row[0]) for row in found}


def took_in(access: Access, newest: Mapping[int, Instant], counts: Mapping[tuple[int, str], int]) -> None:
    """Note when each connection spoke last, and add to what of it was accepted per day (connection, day)."""
    connections, days = zip(*counts, strict=True) if counts else ((), ())
    access.execute(
        _TOOK_IN,
        {
            "heard": list(newest),
            "ats": list(newest.values()),
            "connections": list(connections),
            "days": list(days),
            "ns": list(counts.values()),
        },
    )


def count_deliveries(access: Access, counts: Mapping[tuple[int, str], int], what: str) -> None:
    """Add to what else became of deliveries per day (connection, day): ``refused``, ``parked`` or ``ignored``.

    A day that is in the log already gets a new leaf with its new figures.
    """
    if counts:
        connections, days = zip(*counts, strict=True)
        columns: dict[str, Any] = {"connections": list(connections), "days": list(days), "what": what}
        access.execute(_COUNT, {**columns, "ns": list(counts.values())})


def insert_refused(conn: Connection, rows: Sequence[tuple[bytes, Instant, str, int, str, bytes, int]]) -> None:
    """Put refused deliveries into quarantine: id, time, endpoint, programme, reason, sealed body, size."""
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO refused_delivery (id, received_at, endpoint, programme_id, reason_code, sealed_body, size)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            rows,
        )


def forget_refused(conn: Connection, before: Instant) -> int:
    """Forget refused deliveries that came before an instant; returns how many."""
    return conn.execute("DELETE FROM refused_delivery WHERE received_at < %s", [max(0, before)]).rowcount
