"""The time zone in which somebody reads days and times: her own choice, else that of the programme.

A fan always reads a programme's days. A line of hers names the day of a sale and never its hour; whoever could move
midnight would find out the hour.
"""

from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from fanshare.core.errors import BadInputError
from fanshare.core.instants import zone

COOKIE = "fanshare_zone"
_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def chosen(request: Any) -> ZoneInfo | None:
    """What the visitor chose; ``None`` for nothing, and for what is no zone (any more).

    Who is signed in has it with her hats, on every device; a cookie remembers it for everybody else.
    """
    kept = (hat.zone for hat in getattr(request, "worn_hats", ()) if hat.zone)
    name = next(kept, request.COOKIES.get(COOKIE, ""))
    try:
        return zone(name) if name in _names() else None
    except BadInputError:
        return None


@cache
def areas() -> list[tuple[str, list[str]]]:
    """Everything that may be chosen: areas of the world, and the names of their zones."""
    return [(area, list(names)) for area, names in groupby(sorted(_names()), lambda name: name.split("/")[0])]


@cache
def _names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name.split("/")[0] in _AREAS and "/" in name) | {"UTC"}
