"""The database fixtures, for every test of the flows."""

import pytest

from fanshare.core.invoices.model import Party
from fanshare.core.invoices.series import known_by
from fanshare.flows import number_series
from fanshare.flows.context import Programme
from tests.support.schema import conn, database, owner, schema_template, shared_database

__all__ = ["conn", "database", "owner", "schema_template", "shared_database"]


@pytest.fixture(autouse=True)
def issuers_apart(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories share a database and the firm that issues invoices in them; in each of them it is another one.

    A module that tests just this says ``ONE_INSTALLATION``.
    """
    if not getattr(request.module, "ONE_INSTALLATION", False):
        monkeypatch.setattr(number_series, "_hashes", _of_its_programme)


def _of_its_programme(programme: Programme, issuer: Party) -> list[bytes]:
    return sorted(bytes.fromhex(programme.pseudonym("issuer", one)) for one in known_by(issuer))
