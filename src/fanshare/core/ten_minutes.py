"""Ten minutes a week: what of all that needs somebody is worth them, and what may wait without harm."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import DAY, Instant

#: What somebody with a full-time job and a phone gives it in a week.
MINUTES = 10
#: More than three things in one sitting are a list, not a plan.
MOST = 3
_WEEK = 7 * DAY


class Task(NamedTuple):
    """Something to do: its minutes (at least 1), and until when at the latest, ``None`` where nothing is lost later.

    ``name`` is for whoever asked.
    """

    name: str
    minutes: int
    due: Instant | None = None


class Week(NamedTuple):
    """``now`` is done in this order and takes at most ``MINUTES``; ``soon`` does not fit but is due within the week."""

    now: tuple[Task, ...]
    soon: tuple[Task, ...]
    later: tuple[Task, ...]

    @property
    def minutes(self) -> int:
        """What ``now`` takes."""
        return sum(task.minutes for task in self.now)


def week(tasks: Sequence[Task], now: Instant) -> Week:
    """Choose at most ``MOST`` tasks for ``MINUTES`` minutes.

    What is due within the week comes first, the earliest first; then what was given first. A task that is longer than
    the minutes left is passed over for one that fits, so that a long one never leaves the week empty; one that alone is
    longer than all minutes is taken only when it is due and nothing else is: it can't be done any other week.
    """
    order = sorted(tasks, key=lambda task: task.due if _pressing(task, now) and task.due is not None else _never)
    chosen: list[Task] = []
    left = MINUTES
    for task in order:
        if len(chosen) < MOST and (task.minutes <= left or (not chosen and _pressing(task, now))):
            chosen.append(task)
            left -= task.minutes
    rest = [task for task in order if all(task is not one for one in chosen)]
    soon = tuple(task for task in rest if _pressing(task, now))
    return Week(tuple(chosen), soon, tuple(task for task in rest if not _pressing(task, now)))


_never: Instant = 2**63


def _pressing(task: Task, now: Instant) -> bool:
    return task.due is not None and task.due < now + _WEEK
