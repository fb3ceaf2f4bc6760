"""The tests of the core against mutants of the core: a sample in every run, and all of five modules in a soak.

What is found by nobody is listed in docs/mutation.md, each with the reason why it may live.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutation.hunt import ROOT, hunt
from tests.mutation.mutants import mutants
from tests.support.effort import factor

#: The modules whose survivors were gone through, with the size of the sample of an ordinary run.
MODULES = {"money": 0, "sharing": 3, "ledger": 0, "log": 0, "settlement": 0}
GOAL = 95.0


def known() -> str:
    """The page of those that may live."""
    return (ROOT / "docs" / "mutation.md").read_text("utf-8")


@pytest.mark.soak_sized
@pytest.mark.parametrize("module", [name for name, few in MODULES.items() if few or factor() > 1])
def test_mutants_of_the_core_are_noticed_by_its_tests(
    module: str, record_property: Callable[[str, object], None]
) -> None:
    outcome = hunt(module, sample=0 if factor() > 1 else MODULES[module])
    record_property("tried", {f"mutants of {module}": outcome.tried})
    unknown = [mutant.name for mutant in outcome.survivors if mutant.name not in known()]
    assert not unknown, "\n".join(unknown)
    assert outcome.score >= GOAL


def test_a_test_that_looks_at_nothing_notices_nothing(tmp_path: Path) -> None:
    idle = tmp_path / "test_idle.py"
    idle.write_text("from fanshare.core import sharing\n\ndef test_idle() -> None:\n    assert sharing\n")
    outcome = hunt("sharing", [str(idle)], sample=3)
    assert (outcome.tried, len(outcome.survivors)) == (3, 3)


def test_a_mutant_is_the_module_with_one_thing_changed() -> None:
    source = "def more(a: int, b: int) -> int:\n    return a + b if a > 0 else 1\n"
    found = {one.source.splitlines()[1].strip() for one in mutants(source)}
    assert "return a - b if a > 0 else 1" in found
    assert "return a + b if a >= 0 else 1" in found
    assert "return a + b if a > 1 else 1" in found
    assert "return None" in found
    assert "return a + b if a > 0 else 1" not in found
    assert list(mutants("def none() -> None:\n    return None\n")) == []
