"""The values of a leaf: each has one spelling, and a value out of its domain is refused where it is written."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS, MICROS, Micros, format_micros

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,12})\.[0-9]{6}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
ID = re.compile(r"[^\x00-\x1f]{1,200}")
CODE = re.compile(r"[a-z0-9_.:-]{1,80}", re.ASCII)


class LeafError(BadInputError):
    """The leaf is not of the form that this kind has."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_leaf", message)


def parse_exact(text: Any) -> Micros:
    """Micros of an exact amount, ``"1.416000"``. Raises ``LeafError`` for any other spelling."""
    if not isinstance(text, str) or _AMOUNT.fullmatch(text) is None:
        raise LeafError(f"{str(text)[:40]!r} is not an exact amount such as 1.416000.")
    return int(text[:-7]) * MICROS + int(text[-6:])


def parse_signed(text: Any) -> Micros:
    """The same where it may be below zero: ``"-1.416000"``. Raises ``LeafError``, also for a zero with a sign."""
    if not isinstance(text, str) or not text.startswith("-"):
        return parse_exact(text)
    micros = parse_exact(text[1:])
    if micros == 0:
        raise LeafError("Nothing is written without a sign.")
    return -micros


def amount(micros: Micros) -> str:
    """The exact amount of micros. Raises ``LeafError`` below zero and above what the books can hold."""
    if not 0 <= micros <= MAX_MICROS:
        raise LeafError("An amount in a leaf is not negative and not larger than the books can hold.")
    return format_micros(micros)


def count(number: Any, least: int = 0) -> int:
    """A whole number of at least ``least``. Raises ``LeafError``."""
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise LeafError(f"{number!r} is not a whole number of at least {least}.")
    return number


def hex_digits(text: str) -> str:
    """A hash of 64 hexadecimal digits. Raises ``LeafError``."""
    return matching(_HEX, text)


def local_day(text: str) -> str:
    """A day, ``2026-11-14``. Raises ``LeafError`` or ``ValueError``."""
    return date.fromisoformat(matching(_DAY, text)).isoformat()


def matching(pattern: re.Pattern[str], text: str) -> str:
    """A text that fully matches. Raises ``LeafError``."""
    if pattern.fullmatch(text) is None:
        raise LeafError(f"{text[:80]!r} is not of the form it must have.")
    return text


def one_of(values: Sequence[str], text: str) -> str:
    """One of the words that are allowed. Raises ``LeafError``."""
    if text not in values:
        raise LeafError(f"{text[:40]!r} is none of {', '.join(values)}.")
    return text
