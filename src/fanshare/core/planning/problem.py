"""A plan as a problem: hours there are, limits she set, what has to be made. Nothing here knows how it is solved.

Days count from the first day of the plan (0), minutes of a day from its midnight on her clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What is bundled into few days, because lights and clothes are set up once.
SHOOT = "shoot"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one day in which she can work: from ``begin`` on, ``minutes`` long."""

    day: int
    begin: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Week:
    """Days ``first`` to ``last``, both included: at most ``minutes`` of work, at least ``rest`` days without any."""

    first: int
    last: int
    minutes: int
    rest: int


@dataclass(frozen=True, slots=True)
class Step:
    """Work done in one go. ``key`` is its name within its deliverable; ``wait`` so many days after the step before.

    It is not done before day ``first``, because it waits for something that is done already.
    """

    key: str
    kind: str
    minutes: int
    wait: int = 0
    first: int = 0


@dataclass(frozen=True, slots=True)
class Deliverable:
    """Something to be made step after step: not before day ``first``, its last step at the latest on day ``last``.

    That last step is when it is published, and not before day ``embargo``; it publishes nothing where it is ``out``
    already. Where not everything fits, what has more ``weight`` is kept.
    """

    id: str
    steps: tuple[Step, ...]
    first: int
    last: int
    paid: bool = False
    weight: int = 1
    embargo: int = 0
    out: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """Something that is out already, on a day before the plan (below zero) or in it."""

    day: int
    paid: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """All of it. ``most`` are the minutes she works at most on each day.

    At most ``limit`` basis points (0: no limit) of what is published in any ``span`` days shall be paid for.
    ``before`` is the day of each step, by deliverable and key, in the plan that stood until now.
    """

    most: tuple[int, ...]
    windows: tuple[Window, ...]
    weeks: tuple[Week, ...]
    deliverables: tuple[Deliverable, ...]
    posted: tuple[Posted, ...] = ()
    limit: int = 0
    span: int = 30
    before: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """How many days are planned."""
        return len(self.most)


@dataclass(frozen=True, slots=True)
class Placed:
    """A step in its place."""

    deliverable: str
    key: str
    kind: str
    day: int
    begin: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands where, by day and minute; and what does not fit."""

    placed: tuple[Placed, ...]
    dropped: tuple[str, ...] = ()


#: Deliverable and key of a step -> the window (its place in ``Problem.windows``) in which it is done.
type Assignment = Mapping[tuple[str, str], int]


def laid_out(problem: Problem, chosen: Assignment) -> Plan:
    """The plan of steps in windows: within a window they follow each other, no deliverable's steps in the wrong order.

    A deliverable of which a step has no window is dropped whole.
    """
    rows: list[tuple[int, int, str, Step]] = []
    dropped = []
    for one in problem.deliverables:
        if all((one.id, step.key) in chosen for step in one.steps):
            rows += [(chosen[one.id, step.key], place, one.id, step) for place, step in enumerate(one.steps)]
        else:
            dropped.append(one.id)
    used: dict[int, int] = {}
    placed = []
    for number, _, id_, step in sorted(rows, key=lambda row: row[:3]):
        window = problem.windows[number]
        begin = window.begin + used.get(number, 0)
        used[number] = used.get(number, 0) + step.minutes
        placed.append(Placed(id_, step.key, step.kind, window.day, begin, step.minutes))
    return Plan(tuple(sorted(placed, key=lambda one: (one.day, one.begin))), tuple(dropped))
