"""Imports as they are written down: which file, how it was understood, what came of it, who asked."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_BEGIN = """
INSERT INTO import_run (programme_id, what, source, connection_id, file_name, file_hash, file_size, mapping, started_by,
                        started_at)
VALUES (%(programme_id)s, %(what)s, %(source)s, %(connection)s, %(name)s, %(hash)s, %(size)s, %(mapping)s, %(by)s,
        %(now)s)
RETURNING id
"""
_ADVANCE = "UPDATE import_run SET counts = %(counts)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_FINISH = """
UPDATE import_run SET counts = %(counts)s, state = 'done', finished_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_LISTED = """
SELECT r.id, r.what, r.source, coalesce(c.endpoint, ''), r.file_name, r.file_hash, r.file_size, r.state, r.counts,
       r.started_by, r.started_at, r.finished_at
  FROM import_run r LEFT JOIN connection c ON c.programme_id = r.programme_id AND c.id = r.connection_id
 WHERE r.programme_id = %(programme_id)s AND (%(hash)s::bytea IS NULL OR r.file_hash = %(hash)s)
 ORDER BY r.id DESC LIMIT %(limit)s
"""


class ImportedFile(NamedTuple):
    """A file that is imported: in whose form it is, its name without the path, size in bytes, SHA-256, its mapping."""

    source: str
    name: str
    size: int
    digest: bytes
    mapping: Mapping[str, Any]


class ImportRun(NamedTuple):
    """One import, as it was written down. ``endpoint`` is empty where no connection was concerned."""

    id: int
    what: str
    source: str
    endpoint: str
    file_name: str
    file_hash: bytes
    file_size: int
    state: str
    counts: dict[str, Any]
    started_by: str
    started_at: Instant
    finished_at: Instant | None


def begin(access: Access, what: str, file: ImportedFile, now: Instant, *, connection: int | None = None) -> int:
    """Write down that an import begins; its id."""
    made: int = access.value(
        _BEGIN,
        {
            "what": what,
            "source": file.source,
            "connection": connection,
            "name": file.name[-255:],
            "hash": file.digest,
            "size": file.size,
            "mapping": Jsonb(file.mapping),
            "by": access.actor,
            "now": now,
        },
    )
    return made


def advance(access: Access, run: int, counts: Mapping[str, Any]) -> None:
    """Write down how far an import has come."""
    access.execute(_ADVANCE, {"id": run, "counts": Jsonb(counts)})


def finish(access: Access, run: int, counts: Mapping[str, Any], now: Instant) -> None:
    """Write down that an import is done."""
    access.execute(_FINISH, {"id": run, "counts": Jsonb(counts), "now": now})


def runs(access: Access, *, digest: bytes | None = None, limit: int = 50) -> list[ImportRun]:
    """Imports, newest first: all, or those of one file by its SHA-256."""
    return [ImportRun(*row) for row in access.fetch(_LISTED, {"hash": digest, "limit": limit})]
