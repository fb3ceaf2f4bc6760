"""An edge for the tests that change nothing about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.running import Edge, running


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    """A fresh edge with the usual links and endpoints."""
    with running(tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """One edge for a whole module, for tests that leave nothing behind."""
    with running(tmp_path_factory.mktemp("steady")) as started:
        yield started
