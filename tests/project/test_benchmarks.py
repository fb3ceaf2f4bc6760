"""The benchmarks run, and the harness gives the ratio of the times, whatever else the machine does."""

import pytest

from benchmarks.__main__ import all_trials, cases
from benchmarks.harness import Case, duration, measure, table
from benchmarks.trials import Row, Trial, perform, program, spread
from benchmarks.trials import table as trials_table


class Hours:
    """A clock that only work moves."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def pass_by(self, nanoseconds: int) -> None:
        self.now += nanoseconds


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_case_runs(case: Case) -> None:
    result = measure(case, round_ns=100_000, rounds=1)
    assert result.nanoseconds > 0
    assert result.low <= result.ratio <= result.high


def test_the_ratio_is_that_of_the_times() -> None:
    hours = Hours()
    case = Case("ten", lambda: hours.pass_by(10), "one", lambda: hours.pass_by(1))
    result = measure(case, round_ns=1_000, clock=hours)
    assert (result.nanoseconds, result.yardstick_nanoseconds, result.ratio) == (10, 1, 10)


def test_operations_of_one_call_are_counted_apart() -> None:
    hours = Hours()
    case = Case("ten", lambda: hours.pass_by(10), "one", lambda: hours.pass_by(1), operations=10)
    assert measure(case, round_ns=1_000, clock=hours).ratio == 1


def test_one_slow_round_does_not_move_the_median() -> None:
    hours = Hours()
    calls = iter(range(10**9))
    case = Case("ten", lambda: hours.pass_by(10_000 if next(calls) == 300 else 10), "one", lambda: hours.pass_by(1))
    result = measure(case, round_ns=1_000, clock=hours)
    assert result.ratio == 10
    assert result.high > 10


def test_the_table_has_a_row_for_each_result() -> None:
    results = [measure(case, round_ns=10_000, rounds=1) for case in cases()[:2]]
    assert table(results).count("\n") == 3


@pytest.mark.parametrize(("nanoseconds", "text"), [(812, "812 ns"), (4_312, "4.3 µs"), (2_000_000, "2.0 ms")])
def test_durations_are_written_in_a_fitting_unit(nanoseconds: int, text: str) -> None:
    assert duration(nanoseconds) == text


def test_a_missing_program_is_a_row_and_no_failure() -> None:
    def needs_more(_: float) -> list[Row]:
        program("no-program-has-this-name")
        raise AssertionError("unreachable")

    failed: list[str] = []
    (row,) = perform(Trial("something", needs_more), 1, failed)
    assert (row.measured, row.met, failed) == ("not measured", None, [])
    assert "no-program-has-this-name is not installed" in trials_table([row])


def test_a_trial_that_breaks_is_told_and_costs_the_others_nothing() -> None:
    def breaks(_: float) -> list[Row]:
        raise ValueError("lost")

    failed: list[str] = []
    (row,) = perform(Trial("something", breaks), 1, failed)
    assert (row.measured, row.met, failed) == ("failed", False, ["something"])
    assert "ValueError: lost" in trials_table([row])


def test_a_goal_is_met_or_missed_in_the_table() -> None:
    text = trials_table([Row("a", "1/s", met=True), Row("b", "2/s", met=False, remark="Too slow."), Row("c", "3/s")])
    assert [line.rsplit(" | ", 1)[1] for line in text.splitlines()[2:5]] == ["met |", "**missed** |", " |"]
    assert text.endswith("* b: Too slow.")


def test_a_spread_is_the_median_between_its_ends() -> None:
    assert spread([0.25, 0.1, 0.2]) == "0.20 (0.10 to 0.25)"


def test_every_trial_has_a_name_of_its_own() -> None:
    names = [trial.name for trial in all_trials()]
    assert len(names) == len(set(names)) >= 8
