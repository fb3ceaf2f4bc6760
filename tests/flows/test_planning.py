"""What OR-Tools plans: the best there is in small weeks, livable in all, explained where not everything fits."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.planning.first import first_plan
from fanshare.core.planning.judge import broken, score
from fanshare.core.planning.problem import Deliverable, Problem, Step, Week, Window, laid_out
from fanshare.core.planning.wire import Answer, problem_out
from fanshare.flows import own_process, planning
from fanshare.flows.own_process import OwnProcess
from fanshare.flows.plan_solver import solve
from tests.support.effort import effort
from tests.support.plans import best_of_all, week

#: Five times the same two hours of work: a week holds two of them, the month all.
ALIKE = Problem(
    (180,) * 14,
    tuple(Window(day, 1_140, 180) for day in range(14)),
    (Week(0, 6, 360, 2), Week(7, 13, 360, 2)),
    tuple(
        Deliverable(f"d{number}", (Step("0", "shoot", 120), Step("1", "publish", 30)), 0, 3 if number < 3 else 13, True)
        for number in range(4)
    ),
)


def planned(problem: Problem, factor: float = 1.0) -> Answer:
    """An answer whose plan was judged."""
    answer = solve(problem, factor)
    assert broken(problem, laid_out(problem, answer.chosen)) == []
    return answer


@pytest.mark.soak_sized
def test_of_small_weeks_the_best_plan_is_found() -> None:
    tried = 0
    for seed in range(effort(80)):
        problem = week(seed, days=4, most=3, steps=2)
        if not 0 < len(problem.windows) <= 4:
            continue
        tried += 1
        answer = planned(problem)
        assert score(problem, laid_out(problem, answer.chosen)) == best_of_all(problem), seed
        assert all(one.proven for one in answer.goals)
    assert tried > 30


@pytest.mark.soak_sized
def test_random_weeks_are_planned_so_that_they_can_be_lived_and_no_worse_than_quickly() -> None:
    better = 0
    for seed in range(effort(2_000)):
        problem = week(seed)
        answer = planned(problem, 0.1)
        quickly = score(problem, laid_out(problem, first_plan(problem)))
        found = score(problem, laid_out(problem, answer.chosen))
        assert found <= quickly, seed
        better += found < quickly
    assert better > effort(2_000) // 20


def test_the_same_problem_gets_the_same_plan() -> None:
    for seed in range(20):
        assert solve(week(seed, days=14, most=8)) == solve(week(seed, days=14, most=8))


def test_what_is_planned_again_stays_where_it_is() -> None:
    for seed in range(60):
        problem = replace(week(seed, days=10, most=6), before={})
        plan = laid_out(problem, planned(problem).chosen)
        again = replace(problem, before={(one.deliverable, one.key): one.day for one in plan.placed})
        other = laid_out(again, planned(again).chosen)
        assert score(again, other).moved == 0, seed
        assert score(again, other).dropped == score(problem, plan).dropped


def test_one_thing_more_moves_only_what_it_must() -> None:
    problem = replace(ALIKE, deliverables=ALIKE.deliverables[2:])
    plan = laid_out(problem, planned(problem).chosen)
    more = Deliverable("more", (Step("0", "shoot", 120), Step("1", "publish", 30)), 0, 6, True)
    again = replace(
        problem,
        deliverables=(*problem.deliverables, more),
        before={(one.deliverable, one.key): one.day for one in plan.placed},
    )
    other = laid_out(again, planned(again).chosen)
    assert other.dropped == ()
    # What could wait for the second week stood in the first, to save a day of work: now it has to go.
    moved = {
        one.deliverable for one in other.placed if again.before.get((one.deliverable, one.key), one.day) != one.day
    }
    assert moved <= {"d3"}


def test_what_does_not_fit_names_those_of_which_one_has_to_move() -> None:
    answer = planned(ALIKE)
    assert len(laid_out(ALIKE, answer.chosen).dropped) == 1
    assert answer.conflict.ids == answer.conflict.enough == ("d0", "d1", "d2")
    assert answer.conflict.minimal


@pytest.mark.soak_sized
def test_of_what_can_not_be_kept_together_any_one_may_go() -> None:
    """The set is too much, and without any one of it the others fit: held against trying everything."""
    seen = 0
    for seed in range(effort(120)):
        problem = replace(week(seed, days=4, most=4, steps=1), before={}, limit=0)
        answer = planned(problem)
        ids = answer.conflict.ids
        if not ids:
            continue
        seen += 1

        def dropped(some: set[str], problem: Problem = problem) -> int:
            return best_of_all(
                replace(problem, deliverables=tuple(one for one in problem.deliverables if one.id in some))
            ).dropped

        assert dropped(set(ids)) > 0, seed
        assert all(dropped(set(ids) - {one}) == 0 for one in ids), seed
        everything = {one.id for one in problem.deliverables}
        assert answer.conflict.enough == tuple(one for one in ids if not dropped(everything - {one}))
    assert seen > 20


def test_the_page_gets_its_plan_from_a_process_of_its_own() -> None:
    found = planning.planned(ALIKE)
    assert not found.quick
    assert found.conflict.ids == ("d0", "d1", "d2")
    assert [one.name for one in found.goals] == ["dropped", "worked", "shoots"]


def test_nothing_of_ours_imports_the_solver() -> None:
    program = "import sys, fanshare.flows.planning; print('ortools' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_without_the_solver_the_quick_rule_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "find_spec", lambda name: None)
    found = planning.planned(ALIKE)
    assert found.quick
    assert broken(ALIKE, found.plan) == []


@pytest.mark.parametrize("text", ["", "nonsense", '{"chosen": []}'])
def test_a_solver_that_fails_leaves_the_quick_plan(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"print({text!r})", "utf-8")
    monkeypatch.setattr(planning, "_program", OwnProcess(str(program), seconds=30))
    assert planning.planned(ALIKE).quick


def test_a_plan_that_can_not_be_lived_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver claims to have done everything on the first evening."""
    chosen = [[one.id, step.key, 0] for one in ALIKE.deliverables for step in one.steps]
    lie = {"chosen": chosen, "goals": [], "conflict": {"ids": [], "enough": [], "minimal": True}}
    program = tmp_path / "program.py"
    program.write_text(f"print({json.dumps(lie)!r})", "utf-8")
    monkeypatch.setattr(planning, "_program", OwnProcess(str(program), seconds=30))
    found = planning.planned(ALIKE)
    assert found.quick
    assert broken(ALIKE, found.plan) == []


def test_whoever_waits_too_long_for_the_planner_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_process, "TURN", 0)
    assert planning._program.turn.acquire(timeout=1)
    try:
        with pytest.raises(FanshareError) as refused:
            planning.planned(ALIKE)
    finally:
        planning._program.turn.release()
    assert (refused.value.code, refused.value.status) == ("planner_busy", 503)


def test_the_program_ends_where_its_bounds_are(tmp_path: Path) -> None:
    """It may write no file, use a minute of processor, and three gigabytes; the bounds are set before it reads."""
    program = (
        "import resource, sys\n"
        "from fanshare.flows import plan_solver\n"
        "plan_solver.solve = lambda problem: sys.exit(str([resource.getrlimit(one)[0] for one in\n"
        "    (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE)]))\n"
        "plan_solver.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(problem_out(ALIKE)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == str([60, 3 << 30, 0])
