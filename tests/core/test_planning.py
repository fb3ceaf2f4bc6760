"""A plan keeps every limit, whatever the week; and whoever breaks one is told."""

from dataclasses import replace

import pytest

from fanshare.core.planning.first import first_plan
from fanshare.core.planning.judge import Score, broken, days_above, score
from fanshare.core.planning.problem import Deliverable, Placed, Plan, Posted, Problem, Step, Week, Window, laid_out
from fanshare.core.planning.wire import (
    Answer,
    Conflict,
    Goal,
    answer_in,
    answer_out,
    problem_in,
    problem_out,
)
from tests.support.effort import effort
from tests.support.plans import week

STEPS = (Step("0", "shoot", 60), Step("1", "edit", 60), Step("2", "publish", 15, wait=1))
REEL = Deliverable("reel", STEPS, 0, 3, paid=True, embargo=2)
WINDOWS = (Window(0, 600, 120), Window(1, 600, 60), Window(2, 600, 60))
PROBLEM = Problem((120,) * 4, WINDOWS, (Week(0, 3, 200, 2),), (REEL,))
GOOD = Plan(
    (
        Placed("reel", "0", "shoot", 0, 600, 60),
        Placed("reel", "1", "edit", 0, 660, 60),
        Placed("reel", "2", "publish", 2, 600, 15),
    )
)


@pytest.mark.soak_sized
def test_a_first_plan_of_any_week_can_be_lived() -> None:
    for seed in range(effort(2_000)):
        problem = week(seed)
        plan = laid_out(problem, first_plan(problem))
        assert broken(problem, plan) == [], seed
        assert {one.deliverable for one in plan.placed} | set(plan.dropped) == {one.id for one in problem.deliverables}


def test_a_first_plan_places_what_fits_and_leaves_a_plan_that_stands_alone() -> None:
    plan = laid_out(PROBLEM, first_plan(PROBLEM))
    assert plan == GOOD
    again = replace(PROBLEM, before={(one.deliverable, one.key): one.day for one in plan.placed})
    assert score(again, laid_out(again, first_plan(again))) == Score(0, 0, 2, 0, 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (PROBLEM, []),
        (replace(PROBLEM, most=(60, 120, 120, 120)), ["too much on day 0"]),
        (replace(PROBLEM, weeks=(Week(0, 3, 134, 2),)), ["too much in the week of day 0"]),
        (replace(PROBLEM, weeks=(Week(0, 3, 200, 3),)), ["too little rest in the week of day 0"]),
        (
            replace(PROBLEM, windows=(Window(0, 600, 119), *WINDOWS[1:])),
            ["outside the hours there are: reel 1"],
        ),
        (replace(PROBLEM, deliverables=(replace(REEL, last=1, embargo=0),)), ["outside its days: reel"]),
        (replace(PROBLEM, deliverables=(replace(REEL, embargo=3),)), ["outside its days: reel"]),
        (replace(PROBLEM, deliverables=(replace(REEL, first=1),)), ["outside its days: reel"]),
        (
            replace(PROBLEM, deliverables=(replace(REEL, steps=(*STEPS[:2], Step("2", "publish", 15, wait=3))),)),
            ["in the wrong order: reel 2"],
        ),
        (replace(PROBLEM, deliverables=(replace(REEL, steps=STEPS[:2]),)), ["not wholly planned: reel"]),
        (replace(PROBLEM, deliverables=()), ["unknown: reel"]),
    ],
)
def test_a_limit_that_a_plan_breaks_is_said(changed: Problem, said: list[str]) -> None:
    assert broken(changed, GOOD) == said


def test_two_steps_at_the_same_time_are_said() -> None:
    both = Plan((*GOOD.placed, Placed("other", "0", "idea", 0, 630, 30)))
    problem = replace(
        PROBLEM, deliverables=(REEL, Deliverable("other", (Step("0", "idea", 30),), 0, 3)), most=(200,) * 4
    )
    assert broken(problem, both) == ["at the same time: reel other"]


def test_what_is_dropped_must_not_stand_in_the_plan() -> None:
    assert broken(PROBLEM, replace(GOOD, dropped=("reel",))) == ["dropped and planned: reel"]
    assert broken(PROBLEM, Plan((), ("reel",))) == []
    assert score(PROBLEM, Plan((), ("reel",))) == Score(1, 0, 0, 0, 0)


def test_the_share_of_paid_posts_is_looked_at_on_every_day() -> None:
    limited = replace(PROBLEM, limit=4_000, span=3, posted=(Posted(-1, False), Posted(1, True)))
    # Day 0: one of her own. Day 1: one of two is paid, above 40 %. Day 2: the reel too. Day 3: both paid ones alone.
    assert days_above(limited, GOOD) == [1, 2, 3]
    assert days_above(replace(limited, limit=5_000), GOOD) == [2, 3]
    assert days_above(replace(limited, limit=0), GOOD) == []


def test_problems_and_answers_travel_as_they_are() -> None:
    for seed in range(50):
        problem = week(seed)
        assert problem_in(problem_out(problem)) == problem
    answer = Answer({("a", "0"): 3}, (Goal("worked", 3, 2), Goal("above", 1, 1)), Conflict(("a", "b"), ("a",), False))
    assert answer_in(answer_out(answer)) == answer
    assert [one.proven for one in answer.goals] == [False, True]
