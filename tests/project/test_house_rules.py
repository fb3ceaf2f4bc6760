"""Size, docstrings, unfinished work, purity of the core: the tree keeps them, and each rule is able to fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import rules
from tests.support.tree import PACKAGE, ROOT, modules, name

SOURCE = modules(PACKAGE)
TESTS = modules(ROOT / "tests") + modules(ROOT / "benchmarks")
CORE = modules(PACKAGE / "core")
#: The offline verifier is handed out as one file and needs nothing beside it, so it can't be split.
STANDALONE = [PACKAGE / "verifier" / "fanshare_verify.py"]
SPLITTABLE = [path for path in SOURCE + TESTS if path not in STANDALONE]

type Rule = Callable[[str], list[str]]

RULES: list[tuple[Rule, list[Path]]] = [
    (rules.long_modules, SPLITTABLE),
    (rules.long_functions, SOURCE + TESTS),
    (rules.undocumented, SOURCE),
    (rules.postponed, SOURCE + TESTS),
    (rules.floats, CORE),
    (rules.impure, CORE),
    (rules.foreign, CORE),
]

OFFENCES: list[tuple[Rule, str]] = [
    (rules.long_modules, "x = 1\n" * 401),
    (rules.long_functions, "def f():\n" + "    x = 1\n" * 60),
    (rules.long_functions, "class C:\n    async def f(self):\n" + "        x = 1\n" * 60),
    (rules.undocumented, "x = 1\n"),
    (rules.undocumented, '"""A module."""\ndef f(): ...\n'),
    (rules.undocumented, '"""A module."""\nclass C: ...\n'),
    (rules.postponed, "x = 1  # TO" + "DO: later\n"),
    (rules.postponed, "x = 1  # XX" + "X\n"),
    (rules.floats, "rate = 0.12\n"),
    (rules.floats, "rate = 1e3\n"),
    (rules.floats, "rate = float(text)\n"),
    (rules.floats, "def f(rate: float) -> None: ...\n"),
    (rules.impure, "import time\n"),
    (rules.impure, "from os import urandom\n"),
    (rules.impure, "def f():\n    import random\n"),
    (rules.impure, "import secrets as s\n"),
    (rules.impure, "from datetime import datetime\nt = datetime.now(UTC)\n"),
    (rules.impure, "import datetime\nt = datetime.date.today()\n"),
    (rules.impure, "open('x')\n"),
    (rules.foreign, "import django\n"),
    (rules.foreign, "from fanshare.store import access\n"),
    (rules.foreign, "from fanshare import store\n"),
    (rules.foreign, "from .. import store\n"),
]


@pytest.mark.parametrize(("rule", "paths"), RULES, ids=[rule.__name__ for rule, _ in RULES])
def test_the_tree_keeps_the_rule(rule: Rule, paths: list[Path]) -> None:
    assert paths
    offences = [f"{name(path)}: {offence}" for path in paths for offence in rule(path.read_text("utf-8"))]
    assert not offences, "\n" + "\n".join(offences)


@pytest.mark.parametrize(("rule", "source"), OFFENCES, ids=[rule.__name__ for rule, _ in OFFENCES])
def test_the_rule_finds_a_planted_offence(rule: Rule, source: str) -> None:
    assert rule(source)


def test_no_rule_is_without_a_planted_offence() -> None:
    assert {rule for rule, _ in RULES} == {rule for rule, _ in OFFENCES}


def test_ordinary_code_of_the_core_offends_no_rule() -> None:
    source = (
        '"""Shares."""\n\nfrom fractions import Fraction\n\nfrom fanshare.core.money import spread\n\n\n'
        'def half(total: int) -> Fraction:\n    """Half of it."""\n    return Fraction(total, 2)\n'
    )
    assert not [offence for rule, _ in RULES for offence in rule(source)]
