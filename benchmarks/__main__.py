"""``python -m benchmarks [--only WORD ...] [--size N]``: measure, print, and write ``docs/benchmarks.md``.

With ``--only`` the cases and trials whose name holds one of the words, and the page stays as it is.
"""

import argparse
import importlib
import os
import pkgutil
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import benchmarks
from benchmarks import trials
from benchmarks.harness import Case, measure, table
from benchmarks.trials import Row, Trial

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

_TEXT = """# What it costs

Written by `{command}`. {machine}. Measured in {minutes:.0f} minutes.

## Beside its yardsticks

{rows}

Work and yardstick take turns in one run; where rounds are counted, the ratio is the median of the rounds, with the
lowest and the highest in brackets. Times depend on the machine, ratios hardly do. CPU is what the processes of fanshare
used for one of the things in the row, PostgreSQL's included where it takes part. One row again:
`make bench ARGS="--only settle"`; smaller or larger: `make bench ARGS="--size 0.2"`.

## What the parts cost

{table}

SHA-256 of 65 bytes is what one inner node of the log costs, and a log gains on average one inner node for each leaf.
What follows from these figures for one machine and for several is in [scale](scale.md); why goals are missed, and what
was tried, in [where the goals are missed](missed-goals.md).
"""


def _found(what: str) -> list[object]:
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")]
    modules = [importlib.import_module(f"benchmarks.{name}") for name in names]
    return [one for module in modules for one in getattr(module, what, ())]


def cases() -> list[Case]:
    """Every case of every ``bench_*`` module, in the order of names."""
    return [one for one in _found("CASES") if isinstance(one, Case)]


def all_trials() -> list[Trial]:
    """Every trial, likewise."""
    return [one for one in _found("TRIALS") if isinstance(one, Trial)]


def machine() -> str:
    """``Linux x86_64, 2 cores, CPython 3.13.0``"""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{system}, {platform.python_implementation()} {platform.python_version()}"


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="those whose name holds one of the words")
    parser.add_argument("--size", type=float, default=1.0, help="how many rows and rounds: 1 is the usual size")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> None:
    """Measure, print, and write the page if nothing was left out."""
    options, began = _options(words), time.monotonic()

    def wanted(name: str) -> bool:
        return not options.only or any(word in name for word in options.only)

    results, rows, failed = [], list[Row](), list[str]()
    for case in filter(lambda one: wanted(one.name), cases()):
        sys.stderr.write(f"measuring: {case.name}\n")
        results.append(measure(case))
    for trial in filter(lambda one: wanted(one.name), all_trials()):
        sys.stderr.write(f"measuring: {trial.name}\n")
        rows += trials.perform(trial, options.size, failed)
    for part in (trials.table(rows) if rows else "", table(results) if results else ""):
        sys.stdout.write(part + "\n\n" if part else "")
    if not options.only:
        minutes = (time.monotonic() - began) / 60
        command = "make bench" if options.size == 1 else f'make bench ARGS="--size {options.size:g}"'
        text = _TEXT.format(
            command=command, machine=machine(), minutes=minutes, rows=trials.table(rows), table=table(results)
        )
        PAGE.write_text(text, "utf-8")
    if failed:
        raise SystemExit(f"Failed: {', '.join(failed)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
