"""``python -m benchmarks [WORD ...]``: measure the cases whose name holds one of the words, all of them without.

A run of all cases is written to ``docs/benchmarks.md``.
"""

import importlib
import os
import pkgutil
import platform
import sys
from pathlib import Path

import benchmarks
from benchmarks.harness import Case, measure, table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

_TEXT = """# What the parts cost

Written by `make bench`. {machine}.

{table}

Each row is the median of several rounds in which the work and its yardstick take turns; in brackets the lowest and
the highest ratio of a round. Times depend on the machine, ratios hardly do. SHA-256 of 65 bytes is what one inner
node of the log costs, and a log gains on average one inner node for each leaf.
"""


def cases() -> list[Case]:
    """Every case of every ``bench_*`` module, in the order of names."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")]
    return [case for name in names for case in importlib.import_module(f"benchmarks.{name}").CASES]


def machine() -> str:
    """``Linux x86_64, 2 cores, CPython 3.13.0``"""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{system}, {platform.python_implementation()} {platform.python_version()}"


def main(words: list[str]) -> None:
    """Measure, print, and write the page if nothing was left out."""
    chosen = [case for case in cases() if not words or any(word in case.name for word in words)]
    results = []
    for case in chosen:
        sys.stderr.write(f"measuring: {case.name}\n")
        results.append(measure(case))
    sys.stdout.write(table(results) + "\n")
    if not words:
        PAGE.write_text(_TEXT.format(machine=machine(), table=table(results)), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
