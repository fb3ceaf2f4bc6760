"""The trials of the benchmarks, each at its smallest, so that they can't rot; and COPY, their yardstick."""

from collections.abc import Iterator

import pytest

from benchmarks.__main__ import all_trials
from benchmarks.ground import Ground, ground
from benchmarks.trials import Trial, perform
from benchmarks.twins import Twins
from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind
from fanshare.store import ledger
from fanshare.store.access import Connection
from tests.support.schema import Cast, cast, conn, database, owner, schema_template, shared_database

__all__ = ["cast", "conn", "database", "owner", "schema_template", "shared_database"]


def test_rows_come_back_from_copy_as_they_were_written(cast: Cast, owner: Connection) -> None:
    twins = Twins(owner, ("transfer",))
    mark = twins.mark()
    party = cast.party()
    absorbed, available = AccountKey(AccountKind.ABSORBED), AccountKey(AccountKind.AVAILABLE, party)
    ledger.post(cast.access, [Transfer(TransferKind.CLAIM, absorbed, available, 5, "EUR")] * 3, at=1)
    assert twins.copy(twins.written(mark)) > 0
    copied = owner.execute("SELECT * FROM twin_transfer ORDER BY id").fetchall()
    assert copied == owner.execute("SELECT * FROM transfer ORDER BY id").fetchall()
    assert len(copied) == 3


@pytest.fixture(scope="module")
def small_ground() -> Iterator[Ground]:
    """One installation for all trials of this module."""
    with ground() as made:
        yield made


@pytest.mark.parametrize("trial", all_trials(), ids=lambda trial: trial.name)
def test_a_trial_runs_at_its_smallest(small_ground: Ground, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # the peer is measured by a whole run only
    failed: list[str] = []
    rows = perform(trial, 0.002, failed)
    assert not failed, rows
    for row in rows:
        assert row.measured or row.cpu, row
        assert row.measured != "not measured" or "install" in row.remark, row
