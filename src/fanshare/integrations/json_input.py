"""Reading JSON that strangers sent: exact numbers, honest text, bounded depth, an error code for everything else.

Numbers with a point or an exponent become ``Decimal`` from their own digits, never a float. Every refusal is a
``BadInputError`` with a stable code:

``bad_json`` not JSON, or NaN and Infinity; ``duplicate_key``; ``too_deep``; ``too_large``; ``bad_text`` (NUL, half of
a surrogate pair, not UTF-8); ``bad_amount``, ``negative_amount``, ``amount_too_large``; ``bad_time``; ``bad_number``;
``bad_field`` (a field of another type than it must be); ``missing_field``.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, parse_rfc3339
from fanshare.core.marks import say
from fanshare.core.money import MAX_MICROS, Micros, parse_amount

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_LINES = 10_000
MAX_TEXT = 500
MAX_QUANTITY = 1_000_000_000

# A string without its closing quote reaches to the end, so that no start is tried twice: linear in any input.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OPENING = frozenset(b"[{")
_HALF_OR_NUL = re.compile("[\ud800-\udfff\0]")
# What could become one of these: an escape in the range of surrogates, or of NUL.
_ESCAPED_HALF_OR_NUL = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")

type Json = bool | int | Decimal | str | list[Json] | dict[str, Json] | None


def read_json(raw: bytes, *, max_bytes: int = MAX_BYTES) -> Json:
    """The value of a JSON text in UTF-8. Raises ``BadInputError`` as listed at the top."""
    if len(raw) > max_bytes:
        raise BadInputError(
            "too_large", "This body has %(found)s bytes; %(most)s are the limit.", 413, found=len(raw), most=max_bytes
        )
    if b"\0" in raw:
        raise BadInputError("bad_text", "This body holds a NUL.")
    _check_depth(raw)
    try:
        value: Json = json.loads(
            raw.decode("utf-8"),
            parse_float=_decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise BadInputError("bad_text", "This body is not valid UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except BadInputError:
        raise
    except ValueError as error:
        raise BadInputError("bad_json", "This body is not JSON: %(why)s.", why=str(error)[:100]) from None
    # Without such an escape, text that was valid UTF-8 can hold neither half a pair nor (in JSON) a NUL.
    if _ESCAPED_HALF_OR_NUL.search(raw):
        _check_text(value)
    return value


def read_object(raw: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The JSON object of a body. Raises ``BadInputError`` ``not_an_order`` when it is JSON of another shape."""
    return as_object(read_json(raw, max_bytes=max_bytes), say("The body"))


def as_object(value: object, name: str) -> dict[str, Any]:
    """``value`` if it is an object. Raises ``BadInputError`` ``not_an_order``."""
    if not isinstance(value, dict):
        raise BadInputError("not_an_order", "%(name)s should be a JSON object.", name=name)
    return value


def objects(holder: Mapping[str, Any], key: str, *, most: int = MAX_LINES) -> Sequence[dict[str, Any]]:
    """The list of objects under ``key``; empty when it is absent or null.

    PHP writes a list with gaps as an object whose keys are numbers: its values count.
    Raises ``BadInputError`` ``bad_field``, or ``too_many_lines`` above ``most``.
    """
    value = holder.get(key)
    if value is None:
        return ()
    if isinstance(value, dict) and all(name.isdecimal() for name in value):
        value = list(value.values())
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _bad_field(key, say("a list of objects"))
    if len(value) > most:
        raise BadInputError(
            "too_many_lines",
            "%(key)s has %(found)s entries; %(most)s are the limit.",
            key=key,
            found=len(value),
            most=most,
        )
    return value


def text(holder: Mapping[str, Any], key: str, *, most: int = MAX_TEXT) -> str:
    """The text under ``key``, trimmed; empty when absent or null. Raises ``BadInputError`` ``bad_field``."""
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise _bad_field(key, say("a text of at most %(most)s characters", most=most))
    return value.strip()


def identifier(holder: Mapping[str, Any], key: str) -> str:
    """The id under ``key``, a whole number or a text, as text. Raises ``BadInputError`` ``bad_field``."""
    value = holder.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return str(value)
    if isinstance(value, str) and 0 < len(value.strip()) <= 200 and value.isprintable():
        return value.strip()
    raise _bad_field(key, say("an id"))


def flag(holder: Mapping[str, Any], key: str) -> bool:
    """True or false; false when absent or null. Raises ``BadInputError`` ``bad_field``."""
    value = holder.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise _bad_field(key, say("true or false"))


def quantity(holder: Mapping[str, Any], key: str) -> int:
    """Whole pieces, from 0 to a thousand million; a fraction is cut; 1 when absent. Raises ``bad_number``."""
    value = holder.get(key, 1)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= MAX_QUANTITY:
        raise BadInputError("bad_number", "%(key)s should be a number of pieces.", key=key)
    return int(value)


def amount(holder: Mapping[str, Any], key: str, *, default: Micros | None = None) -> Micros:
    """Micros of the amount under ``key``, not negative.

    Raises ``BadInputError`` ``missing_field`` (absent without a default), ``negative_amount``, ``bad_amount``,
    ``amount_too_large``.
    """
    micros = signed_amount(holder, key, default=default)
    if micros < 0:
        raise BadInputError("negative_amount", "%(key)s is negative; amounts here are written without a sign.", key=key)
    return micros


def signed_amount(holder: Mapping[str, Any], key: str, *, default: Micros | None = None) -> Micros:
    """Micros of the amount under ``key``, of either sign. Raises as ``amount``."""
    value = holder.get(key)
    if value is None or (value == "" and default is not None):
        if default is None:
            raise _missing(key)
        return default
    return parse_amount(value)


def instant(holder: Mapping[str, Any], key: str, *, assume_utc: bool = False) -> Instant:
    """The time under ``key``. Raises ``BadInputError`` ``missing_field``, ``bad_time``, ``time_out_of_range``."""
    value = maybe_instant(holder, key, assume_utc=assume_utc)
    if value is None:
        raise _missing(key)
    return value


def maybe_instant(holder: Mapping[str, Any], key: str, *, assume_utc: bool = False) -> Instant | None:
    """The time under ``key``, or ``None`` when it is absent, null or empty."""
    value = holder.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadInputError("bad_time", "%(key)s should be a time like 2026-11-14T10:02:00Z.", key=key)
    try:
        return parse_rfc3339(value, assume_utc=assume_utc)
    except OverflowError:
        raise BadInputError("time_out_of_range", "%(key)s lies outside the years 1970 to 9999.", key=key) from None


def bounded(*amounts: Micros) -> Micros:
    """The sum of amounts. Raises ``BadInputError`` ``amount_too_large`` above what the books can hold."""
    total = sum(amounts)
    if total > MAX_MICROS:
        raise BadInputError("amount_too_large", "The amounts of this order add up to more than the books can hold.")
    return total


def _check_depth(raw: bytes) -> None:
    depth = 0
    for bracket in _STRING.sub(b"", raw).translate(None, _ALL_BUT_BRACKETS):
        depth += 1 if bracket in _OPENING else -1
        if depth > MAX_DEPTH:
            raise _too_deep()


def _too_deep() -> BadInputError:
    return BadInputError("too_deep", "This JSON is nested deeper than %(most)s levels.", most=MAX_DEPTH)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except ArithmeticError:
        raise BadInputError("bad_amount", "%(digits)s is too far from any amount.", digits=digits[:40]) from None


def _refuse_constant(word: str) -> NoReturn:
    raise BadInputError("bad_amount", "%(word)s is not an amount.", word=word)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BadInputError("duplicate_key", "This JSON names a key twice in one object.")
    return result


def _check_text(value: Json) -> None:
    if isinstance(value, str):
        if _HALF_OR_NUL.search(value):
            raise BadInputError("bad_text", "A text in this body holds a NUL or half of a surrogate pair.")
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)


def _bad_field(key: str, wanted: str) -> BadInputError:
    return BadInputError("bad_field", "%(key)s should be %(wanted)s.", key=key, wanted=wanted)


def _missing(key: str) -> BadInputError:
    return BadInputError("missing_field", "%(key)s is missing.", key=key)
