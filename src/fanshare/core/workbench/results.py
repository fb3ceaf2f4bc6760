"""True profit per hour: what came in, less what it cost, by the hours that went into it.

What is for everything (a camera, a subscription, a way to the post office) is borne by the month's hours: each hour
of a month carries the same part of it, whichever deal it was worked for. So a deal that eats time also bears more of
what the work costs anyway; and all deals together, with the hours for no deal, come to exactly what the months come to.
What a brand gives back of what she paid is in none of it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

from fanshare.core.money import Micros, spread
from fanshare.core.workbench.entries import Books, Time
from fanshare.core.workbench.lines import INCOME, Line, her_own, lines

HOUR_MINUTES = 60

type Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Result:
    """What something came to. ``shared`` is its part of what is for everything, on top of its own ``costs``."""

    income: Micros = 0
    costs: Micros = 0
    shared: Micros = 0
    minutes: int = 0

    @property
    def profit(self) -> Micros:
        """What is left, below zero where more went out."""
        return self.income - self.costs - self.shared

    @property
    def per_hour(self) -> Fraction | None:
        """Exact micros an hour; ``None`` where no time was written down."""
        return Fraction(self.profit * HOUR_MINUTES, self.minutes) if self.minutes else None

    @property
    def an_hour(self) -> Micros | None:
        """The same rounded down: never more than it was."""
        exact = self.per_hour
        return None if exact is None else floor(exact)

    def __add__(self, other: "Result") -> "Result":
        return Result(
            self.income + other.income,
            self.costs + other.costs,
            self.shared + other.shared,
            self.minutes + other.minutes,
        )


def by_month(books: Books, until: date) -> dict[Month, Result]:
    """Each month in which something was written down, up to and including a day."""
    return _summed(her_own(lines(books, until)), _worked(books, until), _month_of_line, _month_of_time)


def by_deal(books: Books, until: date) -> dict[str, Result]:
    """Each deal, and under the empty name what was done for none. Costs for everything are spread by the hours."""
    found, times = her_own(lines(books, until)), _worked(books, until)
    direct = [line for line in found if line.deal or line.kind in INCOME]
    results = defaultdict(Result, _summed(direct, times, lambda line: line.deal, lambda time: time.deal))
    for deal, amount in _general(found, times).items():
        results[deal] += Result(shared=amount)
    for one in books.deals:
        results[one.id] += Result()
    return dict(results)


def by_platform(books: Books, until: date) -> dict[str, Result]:
    """The same by where the posts of a deal stand; under the empty name what is of no deal."""
    platforms = {deal.id: deal.platform for deal in books.deals}
    results: dict[str, Result] = defaultdict(Result)
    for deal, result in by_deal(books, until).items():
        results[platforms.get(deal, "")] += result
    return dict(results)


def whole(results: Iterable[Result]) -> Result:
    """All of them together."""
    return sum(results, Result())


def what_if(result: Result, *, minutes: int = 0, income: Micros = 0, costs: Micros = 0) -> Result:
    """A result as it would be with more time, income or costs."""
    return result + Result(income=income, costs=costs, minutes=minutes)


def fee_needed(result: Result, an_hour: Micros) -> Micros:
    """What more it has to bring so that every hour brings at least ``an_hour``; 0 where it does already."""
    return max(0, ceil(Fraction(an_hour * result.minutes, HOUR_MINUTES)) - result.profit)


def _general(found: Iterable[Line], times: Iterable[Time]) -> dict[str, Micros]:
    """By deal, its part of what is for everything. A month without hours leaves it with the empty name."""
    amounts: dict[Month, Micros] = defaultdict(int)
    for line in found:
        if not line.deal and line.kind not in INCOME:
            amounts[_month_of_line(line)] += line.amount
    worked: dict[Month, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for time in times:
        worked[_month_of_time(time)][time.deal] += time.minutes
    parts: dict[str, Micros] = defaultdict(int)
    for month, amount in amounts.items():
        for deal, part in _spread(amount, worked.get(month, {})).items():
            parts[deal] += part
    return parts


def _spread(amount: Micros, minutes: Mapping[str, int]) -> dict[str, Micros]:
    deals = sorted(minutes)
    if not sum(minutes.values()):
        return {"": amount}
    return dict(zip(deals, spread(amount, [minutes[deal] for deal in deals]), strict=True))


def _summed[K: Hashable](
    found: Iterable[Line], times: Iterable[Time], of_line: Callable[[Line], K], of_time: Callable[[Time], K]
) -> dict[K, Result]:
    results: dict[K, Result] = defaultdict(Result)
    for line in found:
        came = line.kind in INCOME
        results[of_line(line)] += Result(line.amount if came else 0, 0 if came else line.amount)
    for time in times:
        results[of_time(time)] += Result(minutes=time.minutes)
    return dict(results)


def _worked(books: Books, until: date) -> list[Time]:
    return [time for time in books.times if time.day <= until]


def _month_of_line(line: Line) -> Month:
    return line.day.year, line.day.month


def _month_of_time(time: Time) -> Month:
    return time.day.year, time.day.month
