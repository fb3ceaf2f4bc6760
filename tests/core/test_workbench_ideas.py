"""Ideas are found by their tags, however these are written."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.workbench.entries import Idea
from fanshare.core.workbench.ideas import all_tags, made_of, tagged, tags_of

LINEN, TEA, BARE = Idea("a", "Linen in rain", "Linen, Autumn"), Idea("b", "Tea", "autumn"), Idea("c", "Nothing yet")


def test_a_tag_is_one_tag_whatever_its_letters_and_spaces() -> None:
    assert tags_of(" Linen,linen ,, two  words") == ["Linen", "two words"]
    assert all_tags([LINEN, TEA, BARE]) == ["Autumn", "Linen"]
    assert tagged([LINEN, TEA, BARE], "AUTUMN") == [LINEN, TEA]
    assert tagged([LINEN, TEA, BARE], "") == [LINEN, TEA, BARE]
    assert tagged([LINEN, TEA, BARE], "aut") == [], "a part of a tag is another one"


@given(st.text())
def test_tags_read_again_are_the_same(text: str) -> None:
    assert tags_of(", ".join(tags_of(text))) == tags_of(text)


def test_what_is_made_of_an_idea_bears_its_words_and_has_two_weeks() -> None:
    work = made_of(LINEN, "w", date(2026, 12, 24), "shoot 60")
    assert (work.id, work.name, work.due, work.steps) == ("w", "Linen in rain", date(2027, 1, 7), "shoot 60")
