"""Payouts that are taken further together: each with its own leaves, in as many statements as one alone."""

import pytest

from fanshare.flows import payouts
from fanshare.flows.context import open_programme
from fanshare.flows.payouts import Begun, Step
from fanshare.store.access import Connection
from tests.flows.test_payout_runs import CLEOS, FINNS, READY
from tests.support.counting import Counting
from tests.support.pg_books import KEYS
from tests.support.stories import TERMS, Story, open_story


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 ready and Cleo 5.664."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    return made


def sent(story: Story, news: list[Begun]) -> tuple[list[payouts.Payout], int]:
    """Payouts that were begun and sent, and how many statements that took."""
    access = Counting(story.access.conn, story.access.programme_id, "test")
    programme = open_programme(access, story.programme.public_id, KEYS)
    before = access.asked
    with access.transaction():
        begun = payouts.begin_all(access, news, READY)
        payouts.walk(programme, [Step(one, "in_transit") for one in begun], READY)
    return begun, access.asked - before


def test_many_take_as_many_statements_as_one(story: Story) -> None:
    begun, one = sent(story, [Begun(story.finn, "EUR", 10_000)])
    assert len(begun) == 1
    many = [Begun(party, "EUR", 10_000 * (1 + place)) for place, party in enumerate([story.finn, story.cleo] * 5)]
    begun, all_ = sent(story, many)
    assert [(one.party, one.amount) for one in begun] == [(one.party, one.amount) for one in many], "in their order"
    assert all_ <= one
    assert story.wrong(READY) == []


def test_a_payout_that_goes_two_steps_at_once_has_both_leaves_in_a_row(story: Story) -> None:
    programme, access = story.programme, story.access
    with access.transaction():
        finns, cleos = payouts.begin_all(
            access, [Begun(story.finn, "EUR", FINNS), Begun(story.cleo, "EUR", CLEOS)], READY
        )
        steps = [Step(finns, "in_transit"), Step(cleos, "in_transit"), Step(finns, "final")]
        payouts.walk(programme, steps, READY)
    assert [payouts.find(access, one.id).state for one in (finns, cleos)] == ["final", "in_transit"]
    assert story.wrong(READY) == [], "each leaf names the one before it"


def test_none_are_none(story: Story) -> None:
    assert payouts.begin_all(story.access, [], READY) == []
    assert sent(story, [])[0] == []
