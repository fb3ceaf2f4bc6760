"""How a file is to be understood: which column is what, how amounts and times are written, what a status means.

The form is TOML (``docs/reference/import-orders.md``); everything in it has a default, so that a file with our column
names needs none. Raises ``BadInputError`` (``bad_mapping``) with the place in the mapping.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import zone
from fanshare.core.orders import Status

REQUIRED = ("order_id", "ordered_at", "currency", "net_amount")
#: Facts of the order: any of its rows may carry them, and those that do have to agree.
OF_THE_ORDER = (
    "ordered_at", "currency", "status", "click_id", "code", "customer_id", "email", "email_sha256", "country",
    "shipping", "tax", "test", "fulfilled_at",
)  # fmt: skip
OF_THE_LINE = (
    "net_amount", "line_id", "sku", "product", "category", "collection", "qty", "gift_card", "refunded_amount",
    "refunded_at",
)  # fmt: skip
FIELDS = ("order_id", *OF_THE_ORDER, *OF_THE_LINE)

DELIMITERS = (",", ";", "\t", "|")
MAX_MAPPING = 100_000

_WORDS = {
    Status.CAPTURED: "captured paid approved complete completed processing fulfilled shipped success confirmed "
    "partially_refunded partially-refunded",
    Status.OPEN: "open pending unpaid authorized authorised on-hold hold draft new",
    Status.CANCELLED: "cancelled canceled declined failed refunded void voided rejected expired chargeback",
}
STATUS_WORDS: Mapping[str, Status] = {word: status for status, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping that was read. ``columns``: our name -> the file's; ``values``: our name -> what every row says.

    ``decimal`` and ``thousands`` are single characters (``thousands`` may be empty), ``date`` is a format of
    ``strptime`` or empty for ISO 8601, ``time_zone`` is where times without an offset were written down, and ``day``
    says whether a date without a time means the day's ``start`` or ``end``. Empty: not said.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, Status] = field(default_factory=dict)
    decimal: str = "."
    thousands: str = ""
    date: str = ""
    time_zone: str = ""
    day: str = ""
    delimiter: str = ""
    encoding: str = ""

    def document(self) -> dict[str, Any]:
        """What is written down about the import."""
        said = {name: getattr(self, name) for name in _FORMAT if getattr(self, name)}
        words = {word: str(status) for word, status in self.status.items()}
        return {"columns": dict(self.columns), "values": dict(self.values), "status": words, "format": said}


#: What of a format of ``strptime`` reads a year.
_YEAR = re.compile(r"%[YyGcx]")
_FORMAT = ("decimal", "thousands", "date", "time_zone", "day", "delimiter", "encoding")


def read_mapping(raw: bytes) -> Plan:
    """The plan of a TOML text."""
    if len(raw) > MAX_MAPPING:
        raise _bad("it is longer than a mapping can be")
    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _bad(f"it is not TOML in UTF-8 ({str(error)[:120]})") from None
    _only(document, ("columns", "values", "status", "format"), "")
    sections = {name: _texts(document, name) for name in ("columns", "values", "status", "format")}
    _only(sections["columns"], FIELDS, "columns.")
    _only(sections["values"], FIELDS, "values.")
    _only(sections["format"], _FORMAT, "format.")
    _check_format(sections["format"])
    for clash in sections["columns"].keys() & sections["values"].keys():
        raise _bad(f"{clash} is both a column and a value for all rows")
    return Plan(sections["columns"], sections["values"], _status(sections["status"]), **sections["format"])


def fold(name: str) -> str:
    """A column name as it is compared: without regard to case, blanks and hyphens."""
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def places(header: Sequence[str], plan: Plan) -> dict[str, int]:
    """Where in a row each of our fields stands. Raises ``BadInputError`` (``missing_column``, ``double_column``)."""
    found: dict[str, list[int]] = {}
    for index, name in enumerate(header):
        found.setdefault(fold(name), []).append(index)
    wanted = {name: fold(plan.columns.get(name, name)) for name in FIELDS if name not in plan.values}
    doubled = [name for name, folded in wanted.items() if len(found.get(folded, ())) > 1]
    if doubled:
        raise BadInputError("double_column", f"The file has two columns that could be {doubled[0]}.")
    known = {name: found[folded][0] for name, folded in wanted.items() if folded in found}
    missing = [name for name in (*REQUIRED, *plan.columns) if name not in known and name not in plan.values]
    if missing:
        shown = ", ".join(repr(name[:40]) for name in header[:30])
        named = plan.columns.get(missing[0])
        said = f"it should be named {named!r}" if named else "name it in a mapping"
        raise BadInputError("missing_column", f"The file has no column for {missing[0]}; {said}. It has {shown}.")
    return known


def _texts(document: Mapping[str, Any], name: str) -> dict[str, str]:
    section = document.get(name, {})
    if not isinstance(section, dict) or not all(isinstance(value, str) for value in section.values()):
        raise _bad(f"[{name}] should hold texts alone")
    return section


def _only(section: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    for name in section:
        if name not in known:
            raise _bad(f"{place}{name[:60]} is unknown; known are {', '.join(known)}")


def _status(words: Mapping[str, str]) -> dict[str, Status]:
    allowed = {str(status): status for status in Status if status is not Status.DELETED}
    for word, meaning in words.items():
        if meaning not in allowed:
            raise _bad(f"status.{word[:40]} should be one of {', '.join(allowed)}")
    return {word.strip().casefold(): allowed[meaning] for word, meaning in words.items()}


def _check_format(said: Mapping[str, str]) -> None:
    decimal, thousands = said.get("decimal", "."), said.get("thousands", "")
    if decimal not in (".", ","):
        raise _bad("format.decimal should be a point or a comma")
    if thousands not in ("", ".", ",", "'", " ", "\u00a0", "\u202f") or thousands == decimal:
        raise _bad("format.thousands should be a point, a comma, an apostrophe or a blank, and not the decimal sign")
    if said.get("date") and not _YEAR.search(said["date"].replace("%%", "")):
        raise _bad("format.date should say where the year stands (%Y), else nobody knows which year an order is of")
    if said.get("day", "") not in ("", "start", "end"):
        raise _bad("format.day should be start or end")
    if said.get("delimiter", "") not in ("", *DELIMITERS):
        raise _bad("format.delimiter should be a comma, a semicolon, a tab or a bar")
    if said.get("time_zone"):
        zone(said["time_zone"])
    try:
        "".encode(said.get("encoding") or "utf-8")
    except (LookupError, ValueError):
        raise _bad("format.encoding is no encoding that is known here; try utf-8 or cp1252") from None


def _bad(why: str) -> BadInputError:
    return BadInputError("bad_mapping", f"This mapping can't be used: {why}.")
