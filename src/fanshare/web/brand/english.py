"""Pages of a brand speak English: the sentences of terms, decisions and shops that they show are English too."""

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


def may(here: Here, operation: str) -> bool:
    """Whether whoever is here may do something: what she may not is not offered."""
    return fits(here.hat, MATRIX[operation])
