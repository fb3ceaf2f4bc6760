"""Why an amount is what it is, in German: every figure and day of the English sentence, and no English word left."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.marks import Said
from fanshare.core.sentences import REASONS, sentence
from fanshare.core.settlement_leaf import ROLES, Settlement, parse_settlement
from fanshare.verifier import fanshare_verify
from fanshare.web import language
from fanshare.web.said import in_her_words
from tests.core.statement_worlds import World

_DAY = re.compile(r"\b([1-3]?[0-9]) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?")


def drawn(seed: int) -> Settlement:
    return parse_settlement(World(seed).part().leaves[0][1])


def german(said: str) -> str:
    with language.speaking("de"):
        return str(in_her_words(said)).replace("\N{NO-BREAK SPACE}", " ")


def figures(words: str) -> list[str]:
    """Its numbers, those of days and percentages included."""
    return sorted(number.replace(",", ".") for number in _NUMBER.findall(re.sub(r"(?<=[0-9]),(?=[0-9])", ".", words)))


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_every_share_is_explained_in_german_with_the_same_figures(seed: int) -> None:
    part = drawn(seed)
    for role in ROLES:
        said = sentence(part, role)
        assert said == fanshare_verify.sentence(part.body(), role), "what a statement proves is the English sentence"
        if said:
            told = german(said)
            assert "<span" not in told, told
            assert "%(" not in told
            assert figures(told) == figures(said)


def test_the_worked_case_reads_as_somebody_would_say_it() -> None:
    part = next(one for one in map(drawn, range(400)) if one.introduced_on and not one.caps and one.share("fan"))
    told = german(sentence(part, "fan"))
    assert told.startswith("Du hast diesen Käufer am ")
    assert re.search(r"dein Anteil sind [0-9,]+ % davon: [0-9,]+$", told)
    assert not _DAY.search(told), "the month is German, too"


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_of_the_program_is_german_and_one_of_a_person_stays_hers(reason: str) -> None:
    part = replace(drawn(1), lines=(), bonuses=(), limits=(), further=(), recurring=None, uncapped=0, pool=0, caps=())
    told = german(sentence(replace(part, reasons=(reason.replace(" ", "_"), "bought_twice")), part.shares[0].role))
    assert "Von diesem Verkauf zählt nichts (" in told
    assert reason not in told
    assert "bought twice" in told


def test_a_sentence_put_together_by_other_means_would_be_seen() -> None:
    """The negative control: what loses how it was made says that it is English."""
    said = sentence(drawn(1), drawn(1).shares[0].role)
    assert isinstance(said, Said)
    assert "<span" in german(f"{said}.")
