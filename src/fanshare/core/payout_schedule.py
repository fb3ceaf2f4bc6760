"""On which days a programme pays: what people are told before, and what plans a run when the day has come."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, from_datetime, local_date

#: Every month has this many days; a later one would pay some people on another day than they were told.
LAST_DAY = 28
_WEEK = 7


class Every(StrEnum):
    """How often."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every month on a day (1 to 28), or every week on a weekday (1 is Monday, 7 Sunday).

    Raises ``BadInputError`` (``bad_schedule``).
    """

    every: Every
    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.day <= (LAST_DAY if self.every is Every.MONTH else _WEEK):
            raise BadInputError("bad_schedule", "Choose a day of the month from 1 to 28, or a day of the week.")

    def on_or_after(self, day: date) -> date:
        """The first day of paying that is not before a day."""
        if self.every is Every.WEEK:
            return day + timedelta(days=(self.day - day.isoweekday()) % _WEEK)
        if day.day <= self.day:
            return day.replace(day=self.day)
        first = (day.replace(day=LAST_DAY) + timedelta(days=_WEEK)).replace(day=1)
        return first.replace(day=self.day)

    def on_or_before(self, day: date) -> date:
        """The last day of paying that is not after a day."""
        if self.every is Every.WEEK:
            return day - timedelta(days=(day.isoweekday() - self.day) % _WEEK)
        if day.day >= self.day:
            return day.replace(day=self.day)
        return (day.replace(day=1) - timedelta(days=1)).replace(day=self.day)


def takes(schedule: Schedule, ready: Instant, now: Instant, tz: ZoneInfo, planned: date | None = None) -> date:
    """The day whose run takes what is ready from ``ready`` on.

    A run is planned when its day begins where the programme is, or as soon after as the worker runs: what is ready at
    that moment is in it, what becomes ready later on that day is not. ``planned`` is the last day that was planned.
    """
    day = local_date(max(ready, now), tz)
    if ready > _begins(day, tz):
        day += timedelta(days=1)
    if planned is not None and planned >= day:
        day = planned + timedelta(days=1)
    return schedule.on_or_after(day)


def due(schedule: Schedule, since: date, now: Instant, tz: ZoneInfo) -> date | None:
    """The day for which a run is to be planned now, ``None`` where there is none.

    ``since`` is the last day that was planned, else the day on which the schedule was set: that one never is due. Days
    that went by while nothing ran are made up for by one run.
    """
    day = schedule.on_or_before(local_date(now, tz))
    return day if day > since else None


def _begins(day: date, tz: ZoneInfo) -> Instant:
    return from_datetime(datetime.combine(day, time(0), tz))
