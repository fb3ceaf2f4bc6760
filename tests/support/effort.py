"""How hard the tests try: one factor, taken from ``FANSHARE_SOAK``, scales every sized test.

A test that can be run longer asks ``effort(2_000)`` for its size and carries the mark ``soak_sized``. ``make test``
runs it at that size; ``make soak N=20`` runs the same test twenty times larger, so the long campaign can't rot.
"""

import os

VARIABLE = "FANSHARE_SOAK"


def factor() -> int:
    """The multiplier, at least 1. Raises ``ValueError`` when the variable holds anything but a positive integer."""
    text = os.environ.get(VARIABLE, "") or "1"
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError(f"{VARIABLE} must be a whole number of 1 or more, not {text!r}")
    return int(text)


def effort(small: int) -> int:
    """``small`` in an ordinary run, a multiple of it in a soak."""
    return small * factor()
