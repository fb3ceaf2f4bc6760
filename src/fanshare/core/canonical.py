"""Canonical JSON by RFC 8785, for the part of JSON that hashes and proofs need.

Allowed: null, booleans, strings of valid Unicode, integers of at most 53 bits (what every JSON reader holds exactly),
lists and objects. Floats are refused: money, rates and times are integers or strings here, so the number formatting
of RFC 8785 (the hard part) never arises.
"""

import json.encoder
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from fanshare.core.errors import BadInputError

#: What hashed documents are made of.
type Json = bool | int | str | list[Json] | dict[str, Json] | None

#: The largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2).
SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 64

#: A text in quotes with the escapes of RFC 8785, which are those of ECMAScript and of the standard library.
_quoted = json.encoder.encode_basestring


class CanonicalError(BadInputError):
    """The value has no canonical form here."""

    def __init__(self, message: str) -> None:
        super().__init__("not_canonical", message)


def canonical(value: object) -> bytes:
    """The canonical UTF-8 bytes of ``value`` (RFC 8785): sorted keys, no spaces, shortest escapes.

    Tuples are written as lists. Raises ``CanonicalError`` for floats, other types, keys that are not strings, integers
    beyond 53 bits, lone surrogates, and nesting deeper than ``MAX_DEPTH``.
    """
    try:
        return _written(value, 0).encode()
    except UnicodeEncodeError:
        raise CanonicalError("A text holds half of a surrogate pair; it is not valid Unicode.") from None


def alike(one: Any, other: Any) -> bool:
    """Whether two values that ``canonical`` takes have the same canonical form; cheaper than writing both.

    Unlike ``==`` it tells ``True`` from 1.
    """
    kind = type(one)
    if kind is not type(other):
        return canonical(one) == canonical(other)
    if kind is dict:
        if one.keys() != other.keys():
            return False
        for name, value in one.items():  # a loop, not all(): this is where a verification spends its time
            twin = other[name]
            if value != twin if type(value) is str is type(twin) else not alike(value, twin):
                return False
        return True
    if kind is list:
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def parse_canonical(data: bytes) -> Json:
    """The value of canonical bytes. Raises ``CanonicalError`` unless ``canonical(value) == data``."""
    value = parse_json(data)
    if canonical(value) != data:
        raise CanonicalError("This JSON is not in canonical form.")
    return value


def parse_json(data: bytes | str) -> Json:
    """Read JSON strictly: no floats, no repeated keys, no NaN. Spaces and key order are free.

    Raises ``CanonicalError`` for everything that ``canonical`` would refuse.
    """
    try:
        value: Json = json.loads(
            data,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_safe_integer,
            object_pairs_hook=_distinct,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CanonicalError(f"This is not JSON: {error}.") from None
    except RecursionError:
        raise CanonicalError("This JSON is nested too deeply.") from None
    return value


def _written(value: Any, depth: int) -> str:
    # Most of what is hashed is texts, and asking for the exact type of one costs less than a call.
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if kind is dict or isinstance(value, dict):
        _check_depth(depth)
        values, template = _shape(tuple(value))
        depth += 1
        return template % tuple([_quoted(one) if type(one) is str else _written(one, depth) for one in values(value)])
    if kind is list or isinstance(value, list | tuple):
        _check_depth(depth)
        depth += 1
        return f"[{','.join([_quoted(one) if type(one) is str else _written(one, depth) for one in value])}]"
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not -SAFE_INTEGER <= value <= SAFE_INTEGER:
            raise CanonicalError("An integer has more than 53 bits; write it as a string.")
        return int.__repr__(value)
    if isinstance(value, str):
        return _quoted(value)
    raise CanonicalError(f"A {type(value).__name__} cannot be written as canonical JSON.")


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise CanonicalError("The value is nested too deeply.")


@lru_cache(maxsize=2048)
def _shape(keys: tuple[object, ...]) -> tuple[Callable[[dict[str, Any]], Sequence[Any]], str]:
    """For an object with these keys: what takes its values in canonical order, and the text to put them into.

    Most objects have one of a few shapes.
    """
    names: list[str] = sorted(keys, key=_utf16)  # type: ignore[arg-type]  # _utf16 refuses what is no string
    places = ",".join(_quoted(name).replace("%", "%%") + ":%s" for name in names)
    if len(names) < 2:  # an itemgetter of one name gives no tuple
        return (lambda value: [value[name] for name in names]), f"{{{places}}}"
    return itemgetter(*names), f"{{{places}}}"


def _utf16(key: object) -> bytes:
    # RFC 8785 sorts by UTF-16 code units, which differs from code points above U+FFFF
    if not isinstance(key, str):
        raise CanonicalError("Keys of an object must be strings.")
    return key.encode("utf-16-be", "surrogatepass")


def _refuse_number(text: str) -> object:
    raise CanonicalError(f"{text[:40]} is not an integer; fractions are written as strings here.")


def _safe_integer(text: str) -> int:
    if len(text) > 17 or abs(number := int(text)) > SAFE_INTEGER:
        raise CanonicalError("An integer has more than 53 bits; write it as a string.")
    return number


def _distinct(pairs: list[tuple[str, Json]]) -> Mapping[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("An object names the same key twice.")
    return found
