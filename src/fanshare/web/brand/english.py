"""How pages of a brand speak: in English, as the sentences of terms and decisions on them are, and of whom."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from fanshare.flows.authorisation import MATRIX, fits
from fanshare.web import language
from fanshare.web.desk import Here


def english(view: Callable[..., Any]) -> Callable[..., Any]:
    """Speak English for as long as the view runs."""

    @wraps(view)
    def spoken(here: Here, **arguments: Any) -> Any:
        with language.speaking("en"):
            return view(here, **arguments)

    return spoken


def named(kind: str, name: str, public_id: str) -> str:
    """A creator by her name; fans and buyers are nobody's business: a pseudonym that stays the same."""
    return name if kind == "creator" and name else f"{kind} {public_id[:6]}"


def may(here: Here, operation: str) -> bool:
    """Whether whoever is here may do something: what she may not is not offered."""
    return fits(here.hat, MATRIX[operation])
