"""A bonus by hand: given once, in books, log and statement alike, to a creator whose sales stand."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKind
from fanshare.core.money import MAX_MICROS
from fanshare.core.sentences import opening_sentence
from fanshare.flows import hand_bonuses, openings, people
from fanshare.flows.hand_bonuses import Wish
from fanshare.store import books, log_store
from tests.flows.test_payout_runs import READY, story
from tests.support.stories import Story

__all__ = ["story"]
FOR = "For the film about linen"


def ready(story: Story) -> int:
    return story.balance(story.cleo, AccountKind.AVAILABLE)


def owed_by_brand(story: Story) -> int:
    found = books.balances(story.access)
    return sum(amount for key, amount in found.items() if key.account.kind is AccountKind.OWED)


def wish(
    story: Story, amount: int = 25_000_000, words: str = FOR, *, creator: int | None = None, currency: str = "EUR"
) -> Wish:
    return Wish(story.cleo if creator is None else creator, currency, amount, words)


def test_it_is_ready_at_once_owed_by_the_brand_and_told_on_her_statement(story: Story) -> None:
    before, owed = ready(story), owed_by_brand(story)
    hand_bonuses.give(story.programme, wish(story), "k1", READY)
    assert ready(story) == before + 25_000_000
    assert owed_by_brand(story) == owed - 25_000_000
    [entry] = openings.entries(story.programme, story.cleo, log_store.tree(story.access).frontier.size)
    assert entry.body["amount"] == "25.000000"
    assert opening_sentence(entry.body).startswith("A bonus of the brand, given by hand on ")
    assert FOR not in json.dumps(entry.body), "what it is for is nobody's but hers and the brand's"
    [one] = hand_bonuses.given(story.programme, story.cleo)
    assert (one.currency, one.amount, one.words) == ("EUR", 25_000_000, FOR)
    assert story.wrong(READY) == []


def sent(story: Story, key: str, cents: int) -> str:
    """What the books said to a wish."""
    try:
        hand_bonuses.give(story.programme, wish(story, cents * 10_000), key, READY)
    except FanshareError as error:
        return error.code
    return "given"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 10**6)), max_size=5))
def test_however_often_wishes_are_sent_each_key_gives_once(story: Story, wishes: list[tuple[str, int]]) -> None:
    before, known = ready(story), len(hand_bonuses.given(story.programme, story.cleo))
    first: dict[str, int] = {}
    for key, cents in wishes:
        other = first.setdefault(key, cents) != cents
        assert sent(story, f"{known} {key}", cents) == ("key_reused" if other else "given")
    assert ready(story) == before + 10_000 * sum(first.values())
    fresh = hand_bonuses.given(story.programme, story.cleo)[: len(first)]
    assert [one.amount for one in reversed(fresh)] == [10_000 * cents for cents in first.values()]
    assert story.wrong(READY) == []
    # Another example begins with other keys.
    hand_bonuses.give(story.programme, wish(story, 10_000), f"end {known}", READY)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"amount": 0}, "bad_amount"), ({"amount": -10_000}, "bad_amount"), ({"amount": 1}, "bad_amount"),
     ({"amount": MAX_MICROS + 1_000_000}, "bad_amount"), ({"words": " "}, "words_missing"),
     ({"words": "see https://x.example"}, "address_in_words"), ({"words": "x" * 301}, "bad_words"),
     ({"creator": 10**9}, "unknown_creator")],
)  # fmt: skip
def test_what_is_no_bonus_is_refused_and_books_nothing(story: Story, more: dict[str, Any], code: str) -> None:
    before = ready(story)
    with pytest.raises(FanshareError) as told:
        hand_bonuses.give(story.programme, wish(story, **more), "k", READY)
    assert told.value.code == code
    assert ready(story) == before


def test_nobody_gets_one_who_is_a_fan_or_brought_no_sale(story: Story) -> None:
    dana = people.add_creator(story.programme, people.Joiner("Dana"), READY)
    for party, code in ((story.finn, "unknown_creator"), (dana, "no_sale")):
        with pytest.raises(FanshareError) as told:
            hand_bonuses.give(story.programme, wish(story, creator=party), f"k{party}", READY)
        assert told.value.code == code


def test_words_go_with_her_and_the_books_stay_right(story: Story) -> None:
    hand_bonuses.give(story.programme, wish(story), "k1", READY)
    people.erase(story.programme, story.cleo, READY + DAY)
    assert [one.words for one in hand_bonuses.given(story.programme, story.cleo)] in ([""], [])
    assert story.wrong(READY + DAY) == []
