"""Whether a plan keeps every limit, and how good it is. It says so of any plan, whoever made it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from fanshare.core.money import BASIS
from fanshare.core.planning.problem import SHOOT, Deliverable, Placed, Plan, Problem


class Score(NamedTuple):
    """How good a plan is, the gravest first; less is better.

    ``dropped``: the weight of what does not fit; ``moved``: steps on another day than before; ``worked``: days with
    work; ``above``: days on which the share of paid posts stands above the limit; ``shoots``: days with a shoot.
    """

    dropped: int
    moved: int
    worked: int
    above: int
    shoots: int


def score(problem: Problem, plan: Plan) -> Score:
    """How good a plan is."""
    weights = {one.id: one.weight for one in problem.deliverables}
    return Score(
        sum(weights[one] for one in plan.dropped),
        sum(problem.before.get((one.deliverable, one.key), one.day) != one.day for one in plan.placed),
        len({one.day for one in plan.placed}),
        len(days_above(problem, plan)),
        len({one.day for one in plan.placed if one.kind == SHOOT}),
    )


def days_above(problem: Problem, plan: Plan) -> list[int]:
    """The days on which more of the last ``span`` days is paid for than the limit allows."""
    if not problem.limit:
        return []
    paid = {one.id: one.paid for one in problem.deliverables}
    ends = {one.id: "" if one.out else one.steps[-1].key for one in problem.deliverables}
    out = [(one.day, one.paid) for one in problem.posted]
    out += [(one.day, paid[one.deliverable]) for one in plan.placed if one.key == ends[one.deliverable]]
    return [day for day in range(problem.days) if _above(problem, day, out)]


def _above(problem: Problem, day: int, out: list[tuple[int, bool]]) -> bool:
    seen = [is_paid for posted, is_paid in out if day - problem.span < posted <= day]
    return sum(seen) * BASIS > problem.limit * len(seen)


def broken(problem: Problem, plan: Plan) -> list[str]:
    """What a plan breaks, each with where; nothing for a plan that can be lived."""
    return [*_steps(problem, plan), *_windows(problem, plan), *_overlaps(plan), *_days(problem, plan)]


def _steps(problem: Problem, plan: Plan) -> Iterator[str]:
    """Each deliverable is in the plan wholly and in order, or not at all."""
    found: dict[str, list[Placed]] = {}
    for one in plan.placed:
        found.setdefault(one.deliverable, []).append(one)
    for made in problem.deliverables:
        placed = found.pop(made.id, [])
        if made.id in plan.dropped:
            if placed:
                yield f"dropped and planned: {made.id}"
        elif sorted((one.key, one.kind, one.minutes) for one in placed) != sorted(
            (step.key, step.kind, step.minutes) for step in made.steps
        ):
            yield f"not wholly planned: {made.id}"
        else:
            yield from _order(made, {one.key: one for one in placed})
    yield from (f"unknown: {id_}" for id_ in found)


def _order(made: Deliverable, placed: dict[str, Placed]) -> Iterator[str]:
    ordered = [placed[step.key] for step in made.steps]
    if ordered[0].day < made.first or ordered[-1].day > made.last or ordered[-1].day < made.embargo:
        yield f"outside its days: {made.id}"
    if any(placed[step.key].day < step.first for step in made.steps):
        yield f"before what it waits for: {made.id}"
    for (one, then), step in zip(pairwise(ordered), made.steps[1:], strict=True):
        if (one.day, one.begin + one.minutes) > (then.day, then.begin) or then.day < one.day + step.wait:
            yield f"in the wrong order: {made.id} {step.key}"


def _windows(problem: Problem, plan: Plan) -> Iterator[str]:
    for one in plan.placed:
        if not any(
            window.day == one.day
            and window.begin <= one.begin
            and one.begin + one.minutes <= window.begin + window.minutes
            for window in problem.windows
        ):
            yield f"outside the hours there are: {one.deliverable} {one.key}"


def _overlaps(plan: Plan) -> Iterator[str]:
    for one, then in pairwise(sorted(plan.placed, key=lambda placed: (placed.day, placed.begin))):
        if one.day == then.day and one.begin + one.minutes > then.begin:
            yield f"at the same time: {one.deliverable} {then.deliverable}"


def _days(problem: Problem, plan: Plan) -> Iterator[str]:
    load = [0] * problem.days
    for one in plan.placed:
        load[one.day] += one.minutes
    yield from (f"too much on day {day}" for day in range(problem.days) if load[day] > problem.most[day])
    for week in problem.weeks:
        days = load[week.first : week.last + 1]
        if sum(days) > week.minutes:
            yield f"too much in the week of day {week.first}"
        if days.count(0) < week.rest:
            yield f"too little rest in the week of day {week.first}"
