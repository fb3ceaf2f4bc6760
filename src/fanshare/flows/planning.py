"""A plan for a problem: by OR-Tools in a process of its own where that is installed, and else by the quick rule.

Whatever comes back is judged before it is believed: a plan that breaks a limit is never shown.
"""

import json
from dataclasses import dataclass, field
from importlib.util import find_spec

from fanshare.core.planning.first import first_plan
from fanshare.core.planning.judge import broken
from fanshare.core.planning.problem import Plan, Problem, laid_out
from fanshare.core.planning.wire import Conflict, Goal, answer_in, problem_out
from fanshare.flows import plan_solver
from fanshare.flows.own_process import OwnProcess

#: A process may take so many seconds in all.
_PATIENCE = 90
_program = OwnProcess(
    plan_solver.__file__,
    seconds=_PATIENCE,
    busy=("planner_busy", "Others are planning just now; try again in a minute. Nothing changed."),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and how good it is known to be. ``quick``: only the quick rule made it, which proves nothing."""

    plan: Plan
    goals: tuple[Goal, ...] = ()
    conflict: Conflict = field(default_factory=Conflict)
    quick: bool = False


def planned(problem: Problem) -> Planned:
    """Plan. Raises ``FanshareError`` (``planner_busy``, 503) where others plan, and none of them ends in time."""
    found = _apart(problem)
    return found or Planned(laid_out(problem, first_plan(problem)), quick=True)


def _apart(problem: Problem) -> Planned | None:
    """What OR-Tools finds, ``None`` where it is not installed, fails, or finds what can't be lived."""
    if find_spec("ortools") is None:
        return None
    done = _program(json.dumps(problem_out(problem)).encode())
    try:
        answer = answer_in(json.loads(b"" if done is None else done.out))
    except (ValueError, KeyError, TypeError):
        return None
    plan = laid_out(problem, answer.chosen)
    return None if broken(problem, plan) else Planned(plan, answer.goals, answer.conflict)
