"""Her word ends after the documents that are due by it: taking it back and leaving, beside payments that arrive."""

from collections.abc import Callable

import pytest

from fanshare.core.instants import DAY
from fanshare.core.payout_item import Said
from fanshare.flows import payout_runs, people, self_billing
from fanshare.flows.context import Programme
from fanshare.store.access import connect
from fanshare.store.queries import own_data
from fanshare.store.queries import self_bills as rows
from fanshare.store.server import Database
from tests.flows.test_payee_runs import blocked, other
from tests.flows.test_payout_runs import READY, approved
from tests.flows.test_self_billing import CLEOS, agree, many, paid, person, reason, story, told, written
from tests.support.stories import Story

__all__ = ["story"]

type Ending = Callable[[Programme, Story], object]


def _takes_it_back(programme: Programme, story: Story) -> None:
    self_billing.take_back(programme, story.cleo, person(story, story.cleo), READY + DAY)


def _leaves(programme: Programme, story: Story) -> None:
    people.erase(programme, story.cleo, READY + DAY)


endings = pytest.mark.parametrize("end", [_takes_it_back, _leaves], ids=["takes it back", "leaves"])


def over(story: Story) -> list[int]:
    """The amounts of all documents, in order of their numbers."""
    return [bill.amount for bill in rows.everything(story.access)]


@endings
def test_what_is_due_is_written_before_her_word_ends(story: Story, end: Ending) -> None:
    agree(story, story.cleo)
    many(story, 3)
    end(story.programme, story)
    assert len(over(story)) == 3
    assert [bill.serial for bill in rows.everything(story.access)] == [1, 2, 3]
    assert written(story) == [self_billing.document(story.programme, one) for one in rows.everything(story.access)]
    assert story.wrong(READY + 2 * DAY) == []


@endings
def test_without_it_they_would_never_be_written(story: Story, end: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_billing, "write_hers", lambda *_: 0)
    agree(story, story.cleo)
    paid(story)
    end(story.programme, story)
    assert written(story) == []


@endings
def test_what_arrives_afterwards_has_none(story: Story, end: Ending) -> None:
    agree(story, story.cleo)
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    end(story.programme, story)
    told(story, run, Said.ARRIVED, READY + DAY)
    assert written(story) == []
    assert reason(story, run, story.cleo) in ("not_agreed", "payee_left")


@endings
def test_a_payment_that_arrives_at_that_moment_comes_first_and_has_its_document(
    story: Story, shared_database: Database, end: Ending
) -> None:
    """It is told and not committed: her word waits for it, and then knows it."""
    agree(story, story.cleo)
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    conn, programme = other(shared_database, story)
    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            told(story, run, Said.ARRIVED, READY)
            thread = blocked(watch, lambda: end(programme, story))
        thread.join()
    assert len(over(story)) == 1
    assert story.wrong(READY + 2 * DAY) == []


@endings
def test_or_wholly_after_and_has_none(story: Story, shared_database: Database, end: Ending) -> None:
    agree(story, story.cleo)
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", READY)
    conn, programme = other(shared_database, story)
    later = Story.__new__(Story)
    vars(later).update(vars(story) | {"programme": programme, "access": programme.access})
    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            end(story.programme, story)
            thread = blocked(watch, lambda: told(later, run, Said.ARRIVED, READY + DAY))
        thread.join()
    assert written(story) == []
    assert story.wrong(READY + 2 * DAY) == []


@endings
def test_a_worker_at_that_moment_writes_none_twice(story: Story, shared_database: Database, end: Ending) -> None:
    agree(story, story.cleo)
    many(story, 2)
    conn, programme = other(shared_database, story)
    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            end(story.programme, story)
            thread = blocked(watch, lambda: self_billing.write_due(programme, story.tenant, READY + DAY))
        thread.join()
    assert [bill.serial for bill in rows.everything(story.access)] == [1, 2]
    assert story.wrong(READY + 2 * DAY) == []


def test_who_never_agreed_or_has_no_brand_that_writes_leaves_as_before(story: Story) -> None:
    paid(story)
    people.erase(story.programme, story.finn, READY + DAY)
    agree(story, story.cleo, CLEOS)
    self_billing.end_issuer(story.programme, READY)
    people.erase(story.programme, story.cleo, READY + DAY)
    assert over(story) == []
    assert own_data.party(story.access, story.cleo) is None
