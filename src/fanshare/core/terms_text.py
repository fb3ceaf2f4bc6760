"""The text of a terms document, TOML or JSON, as plain tables: bounded in size, depth, numbers and names.

The text may come from anybody, so nothing in it may cost more than its length: no deep recursion, no quadratic parse,
no number that takes for ever to write down.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from fanshare.core.terms_fields import Problem, TermsError

MAX_DOCUMENT_BYTES = 256_000
MAX_DEPTH = 6

#: A key of sixteen dotted parts. The parser of the standard library keeps every prefix of a dotted key, so that one of
#: 256 kB would take tens of gigabytes; lengths are bounded to keep this search linear.
_KEY_PART = r"""(?:[A-Za-z0-9_-]{1,64}+|"(?:[^"\\\n]|\\.){0,64}+"|'[^'\n]{0,64}+')[ \t]{0,64}+"""
_LONG_KEY = re.compile(rf"(?:{_KEY_PART}\.[ \t]{{0,64}}+){{15}}")


def parse(text: str | bytes, format: Literal["toml", "json"]) -> dict[str, Any]:  # noqa: A002 (the name users know)
    """The tables of a document; fractions become ``Decimal``, exactly as written.

    Raises ``TermsError`` for text that is too large (256 kB), too deeply nested, not UTF-8, not TOML or JSON, that
    names a key twice, or that holds NaN or infinity.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise _unreadable(f"The document is larger than {MAX_DOCUMENT_BYTES // 1000} kB.")
    try:
        decoded = text if isinstance(text, str) else raw.decode("utf-8-sig")
        value = _from_toml(decoded) if format == "toml" else _from_json(decoded)
    except UnicodeDecodeError:
        raise _unreadable("The document is not written in UTF-8.") from None
    except RecursionError:
        raise _unreadable("The document is nested too deeply.") from None
    except ValueError as error:
        raise _unreadable(f"The document is not {format.upper()}: {str(error)[:200]}.") from None
    if not isinstance(value, dict):
        raise _unreadable("The document must be a table with [[commission]] rules.")
    if _deeper_than(value, MAX_DEPTH):
        raise _unreadable("The document is nested too deeply.")
    return value


def _from_toml(text: str) -> object:
    if _LONG_KEY.search(text):
        raise ValueError("a name has too many parts joined by dots")
    return tomllib.loads(text, parse_float=_decimal)


def _from_json(text: str) -> object:
    return json.loads(text, parse_float=_decimal, parse_constant=_refuse_constant, object_pairs_hook=_distinct)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text[:40]} is beyond every limit") from None
    if not number.is_finite():
        raise ValueError("NaN and infinity are not numbers here")
    return number


def _refuse_constant(_: str) -> object:
    raise ValueError("NaN and infinity are not numbers here")


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is named twice in one table")
    return found


def _deeper_than(value: object, depth: int) -> bool:
    """Walks with its own stack: the depth of a hostile document must not become ours."""
    stack: list[tuple[object, int]] = [(value, 0)]
    while stack:
        item, level = stack.pop()
        inner: Iterable[object] = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        if level > depth:
            return True
        stack.extend((child, level + 1) for child in inner)
    return False


def _unreadable(message: str) -> TermsError:
    return TermsError([Problem("", message, shape=True)])
