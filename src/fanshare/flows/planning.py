"""A plan for a problem: by OR-Tools in a process of its own where that is installed, and else by the quick rule.

Whatever comes back is judged before it is believed: a plan that breaks a limit is never shown.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from threading import BoundedSemaphore

from fanshare.core.errors import FanshareError
from fanshare.core.planning.first import first_plan
from fanshare.core.planning.judge import broken
from fanshare.core.planning.problem import Plan, Problem, laid_out
from fanshare.core.planning.wire import Conflict, Goal, answer_in, problem_out
from fanshare.flows import plan_solver

#: So many seconds a process may take in all, and a page waits for another one's turn.
_PATIENCE, _TURN = 90, 30
_turn = BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and how good it is known to be. ``quick``: only the quick rule made it, which proves nothing."""

    plan: Plan
    goals: tuple[Goal, ...] = ()
    conflict: Conflict = field(default_factory=Conflict)
    quick: bool = False


def planned(problem: Problem) -> Planned:
    """Plan. Raises ``FanshareError`` (``planner_busy``, 503) where others plan, and none of them ends in time."""
    if not _turn.acquire(timeout=_TURN):
        raise FanshareError(
            "planner_busy", "Others are planning just now; try again in a minute. Nothing changed.", 503
        )
    try:
        found = _apart(problem)
    finally:
        _turn.release()
    return found or Planned(laid_out(problem, first_plan(problem)), quick=True)


def _apart(problem: Problem) -> Planned | None:
    """What OR-Tools finds, ``None`` where it is not installed, fails, or finds what can't be lived."""
    if find_spec("ortools") is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours, and no word of hers among its arguments
            [sys.executable, "-I", plan_solver.__file__],
            input=json.dumps(problem_out(problem)).encode(),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env={"PATH": os.defpath},
            cwd="/",
        )
        answer = answer_in(json.loads(done.stdout))
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return None
    plan = laid_out(problem, answer.chosen)
    return None if broken(problem, plan) else Planned(plan, answer.goals, answer.conflict)
