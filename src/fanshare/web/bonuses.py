"""The days of bonuses by hand, as pages say them."""

from collections.abc import Callable
from datetime import date

from fanshare.web.desk import Here


def shown(here: Here) -> Callable[[str], str]:
    """Says a day such as ``2026-11-14`` in the reader's language."""
    return lambda day: here.calendar.name(date.fromisoformat(day))
