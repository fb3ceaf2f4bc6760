"""Rows of a long file put together by order, in bounded memory: a private SQLite file that lives as long as the import.

Rows of one order may stand anywhere in a file. What is put down here holds pseudonyms and no addresses. An order of
which one row was refused is refused whole, so that nothing of it is booked by halves.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.orders import OrderState
from fanshare.integrations.orders_file.rows import MAX_LINES, Row, order_of

_SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384;
CREATE TABLE row (number INTEGER PRIMARY KEY, order_id TEXT NOT NULL, placed INTEGER, data BLOB NOT NULL);
CREATE TABLE refusal (number INTEGER PRIMARY KEY, order_id TEXT, code TEXT NOT NULL, message TEXT NOT NULL);
"""
_ARRANGE = """
CREATE INDEX row_order ON row (order_id, number);
CREATE TABLE bad AS SELECT DISTINCT order_id FROM refusal WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX bad_order ON bad (order_id);
INSERT INTO refusal SELECT number, NULL, 'order_refused', 'Another row of this order was refused.'
  FROM row WHERE order_id IN (SELECT order_id FROM bad);
CREATE TABLE turn AS SELECT order_id, min(placed) AS placed FROM row
 WHERE order_id NOT IN (SELECT order_id FROM bad) GROUP BY order_id ORDER BY 2, 1;
"""
_IN_TURN = """
SELECT turn.rowid, row.order_id, row.data FROM turn CROSS JOIN row ON row.order_id = turn.order_id
 ORDER BY turn.rowid, row.number
"""
_REFUSE_REST = """
INSERT OR IGNORE INTO refusal SELECT number, order_id, ?, ? FROM row WHERE order_id = ? AND number > ?
"""
_BATCH = 2_000
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Row).decode


class Refusal(NamedTuple):
    """A row that was refused: its number in the file, a stable code, and a sentence."""

    number: int
    code: str
    message: str


class Staging:
    """The rows of one file. First ``put`` and ``refuse`` all rows, then ``arrange``, then read."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._rows: list[tuple[int, str, Instant | None, bytes]] = []
        self._refusals: list[tuple[int, str | None, str, str]] = []
        self.orders = 0
        self.rows = 0

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        """A staging area that is gone with the block."""
        with tempfile.TemporaryDirectory(prefix="fanshare-import-") as folder:
            file = sqlite3.connect(Path(folder) / "rows", isolation_level=None)
            try:
                file.executescript(_SCHEMA)
                yield cls(file)
            finally:
                file.close()

    def put(self, row: Row) -> None:
        """Put down a row that was read."""
        self._rows.append((row.number, row.order_id, row.head.ordered_at, _encode(row)))
        self._count()

    def refuse(self, number: int, error: BadInputError, order_id: str | None = None) -> None:
        """Put down that a row was refused; with it, its order."""
        self._refusals.append((number, order_id, error.code, error.message))
        self._count()

    def arrange(self) -> None:
        """Put the rows in order; refuse orders whose rows don't fit together."""
        self._write()
        self._file.executescript(f"BEGIN; {_ARRANGE} COMMIT")
        for rows in self._groups():
            try:
                order_of(rows[: MAX_LINES + 1], 0)
            except BadInputError as error:
                self._refuse_order(rows, error)
            else:
                self.orders += 1
        self._write()
        self._file.execute("DELETE FROM turn WHERE order_id IN (SELECT order_id FROM refusal)")

    def states(self, modified_at: Instant) -> Iterator[OrderState]:
        """The states of the orders that were not refused, those placed first before."""
        return (order_of(rows, modified_at) for rows in self._groups())

    def refusals(self, most: int = -1) -> Iterator[Refusal]:
        """The first ``most`` refused rows (all of them without), in the order of the file."""
        found = self._file.execute("SELECT number, code, message FROM refusal ORDER BY number LIMIT ?", [most])
        return map(Refusal._make, found)

    def refused(self) -> dict[str, int]:
        """How many rows were refused, by code; the commonest first."""
        return dict(self._file.execute("SELECT code, count(*) FROM refusal GROUP BY code ORDER BY 2 DESC, 1"))

    def _refuse_order(self, rows: list[Row], error: BadInputError) -> None:
        for row in rows:
            self._refusals.append((row.number, row.order_id, error.code, error.message))
        if len(rows) > MAX_LINES:
            rest = [error.code, error.message, rows[0].order_id, rows[-1].number]
            self._file.execute(_REFUSE_REST, rest)

    def _groups(self) -> Iterator[list[Row]]:
        found = self._file.execute(_IN_TURN)
        for _, group in groupby(found, key=lambda each: each[0]):
            # Beyond the limit nothing is kept in memory: such an order is refused.
            yield [_decode(data) for place, (_, _, data) in enumerate(group) if place <= MAX_LINES]

    def _count(self) -> None:
        self.rows += 1
        if len(self._rows) + len(self._refusals) >= _BATCH:
            self._write()

    def _write(self) -> None:
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", self._rows)
        self._file.executemany("INSERT OR IGNORE INTO refusal VALUES (?, ?, ?, ?)", self._refusals)
        self._file.execute("COMMIT")
        self._rows.clear()
        self._refusals.clear()
