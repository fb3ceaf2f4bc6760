"""Homes for the embedded server: one that is ready and shared by all tests, and empty ones."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanshare.store.server import Server
from tests.support.embedded import leftovers, new_home


@pytest.fixture
def empty_home() -> Iterator[Path]:
    home = new_home()
    yield home
    shutil.rmtree(home.parent)


@pytest.fixture(scope="session")
def _prepared_home() -> Iterator[Path]:
    home = new_home()
    with Server(home):
        pass
    yield home
    shutil.rmtree(home.parent)


@pytest.fixture
def home(_prepared_home: Path) -> Iterator[Path]:
    """A home with a data directory and no server; afterwards again no server."""
    yield _prepared_home
    with Server(_prepared_home) as server:
        place = server.place
    assert leftovers(place) == []
