"""A document of terms as TOML that people read and change, and the lines of such a text on which something stands.

Reading the text again gives the same document. Comments and layout of what somebody once sent are not kept with terms.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_ORDER = ("terms", "commission", "bonuses", "fans", "code", "margin", "caps", "settlement", "operator")
_HEADER = re.compile(r"\s*(\[\[?)\s*\"?([A-Za-z0-9_-]+)\"?\s*\]\]?\s*(?:#.*)?", re.ASCII)
_STEP = re.compile(r"([^.\[\]]+)(?:\[([0-9]+)\])?", re.ASCII)
#: Lists up to this many characters stand on one line.
_WIDE = 100


def written(document: Mapping[str, Any]) -> str:
    """TOML of a canonical document (``terms_document.document``): tables of texts, whole numbers, flags and lists."""
    known = [name for name in _ORDER if name in document]
    parts = [part for name in [*known, *sorted(set(document) - set(known))] for part in _tables(name, document[name])]
    return "\n\n".join(parts) + "\n"


def line_of(text: str, path: str) -> int | None:
    """The line (from 1) of a TOML text on which what ``commission[0].percent`` names stands, or its table begins.

    ``None`` where there is no such table. Only a help for readers: strings of several lines may mislead it.
    """
    steps = [(name, int(place) if place else None) for name, place in _STEP.findall(path)]
    if not steps:
        return None
    lines = text.split("\n")
    inside = _table(lines, *steps[0])
    if not inside or len(steps) == 1:
        return inside[0] if inside else None
    return _field(lines, inside, *steps[1])


def _tables(name: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return ["\n".join([f"[{name}]", *_fields(value)])]
    return ["\n".join([f"[[{name}]]", *_fields(one)]) for one in value]


def _fields(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_fields(value)) + " }"
    return _list([_value(one) for one in value])


def _list(values: Sequence[str]) -> str:
    short = "[" + ", ".join(values) + "]"
    if len(short) <= _WIDE and not any(one.startswith("{") for one in values):
        return short
    return "[\n" + "".join(f"  {one},\n" for one in values) + "]"


def _table(lines: Sequence[str], name: str, place: int | None) -> list[int]:
    """The lines (from 1) of one table, its header first."""
    seen, found = -1, list[int]()
    for number, line in enumerate(lines, 1):
        header = _HEADER.fullmatch(line)
        if header is None:
            if found:
                found.append(number)
            continue
        if found:
            break
        if header[2] == name:
            seen += 1
            found = [number] if place is None or place == seen else []
    return found


def _field(lines: Sequence[str], inside: Sequence[int], name: str, place: int | None) -> int:
    """The line of a field of a table; of one table within a list of them, where each stands on a line of its own."""
    key = re.compile(rf"\s*\"?{re.escape(name)}\"?\s*=")
    first = next((number for number in inside if key.match(lines[number - 1])), None)
    if first is None or place is None:
        return first or inside[0]
    opened = 0
    for number in inside[inside.index(first) :]:
        opened += lines[number - 1].count("{")
        if opened > place:
            return number
    return first
