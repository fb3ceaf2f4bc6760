"""What the edge imports stays light."""

import subprocess
import sys

from fanshare.integrations.registry import CONNECTORS
from fanshare.integrations.verifiers import VERIFIERS

HEAVY = ("httpx", "pydantic", "django", "psycopg", "msgspec")


def loaded(module: str) -> set[str]:
    script = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    return set(answer.stdout.split())


def test_checking_signatures_loads_no_framework_and_no_http_client() -> None:
    assert loaded("fanshare.integrations.verifiers") == set()


def test_the_registry_does_load_the_http_client() -> None:
    """The negative control: the probe sees what it looks for."""
    assert "httpx" in loaded("fanshare.integrations.registry")


def test_both_tables_name_the_same_kinds_and_checks() -> None:
    assert {kind: each.verify for kind, each in CONNECTORS.items()} == dict(VERIFIERS)
    assert all(kind == each.kind for kind, each in CONNECTORS.items())
