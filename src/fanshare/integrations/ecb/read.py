"""Files of the ECB's reference rates: ``eurofxref-hist.csv``, ``eurofxref-daily.xml`` and the like.

Source: the ECB's page "Euro foreign exchange reference rates". A CSV file has a row ``Date,USD,JPY,...`` and one for
each day, newest first, with a comma at the end and ``N/A`` where there was no rate. An XML file has, in the namespace
of the ECB, a ``Cube`` for each day (``time``) with one for each currency (``currency``, ``rate``) in it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError
from fanshare.core.rates import BASES, ECB, DayRates, is_rate
from fanshare.integrations.xml_input import read_xml

MAX_BYTES = 32 * 1024 * 1024
MAX_DAYS = 40_000
NAMESPACE = "http://www.gesmes.org/xml/2002-08-01"
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LONG_DAY = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})", re.ASCII)
#: As its CSV file of one day writes them.
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_NONE = ("", "N/A")


@dataclass(frozen=True, slots=True)
class RatesFile:
    """What a file says, its days in order; ``missing`` cells without a rate, ``left_out`` codes that are not booked."""

    days: tuple[DayRates, ...]
    missing: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    place: str
    day: str
    cells: tuple[tuple[str, str], ...]


def read_rates(raw: bytes) -> RatesFile:
    """What a file says. Raises ``BadInputError`` (``bad_rates`` and as ``read_xml``) with line and reason."""
    if len(raw) > MAX_BYTES:
        raise _bad("it has more than 32 MB")
    if raw[:2] == b"PK":
        raise _bad("it is an archive; unpack it and give the file in it")
    text = raw.removeprefix(b"\xef\xbb\xbf")
    rows = list(_xml_rows(text) if text.lstrip()[:1] == b"<" else _csv_rows(text))
    if not rows:
        raise _bad("it has no day")
    days = sorted((_day_rates(row) for row in rows), key=lambda one: one.day)
    for one, other in pairwise(days):
        if one.day == other.day:
            raise _bad(f"{one.day} stands in it twice")
    cells = [cell for row in rows for cell in row.cells]
    unknown = {code for code, _ in cells} - EXPONENTS.keys()
    return RatesFile(tuple(days), sum(value in _NONE for _, value in cells), tuple(sorted(unknown)))


def _bad(reason: str, place: str = "") -> BadInputError:
    at = f" at {place}" if place else ""
    return BadInputError("bad_rates", f"This is no file of the ECB's reference rates{at}: {reason}. Nothing was taken.")


def _csv_rows(raw: bytes) -> Iterator[_Row]:
    try:
        lines = raw.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise _bad("it has other letters than those of ASCII") from None
    head = _cells(lines[0]) if lines else []
    codes = head[1:]
    if head[:1] != ["Date"] or not codes:
        raise _bad("it does not begin with Date and the codes of currencies", "line 1")
    _check_codes(codes, "line 1")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        place = f"line {number}"
        cells = _cells(line)
        if len(cells) != len(head):
            raise _bad(f"it has {len(cells)} cells, and the first line has {len(head)}", place)
        if number > MAX_DAYS:
            raise _bad(f"it has more than {MAX_DAYS} days", place)
        yield _Row(place, _day(cells[0], place), tuple(zip(codes, cells[1:], strict=True)))


def _cells(line: str) -> list[str]:
    """The cells of a line; the comma at the end of the ECB's lines begins none."""
    return [cell.strip() for cell in line.rstrip().removesuffix(",").split(",")]


def _xml_rows(raw: bytes) -> Iterator[_Row]:
    document = read_xml(raw, max_bytes=MAX_BYTES)
    if document.namespace != NAMESPACE or document.root.name != "Envelope":
        raise _bad("it is another kind of XML")
    for number, cube in enumerate(document.root.all("Cube/Cube"), start=1):
        place = f"day {number}"
        if number > MAX_DAYS:
            raise _bad(f"it has more than {MAX_DAYS} days", place)
        day = _day(cube.attributes.get("time", ""), place)
        cells = tuple((one.attributes.get("currency", ""), one.attributes.get("rate", "")) for one in cube.all("Cube"))
        _check_codes([code for code, _ in cells], day)
        yield _Row(day, day, cells)


def _check_codes(codes: Iterable[str], place: str) -> None:
    seen: set[str] = set()
    for number, code in enumerate(codes, start=1):
        if _CODE.fullmatch(code) is None:
            raise _bad(f"currency {number} is no code of three letters", place)
        if code in seen or code == BASES[ECB]:
            raise _bad(f"{code} stands there twice" if code in seen else "the euro has a rate to itself", place)
        seen.add(code)


def _day(text: str, place: str) -> str:
    long = _LONG_DAY.fullmatch(text)
    try:
        if long is not None:
            return date(int(long[3]), _MONTHS.index(long[2]) + 1, int(long[1])).isoformat()
        if _ISO_DAY.fullmatch(text) is None:
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _bad("its day is not written like 2026-11-27", place) from None


def _day_rates(row: _Row) -> DayRates:
    said = [(code, value) for code, value in row.cells if value not in _NONE]
    for code, value in said:
        if not is_rate(value):
            raise _bad(f"the rate of {code} is no decimal number above zero", row.place)
    if not said:
        raise _bad("it has no rate", row.place)
    return DayRates(row.day, {code: value for code, value in said if code in EXPONENTS})
