"""A file of orders, whatever its form: what it is, which of its columns are read, and its rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fanshare.core.errors import BadInputError
from fanshare.integrations.orders_file.cells import Cell
from fanshare.integrations.orders_file.csv_rows import PARQUET, CsvFile, Seen, look, open_csv
from fanshare.integrations.orders_file.mapping import Plan, fold, places
from fanshare.integrations.orders_file.parquet_rows import open_parquet

_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was looked at. ``places``: field -> column. ``notes`` are sentences about how it is understood."""

    path: Path
    form: str  #: csv or parquet
    size: int
    digest: bytes
    header: tuple[str, ...]
    places: Mapping[str, int]
    notes: tuple[str, ...]
    plan: Plan
    _read: Callable[[], Iterator[tuple[int, Sequence[Cell]]]]

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """(row, its cells by column) in the order of the file. Raises ``BadInputError`` where it can't be read on."""
        return self._read()

    def given(self, cells: Sequence[Cell]) -> dict[str, Cell]:
        """The cells that are not empty, by field, with what the mapping says for all rows.

        Raises ``BadInputError`` (``bad_row``) for a row that has not as many cells as the header.
        """
        if len(cells) != len(self.header):
            raise BadInputError("bad_row", f"This row has {len(cells)} cells and the header {len(self.header)}.")
        found: dict[str, Cell] = dict(self.plan.values)
        for name, place in self.places.items():
            cell = cells[place]
            if cell is not None and (not isinstance(cell, str) or cell.strip()):
                found[name] = cell
        return found


def open_source(path: Path, plan: Plan) -> Source:
    """Look at a file. Raises ``BadInputError`` with what is wrong about it, and what to do."""
    seen = look_at(path, plan)
    return _parquet(path, seen, plan) if seen.encoding == PARQUET else _csv(path, seen, plan)


def look_at(path: Path, plan: Plan) -> Seen:
    """Size, digest, and the encoding (or ``parquet``)."""
    return look(path, PARQUET if _begins(path) == _MAGIC else plan.encoding)


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no name of a file"
        raise BadInputError("no_file", f"{str(path)[:200]} can't be read: {reason}.") from None


def _csv(path: Path, seen: Seen, plan: Plan) -> Source:
    file: CsvFile = open_csv(path, seen, plan)
    known = places(file.header, plan)
    notes = []
    if seen.encoding == "cp1252" and not plan.encoding:
        notes.append("The file is not UTF-8 and was read as Windows-1252; format.encoding in a mapping says otherwise.")
    notes += _unused(file.header, known)
    return Source(path, "csv", seen.size, seen.digest, file.header, known, tuple(notes), plan, file.rows)


def _parquet(path: Path, seen: Seen, plan: Plan) -> Source:
    file = open_parquet(path)
    known = places(file.header, plan)
    columns = sorted(set(known.values()))
    file.check(columns)
    header = tuple(file.header[index] for index in columns)
    narrowed = {name: columns.index(index) for name, index in known.items()}
    inexact = [name for name in header if name in file.floats]
    notes = (
        [f"{', '.join(inexact)}: floating-point numbers, rounded to six digits; decimal128 is exact."]
        if inexact
        else []
    )
    notes += _unused(file.header, known)
    return Source(
        path, PARQUET, seen.size, seen.digest, header, narrowed, tuple(notes), plan, lambda: file.rows(columns)
    )


def _unused(header: Sequence[str], known: Mapping[str, int]) -> list[str]:
    left = [name for index, name in enumerate(header) if index not in known.values() and fold(name)]
    return [f"Columns that are not used: {', '.join(name[:40] for name in left[:20])}."] if left else []
