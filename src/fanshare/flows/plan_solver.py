"""The program that plans: a problem comes in as JSON, an answer goes out; in a process of its own, within bounds.

Nothing else imports OR-Tools. One worker, a fixed seed and a limit in CP-SAT's own deterministic time give the same
plan for the same problem, on a slow machine as on a fast one; the limits of the process are there for what goes wrong.
"""

import json
import resource
import sys
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from fanshare.core.planning.first import first_plan
from fanshare.core.planning.judge import score
from fanshare.core.planning.problem import Problem, laid_out
from fanshare.core.planning.wire import Answer, Conflict, Goal, answer_out, problem_in
from fanshare.flows.plan_model import GOALS, PlanModel

#: Seconds of processor, and bytes.
SECONDS = 60
_MEMORY = 3 << 30
#: How long each goal is searched, in units of deterministic time (about a second each), and how much CP-SAT leans on
#: the linear relaxation. The first goals are worth proving; the last ones are found sooner without it.
EFFORT = {"dropped": (1.5, 2), "moved": (1.0, 2), "worked": (3.0, 2), "above": (1.0, 2), "shoots": (1.0, 0)}
#: How long one question of an explanation is searched, and all of them.
_CHECK, _CHECKS = 0.5, 3.0


def solve(problem: Problem, factor: float = 1.0) -> Answer:
    """Plan: one goal after the other, none at the cost of one before it. ``factor`` is how much longer to search."""
    plan, chosen = PlanModel(problem), dict(first_plan(problem))
    bounds: dict[str, int] = {}
    conflict = Conflict()
    for name in GOALS:
        goal = plan.goals[name]
        if isinstance(goal, int):
            continue
        if getattr(score(problem, laid_out(problem, chosen)), name):
            chosen, value, bounds[name] = reach(plan, name, chosen, factor)
        else:
            value = bounds[name] = 0
        if name == "dropped" and value:
            conflict, whole = Explained(problem).conflict()
            if whole is not None:
                chosen, value, bounds[name] = whole, 0, 0
        plan.model.add(goal <= value)
    reached = score(problem, laid_out(problem, chosen))._asdict()
    return Answer(chosen, tuple(Goal(name, reached[name], bound) for name, bound in bounds.items()), conflict)


class Explained:
    """Which deliverables can't all be in time, found by asking for ever fewer of them, for a limited time."""

    def __init__(self, problem: Problem) -> None:
        self.problem = replace(problem, before={}, limit=0)
        self.left = _CHECKS

    def conflict(self) -> tuple[Conflict, dict[tuple[str, str], int] | None]:
        """The conflict; or a plan of everything, where there is one after all.

        CP-SAT names assumptions that contradict each other; each of them is left out once, the least work first, and
        stays out where the others still do. What time does not suffice to decide stays in, and the set is then not
        called minimal.
        """
        plan, solver = PlanModel(self.problem, alike=False), _solver(_CHECK * 2, 2)
        plan.model.add_assumptions(list(plan.kept.values()))
        status = solver.status_name(solver.solve(plan.model))
        if status in ("OPTIMAL", "FEASIBLE"):
            return Conflict(), plan.found(solver)
        if status != "INFEASIBLE":
            return Conflict(minimal=False), None
        literals = set(solver.sufficient_assumptions_for_infeasibility())
        ids = {id_ for id_, literal in plan.kept.items() if literal.index in literals} or set(plan.kept)
        verdicts = [self._without(ids, one) for one in self._least_first() if one in ids]
        everything = set(plan.kept)
        enough = tuple(one for one in sorted(ids) if self._fits(everything - {one}))
        return Conflict(tuple(sorted(ids)), enough, None not in verdicts), None

    def _least_first(self) -> list[str]:
        ordered = sorted(self.problem.deliverables, key=lambda one: (sum(step.minutes for step in one.steps), one.id))
        return [one.id for one in ordered]

    def _without(self, ids: set[str], one: str) -> bool | None:
        """Leave one out for good where the others contradict each other all the same."""
        verdict = self._fits(ids - {one})
        if verdict is False:
            ids.discard(one)
        return verdict

    def _fits(self, ids: Collection[str]) -> bool | None:
        """Whether all of these can be in time together; ``None`` where that was not found out."""
        if self.left <= 0:
            return None
        some = tuple(one for one in self.problem.deliverables if one.id in ids)
        plan, solver = PlanModel(replace(self.problem, deliverables=some)), _solver(min(_CHECK, self.left), 2)
        for literal in plan.kept.values():
            plan.model.add(literal == 1)
        status = solver.status_name(solver.solve(plan.model))
        self.left -= solver.deterministic_time
        return {"OPTIMAL": True, "FEASIBLE": True, "INFEASIBLE": False}.get(status)


def reach(
    plan: PlanModel, name: str, chosen: dict[tuple[str, str], int], factor: float
) -> tuple[dict[tuple[str, str], int], int, int]:
    """The windows that reach a goal best, its value, and the bound below which no plan comes."""
    limit, linear = EFFORT[name]
    solver = _solver(limit * factor, linear)
    plan.hint(chosen)
    plan.model.minimize(plan.goals[name])
    status = solver.status_name(solver.solve(plan.model))
    if status not in ("OPTIMAL", "FEASIBLE"):
        raise ValueError(f"no plan: {status}")
    return plan.found(solver), round(solver.objective_value), round(solver.best_objective_bound)


def _solver(limit: float, linear: int) -> Any:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = linear
    solver.parameters.max_deterministic_time = limit
    return solver


def main() -> None:
    """Read, plan within bounds, write."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    json.dump(answer_out(solve(problem_in(json.load(sys.stdin)))), sys.stdout)


if __name__ == "__main__":
    main()
