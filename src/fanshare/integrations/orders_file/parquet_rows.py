"""Rows of a Parquet file, some thousand at a time. Needs pyarrow, which comes with ``fanshare[parquet]``.

Amounts are best written as decimals (``decimal128``) or whole numbers. A column of floating-point numbers is read by
the shortest decimal text of each number, rounded to six digits, and said so; above 2^53 micros, where such a number
does not hold six digits any more, a cell is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.integrations.orders_file.cells import Cell

BATCH = 5_000
#: 2^53 millionths: the largest amount of which a double still holds every millionth.
MAX_FLOAT = Decimal(2**53) / 1_000_000

_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """An opened Parquet file. ``floats`` are the columns of floating-point numbers."""

    path: Path
    header: tuple[str, ...]
    floats: tuple[str, ...]
    _schema: Any
    _reader: Any

    def rows(self, columns: Sequence[int]) -> Iterator[tuple[int, list[Cell]]]:
        """(row, cells of these columns), rows counting from 1. Raises ``BadInputError`` (``bad_parquet``)."""
        names = [self.header[index] for index in columns]
        number = 0
        with _refusing():
            for batch in self._reader.iter_batches(batch_size=BATCH, columns=names):
                lists = [_cells(batch.column(name)) for name in names]
                for cells in zip(*lists, strict=True):
                    number += 1
                    yield number, list(cells)

    def check(self, columns: Sequence[int]) -> None:
        """Refuse columns that hold lists or structures. Raises ``BadInputError`` (``bad_parquet``)."""
        from pyarrow import types

        for index in columns:
            kind = self._schema.field(index).type
            if types.is_nested(kind) or types.is_binary(kind):
                raise BadInputError("bad_parquet", f"The column {self.header[index][:60]!r} holds {str(kind)[:60]}.")


def open_parquet(path: Path) -> ParquetFile:
    """Open a file. Raises ``BadInputError`` (``no_pyarrow``, ``bad_parquet``)."""
    try:
        from pyarrow import parquet, types
    except ImportError:
        raise BadInputError(
            "no_pyarrow", "Parquet needs pyarrow: pip install 'fanshare[parquet]'. CSV works without it."
        ) from None
    with _refusing():
        reader = parquet.ParquetFile(path, memory_map=True)
        schema = reader.schema_arrow
    floats = tuple(field.name for field in schema if types.is_floating(field.type))
    return ParquetFile(path, tuple(schema.names), floats, schema, reader)


class _refusing:  # noqa: N801 - reads as a word in a with statement
    """Turns whatever pyarrow raises over a damaged file into a sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from pyarrow import ArrowException

        if isinstance(error, (ArrowException, OSError, ValueError, OverflowError)) and not isinstance(
            error, BadInputError
        ):
            said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
            raise BadInputError("bad_parquet", f"This Parquet file can't be read: {said}.") from None


def _cells(column: Any) -> list[Cell]:
    import pyarrow
    from pyarrow import types

    if types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)
    values: list[Cell] = column.to_pylist()
    if types.is_floating(column.type):
        return [None if value is None else _exact(value) for value in values]  # type: ignore[arg-type]
    return values


def _exact(value: float) -> Cell:
    """The number that was meant. What is none becomes a text, which no amount or quantity is read from."""
    if value != value:  # how pandas writes "nothing here"
        return None
    exact = Decimal(repr(value))
    if not exact.is_finite() or abs(exact) > MAX_FLOAT:
        return f"floating-point {value!r}"
    return exact.quantize(_SIX, ROUND_HALF_EVEN)
