"""Rows of a CSV file (RFC 4180, and what spreadsheets make of it), read as a stream.

The encoding is UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252, unless the mapping says
it. The delimiter is the one under which the header holds most of the columns we look for.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fanshare.core.errors import BadInputError
from fanshare.integrations.orders_file.mapping import DELIMITERS, FIELDS, Plan, fold

_CHUNK = 1 << 20
_BEGINNING = 65_536
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = (
    (b"PK\x03\x04", "an Excel workbook or a zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
)
PARQUET = "parquet"
#: A longer cell is a quotation mark that was never closed.
MAX_CELL = 20_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the whole file told: size in bytes, SHA-256, and how its text is encoded."""

    size: int
    digest: bytes
    encoding: str


def look(path: Path, encoding: str = "") -> Seen:
    """Read a file once from end to end; its ``encoding``, if it is known (``parquet`` for what is no text).

    Raises ``BadInputError`` ``no_file``, ``not_text``.
    """
    digest, size = hashlib.sha256(), 0
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8, mark = not encoding, ""
    for chunk in _chunks(path):
        if size == 0 and encoding != PARQUET:
            mark = next((name for start, name in _MARKS if chunk.startswith(start)), "")
            _check_beginning(chunk, wide="16" in (mark or encoding))
        digest.update(chunk)
        size += len(chunk)
        if is_utf8:
            try:
                utf8.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    return Seen(size, digest.digest(), encoding or mark or ("utf-8" if is_utf8 else "cp1252"))


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no name of a file"
        raise BadInputError("no_file", f"{str(path)[:200]} can't be read: {reason}.") from None


def _check_beginning(chunk: bytes, *, wide: bool) -> None:
    for start, what in _NOT_TEXT:
        if chunk.startswith(start):
            raise BadInputError("not_text", f"This file is {what}; save it as CSV or Parquet and import that.")
    if b"\0" in chunk[:_BEGINNING] and not wide:
        raise BadInputError("not_text", "This file is not text; CSV or Parquet is needed.")


@dataclass(frozen=True, slots=True)
class CsvFile:
    """An opened CSV file: its header, and its rows as often as they are asked for."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row, cells). Rows count from 1 with the header, as a spreadsheet numbers them; empty ones are passed over.

        Raises ``BadInputError`` (``bad_csv``, ``bad_text``) where the file can't be read on.
        """
        for number, cells in self._all():
            if number > 1 and any(map(str.strip, cells)):
                yield number, cells

    def _all(self) -> Iterator[tuple[int, list[str]]]:
        with _opened(self.path, self.encoding) as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            previous, number = csv.field_size_limit(MAX_CELL), 0
            try:
                for number, cells in enumerate(reader, 1):
                    yield number, cells
            except csv.Error as error:
                raise BadInputError("bad_csv", f"Row {number + 1} can't be read as CSV: {error}.") from None
            except UnicodeError:
                said = f"Behind row {number} something is not {self.encoding}; say format.encoding in a mapping."
                raise BadInputError("bad_text", said) from None
            finally:
                csv.field_size_limit(previous)


def open_csv(path: Path, seen: Seen, plan: Plan) -> CsvFile:
    """Find the delimiter and the header. Raises ``BadInputError`` (``no_header``, ``bad_csv``, ``bad_text``)."""
    wanted = {fold(plan.columns.get(name, name)) for name in FIELDS}
    tried, refusals = [], []
    for delimiter in (plan.delimiter,) if plan.delimiter else DELIMITERS:
        try:
            header = _header(path, seen.encoding, delimiter)
        except BadInputError as error:
            refusals.append(error)
        else:
            tried.append((len(wanted & set(map(fold, header))), delimiter, header))
    if not tried:
        raise refusals[0]
    _, delimiter, header = max(tried, key=lambda each: each[0])
    return CsvFile(path, seen.encoding, delimiter, header)


def _header(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    first = next(CsvFile(path, encoding, delimiter, ())._all(), None)
    if first is None or not any(map(str.strip, first[1])):
        raise BadInputError(
            "no_header", "The first row of this file is empty; it should hold the names of the columns."
        )
    return tuple(cell.strip() for cell in first[1])


def _opened(path: Path, encoding: str) -> io.TextIOWrapper:
    try:
        return path.open("r", encoding=encoding, newline="")
    except (OSError, ValueError, LookupError) as error:
        raise BadInputError("no_file", f"{str(path)[:200]} can't be opened: {error}.") from None
