"""Finding a Python, and what the lock files may hold."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^ ;]+( ; [^\\]+)?( \\)?")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
COMMENT = re.compile(r" *#.*")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with the script alone and an empty folder of programs, so that nothing of this machine is found."""
    for name in ("scripts/python.sh", "scripts/uv.sh", ".python-version", "requirements/bootstrap.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for program in ("sh", "cat", "dirname"):
        (tmp_path / "bin" / program).symlink_to(str(shutil.which(program)))
    return tmp_path


def find(tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What ``scripts/python.sh`` answers where only ``tree/bin`` is on the path."""
    here = {"PATH": str(tree / "bin"), "HOME": str(tree)}
    command = ["sh", str(tree / "scripts" / "python.sh")]
    return subprocess.run(command, env=here | environment, capture_output=True, text=True, check=False)


def program(path: Path, body: str) -> None:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)


def python(path: Path) -> None:
    """This test's Python under another name; a link would lose its environment."""
    program(path, f'exec {sys.executable} "$@"')


def test_the_path_comes_before_pyenv(tree: Path) -> None:
    python(tree / "bin" / "python3.12")
    program(tree / ".pyenv/versions/3.13.0/bin/python", "echo wrong")
    outcome = find(tree)
    assert (outcome.returncode, outcome.stdout.strip()) == (0, sys.executable)


def test_a_shim_that_does_not_run_is_passed_over(tree: Path) -> None:
    program(tree / "bin" / "python3.13", "exit 127")
    python(tree / ".pyenv/versions/3.13.0/bin/python")
    assert find(tree).stdout.strip() == sys.executable


def test_pyenv_may_live_elsewhere(tree: Path) -> None:
    python(tree / "elsewhere/versions/3.13.0/bin/python")
    assert find(tree, PYENV_ROOT=str(tree / "elsewhere")).stdout.strip() == sys.executable


def test_uv_is_asked_when_nothing_else_is_there(tree: Path) -> None:
    python(tree / "hidden" / "python")
    program(tree / "bin" / "uv", f'[ "$1$2" = pythonfind ] && echo {tree}/hidden/python; [ "$1" != python ] || exit 0')
    assert find(tree).stdout.strip() == sys.executable


#: Stand-ins: an old Python that can only make environments, the pip in such an environment, the uv it installs.
OLD_PYTHON = """
case "$*" in *version_info*) exit 1 ;; esac
[ "$1 $2" = "-m venv" ] || exit 0
mkdir -p "$3/bin" && cp {tree}/stand-in/pip "$3/bin/python"
"""
PIP = """
case "$*" in *--require-hashes*) cp {tree}/stand-in/uv {tree}/.uv/env/bin/uv ;; esac
"""
UV = """
[ "$1 $2" = "python install" ] || exit 0
mkdir -p "$UV_PYTHON_INSTALL_DIR/x/bin" && cp {tree}/stand-in/python "$UV_PYTHON_INSTALL_DIR/x/bin/python"
"""


def test_an_old_python_brings_uv_which_fetches_a_new_one(tree: Path) -> None:
    for name in ("mkdir", "cp"):
        (tree / "bin" / name).symlink_to(str(shutil.which(name)))
    python(tree / "stand-in" / "python")
    program(tree / "stand-in" / "pip", PIP.format(tree=tree))
    program(tree / "stand-in" / "uv", UV.format(tree=tree))
    program(tree / "bin" / "python3", OLD_PYTHON.format(tree=tree))
    outcome = find(tree)
    assert outcome.stdout.strip() == sys.executable, outcome.stderr


def test_where_nothing_helps_one_sentence_says_what_to_install(tree: Path) -> None:
    outcome = find(tree)
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr.count("\n") == 1
    assert "install Python 3.13" in outcome.stderr


def test_a_python_that_was_asked_for_is_not_replaced_by_another(tree: Path) -> None:
    python(tree / "bin" / "python3")
    outcome = find(tree, PYTHON="/nonexistent/python")
    assert outcome.returncode == 1
    assert "/nonexistent/python" in outcome.stderr


def offences(lock: str) -> list[str]:
    """Lines of a lock file that are not a pin, a hash or a comment: an index, a file, an address, an option."""
    lines = [line for line in lock.splitlines() if line]
    return [line for line in lines if not any(shape.fullmatch(line) for shape in (PIN, HASH, COMMENT))]


def pins(path: Path) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;]+)", path.read_text("utf-8"), re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_pins_and_hashes_alone(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not offences(text)
    assert text.count("--hash=") >= len(pins(path)) > 0


@pytest.mark.parametrize(
    "line",
    ["--index-url https://example.org/simple", "--find-links /srv", "a @ file:///srv/a.whl", "a>=1", "-e .", "a"],
)
def test_anything_else_in_a_lock_is_found(line: str) -> None:
    assert offences(line)


def test_what_runs_is_what_is_tested() -> None:
    dev = pins(ROOT / "requirements" / "dev.txt")
    for name in ("base.txt", "build.txt"):
        assert pins(ROOT / "requirements" / name).items() <= dev.items()


def test_make_alone_lists_what_it_can_do() -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    listing = subprocess.run(["make"], cwd=ROOT, env=clean, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "serve", "test", "check", "bench", "soak", "lock", "clean", "install"):
        assert f"make {target} " in listing
