"""The plan as a model of OR-Tools' CP-SAT: which window each step is done in.

Windows are chosen rather than minutes: within one, steps can always follow each other, so nothing is lost by it and the
model stays small. Only the program ``plan_solver`` imports OR-Tools, in a process of its own.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from fanshare.core.money import BASIS
from fanshare.core.planning.judge import Score
from fanshare.core.planning.problem import SHOOT, Assignment, Deliverable, Problem, Step

#: The goals, the gravest first, as ``Score`` has them.
GOALS = Score._fields


class PlanModel:
    """The model of one problem. ``goals`` are its objectives by name, ``kept`` the literals of deliverables by id.

    ``alike`` lets the later one of two that differ only in their names be dropped first; whoever asks which can't be
    kept together must not tie them.
    """

    def __init__(self, problem: Problem, *, alike: bool = True) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.model = cp_model.CpModel()
        self.chosen: dict[tuple[str, str], dict[int, Any]] = {}
        self.kept = {one.id: self.model.new_bool_var(f"kept {one.id}") for one in problem.deliverables}
        for one in problem.deliverables:
            self._deliverable(one)
        self.worked = [self.model.new_bool_var(f"worked {day}") for day in range(problem.days)]
        self._rooms()
        self._weeks()
        if alike:
            self._alike()
        above, shoots = self._above(), self._shoots()
        self.goals: Mapping[str, Any] = {
            "dropped": sum(one.weight * (1 - self.kept[one.id]) for one in problem.deliverables),
            "moved": self._moved(),
            "worked": sum(self.worked),
            "above": sum(above),
            "shoots": sum(shoots),
        }

    def hint(self, chosen: Assignment) -> None:
        """Begin the search at a plan that is known."""
        self.model.clear_hints()
        for place, options in self.chosen.items():
            for number, literal in options.items():
                self.model.add_hint(literal, chosen.get(place) == number)
        days = {self.problem.windows[number].day for number in chosen.values()}
        for id_, kept in self.kept.items():
            self.model.add_hint(kept, any(one == id_ for one, _ in chosen))
        for day, worked in enumerate(self.worked):
            self.model.add_hint(worked, day in days)

    def found(self, solver: Any) -> dict[tuple[str, str], int]:
        """The windows of a solution."""
        return {
            place: next(number for number, literal in options.items() if solver.boolean_value(literal))
            for place, options in self.chosen.items()
            if solver.boolean_value(self.kept[place[0]])
        }

    def _deliverable(self, made: Deliverable) -> None:
        for index, step in enumerate(made.steps):
            options = {
                number: self.model.new_bool_var(f"{made.id} {step.key} in {number}")
                for number in _possible(self.problem, made, index)
            }
            self.chosen[made.id, step.key] = options
            self.model.add(sum(options.values()) == self.kept[made.id])
        for before, after in pairwise(made.steps):
            self._order(made, before, after)

    def _order(self, made: Deliverable, before: Step, after: Step) -> None:
        """Whatever window is looked at: what comes after is done by then only if what comes before is.

        Said for every window where the set grows, these sums are as tight as order can be said linearly.
        """
        windows, first, then = self.problem.windows, self.chosen[made.id, before.key], self.chosen[made.id, after.key]
        for number in then:
            latest = windows[number].day - after.wait
            done = [one for place, one in first.items() if windows[place].day <= latest and place <= number]
            later = [one for place, one in then.items() if place <= number]
            if len(done) < len(first):
                self.model.add(sum(later) <= sum(done))

    def _in(self, *, day: int | None = None, number: int | None = None) -> Iterator[tuple[Any, Step]]:
        """The literals of a day or window, each with its step."""
        for made in self.problem.deliverables:
            for step in made.steps:
                for place, literal in self.chosen[made.id, step.key].items():
                    if place == number or self.problem.windows[place].day == day:
                        yield literal, step

    def _rooms(self) -> None:
        for number, window in enumerate(self.problem.windows):
            self.model.add(sum(step.minutes * one for one, step in self._in(number=number)) <= window.minutes)
        for day, worked in enumerate(self.worked):
            there = list(self._in(day=day))
            self.model.add(sum(step.minutes * one for one, step in there) <= self._most(day) * worked)
            for one, _ in there:
                self.model.add_implication(one, worked)
            if not there:
                self.model.add(worked == 0)

    def _most(self, day: int) -> int:
        there = sum(window.minutes for window in self.problem.windows if window.day == day)
        return min(self.problem.most[day], there)

    def _weeks(self) -> None:
        for week in self.problem.weeks:
            days = range(week.first, week.last + 1)
            load = [step.minutes * one for day in days for one, step in self._in(day=day)]
            self.model.add(sum(load) <= week.minutes)
            self.model.add(sum(self.worked[day] for day in days) <= max(0, len(days) - week.rest))

    def _alike(self) -> None:
        """Of deliverables that differ in nothing but their name the later is dropped: it spares searching twice."""
        seen: dict[object, Deliverable] = {}
        known = {id_ for id_, _ in self.problem.before}
        for one in self.problem.deliverables:
            shape = (one.steps, one.first, one.last, one.paid, one.weight, one.embargo, one.out)
            other = seen.get(shape)
            if other is not None and one.id not in known and other.id not in known:
                self.model.add_implication(self.kept[one.id], self.kept[other.id])
            seen[shape] = one

    def _above(self) -> list[Any]:
        """For each day: whether the share of paid posts stands above the limit."""
        if not self.problem.limit:
            return []
        above = [self.model.new_bool_var(f"above {day}") for day in range(self.problem.days)]
        for day, literal in enumerate(above):
            seen = [one for one in self.problem.posted if day - self.problem.span < one.day <= day]
            fixed = sum(self._weighs(one.paid) for one in seen)
            moving = [
                (self._weighs(made.paid), one)
                for made in self.problem.deliverables
                if not made.out
                for number, one in self.chosen[made.id, made.steps[-1].key].items()
                if day - self.problem.span < self.problem.windows[number].day <= day
            ]
            paid = sum(made.paid and not made.out for made in self.problem.deliverables)
            most = fixed + (BASIS - self.problem.limit) * paid
            total = fixed + sum(weight * one for weight, one in moving)
            if most > 0:
                self.model.add(total <= most * literal)
            else:
                self.model.add(literal == 0)
        return above

    def _weighs(self, paid: bool) -> int:
        return (BASIS if paid else 0) - self.problem.limit

    def _shoots(self) -> list[Any]:
        found = []
        for day in range(self.problem.days):
            there = [(one, step) for one, step in self._in(day=day) if step.kind == SHOOT]
            if there:
                literal = self.model.new_bool_var(f"shoot {day}")
                self.model.add(sum(step.minutes * one for one, step in there) <= self._most(day) * literal)
                for one, _ in there:
                    self.model.add_implication(one, literal)
                self.model.add_implication(literal, self.worked[day])
                found.append(literal)
        return found

    def _moved(self) -> Any:
        windows, moved = self.problem.windows, []
        for (id_, key), day in self.problem.before.items():
            options = self.chosen.get((id_, key))
            if options is not None:
                same = [one for number, one in options.items() if windows[number].day == day]
                moved.append(self.kept[id_] - sum(same))
        return sum(moved)


def _possible(problem: Problem, made: Deliverable, index: int) -> Iterator[int]:
    """Windows that hold a step, with the waits before and after it."""
    step, last = made.steps[index], index == len(made.steps) - 1
    first = max(step.first, made.first + sum(one.wait for one in made.steps[1 : index + 1]))
    until = made.last - sum(one.wait for one in made.steps[index + 1 :])
    first = max(first, made.embargo) if last else first
    for number, window in enumerate(problem.windows):
        fits = step.minutes <= min(window.minutes, problem.most[window.day])
        if fits and first <= window.day <= until:
            yield number
