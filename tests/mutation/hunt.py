"""Run the tests of a module against each of its mutants: ``python -m tests.mutation.hunt money [sharing ...]``.

Each mutant lives in a forked process, in which the module is imported from the changed source before anything else of
ours is; the libraries are loaded once, before the fork. The module itself goes first, and what its tests took orders
them: a mutant meets the quick ones first. One that runs three times as long as the module itself counts as found: it
would hang.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import ModuleType

import hypothesis.extra  # noqa: F401 - loaded before the fork, so that not every mutant pays for it
import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.mutants import Mutant, mutants

# What tests/conftest.py sets in CI, but that a failure need not be made small.
settings.register_profile(
    "mutants",
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("mutants")

ROOT = Path(__file__).parents[2]
CORE = ROOT / "src" / "fanshare" / "core"

#: The tests that have to notice, by module.
TESTS = {
    "money": ["tests/core/test_money.py"],
    "sharing": ["tests/core/test_sharing.py"],
    "ledger": ["tests/core/test_ledger.py"],
    "log": ["tests/core/test_log.py"],
    # Of the 2,000 worlds an eighth: what they notice, they notice early.
    "settlement": [
        *("tests/core/test_settlement_facts.py", "tests/core/test_settlement.py", "tests/core/test_reference.py"),
        *("-k", "not every_sampled_order or 0"),
    ],
}


#: Without the fixtures of the rooms, which would be loaded anew for every mutant; hypothesis was there before pytest.
_QUICKLY = (
    *("-x", "-q", "--no-header", "--noconftest", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis"),
)


@dataclass
class Outcome:
    """What became of the mutants of one module."""

    module: str
    tried: int = 0
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def score(self) -> float:
        return 100 * (self.tried - len(self.survivors)) / max(1, self.tried)


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)


class _CheapestFirst:
    """Orders tests by what they took in an earlier run, and writes down what they take in the first."""

    def __init__(self, times: Path) -> None:
        self.times = times
        self.known: dict[str, float] = json.loads(times.read_text("utf-8")) if times.exists() else {}
        self.taken: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.known.get(item.nodeid, 0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.taken[report.nodeid] = self.taken.get(report.nodeid, 0) + report.duration

    def pytest_sessionfinish(self) -> None:
        if not self.known:
            self.times.write_text(json.dumps(self.taken), "utf-8")


def hunt(
    module: str, tests: Sequence[str] | None = None, sample: int = 0, show: Callable[[str], object] = lambda said: None
) -> Outcome:
    """Try every mutant of a module of the core, or ``sample`` of them, chosen by a seed that is the module's name.

    ``show`` is told of each mutant when it has been tried.
    """
    path = CORE / f"{module}.py"
    source = path.read_text("utf-8")
    chosen = list(tests or TESTS[module])
    found = chosen_from(list(mutants(source)), module, sample)
    outcome = Outcome(module)
    with tempfile.TemporaryDirectory() as folder:
        times = Path(folder, "times.json")
        started = time.monotonic()
        if not _passes(module, path, source, chosen, times, 1_800):
            raise SystemExit(f"{module}: its tests fail without a mutant")
        patience = max(20.0, 3 * (time.monotonic() - started))
        for mutant in found:
            outcome.tried += 1
            survives = _passes(module, path, mutant.source, chosen, times, patience)
            if survives:
                outcome.survivors.append(mutant)
            fate = "survives" if survives else "found"
            show(f"{module} {outcome.tried}/{len(found)} {fate}, line {mutant.line}: {mutant.name}")
    return outcome


def chosen_from(found: list[Mutant], seed: str, sample: int) -> list[Mutant]:
    """All, or some that only depend on the seed."""
    if not sample or sample >= len(found):
        return found
    return Random(seed).sample(found, sample)


def _passes(module: str, path: Path, source: str, tests: list[str], times: Path, patience: float) -> bool:
    """Whether the tests pass with this source."""
    child = os.fork()
    if child == 0:
        os._exit(_in_child(module, path, source, tests, times))
    deadline = time.monotonic() + patience
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return False
        time.sleep(0.01)


def _in_child(module: str, path: Path, source: str, tests: list[str], times: Path) -> int:
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    for name in [one for one in sys.modules if one.split(".")[0] in ("fanshare", "tests")]:
        del sys.modules[name]  # a process of other tests may have loaded the module unchanged
    sys.meta_path.insert(0, _Changed(f"fanshare.core.{module}", path, source))
    try:
        return int(pytest.main([*_QUICKLY, *tests], plugins=[_CheapestFirst(times)]))
    except BaseException:
        return 99


def main(asked: Sequence[str]) -> None:
    """Each argument is a module, or ``module:30`` for a sample of 30 mutants; the error output tells each fate."""
    for one in asked or TESTS:
        module, _, sample = one.partition(":")
        outcome = hunt(module, sample=int(sample or 0), show=lambda said: sys.stderr.write(f"{said}\n"))
        said = [f"{module}: {outcome.tried} mutants, {len(outcome.survivors)} survive, {outcome.score:.1f} %"]
        said += [f"  {mutant.line}: {mutant.name}" for mutant in outcome.survivors]
        sys.stdout.write("\n".join((*said, "")))
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
