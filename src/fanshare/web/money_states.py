"""The state of a share in the words of a screen: ready, waiting until, being checked until; and a list's row of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fanshare.core.instants import Instant
from fanshare.store.queries.earnings import LineRow
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.wording import Calendar


@dataclass(frozen=True, slots=True)
class State:
    """``kind`` chooses the colour; icon and words say it without colour."""

    kind: Literal["ready", "waiting", "checked", "off"]
    icon: str
    words: str


#: What a list's filter offers: bucket -> words.
def buckets() -> Mapping[str, str]:
    """The states a list can be narrowed to."""
    return {"available": _("ready"), "pending": _("waiting"), "held": _("being checked")}


def paying(here: Here, ready: Instant) -> str:
    """The day of paying that takes what is ready then; empty where this programme tells none."""
    day = here.tenant.pays(ready, here.now)
    return "" if day is None else here.calendar.name(day)


def clock(here: Here, bucket: str, matures_at: Instant | None) -> str:
    """Which day of paying takes a share that waits; empty for every other, and where no day is told."""
    return paying(here, matures_at) if bucket == "pending" and matures_at is not None else ""


def state_of(line: LineRow, calendar: Calendar) -> State:
    """Where a share stands."""
    return state(line.bucket, line.amount, line.matures_at, line.held_until, calendar)


def state(
    bucket: str, amount: int, matures_at: Instant | None, held_until: Instant | None, calendar: Calendar
) -> State:
    """Where an amount stands. A date is named wherever one is known."""
    if not amount:
        return State("off", "circle-minus", _("nothing left of it"))
    if bucket == "held":
        day = calendar.day(held_until) if held_until is not None else ""
        words = _("being checked until %(day)s") % {"day": day} if day else _("being checked")
        return State("checked", "search-check", words)
    if bucket == "pending" or (bucket == "unclaimed" and not (matures_at and calendar.passed(matures_at))):
        if matures_at is None:
            return State("waiting", "clock", _("waiting until it is shipped"))
        return State("waiting", "clock", _("waiting until %(day)s") % {"day": calendar.day(matures_at)})
    return State("ready", "circle-check", _("ready"))
