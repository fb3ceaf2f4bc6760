"""What has to be made, as it is written down: its steps with their time, what is done, and where the rest is planned.

Steps, what is done and where things are planned are short lines of text, because an entry is a flat document.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from fanshare.core.errors import BadInputError
from fanshare.core.planning.problem import Step
from fanshare.core.workbench.entries import Work

#: With this step something is out; without it, with the last one (``out_by``).
PUBLISH = "publish"
#: The steps something goes through, in their order.
MAKING = ("idea", "script", "shoot", "edit", "review", PUBLISH)
#: What they usually take, in minutes: a first word to change, no more than that.
USUAL = {"idea": 15, "script": 30, "shoot": 60, "edit": 60, "review": 30, "publish": 15}
_RANGE = re.compile(r"([0-9]{1,2})(?::([0-5][0-9]))?-([0-9]{1,2})(?::([0-5][0-9]))?", re.ASCII)
_MOST_RANGES, _DAY = 4, 24 * 60

type Range = tuple[int, int]


def steps_of(work: Work) -> tuple[Step, ...]:
    """All steps of a work. Raises ``ValueError`` for a line that is none."""
    found = []
    for part in filter(None, work.steps.split(",")):
        kind, minutes, wait = part.split(":")
        found.append(Step(kind, kind, int(minutes), int(wait)))
    return tuple(found)


def line_of(steps: Iterable[Step]) -> str:
    """Steps as they are written down."""
    return ",".join(f"{one.key}:{one.minutes}:{one.wait}" for one in steps)


def left_of(work: Work) -> tuple[Step, ...]:
    """The steps that are not done. What follows a step that is done waits for none of these; ``ready_on`` says when."""
    done, found, waits = done_days(work), [], False
    for one in steps_of(work):
        if one.key not in done:
            found.append(one if waits else replace(one, wait=0))
        waits = one.key not in done
    return tuple(found)


def done_days(work: Work) -> dict[str, date | None]:
    """The steps that are done, each with its day; ``None`` where none was written down. Raises ``ValueError``."""
    parts = (part.partition("@") for part in work.done.split(",") if part)
    return {key: date.fromisoformat(day) if day else None for key, _, day in parts}


def done_line(days: Mapping[str, date | None]) -> str:
    """What is done as it is written down."""
    return ",".join(key if day is None else f"{key}@{day.isoformat()}" for key, day in days.items())


def done_on(work: Work, step: str, day: date) -> Work:
    """The work once a step of it was done on a day."""
    known = {**done_days(work), step: day}
    return replace(work, done=done_line({one.key: known[one.key] for one in steps_of(work) if one.key in known}))


def ready_on(work: Work) -> dict[str, date]:
    """Steps that are left and wait for one that is done, each with the first day on which it can be done."""
    done, steps = done_days(work), steps_of(work)
    found: dict[str, date] = {}
    for before, one in pairwise(steps):
        since = done.get(before.key)
        if one.key not in done and one.wait and since is not None:
            found[one.key] = since + timedelta(days=one.wait)
    return found


def out_by(work: Work) -> str:
    """The step with which something is out: "Publish" or, where it has no such step, the last one."""
    keys = [one.key for one in steps_of(work)]
    return PUBLISH if PUBLISH in keys or not keys else keys[-1]


def is_out(work: Work) -> bool:
    """Whether it is out, whatever else is left to do."""
    return out_by(work) in done_days(work)


def places_of(work: Work) -> dict[str, datetime]:
    """Where steps are planned, by their key, on her own clock. Raises ``ValueError`` for a line that is none."""
    found = {}
    for part in filter(None, work.placed.split(",")):
        key, at = part.split("@")
        found[key] = datetime.fromisoformat(at)
    return found


def placed_line(places: Iterable[tuple[str, datetime]]) -> str:
    """Places as they are written down."""
    return ",".join(f"{key}@{at.isoformat(timespec='minutes')}" for key, at in places)


def ranges_of(text: str) -> tuple[Range, ...]:
    """Hours of a day, such as ``9-12, 18:30-21``, in minutes after midnight; none for an empty text.

    Raises ``BadInputError`` (``bad_hours_of_day``) for what can't be read, overlaps or runs backwards.
    """
    found: list[Range] = []
    for part in filter(None, re.sub(r"\s+", "", text).replace("–", "-").split(",")):
        match = _RANGE.fullmatch(part)
        begin, end = (0, 0) if match is None else (_minutes(match[1], match[2]), _minutes(match[3], match[4]))
        if not (found[-1][1] if found else 0) <= begin < end <= _DAY or len(found) >= _MOST_RANGES:
            raise BadInputError("bad_hours_of_day", "Write hours such as 18-21, or 9:30-12, 14-18 for several.")
        found.append((begin, end))
    return tuple(found)


def week_of(hours: str) -> tuple[tuple[Range, ...], ...]:
    """The hours of each day of a week, Monday first, as the settings have them."""
    parts = (hours.split(";") + [""] * 7)[:7]
    return tuple(ranges_of(part) for part in parts)


def _minutes(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)
