"""What the doctor says: a level, a stable code, and one plain sentence that says what to do."""

from dataclasses import dataclass
from typing import Literal

from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND
from fanshare.core.marks import say_n


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding. ``code`` never changes its meaning; ``bad`` needs somebody now, ``warn`` soon."""

    level: Literal["ok", "warn", "bad"]
    code: str
    sentence: str


def amount_of_time(span: int) -> str:
    """``3 days``, ``1 hour``, ``40 seconds``: one unit, rounded down; ``span`` is microseconds."""
    if span >= DAY:
        return say_n("%(num)s day", "%(num)s days", span // DAY)
    if span >= HOUR:
        return say_n("%(num)s hour", "%(num)s hours", span // HOUR)
    if span >= MINUTE:
        return say_n("%(num)s minute", "%(num)s minutes", span // MINUTE)
    return say_n("%(num)s second", "%(num)s seconds", max(0, span) // SECOND)


def counted(number: int, thing: str) -> str:
    """``1 link``, ``2 links``, ``2 deliveries``."""
    if number == 1:
        return f"1 {thing}"
    return f"{number} {thing[:-1]}ies" if thing.endswith("ry") else f"{number} {thing}s"
