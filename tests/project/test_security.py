"""Bandit looks through the tree in ``make check``: here it is seen to complain. What it skips, ruff looks for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SKIPPED = re.compile(r'"B(\d{3})"')


def bandit(*paths: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "bandit", "--quiet", "--configfile", str(ROOT / "pyproject.toml")]
    words += ["--severity-level", "medium", *map(str, paths)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("import yaml\n\n\ndef read(text):\n    return yaml.load(text)\n", "B506"),
        ("import pickle\n\n\ndef read(raw):\n    return pickle.loads(raw)\n", "B301"),
        ("import subprocess\n\n\ndef run(words):\n    subprocess.run(words, shell=True)\n", "B602"),
        ("import hashlib\n\n\ndef of(raw):\n    return hashlib.md5(raw).hexdigest()\n", "B324"),
    ],
)
def test_bandit_complains_of_what_is_planted(tmp_path: Path, planted: str, rule: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(planted)
    found = bandit(file)
    assert found.returncode == 1
    assert rule in found.stdout
    file.write_text(planted.split("\n", 1)[0] + "\n")
    assert bandit(file).returncode == 0 or rule == "B301", "the import alone is no finding"


def test_what_bandit_skips_ruff_refuses(tmp_path: Path) -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    [skips] = [line for line in settings.splitlines() if line.startswith("skips = ")]
    planted = {
        "104": 'HOST = "0.0.0.0"\n',
        "108": 'PLACE = "/tmp/x"\n',
        "608": 'def of(name):\n    return f"SELECT x FROM {name} WHERE y"\n',
        "704": "from markupsafe import Markup\n\n\ndef of(text):\n    return Markup(text)\n",
    }
    assert {found[1] for found in _SKIPPED.finditer(skips)} == planted.keys()
    for number, text in planted.items():
        file = tmp_path / "planted.py"
        file.write_text(text)
        words = ["ruff", "check", "--config", str(ROOT / "pyproject.toml"), "--output-format", "concise", str(file)]
        found = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
        assert f"S{number}" in found.stdout, found.stdout
