"""Advertising labels in drafts: the word, where it stands, and what only looks like one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError
from fanshare.core.workbench.clause_rules import LANGUAGES
from fanshare.core.workbench.disclosure import RELATIONS, Judged, Verdict, judge, mended
from fanshare.flows.clauses import disclosures
from tests.support import labelled

COUNTRIES = disclosures().countries
PLATFORMS = disclosures().platforms


def said(text: str, country: str = "DE", platform: str = "instagram", relation: str = "paid") -> Judged:
    return judge(text, COUNTRIES[country], PLATFORMS[platform], relation)


def verdict(draft: labelled.Passage) -> dict[str, str]:
    country, platform, relation = draft.about[0].split()
    return {said(draft.text, country, platform, relation).verdict.value: ""}


def test_every_country_and_platform_is_known_elsewhere_has_words_and_a_country_has_sources() -> None:
    assert set(COUNTRIES) <= set(ad_labels.COUNTRIES)
    assert set(PLATFORMS) == set(ad_labels.PLATFORMS)
    for one in COUNTRIES.values():
        assert one.sources
    for says in (*(one.says for one in COUNTRIES.values()), *(one.says for one in PLATFORMS.values())):
        assert set(says) == set(LANGUAGES)
        assert says["en"] != says["de"]


@pytest.mark.parametrize(("part", "least"), [("tuned", 97), ("unseen", 95)])
def test_drafts_are_judged_as_a_person_judged_them(part: str, least: int) -> None:
    known = [one for one in labelled.passages("disclosures.txt", 1) if one.part == part]
    assert len(known) >= 30
    scores = labelled.scored(known, verdict)
    whole = labelled.total(scores.values())
    assert min(whole.precision, whole.recall) * 100 >= least
    assert scores["well"].wrong == 0, "nothing is called well that is not"
    assert {value for value, score in scores.items() if score.right} == {one.value for one in Verdict}


def test_whoever_calls_everything_well_would_be_noticed() -> None:
    known = list(labelled.passages("disclosures.txt", 1))
    assert labelled.scored(known, lambda one: {"well": ""})["well"].wrong > 30


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_label_that_is_proposed_is_enough_in_every_country_and_place(country: str, platform: str) -> None:
    draft = "My shirt https://share.example/r/cleo"
    better = mended(draft, COUNTRIES[country])
    found = said(better, country, platform)
    assert (found.verdict, found.at) == (Verdict.WELL, 0)
    assert said(draft, country, platform).verdict is Verdict.MISSING
    made = ad_labels.message(ad_labels.country(country), "a shirt", "https://share.example/r/finn")
    assert said(made, country, platform).verdict is Verdict.WELL, "what fans are given to send"


@given(
    st.text(alphabet=st.characters(exclude_characters="#[(*|"), max_size=200),
    st.sampled_from(sorted(COUNTRIES)),
    st.sampled_from(RELATIONS),
)
def test_a_draft_in_which_no_such_word_stands_is_never_called_well(text: str, country: str, relation: str) -> None:
    words = "werbung|anzeige|einschaltung|publireportage|sponsored|partnerschaft|partnership|ad|ads|advert|fógra"
    words += "|paid|commission|free|gave|dauerwerbesendung|werbevideo|advertis"
    plain = re.sub(words, "", text, flags=re.IGNORECASE)
    if plain.strip():
        assert said(plain, country, "tiktok", relation).verdict is not Verdict.WELL


@given(st.integers(1, 400))
def test_the_same_word_is_enough_until_people_have_to_tap_for_more(letters: int) -> None:
    found = said("x" * letters + " #werbung")
    assert (found.verdict is Verdict.WELL) is (letters + 1 <= PLATFORMS["instagram"].seen)
    assert found.at == letters + 1


def test_a_label_after_the_link_comes_too_late_however_near_it_is() -> None:
    assert said("https://a.example #werbung").verdict is Verdict.LATE
    assert said("#werbung https://a.example").verdict is Verdict.WELL


def test_two_hashtags_before_a_label_hide_it_and_one_does_not() -> None:
    assert said("Hemd #leinen #werbung").verdict is Verdict.WELL
    assert said("Hemd #leinen #sommer #werbung").verdict is Verdict.HIDDEN
    assert said("#werbung Hemd #leinen #sommer #werbung").verdict is Verdict.WELL


def test_an_empty_draft_and_another_relation_are_refused() -> None:
    for text, relation in (("  ", "paid"), ("Hemd", "friendship")):
        with pytest.raises(BadInputError):
            said(text, relation=relation)
