"""A problem and its answer as JSON: how they travel to the process that solves them and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fanshare.core.planning.problem import Assignment, Deliverable, Posted, Problem, Step, Week, Window


@dataclass(frozen=True, slots=True)
class Goal:
    """How far a goal was reached, and the bound below which no plan at all can come; ``proven`` where both are one."""

    name: str
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether no plan is better in this goal, given the goals before it."""
        return self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Conflict:
    """Deliverables that can't all be in time: without any one of them the others can. ``enough`` are those of them
    without which everything else fits as well.
    """

    ids: tuple[str, ...] = ()
    enough: tuple[str, ...] = ()
    minimal: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Steps in windows, the goals in their order, and why something was left out."""

    chosen: Assignment
    goals: tuple[Goal, ...] = ()
    conflict: Conflict = Conflict()


def problem_out(problem: Problem) -> dict[str, Any]:
    """A problem as JSON can hold it."""
    plain = asdict(problem)
    return plain | {"before": [[*place, day] for place, day in problem.before.items()]}


def problem_in(written: Mapping[str, Any]) -> Problem:
    """The problem of a document. Raises ``KeyError`` and ``TypeError`` for what is none."""
    made = [one | {"steps": tuple(Step(**step) for step in one["steps"])} for one in written["deliverables"]]
    return Problem(
        tuple(written["most"]),
        tuple(Window(**one) for one in written["windows"]),
        tuple(Week(**one) for one in written["weeks"]),
        tuple(Deliverable(**one) for one in made),
        tuple(Posted(**one) for one in written["posted"]),
        written["limit"],
        written["span"],
        {(id_, key): day for id_, key, day in written["before"]},
    )


def answer_out(answer: Answer) -> dict[str, Any]:
    """An answer as JSON can hold it."""
    return {
        "chosen": [[*place, number] for place, number in answer.chosen.items()],
        "goals": [[one.name, one.value, one.bound] for one in answer.goals],
        "conflict": asdict(answer.conflict),
    }


def answer_in(written: Mapping[str, Any]) -> Answer:
    """The answer of a document. Raises ``KeyError``, ``TypeError`` and ``ValueError`` for what is none."""
    why = written["conflict"]
    return Answer(
        {(id_, key): number for id_, key, number in written["chosen"]},
        tuple(Goal(*one) for one in written["goals"]),
        Conflict(tuple(why["ids"]), tuple(why["enough"]), why["minimal"]),
    )
