"""An installation for the tests of the jobs: database, home, clock, worker, and an edge where one is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanshare.store.server import Database
from tests.jobs.house import House
from tests.support.schema import conn, database, owner, schema_template, shared_database

__all__ = ["conn", "database", "owner", "schema_template", "shared_database"]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    """Bea's installation, with Cleo, Finn, a link of each, and a shop that posts signed JSON."""
    with House.built(database, tmp_path) as built:
        yield built
