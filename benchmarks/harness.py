"""Measuring: the same work again and again, the median of several rounds, and always beside a yardstick.

A bare number says as much about the machine as about the code. Every case therefore names what it is compared with,
measured in the same rounds: the ratio is what a reader on another machine can expect to see again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

#: How long one round of one operation should take, in nanoseconds; long against the clock's grain and a task switch.
ROUND = 50_000_000
ROUNDS = 7

type Work = Callable[[], object]
type Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Case:
    """Some work beside its yardstick. ``operations`` is how many operations one call of ``work`` does."""

    name: str
    work: Work
    yardstick_name: str
    yardstick: Work
    operations: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """Nanoseconds of one operation and of one yardstick; ``low`` and ``high`` are the extreme rounds of the ratio."""

    name: str
    nanoseconds: float
    yardstick_name: str
    yardstick_nanoseconds: float
    ratio: float
    low: float
    high: float


def measure(case: Case, round_ns: int = ROUND, rounds: int = ROUNDS, clock: Clock = time.perf_counter_ns) -> Result:
    """Run a case: work and yardstick take turns, so that a slow moment of the machine strikes both."""
    calls, yardsticks = _calls(case.work, round_ns, clock), _calls(case.yardstick, round_ns, clock)
    pairs = [
        (_time(case.work, calls, clock) / case.operations, _time(case.yardstick, yardsticks, clock))
        for _ in range(max(rounds, 1))
    ]
    ratios = [own / yard for own, yard in pairs]
    return Result(
        case.name,
        median(own for own, _ in pairs),
        case.yardstick_name,
        median(yard for _, yard in pairs),
        median(ratios),
        min(ratios),
        max(ratios),
    )


def table(results: Sequence[Result]) -> str:
    """The results as a table in Markdown."""
    rows = [
        f"| {result.name} | {duration(result.nanoseconds)} | {1e9 / result.nanoseconds:,.0f} | "
        f"{result.yardstick_name} | {result.ratio:.1f} ({result.low:.1f} to {result.high:.1f}) |"
        for result in results
    ]
    head = ["| operation | each | per second | compared with | times as long |", "|---|--:|--:|---|--:|"]
    return "\n".join(head + rows)


def duration(nanoseconds: float) -> str:
    """``812 ns``, ``4.3 µs``, ``2.0 ms``"""
    if nanoseconds < 1_000:
        return f"{nanoseconds:.0f} ns"
    if nanoseconds < 1_000_000:
        return f"{nanoseconds / 1_000:.1f} µs"
    return f"{nanoseconds / 1_000_000:.1f} ms"


def _calls(work: Work, round_ns: int, clock: Clock) -> int:
    """How many calls fill a round; found by doubling."""
    calls = 1
    while (taken := _time(work, calls, clock) * calls) < round_ns / 4:
        calls *= 2
    return max(1, round(calls * round_ns / taken))


def _time(work: Work, calls: int, clock: Clock) -> float:
    """Nanoseconds a call, the loop's own cost included (about 20 ns)."""
    start = clock()
    for _ in range(calls):
        work()
    return max(clock() - start, 1) / calls
