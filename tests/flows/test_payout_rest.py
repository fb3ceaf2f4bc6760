"""Of all open payments of a run it is said at once that they arrived: of exactly those that were shown."""

import pytest

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY
from fanshare.core.payout_item import Said, State
from fanshare.flows import payout_rest, payout_runs
from fanshare.flows.check import one_finding
from tests.flows.test_payout_calls import Play, play
from tests.flows.test_payout_runs import CLEOS, FINNS, READY, money, sent, states, story, told
from tests.support.stories import Story

__all__ = ["play", "story"]
LATER = READY + DAY


def test_all_that_is_open_arrived_and_the_money_is_paid(story: Story) -> None:
    run, _ = sent(story)
    found = payout_rest.rest(story.access, run)
    assert (len(found.keys), found.sums) == (2, (payout_rest.Sum("EUR", 2, CLEOS + FINNS),))
    assert payout_rest.arrived(story.programme, run, found.mark, "Bea", LATER) == 2
    assert set(states(story, run).values()) == {State.FINAL}
    assert (money(story, story.cleo)[1:], money(story, story.finn)[1:]) == ((0, CLEOS), (0, FINNS))
    assert payout_rest.rest(story.access, run).keys == ()
    assert one_finding("payout runs", story.programme, LATER).ok


def test_one_that_came_back_before_stays_as_it_is(story: Story) -> None:
    run, keys = sent(story)
    payout_runs.tell(story.programme, run, [told(keys[story.finn], Said.CAME_BACK)], "Bea", LATER)
    found = payout_rest.rest(story.access, run)
    assert found.keys == (keys[story.cleo],)
    payout_rest.arrived(story.programme, run, found.mark, "Bea", LATER)
    assert states(story, run) == {story.cleo: State.FINAL, story.finn: State.RETURNED}


def test_what_was_said_after_she_looked_is_not_overruled(story: Story) -> None:
    run, keys = sent(story)
    shown = payout_rest.rest(story.access, run)
    payout_runs.tell(story.programme, run, [told(keys[story.finn], Said.CAME_BACK)], "Bob", LATER)
    with pytest.raises(ConflictError, match="Meanwhile"):
        payout_rest.arrived(story.programme, run, shown.mark, "Bea", LATER)
    assert states(story, run) == {story.cleo: State.SUBMITTED, story.finn: State.RETURNED}, "nothing was written"


def test_said_twice_it_counts_once(story: Story) -> None:
    run, _ = sent(story)
    shown = payout_rest.rest(story.access, run)
    payout_rest.arrived(story.programme, run, shown.mark, "Bea", LATER)
    with pytest.raises(ConflictError, match="Meanwhile"):
        payout_rest.arrived(story.programme, run, shown.mark, "Bea", LATER)
    assert money(story, story.cleo)[2] == CLEOS


def test_what_does_not_match_waits_for_a_person(story: Story) -> None:
    run, keys = sent(story)
    payout_runs.tell(story.programme, run, [told(keys[story.finn], Said.ARRIVED, FINNS + 10_000)], "Bea", LATER)
    found = payout_rest.rest(story.access, run)
    assert (found.keys, found.looked) == ((keys[story.cleo],), 1)
    payout_rest.arrived(story.programme, run, found.mark, "Bea", LATER)
    assert states(story, run)[story.finn] is State.MISMATCH


def test_what_a_provider_tells_is_not_said_by_hand(play: Play) -> None:
    run, keys = sent(play.story)
    found = payout_rest.rest(play.story.access, run)
    assert (found.keys, found.called) == ((keys[play.story.cleo],), 1)


def test_of_very_many_the_first_are_said_and_then_the_others(story: Story) -> None:
    run, _ = sent(story)
    for left in (1, 0):
        found = payout_rest.rest(story.access, run, most=1)
        assert (len(found.keys), found.more) == (1, left)
        payout_rest.arrived(story.programme, run, found.mark, "Bea", LATER, most=1)
    assert set(states(story, run).values()) == {State.FINAL}


def test_a_name_is_asked_for_and_another_run_is_none(story: Story) -> None:
    run, _ = sent(story)
    found = payout_rest.rest(story.access, run)
    with pytest.raises(BadInputError, match="who does this"):
        payout_rest.arrived(story.programme, run, found.mark, " ", LATER)
    with pytest.raises(ConflictError):
        payout_rest.arrived(story.programme, run + 1, found.mark, "Bea", LATER)
