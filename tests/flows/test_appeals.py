"""Whoever is concerned can appeal, once at a time; a decision answers; all of it stands in the log, no word of hers."""

import json

import pytest

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.orders import Buyer, Line
from fanshare.flows import people
from fanshare.flows.appeals import appeal, words_of
from fanshare.flows.check import check
from fanshare.flows.rulings import NewRuling, rule
from fanshare.store.access import Connection
from fanshare.store.queries import appeals
from tests.support.stories import NOW, Story, open_story

WORDS = "My canary parcel was sent, and nobody sent it back."


@pytest.fixture
def story(conn: Connection) -> Story:
    return open_story(conn)


def denied(story: Story) -> int:
    order = story.sold("1", 59_000_000, story.click())
    rule(story.programme, NewRuling("denied", "a reseller", order=order), NOW + HOUR)
    story.settle(NOW + HOUR)
    assert story.shares(order) == {}
    return order


def test_a_denial_that_was_appealed_against_is_taken_back_to_the_micro(story: Story) -> None:
    order = story.sold("1", 59_000_000, story.click())
    whole = story.shares(order)
    rule(story.programme, NewRuling("denied", "a reseller", order=order), NOW + HOUR)
    story.settle(NOW + HOUR)
    made = appeal(story.programme, order, story.finn, WORDS, NOW + 2 * HOUR)
    story.settle(NOW + 2 * HOUR)
    assert story.shares(order) == {}, "an appeal moves nothing by itself"
    ruling = rule(story.programme, NewRuling("released", "shown", order=order, answers=(made,)), NOW + 3 * HOUR)
    story.settle(NOW + 3 * HOUR)
    assert story.shares(order) == whole
    (found,) = appeals.listed(story.access)
    assert (found.ruling, found.verdict, found.reason) == (ruling, "released", "shown")
    assert words_of(story.programme, found.person, made) == WORDS
    assert story.wrong(NOW + 3 * HOUR) == []


def test_a_denied_line_is_given_back_after_an_appeal(story: Story) -> None:
    lines = (Line("1", 40_000_000), Line("2", 19_000_000))
    order = story.sold("1", 59_000_000, story.click(), lines=lines)
    whole = story.shares(order)
    rule(story.programme, NewRuling("denied", "not ours", order=order, line="2"), NOW + HOUR)
    story.settle(NOW + HOUR)
    assert story.shares(order)["creator"][0] < whole["creator"][0]
    rule(story.programme, NewRuling("released", "ours after all", order=order, line="2"), NOW + 2 * HOUR)
    story.settle(NOW + 2 * HOUR)
    assert story.shares(order) == whole
    assert story.wrong(NOW + 2 * HOUR) == []


def test_the_release_of_a_line_ends_no_hold(story: Story) -> None:
    order = story.sold("1", 59_000_000, story.click())
    rule(story.programme, NewRuling("held", "asking", order=order, until=NOW + 20 * DAY), NOW + HOUR)
    rule(story.programme, NewRuling("released", "ours after all", order=order, line="1"), NOW + 2 * HOUR)
    story.settle(NOW + 2 * HOUR)
    assert story.shares(order)["creator"][1] == "held"


def test_an_upheld_decision_stays_and_every_appeal_is_answered_once(story: Story) -> None:
    order = denied(story)
    first = appeal(story.programme, order, story.finn, WORDS, NOW + 2 * HOUR)
    second = appeal(story.programme, order, story.cleo, "So do I.", NOW + 2 * HOUR)
    both = NewRuling("upheld", "it is a reseller", order=order, answers=(first, second))
    rule(story.programme, both, NOW + 3 * HOUR)
    story.settle(NOW + 3 * HOUR)
    assert story.shares(order) == {}
    assert appeals.listed(story.access, waiting=True) == []
    with pytest.raises(ConflictError) as refused:
        rule(story.programme, both, NOW + 4 * HOUR)
    assert refused.value.code == "appeal_answered"
    assert appeal(story.programme, order, story.finn, "There is news.", NOW + 5 * HOUR) > second
    assert story.wrong(NOW + 5 * HOUR) == []


def test_own_evidence_which_no_decision_skipped_can_be_appealed_against(story: Story) -> None:
    """The rule with result 0 has an appeal too: whose evidence it was is concerned, though she has no share."""
    email = story.programme.pseudonym("email", f"{story.canary}@example.test")
    order = story.sold("1", 59_000_000, story.click(), buyer=Buyer(email=email))
    assert set(story.shares(order)) == {"creator"}
    made = appeal(story.programme, order, story.finn, "My brother bought it.", NOW + HOUR)
    to = NewRuling(
        "reassigned",
        "shown",
        order=order,
        creator=story.cleo,
        to_creator=story.cleo,
        to_party=story.finn,
        answers=(made,),
    )
    rule(story.programme, to, NOW + 2 * HOUR)
    story.settle(NOW + 2 * HOUR)
    assert "fan" in story.shares(order)
    assert story.wrong(NOW + 2 * HOUR) == []


def test_what_is_no_appeal_is_refused(story: Story) -> None:
    order = denied(story)
    other = story.sold("2", 10_000_000)
    stranger = people.add_fan(story.programme, people.Joiner("Stray"), NOW)

    def refusal(order: int, party: int, words: str) -> str:
        with pytest.raises(FanshareError) as refused:
            appeal(story.programme, order, party, words, NOW + 3 * HOUR)
        return refused.value.code

    assert refusal(order, story.finn, "  ") == "words_missing"
    assert refusal(order, story.finn, "x" * 2001) == "words_missing"
    assert refusal(order, stranger, WORDS) == "not_concerned"
    assert refusal(other, story.finn, WORDS) == "not_concerned"
    made = appeal(story.programme, order, story.finn, WORDS, NOW + 2 * HOUR)
    assert refusal(order, story.finn, WORDS) == "appeal_open"
    for new, code in (
        (NewRuling("upheld", "no", order=order), "appeal_missing"),
        (NewRuling("upheld", "no", order=other, answers=(made,)), "unknown_appeal"),
        (NewRuling("upheld", "no", order=order, answers=(made + 1,)), "unknown_appeal"),
    ):
        with pytest.raises(BadInputError) as wrong:
            rule(story.programme, new, NOW + 3 * HOUR)
        assert wrong.value.code == code
    assert story.wrong(NOW + 3 * HOUR) == []


def test_after_her_erasure_an_appeal_says_nothing_and_still_stands_in_the_log(story: Story) -> None:
    order = denied(story)
    made = appeal(story.programme, order, story.finn, WORDS, NOW + 2 * HOUR)
    people.erase(story.programme, story.finn, NOW + 3 * HOUR)
    (found,) = appeals.listed(story.access)
    assert words_of(story.programme, found.person, made) == ""
    assert story.wrong(NOW + 3 * HOUR) == []
    rule(story.programme, NewRuling("upheld", "no", order=order, answers=(made,)), NOW + 4 * HOUR)
    with pytest.raises(ConflictError) as refused:
        appeal(story.programme, order, story.finn, WORDS, NOW + 5 * HOUR)
    assert refused.value.code == "erased"


def test_her_words_stand_nowhere_but_in_the_vault(story: Story) -> None:
    appeal(story.programme, denied(story), story.finn, WORDS, NOW + 2 * HOUR)
    rows = story.access.fetch("SELECT body FROM log_leaf WHERE programme_id = %(programme_id)s AND kind = 'appeal'")
    assert [sorted(json.loads(body)) for (body,) in rows] == [["appeal", "at", "kind"]]
    for table in ("appeal", "log_leaf", "vault_item", "ruling"):
        found = story.access.conn.execute(
            f"SELECT count(*) FROM {table} AS t WHERE t::text ILIKE '%%canary parcel%%'"
        ).fetchone()
        assert found == (0,)


def test_words_that_were_changed_are_found(story: Story) -> None:
    made = appeal(story.programme, denied(story), story.finn, WORDS, NOW + 2 * HOUR)
    (found,) = appeals.listed(story.access)
    assert found.person is not None
    story.programme.vault.put(found.person, f"appeal {made}", b"I am a reseller.", NOW + 3 * HOUR)
    wrong = [one for one in check(story.programme, NOW + 3 * HOUR) if not one.ok and one.name != "checkpoints"]
    assert [f"the words of appeal {made}" in one.message for one in wrong] == [True]
