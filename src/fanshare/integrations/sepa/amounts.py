"""Amounts of bank files: decimal text to micros, exactly or not at all."""

import re

from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS, Micros

#: ISO 20022 allows 18 digits, 5 of them after the point. What cannot be held exactly is refused, never cut.
_AMOUNT = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,6}))?", re.ASCII)


def read_amount(text: str) -> Micros:
    """Micros of an amount such as ``1416.00``. Raises ``BadInputError`` ``bad_amount``."""
    match = _AMOUNT.fullmatch(text)
    micros = int(match[1]) * 1_000_000 + int((match[2] or "").ljust(6, "0")) if match else MAX_MICROS + 1
    if micros > MAX_MICROS:
        raise BadInputError("bad_amount", "An amount of this file is no decimal number that the books can hold.")
    return micros
