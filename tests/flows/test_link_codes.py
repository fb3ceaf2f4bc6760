"""Codes of links: what is drawn is drawn again where it is in use, what was chosen is refused then."""

from collections.abc import Iterator

import pytest

from fanshare.core.errors import ConflictError
from fanshare.flows import links
from tests.flows.test_payout_runs import story
from tests.support.pg_books import LABEL
from tests.support.stories import NOW, Story

__all__ = ["story"]


def drawing(monkeypatch: pytest.MonkeyPatch, *codes: str) -> Iterator[str]:
    left = iter(codes)
    monkeypatch.setattr(links, "draw_code", lambda: next(left))
    return left


def made(story: Story, *codes: str) -> list[str]:
    news = [links.NewLink(story.cleo, story.cleo, "https://shop.example/", LABEL, code=code) for code in codes]
    return [code for _, code in links.add_links(story.programme, news, NOW)]


def test_a_drawn_code_that_is_in_use_or_twice_in_a_batch_is_drawn_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = drawing(monkeypatch, "first", "first", "mine", "first", "other", "first", "third")
    assert made(story, "") == ["first"]
    assert made(story, "", "Mine", "") == ["third", "mine", "other"]
    assert list(left) == []


def test_a_chosen_code_that_is_in_use_or_twice_in_a_batch_is_refused(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing(monkeypatch, "drawn")
    made(story, "chosen")
    for codes in (["chosen"], ["", "Chosen"], ["twice", "twice"]):
        with pytest.raises(ConflictError, match="choose another one") as caught:
            made(story, *codes)
        assert caught.value.code == "key_taken"
