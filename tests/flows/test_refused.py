"""What can't be kept is refused in a sentence, by a rule and not by the database."""

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import HOUR
from fanshare.flows import links, payout_runs, rulings
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.access import Connection
from tests.support.stories import NOW, TERMS, Story, open_story


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn)


def test_two_choices_of_one_moment_follow_each_other(story: Story) -> None:
    links.choose_fan_part(story.programme, story.cleo, 1000, NOW)
    links.choose_fan_part(story.programme, story.cleo, 1500, NOW)
    links.choose_fan_part(story.programme, story.cleo, 500, NOW, link_id=story.link)
    rows = story.access.fetch(
        "SELECT fan_bps, from_at FROM fan_choice WHERE programme_id = %(programme_id)s ORDER BY id"
    )
    assert rows == [(1000, NOW), (1500, NOW + 1), (500, NOW)]
    assert story.wrong(NOW + HOUR) == []


@pytest.mark.parametrize(
    ("reason", "code"), [(" ", "reason_missing"), ("x" * 2_001, "bad_reason"), ("a\0b", "bad_reason")]
)
def test_a_decision_has_a_reason_that_can_be_kept(story: Story, reason: str, code: str) -> None:
    order = story.sold("1", 59_000_000, story.click())
    with pytest.raises(FanshareError) as caught:
        rulings.rule(story.programme, rulings.NewRuling("denied", reason, order=order), NOW + HOUR)
    assert caught.value.code == code


@pytest.mark.parametrize("moment", [-1, 2**53 + 2**60, 2**63 - 1])
def test_terms_begin_in_a_year_that_a_calendar_has(story: Story, moment: int) -> None:
    higher = {**TERMS, "commission": [{"id": "standard", "percent": "20"}]}
    with pytest.raises(FanshareError, match="1970 to 9999"):
        publish_terms(story.access, higher, NOW, effective_at=moment)


def test_a_run_is_done_by_somebody_with_a_name(story: Story) -> None:
    for name in (" ", "x" * 201, "a\0b"):
        with pytest.raises(FanshareError) as caught:
            payout_runs.plan(story.programme, name, NOW)
        assert caught.value.code == "bad_name"
