"""The clause checker: what it finds in labelled passages, and that what it does not find is said to be not found."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.money import MICROS
from fanshare.core.workbench.clause_rules import LANGUAGES, Level
from fanshare.core.workbench.clauses import MOST_QUOTES, check, judged
from fanshare.core.workbench.floor_fee import Wanted, floor_fee
from fanshare.core.workbench.measures import amounts, durations
from fanshare.core.workbench.passages import LONGEST, MOST, passages
from fanshare.flows.clauses import rules
from tests.support import labelled

TOPICS = ("usage", "perpetual", "exclusivity", "revisions", "payment", "late", "whitelisting", "ai", "volume")

CONTRACT = """Cooperation agreement

1. Usage rights
The Brand may use the Content on its own social channels for
three (3) months. The licence is not exclusive.

2. Payment
The fee is EUR 1,250.00. Invoices are paid within 90 days.
"""


def found(passage: labelled.Passage) -> dict[str, str]:
    """What the rules say about a passage, as the labels say it."""
    return {answer.topic.id: answer.level.word for answer in check(passage.text, rules()).answers if answer.level}


def test_every_topic_has_rules_sources_and_words_in_both_languages() -> None:
    assert tuple(sorted(one.id for one in rules().topics)) == tuple(sorted(TOPICS))
    signs = [sign.id for topic in rules().topics for sign in topic.signs]
    assert len(signs) == len(set(signs))
    for topic in rules().topics:
        assert set(topic.said) == set(LANGUAGES)
        assert topic.sources
        assert all(topic.said["en"] != said or language == "en" for language, said in topic.said.items())
        for said in topic.said.values():
            assert all((said.name, said.says, said.missing, said.counter))
            assert "fine" not in said.missing.split()
    assert all(one.words and one.kind in {"law", "guide", "estimate"} for one in rules().sources.values())
    assert all(one.address.startswith("https://") for one in rules().sources.values() if one.kind == "law")


def test_the_labelled_passages_are_many_in_both_languages_with_hard_ones_among_them() -> None:
    known = list(labelled.passages("clauses.txt"))
    assert len({one.text for one in known}) == len(known)
    for part in ("tuned", "unseen"):
        for language in LANGUAGES:
            chosen = [one for one in known if (one.part, one.language) == (part, language)]
            assert len(chosen) >= 30
            assert sum(not one.labels for one in chosen) >= 8, "passages that only look like one"
    assert {topic for one in known for topic in one.labels} == set(TOPICS)


@pytest.mark.parametrize(("part", "precision", "recall"), [("tuned", 98, 97), ("unseen", 90, 70)])
def test_rules_find_in_labelled_passages_what_a_person_found(part: str, precision: int, recall: int) -> None:
    scores = labelled.scored((one for one in labelled.passages("clauses.txt") if one.part == part), found)
    whole = labelled.total(scores.values())
    assert whole.precision * 100 >= precision
    assert whole.recall * 100 >= recall
    assert whole.exact >= whole.right * 0.97, "what is found is judged as a person would"
    assert {topic for topic, score in scores.items() if score.right} == set(TOPICS)


def test_rules_that_see_rights_in_every_word_would_be_noticed() -> None:
    known = list(labelled.passages("clauses.txt"))
    eager = labelled.total(labelled.scored(known, lambda one: dict.fromkeys(TOPICS, "ask")).values())
    blind = labelled.total(labelled.scored(known, lambda one: {}).values())
    assert eager.precision < 0.2
    assert blind.recall == 0


def test_a_finding_is_quoted_with_its_line_and_what_is_not_there_is_not_found() -> None:
    checked = check(CONTRACT, rules())
    said = {answer.topic.id: answer for answer in checked.answers}
    [usage] = said["usage"].found
    assert (usage.level, usage.measure, usage.passage.line, usage.passage.heading) == (
        Level.USUAL, 92, 4, "Usage rights",
    )  # fmt: skip
    assert usage.passage.text == "The Brand may use the Content on its own social channels for three (3) months."
    assert [(one.level, one.measure) for one in said["payment"].found] == [(Level.STOP, 90)]
    for topic in ("revisions", "late", "ai", "whitelisting", "exclusivity"):
        assert (said[topic].level, said[topic].found, said[topic].covered) == (None, (), False), topic
    assert checked.language == "en"
    assert checked.volume.fee is not None
    assert (checked.volume.fee.micros, checked.volume.fee.currency) == (1_250 * MICROS, "EUR")


def test_a_text_without_any_of_it_is_said_to_be_without_and_never_to_be_well() -> None:
    checked = check("We love your videos. Best wishes!", rules())
    assert [answer.level for answer in checked.answers] == [None] * len(TOPICS)
    assert checked.unread == ()
    rights = check("Please mind our rights as laid down elsewhere.", rules())
    assert [part.text for part in rights.unread] == ["Please mind our rights as laid down elsewhere."]


def test_the_same_clause_is_judged_by_its_duration() -> None:
    for words, level in (("14 days", 1), ("four weeks", 1), ("2 months", 2), ("six months", 3), ("one year", 3)):
        checked = check(f"Creator shall not work with any competing brand for {words}.", rules())
        assert next(one.level for one in checked.answers if one.topic.id == "exclusivity") == level, words


def test_what_is_demanded_is_counted_and_a_fee_is_an_hour() -> None:
    work = check("We need 2 Reels, three stories and 1 YouTube video for 300 € in all.", rules()).volume
    assert {(one.piece.id, one.number) for one in work.asked} == {("reel", 2), ("story", 3), ("video", 1)}
    least, most = 2 * 180 + 3 * 30 + 480, 2 * 420 + 3 * 75 + 1200
    assert work.minutes == (least, most)
    assert work.fee is not None
    assert work.an_hour(work.fee.micros) == (300 * MICROS * 60 // most, 300 * MICROS * 60 // least)
    twice = check("2 Reels\n\n2 Reels", rules()).volume
    assert [one.number for one in twice.asked] == [2], "the same line repeated below asks for nothing more"
    assert check("You get a dress worth 300 €.", rules()).volume.fee is None
    assert check("Hello.", rules()).volume.an_hour(MICROS) is None


@pytest.mark.parametrize(
    ("text", "micros", "currency"),
    [
        ("fee of 1.234,50 Euro", 1_234_500_000, "EUR"),
        ("pay $1,200", 1_200_000_000, "USD"),
        ("250 £", 250_000_000, "GBP"),
        ("CHF 99.90", 99_900_000, "CHF"),
        ("1 500 EUR", 1_500_000_000, "EUR"),
    ],
)
def test_amounts_are_read_however_thousands_are_parted(text: str, micros: int, currency: str) -> None:
    assert [(one.micros, one.currency) for one in amounts(text)] == [(micros, currency)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("thirty (30) days", 30), ("12-month term", 366), ("zwei Jahre", 730), ("48 hours", 2), ("net 45", 45),
        ("10 business days", 14), ("sechs Wochen", 42), ("ein Monat", 31), ("1.000 Tage", None), ("v2 days", None),
    ],
)  # fmt: skip
def test_durations_are_days(text: str, days: int | None) -> None:
    assert [one.value for one in durations(text)] == ([] if days is None else [days])


def test_wrapped_lines_lists_pages_and_quoted_mails_become_passages() -> None:
    text = (
        "Your tasks:\n- two Reels with a long descrip-\ntion of what we\nwant\n- one story\f"
        "> Payment after 30 days, z. B. per\n> transfer. Thanks!"
    )
    known = passages(text)
    assert [(one.text, one.page, one.line) for one in known] == [
        ("two Reels with a long description of what we want", 1, 2),
        ("one story", 1, 4),
        ("Payment after 30 days, z. B. per transfer.", 2, 4),
        ("Thanks!", 2, 4),
    ]
    assert all(len(one.text) <= LONGEST for one in passages("word " * 5_000))


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading_and_quotes_are_of_the_text(text: str) -> None:
    checked = check(text, rules())
    assert all(len(answer.found) <= MOST_QUOTES for answer in checked.answers)
    letters = "".join(text.split())
    for answer in checked.answers:
        for one in answer.found:
            assert "".join(one.passage.text.split())[:5] in letters


def test_the_longest_text_is_read_within_seconds() -> None:
    worst = ("the brand may not be used to compete with any other fee " * 2_000 + "a " * MOST)[: MOST + 50]
    began = time.thread_time()
    check(worst, rules())
    check("x" * MOST, rules())
    check(CONTRACT * 400, rules())
    assert time.thread_time() - began < 20


def test_a_heading_is_read_along_only_where_a_passage_alone_says_nothing() -> None:
    usage = next(topic for topic in rules().topics if topic.id == "usage")
    [passage] = passages("Usage rights\n12 months, worldwide.")
    assert passage.heading == "Usage rights"
    assert judged(usage, passage) is None
    one = judged(usage, passage, headed=True)
    assert one is not None
    assert one.measure == 366


MINUTES = st.integers(1, 60_000)


@given(
    least=MINUTES, more=MINUTES, wage=st.integers(0, 10**9), costs=st.integers(0, 10**10), away=st.integers(0, 9_999)
)
def test_a_floor_is_what_leaves_the_wage_after_fees_taxes_and_costs(
    least: int, more: int, wage: int, costs: int, away: int
) -> None:
    floor = floor_fee(Wanted(least, least + more, wage, costs, away), rules().extras, "EUR")
    for total, minutes in ((floor.least, least), (floor.most, least + more)):
        kept = Fraction(total * (10_000 - away), 10_000) - costs - Fraction(wage * minutes, 60)
        assert 0 <= kept < 10_000, "enough, and not a cent more"


def test_what_is_given_away_besides_is_added_as_guides_price_it() -> None:
    wanted = Wanted(600, 600, 20 * MICROS, ads=True, everywhere=True, whitelisting_months=2, exclusivity_days=30)
    floor = floor_fee(wanted, rules().extras, "EUR")
    assert [(one.id, one.least // MICROS, one.most // MICROS) for one in floor.parts] == [
        ("work", 200, 200), ("ads", 50, 200), ("everywhere", 100, 400), ("whitelisting", 80, 100),
        ("exclusivity", 20, 50),
    ]  # fmt: skip
    assert all(one.source is not None for one in floor.parts[1:])
    lost = floor_fee(Wanted(600, 600, 20 * MICROS, exclusivity_days=400, lost=500 * MICROS), rules().extras, "EUR")
    assert (lost.parts[-1].least, lost.parts[-1].source) == (500 * MICROS, None)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted(60, 60, MICROS, away=10_000), "nothing_left"),
        (Wanted(0, 60, MICROS), "bad_time"),
        (Wanted(61, 60, MICROS), "bad_time"),
        (Wanted(60, 60, MICROS, exclusivity_days=93), "long_exclusivity"),
    ],
)
def test_a_floor_that_makes_no_sense_is_refused(wanted: Wanted, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        floor_fee(wanted, rules().extras, "EUR")
    assert caught.value.code == code
