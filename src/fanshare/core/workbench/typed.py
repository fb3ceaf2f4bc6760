"""What a person types into her books, read strictly and said plainly where it can't be read."""

import re
from collections.abc import Container
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from fanshare.core.errors import BadInputError
from fanshare.core.money import MICROS, Micros
from fanshare.core.typed_amount import typed_amount

#: More than this nobody earns with a post, and sums of it stay far below what can be kept.
MOST: Micros = 100_000_000 * MICROS
MOST_MINUTES = 24 * 60
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])", re.ASCII)
_RATE = re.compile(r"-?[0-9]{1,2}(\.[0-9]{1,2})?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def words(text: str, most: int, *, needed: bool = False) -> str:
    """Some words. Raises ``BadInputError`` (``bad_words``, ``words_missing``)."""
    found = " ".join(text.split())
    if len(found) > most or "\x00" in found:
        raise BadInputError("bad_words", "This is too long; shorten it.")
    if needed and not found:
        raise BadInputError("words_missing", "Write something first.")
    return found


def amount(text: str, currency: str = "") -> Micros:
    """An amount, nothing where nothing was typed. Raises ``BadInputError`` (``bad_amount``, ``unclear_amount``)."""
    found = amount_or_none(text, currency) if text.strip() else 0
    if found is None:
        raise BadInputError("bad_amount", "Write an amount such as 150 or 150.50, not below zero.")
    return found


def day(text: str, usual: date | None = None) -> date:
    """A day. Raises ``BadInputError`` (``bad_day``) for none where none is usual, and outside 2000 to 2100."""
    try:
        found = date.fromisoformat(text.strip()) if text.strip() else usual
    except ValueError:
        found = None
    if found is None or (found != usual and not _FIRST_YEAR <= found.year <= _LAST_YEAR):
        raise BadInputError("bad_day", "Choose a day between 2000 and 2100.")
    return found


def number(text: str, least: int, most: int) -> int:
    """A whole number. Raises ``BadInputError`` (``bad_number``)."""
    found = text.strip()
    if not (found.isascii() and found.isdigit() and len(found) <= 9 and least <= int(found) <= most):
        raise BadInputError("bad_number", "Write a whole number that this field can hold.")
    return int(found)


def minutes(text: str) -> int:
    """A time such as ``1:30``, or hours such as ``1.5``, as minutes. Raises ``BadInputError`` (``bad_time``)."""
    found = text.strip().replace(",", ".")
    clock = _CLOCK.fullmatch(found)
    spent = int(clock[1]) * 60 + int(clock[2]) if clock else _of_hours(found)
    if not 0 < spent <= MOST_MINUTES:
        raise BadInputError("bad_time", "Write a time such as 1:30, or hours such as 1.5, at most a day.")
    return spent


def thousandths(text: str) -> int:
    """A distance such as ``12.5`` in thousandths. Raises ``BadInputError`` (``bad_distance``, ``unclear_amount``)."""
    found = amount_or_none(text)
    if found is None or not 0 < found <= 10_000 * MICROS:
        raise BadInputError("bad_distance", "Write a distance such as 12 or 12.5.")
    return found // 1_000


def percent(text: str) -> int | None:
    """A rate such as ``1.27`` percent in basis points, ``None`` for none. Raises ``BadInputError`` (``bad_rate``)."""
    found = text.strip().replace(",", ".")
    if not found:
        return None
    if _RATE.fullmatch(found) is None:
        raise BadInputError("bad_rate", "Write a rate such as 1.27, between -10 and 50.")
    bps = int(Decimal(found) * 100)
    if not -1_000 <= bps <= 5_000:
        raise BadInputError("bad_rate", "Write a rate such as 1.27, between -10 and 50.")
    return bps


def amount_or_none(text: str, currency: str = "") -> Micros | None:
    """An amount, ``None`` for what is none. Raises ``BadInputError`` ``unclear_amount`` for what could be two."""
    try:
        found = typed_amount(text, currency)
    except BadInputError as error:
        if error.code == "unclear_amount":
            raise
        return None
    return found if 0 <= found <= MOST else None


def paper(text: str) -> str:
    """The id of a receipt, or none. Raises ``BadInputError`` (``bad_choice``)."""
    if text and not _UUID.fullmatch(text):
        raise BadInputError("bad_choice", "Choose one of the list.")
    return text


def one_of(text: str, known: Container[str]) -> str:
    """A choice out of some. Raises ``BadInputError`` (``bad_choice``)."""
    if text not in known:
        raise BadInputError("bad_choice", "Choose one of the list.")
    return text


def _of_hours(text: str) -> int:
    hours = Decimal(text) if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", text, re.ASCII) else Decimal(0)
    return int((hours * 60).quantize(Decimal(1), ROUND_HALF_UP))
