"""The currency that somebody reads first where there are several: her own choice, else that of the programme.

Nothing is converted. What is owed in a currency is paid in that one, at no rate that we could know.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from fanshare.core.currencies import EXPONENTS

COOKIE = "fanshare_currency"


class InCurrency(Protocol):
    """Something in one currency."""

    @property
    def currency(self) -> str:
        """Its code."""


def chosen(request: Any) -> str:
    """What the visitor chose; empty for nothing, and for what is no currency. Kept like ``her_zone.chosen``."""
    kept = (hat.currency for hat in getattr(request, "worn_hats", ()) if hat.currency)
    code: str = next(kept, request.COOKIES.get(COOKIE, ""))
    return code if code in EXPONENTS else ""


def first[T: InCurrency](request: Any, rows: Iterable[T]) -> list[T]:
    """The same rows, those in the chosen currency before the others."""
    wanted = chosen(request)
    return sorted(rows, key=lambda row: row.currency != wanted)


def begin_with(request: Any, usual: str, known: Sequence[str]) -> str:
    """In which currency a page begins that shows one at a time: the chosen one where there is something in it."""
    wanted = chosen(request)
    return wanted if wanted in known else usual


def all_codes() -> list[str]:
    """Everything that may be chosen."""
    return sorted(EXPONENTS)
