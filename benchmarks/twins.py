"""COPY of the same rows: the yardstick for everything that writes into PostgreSQL in batches.

Every table has a twin with its columns and indexes, but without foreign keys, checks and triggers; or, where that is
asked for, with the same foreign keys, into the same tables, but without checks and triggers. What a transaction
wrote is read by the number of that transaction, kept as binary COPY data, and copied into the twins in one
transaction: the least that any program could do that leaves these rows behind, found again by the same keys.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from fanshare.store.access import Connection


@dataclass(slots=True)
class Twins:
    """The twins of some tables. ``owner`` may make tables; it is used for copying too.

    ``bound``: with the foreign keys of the tables, which PostgreSQL checks for each row.
    """

    owner: Connection
    tables: Sequence[str]
    bound: bool = False

    def __post_init__(self) -> None:
        for name in self.tables:
            self.owner.execute(
                sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {} INCLUDING DEFAULTS INCLUDING INDEXES)").format(
                    self._twin(name), sql.Identifier(name)
                )
            )
            if self.bound:
                self._bind(name)

    def _twin(self, name: str) -> sql.Identifier:
        return sql.Identifier(f"{'bound' if self.bound else 'twin'}_{name}")

    def _bind(self, name: str) -> None:
        keys = self.owner.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
            " AND contype = 'f'",
            [name],
        ).fetchall()
        for key, definition in keys:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(self._twin(name), sql.Identifier(key))
            self.owner.execute(add + sql.SQL(definition))

    def mark(self) -> int:
        """A transaction number: what is written from now on has a higher one."""
        row = self.owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        assert row is not None
        return int(row[0])

    def written(self, since: int) -> dict[str, bytes]:
        """What was written after a mark, by table, as binary COPY data."""
        found = {}
        for name in self.tables:
            query = sql.SQL("COPY (SELECT * FROM {} WHERE xmin::text::bigint > {}) TO STDOUT (FORMAT BINARY)").format(
                sql.Identifier(name), sql.Literal(since)
            )
            with self.owner.cursor().copy(query) as copy:
                found[name] = b"".join(copy)
        return found

    def copy(self, data: dict[str, bytes]) -> float:
        """Copy it into the twins in one durable transaction; seconds."""
        start = time.perf_counter()
        with self.owner.transaction():
            for name, content in data.items():
                query = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(self._twin(name))
                with self.owner.cursor().copy(query) as copy:
                    copy.write(content)
        return time.perf_counter() - start

    def emptied(self) -> None:
        """The twins as they were at first."""
        names = sql.SQL(", ").join(map(self._twin, self.tables))
        self.owner.execute(sql.SQL("TRUNCATE {}").format(names))
