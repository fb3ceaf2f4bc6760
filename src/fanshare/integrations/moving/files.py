"""Files as tables of text: CSV as spreadsheets and exports write it, JSON as an API answers. Nothing is guessed at.

Numbers stay text, so no amount passes through a float. Column names are brought to one form (``First Name``,
``firstName`` and ``first_name`` are one name); what is nested in JSON is named with dots (``affiliate.email``).
"""

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.marks import later, say

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^\w]+", re.UNICODE)

csv.field_size_limit(1_000_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One record: texts by column, and lists (JSON only) of records or texts. ``at`` says where, for a person."""

    at: str
    texts: Mapping[str, str]
    lists: Mapping[str, tuple["Row", ...]] = field(default_factory=dict)

    def first(self, columns: Iterable[str]) -> str:
        """The first of these columns that says anything."""
        return next((text for column in columns if (text := self.texts.get(column, ""))), "")


@dataclass(frozen=True, slots=True)
class Table:
    """A file's records. ``is_json``: it came from an API."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_json: bool


def read_table(name: str, content: bytes) -> Table:
    """The table in a file. Raises ``BadInputError`` (``bad_file``) with a sentence that names the file and the row."""
    if len(content) > MAX_BYTES:
        raise _bad(name, later("%(name)s is larger than %(most)s MB; split it."), most=MAX_BYTES >> 20)
    text = _decoded(name, content)
    if not text.strip():
        raise _bad(name, later("%(name)s is empty."))
    is_json = text.lstrip()[0] in "[{"
    rows = tuple(_json_rows(name, text) if is_json else _csv_rows(name, text))
    if len(rows) > MAX_ROWS:
        raise _bad(name, later("%(name)s has more than %(most)s rows; split it."), most=MAX_ROWS)
    columns = dict.fromkeys(column for row in rows for column in (*row.texts, *row.lists))
    if not rows:
        raise _bad(name, later("%(name)s has no rows."))
    return Table(name, tuple(columns), rows, is_json)


def digest(contents: Iterable[bytes]) -> str:
    """SHA-256 (hex) of what was read: of the file, or of the sorted digests of several files, one a line."""
    hashes = sorted(hashlib.sha256(content).hexdigest() for content in contents)
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def column(name: str) -> str:
    """The one form of a column's name."""
    spaced = _WORDS.sub("_", unicodedata.normalize("NFKC", name).strip())
    return ".".join(_OTHER.sub("_", part).strip("_").casefold() for part in spaced.split("."))


def _decoded(name: str, content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise _bad(name, later("%(name)s is not UTF-8; save it as CSV UTF-8.")) from None
    if "\x00" in text:
        raise _bad(name, later("%(name)s holds bytes that no text has; is it a spreadsheet? Save it as CSV."))
    return text


def _csv_rows(name: str, text: str) -> Iterable[Row]:
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = [column(cell) for cell in cells]
                continue
            if len(cells) > len(columns):
                said = later("%(name)s line %(line)s has %(cells)s cells under %(columns)s headings.")
                raise _bad(name, said, line=reader.line_num, cells=len(cells), columns=len(columns))
            texts: dict[str, str] = {}
            for heading, cell in zip(columns, cells, strict=False):
                texts.setdefault(heading, cell.strip())
            yield Row(say("line %(number)s", number=reader.line_num), texts)
    except csv.Error as error:
        said = later("%(name)s line %(line)s can't be read as CSV (%(why)s).")
        raise _bad(name, said, line=reader.line_num, why=error) from None


def _json_rows(name: str, text: str) -> Iterable[Row]:
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _bad(name, later("%(name)s can't be read as JSON (%(why)s)."), why=error) from None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 and all(isinstance(each, dict) for each in lists[0]) else [found]
    for number, each in enumerate(found, 1):
        if not isinstance(each, dict):
            raise _bad(name, later("%(name)s its entry %(number)s is no JSON object."), number=number)
        try:
            row = _record(say("entry %(number)s", number=number), each)
        except RecursionError:
            raise _bad(name, later("%(name)s its entry %(number)s is nested too deeply."), number=number) from None
        yield row


def _record(at: str, value: Mapping[str, Any]) -> Row:
    texts: dict[str, str] = {}
    lists: dict[str, tuple[Row, ...]] = {}
    _flatten("", value, at, texts, lists)
    return Row(at, texts, lists)


def _flatten(
    prefix: str, value: Mapping[str, Any], at: str, texts: dict[str, str], lists: dict[str, tuple[Row, ...]]
) -> None:
    for key, each in value.items():
        name = f"{prefix}{column(str(key).replace('.', '_'))}"
        if isinstance(each, dict):
            _flatten(f"{name}.", each, at, texts, lists)
        elif isinstance(each, list):
            lists[name] = tuple(_record(at, one if isinstance(one, dict) else {"text": one}) for one in each)
        else:
            texts[name] = _text(each)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _bad(name: str, said: str, **values: object) -> BadInputError:
    return BadInputError("bad_file", said, 400, name=name[:120], **values)
