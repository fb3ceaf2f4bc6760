"""The API over Bea's installation."""

from collections.abc import Iterator

import pytest

from tests.api.support.desk import Client, Served
from tests.api.support.desk import served as serving
from tests.jobs.conftest import conn, database, house, owner, schema_template, shared_database
from tests.jobs.house import House

__all__ = ["conn", "database", "house", "owner", "schema_template", "shared_database"]


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    with serving(house) as found:
        yield found


@pytest.fixture
def api(served: Served) -> Client:
    """Bea's software, which may do everything."""
    return served.client()
