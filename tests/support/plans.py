"""Random weeks to plan, and what trying everything finds in small ones."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product

from fanshare.core.planning.judge import Score, broken, score
from fanshare.core.planning.problem import Deliverable, Posted, Problem, Step, Week, Window, laid_out

KINDS = ("idea", "script", "shoot", "edit", "review", "publish")


def week(seed: int, *, days: int = 7, most: int = 4, steps: int = 3) -> Problem:
    """A random week: some hours on some days, limits, and up to ``most`` things to make, often too many."""
    dice = random.Random(seed)
    windows = [
        Window(day, begin, dice.choice((30, 60, 90, 120, 180)))
        for day in range(days)
        for begin in (600, 1_140)
        if dice.random() < 0.45
    ]
    made = tuple(_deliverable(dice, f"d{number}", days, steps) for number in range(dice.randint(1, most)))
    made = tuple(_begun(random.Random(f"{seed} {one.id}"), one, days) for one in made)
    before = {(one.id, step.key): dice.randrange(days) for one in made for step in one.steps if dice.random() < 0.2}
    return Problem(
        tuple(dice.choice((60, 120, 240)) for _ in range(days)),
        tuple(windows),
        (Week(0, days - 1, dice.choice((120, 240, 400)), dice.randint(0, 4)),),
        made,
        tuple(Posted(dice.randint(-5, 0), dice.random() < 0.3) for _ in range(dice.randint(0, 3))),
        dice.choice((0, 3_000, 5_000)),
        dice.choice((5, 10)),
        before if dice.random() < 0.5 else {},
    )


def _deliverable(dice: random.Random, id_: str, days: int, most: int) -> Deliverable:
    count = dice.randint(1, most)
    kinds = sorted(dice.sample(range(len(KINDS)), count))
    steps = tuple(
        Step(str(place), KINDS[kind], dice.choice((15, 30, 60, 90)), dice.choice((0, 0, 0, 1)) if place else 0)
        for place, kind in enumerate(kinds)
    )
    first = dice.randrange(days)
    last = dice.randint(first, days - 1)
    embargo = dice.choice((0, 0, last))
    return Deliverable(id_, steps, first, last, dice.random() < 0.5, dice.randint(1, 3), embargo)


def _begun(dice: random.Random, made: Deliverable, days: int) -> Deliverable:
    """Of some, steps are done already: what is left waits for one of them, or it is out."""
    if dice.random() < 0.7:
        return made
    waits = dice.randrange(len(made.steps))
    steps = (replace(one, first=dice.randrange(days)) if n == waits else one for n, one in enumerate(made.steps))
    out = dice.random() < 0.4
    return replace(made, steps=tuple(steps), out=out, embargo=0 if out else made.embargo)


def best_of_all(problem: Problem) -> Score:
    """The best score of every plan there is: all windows of all steps are tried."""
    options = [[*_ways(problem, one), ()] for one in problem.deliverables]
    scores = []
    for combined in product(*options):
        chosen = {
            (one.id, step.key): number
            for one, numbers in zip(problem.deliverables, combined, strict=True)
            for step, number in zip(one.steps, numbers, strict=False)
        }
        plan = laid_out(problem, chosen)
        if not broken(problem, plan):
            scores.append(score(problem, plan))
    return min(scores)


def _ways(problem: Problem, made: Deliverable) -> Iterator[tuple[int, ...]]:
    """Windows for the steps of a deliverable, none before the one before it: what laying out could put in order."""
    for numbers in product(range(len(problem.windows)), repeat=len(made.steps)):
        if all(one <= then for one, then in pairwise(numbers)):
            yield numbers
