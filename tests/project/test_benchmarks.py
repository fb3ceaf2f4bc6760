"""The benchmarks run, and the harness sees twice the work as about twice the time."""

import hashlib

import pytest

from benchmarks.__main__ import cases
from benchmarks.harness import Case, duration, measure, table

BLOCK = bytes(4_096)


def hash_times(times: int) -> None:
    for _ in range(times):
        hashlib.sha256(BLOCK).digest()


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_case_runs(case: Case) -> None:
    result = measure(case, round_ns=100_000, rounds=1)
    assert result.nanoseconds > 0
    assert result.low <= result.ratio <= result.high


@pytest.mark.serial
def test_more_work_takes_longer_in_proportion() -> None:
    case = Case("ten", lambda: hash_times(10), "one", lambda: hash_times(1))
    assert 5 < measure(case, round_ns=5_000_000).ratio < 20


@pytest.mark.serial
def test_operations_of_one_call_are_counted_apart() -> None:
    case = Case("ten", lambda: hash_times(10), "one", lambda: hash_times(1), operations=10)
    assert 0.5 < measure(case, round_ns=5_000_000).ratio < 2


def test_the_table_has_a_row_for_each_result() -> None:
    results = [measure(case, round_ns=10_000, rounds=1) for case in cases()[:2]]
    assert table(results).count("\n") == 3


@pytest.mark.parametrize(("nanoseconds", "text"), [(812, "812 ns"), (4_312, "4.3 µs"), (2_000_000, "2.0 ms")])
def test_durations_are_written_in_a_fitting_unit(nanoseconds: int, text: str) -> None:
    assert duration(nanoseconds) == text
