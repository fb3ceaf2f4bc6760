"""Amounts as people type them into a form: with either sign before the cents, with or without one between thousands."""

import re

from fanshare.core.errors import BadInputError, quoted
from fanshare.core.money import Micros, digits, format_trimmed, parse_amount

#: What German, English, French and Swiss hands put between thousands, blanks of every width among it.
_BLANK = re.compile(r"[\s'\u2019]")
#: One sign with three digits behind it: a thousand for one half of the readers, one and a bit for the other.
_EITHER = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_PLAIN = re.compile(r"-?[0-9]{1,19}(?:[.,][0-9]{1,30})?")
#: A sign between thousands, the sign before the cents, and what is sure to be meant so.
_GROUPED = tuple(
    (group, re.compile(rf"-?[0-9]{{1,3}}(?:{group}[0-9]{{3}})+{ends}"))
    for group, ends in (
        (r"\.", ",[0-9]{1,6}"),
        (",", r"\.[0-9]{1,6}"),
        (" ", "(?:[.,][0-9]{1,6})?"),
        (r"\.", r"(?<=\.[0-9]{3}\.[0-9]{3})"),
        (",", "(?<=,[0-9]{3},[0-9]{3})"),
    )
)


def typed_amount(text: str, currency: str = "") -> Micros:
    """Micros of ``15,90``, ``15.9``, ``1.000,50``, ``1,000.50``, ``1 000``.

    ``1.500`` could be a thousand and a half or one and a half: refused, unless ``currency`` has three digits.

    Raises ``BadInputError`` (``unclear_amount``, ``bad_amount``, ``amount_too_large``).
    """
    return parse_amount(typed_number(text, currency))


def typed_number(text: str, currency: str = "") -> str:
    """The same with a point and nothing between thousands, every digit as it was typed: ``1.000,50`` is ``1000.50``.

    Raises ``BadInputError`` (``unclear_amount``, ``bad_amount``).
    """
    bare = _BLANK.sub(" ", text.strip())
    if _EITHER.fullmatch(bare) and (not currency or digits(currency) != 3):
        raise BadInputError(
            "unclear_amount",
            "%(text)s can be read in two ways. Write it without a sign between thousands, such as 1500 or 1.50.",
            text=quoted(text),
        )
    for group, form in _GROUPED:
        if form.fullmatch(bare):
            return re.sub(group, "", bare).replace(",", ".")
    if _PLAIN.fullmatch(bare) is None:
        raise BadInputError("bad_amount", "%(text)s is not an amount such as 25 or 25.50.", text=quoted(text))
    return bare.replace(",", ".")


def in_field(micros: Micros) -> str:
    """An exact amount as a field holds it, so that it is read back as the same."""
    return plainly(format_trimmed(micros))


def plainly(number: str) -> str:
    """A number as a field holds it, so that it is read back as the same: ``1.1250`` for ``1.125``."""
    return f"{number}0" if _EITHER.fullmatch(number) else number


def as_written(number: str) -> str:
    """A number that was read from a field, as it was before ``plainly``: what nobody changed stays the same text."""
    return number[:-1] if number.endswith("0") and _EITHER.fullmatch(number[:-1]) else number
