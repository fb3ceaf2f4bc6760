"""The brand pauses, resumes and ends links, codes and all that a creator does, beside her own word, in PostgreSQL."""

import threading
from collections.abc import Callable

import pytest

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR, SECOND
from fanshare.core.ledger import AccountKind
from fanshare.core.work_stops import Side
from fanshare.flows import assets, audit, links, own_data, people, work_stops
from fanshare.flows.context import open_programme
from fanshare.store.access import Access, connect
from fanshare.store.queries import pages
from fanshare.store.queries import work_stops as rows
from fanshare.store.server import Database
from tests.flows.test_payout_runs import story
from tests.support.pg_books import KEYS, LABEL
from tests.support.stories import NOW, Story

__all__ = ["story"]
LATER = NOW + 40 * DAY
WHY = "The link leads to what is sold out"


def state(story: Story, link: int | None = None) -> str:
    found = rows.thing(story.access, "link", link or story.link)
    assert found is not None
    return found.state


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(FanshareError) as caught:
        do()
    return caught.value.code


def shares(story: Story, number: str, now: int) -> dict[str, tuple[int, str]]:
    return story.shares(story.sold(number, 59_000_000, story.click(now - HOUR), now=now))


def test_neither_side_takes_back_what_the_other_has_paused(story: Story) -> None:
    programme, link = story.programme, story.link
    work_stops.pause(programme, "link", link, Side.BRAND, WHY, LATER)
    assert (state(story), shares(story, "11", LATER + 2 * HOUR)) == ("paused", {})
    assert refused(lambda: work_stops.pause(programme, "link", link, Side.BRAND, WHY, LATER + 1)) == "already_paused"
    assert refused(lambda: work_stops.resume(programme, "link", link, Side.OWNER, LATER + 2)) == "paused_by_brand"
    work_stops.pause(programme, "link", link, Side.OWNER, None, LATER + DAY)
    assert not work_stops.resume(programme, "link", link, Side.BRAND, LATER + DAY + 1)
    assert refused(lambda: work_stops.resume(programme, "link", link, Side.BRAND, LATER + DAY + 2)) == "paused_by_owner"
    assert state(story) == "paused"
    assert work_stops.resume(programme, "link", link, Side.OWNER, LATER + 2 * DAY)
    assert refused(lambda: work_stops.resume(programme, "link", link, Side.OWNER, LATER + 2 * DAY + 1)) == "not_paused"
    assert set(shares(story, "12", LATER + 3 * DAY)) == {"creator", "fan"}
    assert story.wrong(LATER + 4 * DAY) == []


def test_without_a_word_written_down_either_side_lets_it_count_again(story: Story) -> None:
    for at, side in enumerate(Side):
        assets.set_link_state(story.programme, story.code, "paused", LATER + 2 * at)
        assert work_stops.resume(story.programme, "link", story.link, side, LATER + 2 * at + 1)


def test_both_read_who_paused_it_and_why_and_the_reason_goes_with_the_person(story: Story) -> None:
    programme = story.programme
    work_stops.pause(programme, "link", story.link, Side.BRAND, f"  {WHY} ", LATER)
    found = rows.thing(story.access, "link", story.link)
    assert found is not None
    [word] = work_stops.words_of(programme, "link", found)
    assert (word.kind, word.by, word.whole, word.since, word.reason) == ("pause", Side.BRAND, False, LATER, WHY)
    assert work_stops.sides(programme, "link", [(found.id, found.creator)]) == {found.id: [Side.BRAND]}
    copied = own_data.copy(programme, story.finn, LATER, whole=True, picture_at=lambda *_: "")
    assert WHY in str(copied["kept_sealed"])
    people.erase(programme, story.finn, LATER + DAY)
    assert [one.reason for one in work_stops.words_of(programme, "link", found)] == [""]


def test_a_brand_says_why_and_what_ended_stays_ended(story: Story) -> None:
    programme, link = story.programme, story.link
    assert refused(lambda: work_stops.pause(programme, "link", link, Side.BRAND, " ", LATER)) == "reason_missing"
    assert refused(lambda: work_stops.end(programme, "link", link, Side.BRAND, "x" * 501, LATER)) == "reason_too_long"
    assert refused(lambda: work_stops.pause(programme, "link", 10**9, Side.BRAND, WHY, LATER)) == "unknown_link"
    assert refused(lambda: work_stops.pause(programme, "code", 10**9, Side.BRAND, WHY, LATER)) == "unknown_code"
    before = story.balance(story.cleo, AccountKind.AVAILABLE)
    work_stops.end(programme, "link", link, Side.BRAND, WHY, LATER)
    for do in (work_stops.pause, work_stops.end):
        assert refused(lambda do=do: do(programme, "link", link, Side.BRAND, WHY, LATER + 1)) == "link_ended"  # type: ignore[misc]
    assert refused(lambda: work_stops.resume(programme, "link", link, Side.BRAND, LATER + 1)) == "link_ended"
    assert story.balance(story.cleo, AccountKind.AVAILABLE) == before, "what was earned stays"
    said = [line.what for line in audit.lines(story.access.conn, programme=story.tenant.id)]
    assert [what for what in said if what.startswith("link.")] == ["link.end"]


def test_a_code_is_paused_and_ended_like_a_link(story: Story) -> None:
    code = links.add_code(story.programme, links.NewCode(story.cleo, story.finn, "FINN10", LABEL), LATER)
    work_stops.pause(story.programme, "code", code, Side.BRAND, WHY, LATER + 1)
    assert story.shares(story.typed("21", "finn10", LATER + HOUR)) == {}
    work_stops.resume(story.programme, "code", code, Side.BRAND, LATER + 2 * HOUR)
    assert "creator" in story.shares(story.typed("22", "finn10", LATER + 3 * HOUR))
    work_stops.end(story.programme, "code", code, Side.BRAND, WHY, LATER + 4 * HOUR)
    assert refused(lambda: work_stops.resume(story.programme, "code", code, Side.BRAND, LATER + DAY)) == "code_ended"


def test_all_of_a_creator_pauses_and_goes_on_but_for_what_was_paused_by_itself(story: Story) -> None:
    programme = story.programme
    new = links.NewLink(story.cleo, story.cleo, "https://shop.example/own", LABEL)
    (own, _), (hers, _), (old, code) = (links.add_link(programme, new, LATER) for _ in range(3))
    work_stops.pause(programme, "link", own, Side.BRAND, WHY, LATER + 1)
    work_stops.pause(programme, "link", hers, Side.OWNER, None, LATER + 1)
    assets.set_link_state(programme, code, "paused", LATER + 1)
    work_stops.pause_work(programme, story.cleo, "We look at it together", LATER + 2)
    assert refused(lambda: work_stops.pause_work(programme, story.cleo, WHY, LATER + 3)) == "already_paused"
    assert {state(story, one) for one in (story.link, own, hers, old)} == {"paused"}
    assert shares(story, "31", LATER + 2 * HOUR) == {}
    fresh, _ = links.add_link(programme, new, LATER + HOUR)
    assert state(story, fresh) == "paused", "what is made meanwhile begins paused"
    assert refused(lambda: work_stops.resume(programme, "link", fresh, Side.OWNER, LATER + DAY)) == "work_paused"
    assert refused(lambda: work_stops.resume(programme, "link", story.link, Side.BRAND, LATER + DAY)) == "work_paused"
    assert not work_stops.resume(programme, "link", own, Side.BRAND, LATER + DAY)
    work_stops.resume_work(programme, story.cleo, LATER + 2 * DAY)
    assert {one: state(story, one) for one in (story.link, own, fresh, hers, old)} == {
        **dict.fromkeys((story.link, own, fresh), "active"),
        **dict.fromkeys((hers, old), "paused"),
    }
    assert refused(lambda: work_stops.resume_work(programme, story.cleo, LATER + 3 * DAY)) == "not_paused"
    assert refused(lambda: work_stops.pause_work(programme, story.finn, WHY, LATER)) == "unknown_creator"
    assert story.wrong(LATER + 4 * DAY) == []


def test_the_end_of_her_work_keeps_the_notice_of_the_terms_and_may_be_taken_back_until_then(story: Story) -> None:
    programme = story.programme
    at = work_stops.end_work(programme, story.cleo, WHY, LATER)
    assert at == LATER + programme.book.at(LATER).notice_days * DAY
    assert refused(lambda: work_stops.end_work(programme, story.cleo, WHY, LATER + 1)) == "work_ends"
    assert set(shares(story, "41", at - DAY)) == {"creator", "fan"}, "until then everything counts"
    assert work_stops.carry_out(programme, at - 1) == 0
    work_stops.keep_working(programme, story.cleo, at - 1)
    assert work_stops.carry_out(programme, at) == 0
    again = work_stops.end_work(programme, story.cleo, WHY, at)
    assert work_stops.carry_out(programme, again) == 1
    assert work_stops.carry_out(programme, again + 1) == 0
    assert state(story) == "ended"
    new = links.NewLink(story.cleo, story.cleo, "https://shop.example/own", LABEL)
    assert refused(lambda: links.add_link(programme, new, again + 1)) == "work_ended"
    [word] = work_stops.words_of_work(programme, story.cleo)
    assert (word.kind, word.since, word.reason, word.done) == ("end", again, WHY, True)
    assert pages.creator(story.access, "cleo-canary") is None
    order = story.sold("42", 59_000_000, story.click(again - HOUR), now=again + DAY)
    assert set(story.shares(order)) == {"creator", "fan"}, "what was clicked before counts"
    work_stops.keep_working(programme, story.cleo, again + DAY)
    assert pages.creator(story.access, "cleo-canary") is not None
    links.add_link(programme, new, again + 2 * DAY)
    assert refused(lambda: work_stops.keep_working(programme, story.cleo, again + 3 * DAY)) == "work_goes_on"
    assert story.wrong(again + 3 * DAY) == []


def test_of_two_who_pause_at_once_one_wins(story: Story, shared_database: Database) -> None:
    codes: list[str] = []

    def go(do: Callable[[object], object]) -> None:
        with connect(shared_database.dsn()) as conn:
            programme = open_programme(Access(conn, story.tenant.id, "brand:1"), story.tenant.public_id, KEYS)
            try:
                do(programme)
                codes.append("")
            except ConflictError as error:
                codes.append(error.code)

    one, whole = (
        (lambda p: work_stops.pause(p, "link", story.link, Side.BRAND, WHY, LATER + SECOND)),
        (lambda p: work_stops.pause_work(p, story.cleo, WHY, LATER + 2 * SECOND)),
    )
    for do in (one, whole):
        both = [threading.Thread(target=go, args=(do,)) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(30)
    assert sorted(codes) == ["", "", "already_paused", "already_paused"]
