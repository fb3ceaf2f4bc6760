"""docs/faults.md names tests that are there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def missing(text: str) -> list[str]:
    """The tests that a page names and that are nowhere."""
    return [f"{path}::{name}" for path, name in _TEST.findall(text) if name not in _tests(ROOT / path)]


def _tests(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def rows(text: str) -> list[list[str]]:
    """The cells of every fault."""
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_test_that_the_page_names_is_there() -> None:
    text = PAGE.read_text("utf-8")
    assert missing(text) == []
    assert missing(text + "`tests/faults/test_nowhere.py::test_x`, `tests/faults/test_frozen.py::test_x`") == [
        "tests/faults/test_nowhere.py::test_x",
        "tests/faults/test_frozen.py::test_x",
    ]


def test_every_fault_has_a_test_and_a_control() -> None:
    found = rows(PAGE.read_text("utf-8"))
    assert len(found) >= 20
    for fault, shown, control in found:
        assert _TEST.search(shown), fault
        assert _TEST.search(control) or control.startswith("the same"), fault


def test_every_fault_test_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    folder = ROOT / "tests" / "faults"
    named = {name for _, name in _TEST.findall(text)}
    absent = {path.stem for path in folder.glob("test_*.py") if not named & _tests(path)}
    assert absent == set()
