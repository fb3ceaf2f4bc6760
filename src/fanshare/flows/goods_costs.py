"""What a brand says that its goods cost it: a dated rate, for its own overview. Nothing is booked by it."""

from datetime import date
from zoneinfo import ZoneInfo

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, Instant, day_begin
from fanshare.core.money import format_percent
from fanshare.flows.audit import noted
from fanshare.flows.own_links import percent_of
from fanshare.store.access import Access
from fanshare.store.queries import goods_costs

#: As far ahead a rate may begin.
_AHEAD = 366 * DAY


def say(access: Access, tz: ZoneInfo, percent: str, day: str, now: Instant) -> None:
    """From a day (``2026-11-01``) on goods cost so many percent of what buyers pay; empty: unknown from then on.

    Raises ``BadInputError``: ``bad_percent``, ``bad_day``.
    """
    bps = percent_of(percent) if percent.strip() else None
    since = _begin(day, tz, now)
    with access.transaction():
        goods_costs.add(access, bps, since, now)
        said = "unknown" if bps is None else f"{format_percent(bps)} %"
        noted(access, "costs.say", now, f"{said} from {day} on")


def _begin(day: str, tz: ZoneInfo, now: Instant) -> Instant:
    try:
        parsed = date.fromisoformat(day.strip())
    except ValueError:
        parsed = date.min
    if parsed.year < 2000 or parsed.year > 9000 or (since := day_begin(parsed, tz)) > now + _AHEAD:
        raise BadInputError("bad_day", "Write a day such as 2026-11-14, at most a year ahead.")
    return since
