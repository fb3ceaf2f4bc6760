"""A first plan, quickly: what has to be out first is placed first. It keeps every limit and isn't the best there is."""

from collections.abc import Iterator

from fanshare.core.planning.problem import SHOOT, Assignment, Deliverable, Problem, Step, Week

type _Place = tuple[str, str]


def first_plan(problem: Problem) -> Assignment:
    """Steps in windows. What stood in the plan before stays on its day where that still goes."""
    desk = _Desk(problem)
    ordered = sorted(problem.deliverables, key=lambda one: (-one.weight, one.last, one.first, one.id))
    known = {id_ for id_, _ in problem.before}
    for one in [one for one in ordered if one.id in known] + [one for one in ordered if one.id not in known]:
        desk.place(one)
    return desk.chosen


class _Desk:
    """What is placed so far, and what room that leaves."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.chosen: dict[_Place, int] = {}
        self.room = [window.minutes for window in problem.windows]
        self.load = [0] * problem.days
        self.shoots = [0] * problem.days
        self.weeks = [[week for week in problem.weeks if week.first <= day <= week.last] for day in range(problem.days)]

    def place(self, made: Deliverable) -> bool:
        """Place all steps of a deliverable, or none."""
        done: list[tuple[Step, int]] = []
        for index, step in enumerate(made.steps):
            number = self._best(made, index, done)
            if number is None:
                for placed, where in done:
                    self._put(made, placed, where, -1)
                return False
            self._put(made, step, number, 1)
            done.append((step, number))
        return True

    def _put(self, made: Deliverable, step: Step, number: int, sign: int) -> None:
        day = self.problem.windows[number].day
        self.room[number] -= sign * step.minutes
        self.load[day] += sign * step.minutes
        self.shoots[day] += sign * (step.kind == SHOOT)
        if sign > 0:
            self.chosen[made.id, step.key] = number
        else:
            del self.chosen[made.id, step.key]

    def _best(self, made: Deliverable, index: int, done: list[tuple[Step, int]]) -> int | None:
        step = made.steps[index]
        known = self.problem.before.get((made.id, step.key))
        return min(self._free(made, index, done), key=lambda number: self._cost(step, number, known), default=None)

    def _cost(self, step: Step, number: int, known: int | None) -> tuple[bool, bool, bool, int]:
        day = self.problem.windows[number].day
        unlike = step.kind == SHOOT and not self.shoots[day]
        return known is not None and day != known, not self.load[day], unlike, number

    def _free(self, made: Deliverable, index: int, done: list[tuple[Step, int]]) -> Iterator[int]:
        """Windows in which a step can be done, with the steps after it still to come."""
        step, windows = made.steps[index], self.problem.windows
        least = done[-1][1] if done else 0
        from_day = max(step.first, windows[least].day + step.wait if done else made.first)
        if index == len(made.steps) - 1:
            from_day = max(from_day, made.embargo)
        until = made.last - sum(later.wait for later in made.steps[index + 1 :])
        for number in range(least, len(windows)):
            day = windows[number].day
            if day > until:
                return
            if day >= from_day and step.minutes <= self.room[number] and self._allowed(day, step.minutes):
                yield number

    def _allowed(self, day: int, minutes: int) -> bool:
        if self.load[day] + minutes > self.problem.most[day]:
            return False
        return all(self._week_allows(week, day, minutes) for week in self.weeks[day])

    def _week_allows(self, week: Week, day: int, minutes: int) -> bool:
        days = self.load[week.first : week.last + 1]
        rest = days.count(0) - (not self.load[day])
        return sum(days) + minutes <= week.minutes and rest >= week.rest
