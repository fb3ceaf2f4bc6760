"""Cells of a CSV file that no spreadsheet takes for a formula.

A cell that begins with ``= + - @``, a tab or a return is a formula to a spreadsheet (OWASP, CSV injection). Such text
gets an apostrophe in front; numbers of ours are left alone, for they hold digits, a point and perhaps a minus only.
"""

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def safe_cell(value: object) -> str:
    """One cell: text that a spreadsheet would run is marked as text."""
    text = "" if value is None else str(value)
    if text.lstrip(" ").startswith(_FORMULA) and _NUMBER.fullmatch(text) is None:
        return f"'{text}"
    return text
