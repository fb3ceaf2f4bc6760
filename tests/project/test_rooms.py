"""The direction of knowledge between rooms: import-linter's contracts hold, and each of them is able to fail."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import PACKAGE, ROOT

CONFIG = ROOT / ".importlinter"
SECTION = "importlinter:contract:"

#: For each contract a module and an import that it must refuse.
PLANTS = {
    "core": ("core/money.py", "import fanshare.store"),
    "adapters": ("world/planted.py", "from fanshare import web"),
    "siblings": ("spool/planted.py", "import fanshare.store"),
    "flows": ("flows/planted.py", "from fanshare import edge"),
    "edge": ("edge/planted.py", "import fanshare.store"),
    "ports": ("config/keys.py", "import fanshare.store"),
    "edge-alone": ("edge/planted.py", "import django.http"),
    "edge-verifies": ("edge/planted.py", "import fanshare.integrations.planted.parse"),
    "surfaces": ("web/planted.py", "import fanshare.api"),
    "doors": ("web/planted.py", "import fanshare.store.planted"),
    "upkeep": ("jobs/planted.py", "import fanshare.upkeep"),
    "commands": ("jobs/planted.py", "import fanshare.cli"),
    "light-start": ("jobs/planted.py", "def late() -> None:\n    import pandas"),
}


def contracts() -> dict[str, configparser.SectionProxy]:
    config = configparser.ConfigParser()
    config.read(CONFIG, "utf-8")
    return {name.removeprefix(SECTION): config[name] for name in config.sections() if name.startswith(SECTION)}


def lint(root: Path, *only: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter over ``root/src``; the working copy's own package is shadowed."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    options = [option for contract in only for option in ("--contract", contract)]
    return subprocess.run(
        [sys.executable, "-c", program, "--no-logo", "--no-cache", "--config", str(CONFIG), *options],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, with a connector and a store module that plants can reach for."""
    package = tmp_path / "src" / "fanshare"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    for module in ("integrations/planted/__init__.py", "integrations/planted/parse.py", "store/planted.py"):
        (package / module).parent.mkdir(exist_ok=True)
        (package / module).touch()
    return tmp_path


def test_every_contract_holds() -> None:
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_copy_itself_breaks_nothing(copy: Path) -> None:
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_contract_has_a_plant() -> None:
    assert set(PLANTS) == set(contracts())


@pytest.mark.parametrize("contract", PLANTS)
def test_a_planted_import_breaks_the_contract(contract: str, copy: Path) -> None:
    module, statement = PLANTS[contract]
    path = copy / "src" / "fanshare" / module
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{statement}\n")
    outcome = lint(copy, contract)
    assert outcome.returncode != 0
    assert f"{contracts()[contract]['name']} BROKEN" in outcome.stdout, outcome.stdout + outcome.stderr
    assert f"fanshare.{module.removesuffix('.py').replace('/', '.')} ->" in outcome.stdout


def test_the_edge_may_name_keys_but_nothing_else_of_the_wiring(copy: Path) -> None:
    package = copy / "src" / "fanshare"
    (package / "config" / "planted.py").touch()
    planted = package / "edge" / "planted.py"
    planted.write_text("from fanshare.config.keys import Keys\n", "utf-8")
    assert lint(copy, "edge").returncode == 0
    planted.write_text("from fanshare.config import planted\n", "utf-8")
    assert lint(copy, "edge").returncode != 0


def test_pages_may_ask_queries(copy: Path) -> None:
    package = copy / "src" / "fanshare"
    (package / "store" / "queries" / "planted.py").touch()
    (package / "web" / "planted.py").write_text("from fanshare.store.queries import planted\n", "utf-8")
    assert lint(copy, "doors").returncode == 0


def test_no_room_is_outside_the_contracts() -> None:
    rooms = {f"fanshare.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
    named = " ".join(value for contract in contracts().values() for value in contract.values()).split()
    assert rooms <= set(named)
