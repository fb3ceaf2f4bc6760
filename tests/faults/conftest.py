"""Databases, and one stage for the stories of a module."""

from collections.abc import Iterator

import pytest

from fanshare.store.server import Database
from tests.faults.sim_stage import Stage, found
from tests.jobs.conftest import house
from tests.support.schema import conn, database, owner, schema_template, shared_database

__all__ = ["conn", "database", "house", "owner", "schema_template", "shared_database"]


@pytest.fixture(scope="module")
def stage(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The programme in which stories play."""
    made = found(shared_database, tmp_path_factory.mktemp("stage"))
    yield made
    made.close()
