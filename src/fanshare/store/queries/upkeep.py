"""What keeping an installation has to know across programmes: its logs, its size, its migrations, what is under way."""

from typing import Any, NamedTuple

from psycopg import sql

from fanshare.core.instants import Instant
from fanshare.core.log import Frontier
from fanshare.store.access import Connection

_TREES = """
SELECT p.public_id, t.epoch, t.size, t.frontier FROM programme p JOIN log_tree t ON t.programme_id = p.id ORDER BY p.id
"""
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1
"""
_SEQUENCES = """
SELECT schemaname, sequencename, last_value FROM pg_sequences
 WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename NOT LIKE 'django%'
"""
_PAYOUTS = """
SELECT g.slug, p.id, y.public_id, p.currency, p.amount, p.state, p.changed_at FROM payout p
  JOIN party y ON y.programme_id = p.programme_id AND y.id = p.party_id
  JOIN programme g ON g.id = p.programme_id
 WHERE p.state IN ('planned', 'in_transit') ORDER BY p.programme_id, p.id
"""
_UNSENT = """
SELECT g.slug, r.programme_id, r.id, r.approved_at IS NOT NULL, r.frozen_at IS NOT NULL, r.planned_at,
       count(i.id), coalesce(string_agg(DISTINCT i.currency, ', '), '')
  FROM payout_run r JOIN programme g ON g.id = r.programme_id
  LEFT JOIN payout_item i ON i.programme_id = r.programme_id AND i.run_id = r.id AND i.state <> 'failed'
 WHERE r.submitted_at IS NULL
 GROUP BY g.slug, r.programme_id, r.id HAVING count(i.id) > 0 ORDER BY r.programme_id, r.id
"""
_SHOPS = """
SELECT g.slug, c.endpoint, c.kind, c.can_fetch, coalesce(c.poll_cursor_at, c.last_heard_at, c.created_at)
  FROM connection c JOIN programme g ON g.id = c.programme_id WHERE c.state = 'on' ORDER BY c.programme_id, c.id
"""
_OTHERS = """
SELECT DISTINCT application_name FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'fanshare%' ORDER BY 1
"""


class LogAsOf(NamedTuple):
    """One programme's log at one moment."""

    programme: str
    epoch: int
    size: int
    root: str


class Underway(NamedTuple):
    """A payout that was planned or sent when the books were last written. ``amount`` is micros."""

    programme: str
    id: int
    party: str
    currency: str
    amount: int
    state: str
    at: Instant


class Unsent(NamedTuple):
    """A run that was not sent when the books were last written; it may have been since."""

    programme: str
    programme_id: int
    run: int
    approved: bool
    frozen: bool
    planned_at: Instant
    payments: int
    currencies: str


class ShopAsOf(NamedTuple):
    """A connection and how far it has been read."""

    programme: str
    endpoint: str
    kind: str
    can_fetch: bool
    read_to: Instant


def logs(conn: Connection) -> list[LogAsOf]:
    """The logs of all programmes; none where the database has no schema yet."""
    if not _has(conn, "log_tree"):
        return []
    rows = conn.execute(_TREES).fetchall()
    return [
        LogAsOf(public_id, epoch, size, Frontier(size, tuple(map(bytes, hashes))).root().hex())
        for public_id, epoch, size, hashes in rows
    ]


def migrations(conn: Connection) -> list[str]:
    """The names of the steps that the schema has taken."""
    if not _has(conn, "django_migrations"):
        return []
    return [row[0] for row in conn.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY 1")]


def row_counts(conn: Connection) -> dict[str, int]:
    """How many rows each table has, counted."""
    counted = {}
    for (name,) in conn.execute(_TABLES).fetchall():
        row = conn.execute(sql.SQL("SELECT count(*) FROM ONLY {}").format(sql.Identifier(name))).fetchone()
        counted[name] = 0 if row is None else int(row[0])
    return counted


def database_bytes(conn: Connection) -> int:
    """What the database takes on the disk."""
    return _number(conn, "SELECT pg_database_size(current_database())")


def spread_ids(conn: Connection, gap: int) -> None:
    """Let every number that is given from now on be ``gap`` higher than the last one.

    After a restore, numbers that were given since the backup must not mean something else: links are named in clicks,
    payouts at the provider. ``conn`` belongs to the owner of the tables.
    """
    for schema, name, last in conn.execute(_SEQUENCES).fetchall():
        sequence = sql.Literal(f'"{schema}"."{name}"')
        conn.execute(sql.SQL("SELECT setval({}::regclass, {})").format(sequence, sql.Literal(last + gap)))


def payouts_underway(conn: Connection) -> list[Underway]:
    """Payouts whose end the books do not know."""
    return [Underway(*row) for row in conn.execute(_PAYOUTS)]


def runs_unsent(conn: Connection) -> list[Unsent]:
    """Payout runs that somebody may still send."""
    return [Unsent(*row) for row in conn.execute(_UNSENT)]


def shops(conn: Connection) -> list[ShopAsOf]:
    """The connections that are on."""
    return [ShopAsOf(*row) for row in conn.execute(_SHOPS)]


def others(conn: Connection) -> list[str]:
    """The names under which other processes of ours use this database."""
    return [row[0] for row in conn.execute(_OTHERS)]


def _has(conn: Connection, table: str) -> bool:
    row = conn.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    return row is not None and bool(row[0])


def _number(conn: Connection, query: Any) -> int:
    row = conn.execute(query).fetchone()
    return 0 if row is None else int(row[0])
