"""Routing numbers of banks in the United States: nine digits, the last one a check digit (ABA, ANSI X9.100-105)."""

import re

_FORM = re.compile(r"[0-9]{9}", re.ASCII)
_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)


def is_routing_number(text: str) -> bool:
    """Whether these are nine digits whose weighted sum is a multiple of ten, and not all zeros."""
    if _FORM.fullmatch(text) is None or text == "000000000":
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=True)) % 10 == 0


def with_check_digit(eight: str) -> str:
    """The routing number of its first eight digits."""
    total = sum(int(digit) * weight for digit, weight in zip(eight, _WEIGHTS, strict=False))
    return f"{eight}{-total % 10}"
