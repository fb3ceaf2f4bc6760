"""Codes of shop credit that a brand made itself: read from a CSV file, row by row, and which one somebody is given.

Columns: ``code``, ``value``, ``currency`` and, where a code ends, ``end`` (a day, which is its last one). A row that is
no such code is refused with its number and a reason; the others are taken. Rows count from 1 with the header.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, Instant, day_begin
from fanshare.core.money import Micros, from_minor_units, minor_units, parse_amount

MOST_BYTES, MOST_ROWS = 6_000_000, 100_000
#: Nobody is given a code that ends sooner than this.
LEAST_LIFE = 30 * DAY
#: From how few left of a value the brand is told.
LOW = 5
_COLUMNS = ("code", "value", "currency")
_LONGEST_CODE = 100
#: A line with its end, which may be a part of a quoted cell.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Piece(NamedTuple):
    """A code worth ``amount`` (micros of whole minor units). ``ends_at`` is the first instant at which it is over."""

    row: int
    code: str
    currency: str
    amount: Micros
    ends_at: Instant | None


class Refused(NamedTuple):
    """A row that was not taken, and why. The code is in no sentence: whoever reads one can spend it."""

    row: int
    error: BadInputError


class Told(NamedTuple):
    """What a file tells."""

    pieces: tuple[Piece, ...]
    refused: tuple[Refused, ...]


def read(content: bytes, tz: ZoneInfo, now: Instant) -> Told:
    """The codes of a file; the first of two rows with one code counts, in whatever capitals.

    Raises ``BadInputError``: ``not_text``, ``bad_csv``, ``no_header``, ``no_codes``, ``too_many_codes``.
    """
    return take(_rows(content), tz, now)


def read_codes(content: bytes) -> tuple[list[str], tuple[Refused, ...]]:
    """Only the codes of a file, each once as it is compared (case folded), whatever stands beside them.

    Raises what ``read`` raises; the only column that has to be there is ``code``.
    """
    codes: dict[str, None] = {}
    refused: list[Refused] = []
    for number, cells in _rows(content, ("code",)):
        try:
            codes[_code(cells).casefold()] = None
        except BadInputError as error:
            refused.append(Refused(number, error))
    return list(codes), tuple(refused)


def take(rows: Iterable[tuple[int, Mapping[str, str]]], tz: ZoneInfo, now: Instant) -> Told:
    """The codes of rows that stand at numbers, by the names of their columns."""
    pieces: list[Piece] = []
    refused: list[Refused] = []
    seen: dict[str, int] = {}
    for number, cells in rows:
        try:
            piece = _piece(number, cells, tz, now)
            before = seen.setdefault(piece.code.casefold(), number)
            if before != number:
                raise BadInputError("repeated_code", "This code stands in row %(row)s already.", row=before)
            pieces.append(piece)
        except BadInputError as error:
            refused.append(Refused(number, error))
    return Told(tuple(pieces), tuple(refused))


def left(stock: Mapping[Micros, int], most: Micros) -> list[Micros]:
    """Of the values that lie in a stock those that ``most`` covers, the smallest first."""
    return sorted(value for value, number in stock.items() if number > 0 and 0 < value <= most)


def lasts(ends_at: Instant | None, now: Instant) -> bool:
    """Whether a code lives long enough to be given to somebody."""
    return ends_at is None or ends_at >= now + LEAST_LIFE


def _rows(content: bytes, needed: Sequence[str] = _COLUMNS) -> list[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError("not_text", "The file is no text in UTF-8; save it as CSV in UTF-8.") from None
    try:
        lines = [(number, cells) for number, cells in _lines(text) if any(cells)]
    except csv.Error:
        raise BadInputError("bad_csv", "The file is no CSV: a quoted cell does not end, or is cut.") from None
    header = [name.casefold() for name in lines[0][1]] if lines else []
    missing = [name for name in needed if name not in header]
    if missing:
        raise BadInputError(
            "no_header", "The first row names the columns; %(missing)s is missing.", missing=", ".join(missing)
        )
    if not 1 < len(lines) <= MOST_ROWS + 1:
        _refuse_size(len(lines) - 1)
    return [(number, dict(zip(header, cells, strict=False))) for number, cells in lines[1:]]


def _refuse_size(rows: int) -> None:
    if rows:
        raise BadInputError("too_many_codes", "At most %(most)s codes go at once; cut the file.", most=MOST_ROWS)
    raise BadInputError("no_codes", "There is no code in this file.")


def _lines(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    for number, cells in enumerate(csv.reader(_LINE.findall(text), delimiter=separator, strict=True), 1):
        yield number, [cell.strip() for cell in cells]


def _piece(number: int, cells: Mapping[str, str], tz: ZoneInfo, now: Instant) -> Piece:
    code, currency = _code(cells), cells.get("currency", "").upper()
    if currency not in EXPONENTS:
        raise BadInputError("bad_currency", "The currency is three letters such as EUR.")
    return Piece(number, code, currency, _value(cells.get("value", ""), currency), _end(cells.get("end", ""), tz, now))


def _code(cells: Mapping[str, str]) -> str:
    code = cells.get("code", "")
    if not 1 <= len(code) <= _LONGEST_CODE or not code.isprintable() or any(char.isspace() for char in code):
        raise BadInputError("bad_code", "A code has 1 to 100 characters without blanks.")
    return code


def _value(text: str, currency: str) -> Micros:
    try:
        amount = parse_amount(text)
    except BadInputError:
        amount = 0
    if amount <= 0 or from_minor_units(minor_units(amount, currency), currency) != amount:
        raise BadInputError("bad_value", "The value is a number such as 10.00, of whole coins and more than none.")
    return amount


def _end(text: str, tz: ZoneInfo, now: Instant) -> Instant | None:
    if not text:
        return None
    try:
        ends_at = day_begin(date.fromordinal(date.fromisoformat(text).toordinal() + 1), tz)
    except ValueError:
        raise BadInputError("bad_end", "The end is a day such as 2027-12-31, or empty.") from None
    if not lasts(ends_at, now):
        raise BadInputError("ends_soon", "This code ends within 30 days; nobody is given such a one.")
    return ends_at
