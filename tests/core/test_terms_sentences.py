"""Terms explained: every rule has its sentence, the example is exact, and no word of the machine room is used."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY
from fanshare.core.terms import Bracket, BuyerKind, Cap, Level, Policy, Rule, Terms
from fanshare.core.terms_document import parse, read
from fanshare.core.terms_example import worked_order
from fanshare.core.terms_sentences import CLOSING_SENTENCE, rule_sentence, sentences

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "terms").glob("*.toml"))
STANDARD = Rule("standard", bps=1200)
LADDER = Rule("ladder", brackets=(Bracket(1_000_000_000, 1000), Bracket(None, 1250)), currency="EUR")
OF_SALES = "of a creator's sales in a calendar month"
MACHINE_WORDS = re.compile(r"\b(pool|touch|settle|micros|introducer|checkpoint|bps|basis points|credit)", re.IGNORECASE)


def terms(*rules: Rule, **fields: object) -> Terms:
    return Terms(version=1, effective_at=0, rules=rules or (STANDARD,), **fields)  # type: ignore[arg-type]


def said(of: Terms, words: str, currency: str | None = None) -> bool:
    return any(words in sentence for sentence in sentences(of, currency))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_explained_without_words_of_the_machine_room(path: Path) -> None:
    found = read(parse(path.read_bytes(), "toml"), version=1, effective_at=0)
    text = [*sentences(found), *worked_order(found).text]
    assert all(sentence.endswith(".") and not MACHINE_WORDS.search(sentence) for sentence in text)
    assert len(set(text)) == len(text)


@pytest.mark.parametrize("policy", Policy)
def test_every_policy_has_a_sentence_in_plain_words(policy: Policy) -> None:
    first = sentences(terms(policy=policy, half_life=3 * DAY))[0]
    assert not MACHINE_WORDS.search(first)
    assert ("3 days" in first) == (policy is Policy.DECAY)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (STANDARD, "Rule standard: 12 % of the goods."),
        (
            Rule("k", each=5_000_000, currency="EUR", products=frozenset({"p"}), countries=frozenset({"DE", "AT"})),
            "Rule k: 5.00 EUR for each piece, at most what it cost, only of the product p, for orders from AT and DE.",
        ),
        (
            LADDER,
            f"Rule ladder: 10 % of the first 1000.00 EUR and 12.5 % of what is above {OF_SALES}.",
        ),
        (
            Rule("n", bps=50, buyers=BuyerKind.NEW, not_categories=frozenset({"a", "b", "c"})),
            "Rule n: 0.5 % of the goods, except the categories a, b and c, for new buyers.",
        ),
    ],
)
def test_a_rule_is_said_with_all_its_conditions(rule: Rule, sentence: str) -> None:
    assert rule_sentence(rule) == sentence


def test_the_closing_rule_is_always_the_last_word() -> None:
    assert (
        sentences(terms())[-1]
        == CLOSING_SENTENCE
        == ("Once a month is closed, room that a refund frees is not used again.")
    )


def test_limits_of_codes_and_periods_are_said_with_their_time_zone() -> None:
    limited = terms(code_max_bps=800, caps=(Cap(Level.MONTH, 500_000_000, "EUR"),), time_zone="Europe/Berlin")
    assert said(limited, "at most 8 % of the goods")
    assert said(limited, "at most 500.00 EUR in a calendar month")
    assert said(limited, "midnight in Europe/Berlin")
    assert not said(terms(time_zone="Europe/Berlin"), "midnight")


def test_rules_of_another_currency_are_left_out_where_a_currency_is_asked_for() -> None:
    both = terms(STANDARD, LADDER, caps=(Cap(Level.DAY, 1_000_000, "USD"),))
    assert [said(both, "Rule ladder", currency) for currency in (None, "EUR", "USD")] == [True, True, False]
    assert [said(both, "1.00 USD in a day", currency) for currency in (None, "EUR", "USD")] == [True, False, True]


def test_goods_without_a_rule_are_named_as_such() -> None:
    assert said(terms(Rule("a", bps=1, products=frozenset({"p"}))), "Goods that no rule speaks of earn nothing")
    assert [said(terms(LADDER), "Goods that no rule", currency) for currency in (None, "EUR")] == [True, False]
    assert not said(terms(), "Goods that no rule speaks of")


def test_fans_read_how_long_and_how_much() -> None:
    assert said(terms(introducer_days=1), "for 1 day after the click")
    assert said(terms(introducer_days=0), "first order with this creator only")
    assert said(terms(buyer_bps=550), "the buyer gets 5.5 % of the commission")
    assert not said(terms(), "Where a fan's link or code decided")


def test_joining_never_depends_on_follower_numbers() -> None:
    assert said(terms(), "follower numbers are never asked for")
    assert said(terms(open_admission=True), "Everyone can join")


def test_the_worked_case_is_exact() -> None:
    found = worked_order(terms(buyer_bps=500))
    before, after = found.before, found.after
    assert (before.commission, before.creator, before.fan, before.buyer) == (7_080_000, 5_310_000, 1_416_000, 354_000)
    assert before.creator_alone == 7_080_000
    assert (after.net, after.commission) == (39_000_000, 4_680_000)
    assert (after.creator, after.fan, after.buyer) == (3_510_000, 936_000, 234_000)
    divided = "Of it the fan gets 0.936 (20 %), the buyer 0.234 (5 %) and the creator keeps 3.51."
    assert found.text == (
        "Example: a buyer orders goods for 59.00 EUR through a fan's link.",
        "Rule standard gives 12 % of the goods: the commission is 7.08.",
        "Of it the fan gets 1.416 (20 %), the buyer 0.354 (5 %) and the creator keeps 5.31.",
        "Without a fan the creator earns 7.08.",
        "If 20.00 is refunded, goods for 39.00 are kept.",
        f"The commission is then 4.68. {divided}",
    )


def test_the_worked_order_knows_caps_and_says_so() -> None:
    found = worked_order(terms(caps=(Cap(Level.DAY, 5_000_000, "EUR"), Cap(Level.ALL, 4_000_000, "EUR"))))
    assert (found.before.granted, found.before.commission, found.after.commission) == (7_080_000, 4_000_000, 4_000_000)
    assert "of which the limits leave 4.00." in found.text[1]


def test_the_worked_order_is_one_that_a_narrow_rule_speaks_of() -> None:
    narrow = Rule("n", bps=1000, skus=frozenset({"s"}), countries=frozenset({"DE"}), buyers=BuyerKind.RETURNING)
    assert worked_order(terms(narrow)).before.rule_id == "n"


def test_an_order_in_a_currency_without_rules_earns_nothing_and_says_so() -> None:
    found = worked_order(terms(LADDER), "JPY")
    assert (found.before.rule_id, found.before.commission) == ("", 0)
    assert found.text[1] == "No rule speaks of them, so the commission is 0.00."


@given(
    st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10_000), st.integers(0, 3000), st.integers(0, 2000)
)
def test_the_shares_of_the_worked_order_always_sum_up(net: int, refund: int, bps: int, fan: int, buyer: int) -> None:
    found = worked_order(terms(Rule("a", bps=bps), fan_bps=fan, buyer_bps=buyer), net=net, refund=refund)
    for shares in (found.before, found.after):
        assert shares.creator + shares.fan + shares.buyer == shares.commission == shares.creator_alone
        assert shares.commission <= shares.net
    assert found.after.net == max(0, net - refund)
