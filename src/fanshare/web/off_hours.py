"""The hours in which nothing is mailed to somebody: read from a form, and shown in it."""

from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.store.queries.off_hours import OffHours
from fanshare.web.desk import Here
from fanshare.web.seated import field

_HOURS = [str(hour) for hour in range(24)]


def read(here: Here) -> tuple[int | None, int | None]:
    """From which hour to which nothing is mailed; none at all. Raises ``BadInputError`` (``bad_hours``)."""
    begin, end = field(here, "from"), field(here, "to")
    if (begin == "") != (end == "") or begin not in ["", *_HOURS] or end not in ["", *_HOURS] or begin == end != "":
        raise BadInputError("bad_hours", "Choose two different hours, or none.")
    return (None, None) if begin == "" else (int(begin), int(end))


def shown(here: Here, now: OffHours) -> dict[str, Any]:
    """The two fields of a form as they stand, or as they were just typed."""
    kept = {"from": now.quiet_from, "to": now.quiet_to}
    typed = {name: here.request.POST.get(name, "" if hour is None else str(hour)) for name, hour in kept.items()}
    return {"quiet_from": typed["from"], "quiet_to": typed["to"], "hours": _HOURS}
