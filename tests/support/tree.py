"""The files of this project, as its tests read them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "fanshare"


def modules(folder: Path) -> list[Path]:
    """Every Python file below a folder, sorted."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def name(path: Path) -> str:
    """A path as it is called inside the project: ``src/fanshare/core/money.py``."""
    return path.relative_to(ROOT).as_posix()


@cache
def committed() -> tuple[str, ...]:
    """Names of the files under version control; outside a working copy, of all files that a copy would have."""
    if (ROOT / ".git").exists():
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        return tuple(name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file())
    made = {".venv", ".uv", "__pycache__", ".mypy_cache", ".ruff_cache", ".import_linter_cache"}
    return tuple(name(path) for path in sorted(ROOT.rglob("*")) if path.is_file() and not made & set(path.parts))
