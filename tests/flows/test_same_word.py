"""What a fan gets while the brand's own word stands about a link or code of hers: it begins by the same word."""

import threading

import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.core.work_stops import Side
from fanshare.flows import assets, joining, links, people, work_stops
from fanshare.flows.context import open_programme
from fanshare.store.access import Access, connect
from fanshare.store.queries import work_stops as rows
from fanshare.store.server import Database
from tests.flows.test_payout_runs import story
from tests.flows.test_work_stops import WHY, refused, shares, state
from tests.jobs.house import eventually
from tests.support.pg_books import KEYS, LABEL
from tests.support.stories import NOW, Story

__all__ = ["story"]
LATER = NOW + 40 * DAY


def pause(story: Story, link: int, at: int, why: str = WHY) -> None:
    work_stops.pause(story.programme, "link", link, Side.BRAND, why, at)


def resume(story: Story, link: int, at: int) -> None:
    work_stops.resume(story.programme, "link", link, Side.BRAND, at)


def another(story: Story, at: int, fan: int | None = None) -> int:
    new = links.NewLink(story.cleo, story.finn if fan is None else fan, "https://shop.example/other", LABEL)
    return links.add_link(story.programme, new, at)[0]


def reasons(story: Story, link: int, kind: str = "link") -> list[tuple[str, Side, str]]:
    found = rows.thing(story.access, kind, link)
    assert found is not None
    return [(one.kind, one.by, one.reason) for one in work_stops.words_of(story.programme, kind, found)]


def test_a_further_link_begins_by_the_word_that_pauses_one_and_goes_on_with_it(story: Story) -> None:
    pause(story, story.link, LATER)
    fresh = another(story, LATER + HOUR)
    assert state(story, fresh) == "paused"
    assert reasons(story, fresh) == [("pause", Side.BRAND, WHY)]
    assert refused(lambda: work_stops.resume(story.programme, "link", fresh, Side.OWNER, LATER + 2 * HOUR)) == (
        "paused_by_brand"
    )
    resume(story, story.link, LATER + DAY)
    assert (state(story, story.link), state(story, fresh)) == ("active", "active")
    assert reasons(story, fresh) == []
    assert state(story, another(story, LATER + 2 * DAY)) == "active"
    assert set(shares(story, "61", LATER + 3 * DAY)) == {"creator", "fan"}
    assert story.wrong(LATER + 4 * DAY) == []


def test_another_fan_the_creator_and_another_creator_are_not_meant(story: Story) -> None:
    programme = story.programme
    gina = people.add_fan(programme, people.Joiner("Gina"), NOW)
    dora = people.add_creator(programme, people.Joiner("Dora", "", "dora"), NOW)
    pause(story, story.link, LATER)
    elsewhere = links.NewLink(dora, story.finn, "https://shop.example/", LABEL)
    made = [
        another(story, LATER + 1, gina),
        another(story, LATER + 1, story.cleo),
        links.add_link(programme, elsewhere, LATER + 1)[0],
    ]
    assert [state(story, one) for one in made] == ["active"] * 3


def test_one_that_the_brand_lets_by_itself_counts_and_the_next_still_begins_paused(story: Story) -> None:
    pause(story, story.link, LATER)
    first, second = another(story, LATER + 1), another(story, LATER + 2)
    resume(story, first, LATER + HOUR)
    assert [state(story, one) for one in (story.link, first, second)] == ["paused", "active", "paused"]
    assert state(story, another(story, LATER + 2 * HOUR)) == "paused"


def test_while_another_word_stands_it_stays_and_reads_that_reason(story: Story) -> None:
    other = another(story, LATER)
    pause(story, story.link, LATER + 1)
    pause(story, other, LATER + 2, "The other one leads to a competitor")
    fresh = another(story, LATER + 3)
    resume(story, story.link, LATER + HOUR)
    assert (state(story, fresh), reasons(story, fresh)) == (
        "paused",
        [("pause", Side.BRAND, "The other one leads to a competitor")],
    )
    resume(story, other, LATER + 2 * HOUR)
    assert state(story, fresh) == "active"


def test_what_else_has_paused_it_keeps_it_paused(story: Story) -> None:
    pause(story, story.link, LATER)
    fresh, hers = another(story, LATER + 1), another(story, LATER + 1)
    work_stops.pause(story.programme, "link", hers, Side.OWNER, None, LATER + 2)
    resume(story, story.link, LATER + HOUR)
    assert [state(story, one) for one in (fresh, hers)] == ["active", "paused"]
    pause(story, story.link, LATER + DAY)
    last = another(story, LATER + DAY + 1)
    work_stops.pause_work(story.programme, story.cleo, "All of it", LATER + DAY + 2)
    work_stops.resume(story.programme, "link", story.link, Side.BRAND, LATER + DAY + HOUR)
    assert state(story, last) == "paused"
    work_stops.resume_work(story.programme, story.cleo, LATER + 2 * DAY)
    assert state(story, last) == "active"


def test_an_end_stands_until_the_brand_lets_one_of_hers_count(story: Story) -> None:
    pause(story, story.link, LATER)
    before = another(story, LATER + 1)
    work_stops.end(story.programme, "link", story.link, Side.BRAND, "Never again", LATER + 2)
    assert state(story, before) == "paused"
    other = links.add_code(story.programme, links.NewCode(story.cleo, story.finn, "FINN61", LABEL), LATER + 3)
    resume(story, before, LATER + HOUR)
    assert state(story, before) == "active"
    assert rows.thing(story.access, "code", other).state == "active", "it followed the one that now counts"  # type: ignore[union-attr]
    assert state(story, another(story, LATER + DAY)) == "active"
    work_stops.end(story.programme, "link", before, Side.BRAND, "Once more", LATER + 2 * DAY)
    alone = another(story, LATER + 2 * DAY + 1)
    assert reasons(story, alone) == [("pause", Side.BRAND, "Once more")]


def test_codes_begin_by_the_same_word_and_erasing_takes_the_reason(story: Story) -> None:
    pause(story, story.link, LATER)
    code = links.add_code(story.programme, links.NewCode(story.cleo, story.finn, "FINN62", LABEL), LATER + 1)
    assert story.shares(story.typed("62", "finn62", LATER + HOUR)) == {}
    assert reasons(story, code, "code") == [("pause", Side.BRAND, WHY)]
    resume(story, story.link, LATER + 2 * HOUR)
    assert "creator" in story.shares(story.typed("63", "finn62", LATER + 3 * HOUR))
    work_stops.pause(story.programme, "code", code, Side.BRAND, WHY, LATER + DAY)
    fresh = another(story, LATER + DAY + 1)
    assert reasons(story, fresh) == [("pause", Side.BRAND, WHY)], "a code's pause holds for links"
    people.erase(story.programme, story.finn, LATER + 2 * DAY)
    assert [reason for _, _, reason in reasons(story, fresh)] == [""]


def test_asking_again_and_again_makes_no_more_links(story: Story) -> None:
    pause(story, story.link, LATER)
    _, own = links.add_link(
        story.programme, links.NewLink(story.cleo, story.cleo, "https://shop.example/own", LABEL), LATER
    )
    made = {joining.share_link(story.programme, story.finn, story.cleo, "DE", LATER + at, own) for at in (1, 2, 3)}
    assert len(made) == 1
    (code,) = made
    found = rows.link(story.access, code)
    assert found is not None
    assert found.state == "paused"
    resume(story, story.link, LATER + HOUR)
    assert joining.share_link(story.programme, story.finn, story.cleo, "DE", LATER + DAY, own) == code
    assert state(story, found.id) == "active"


@pytest.mark.parametrize("taken_back", [False, True])
def test_two_links_at_the_moment_of_the_word_begin_as_it_says(
    story: Story, shared_database: Database, taken_back: bool
) -> None:
    if taken_back:
        pause(story, story.link, LATER)
    made: list[int] = []

    def make() -> None:
        with connect(shared_database.dsn()) as conn:
            programme = open_programme(Access(conn, story.tenant.id, "fan"), story.tenant.public_id, KEYS)
            new = links.NewLink(story.cleo, story.finn, "https://shop.example/race", LABEL)
            made.append(links.add_link(programme, new, LATER + HOUR)[0])

    threads = [threading.Thread(target=make) for _ in range(2)]
    with connect(shared_database.dsn()) as conn:
        waits = conn.execute("SELECT pg_backend_pid()").fetchone()
        assert waits is not None
        programme = open_programme(Access(conn, story.tenant.id, "brand:1"), story.tenant.public_id, KEYS)
        with programme.access.transaction():
            if taken_back:
                work_stops.resume(programme, "link", story.link, Side.BRAND, LATER + 1)
            else:
                work_stops.pause(programme, "link", story.link, Side.BRAND, WHY, LATER + 1)
            for one in threads:
                one.start()
            eventually(lambda: len(made) == 2 or blocked(shared_database, waits[0]) == 2)
    for one in threads:
        one.join(30)
    assert [state(story, one) for one in made] == ["active" if taken_back else "paused"] * 2
    assert story.wrong(LATER + DAY) == []


def blocked(database: Database, by: int) -> int:
    """How many sessions wait for this one, or behind one that does."""
    with connect(database.dsn()) as conn:
        words = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0 AND %s > 0"
        found = conn.execute(words, (by,)).fetchone()
        assert found is not None
        return int(found[0])


def test_a_link_that_is_handed_to_somebody_else_takes_no_word_along(story: Story) -> None:
    programme = story.programme
    pause(story, story.link, LATER)
    gina = people.add_fan(programme, people.Joiner("Gina"), NOW)
    assets.give_link(programme, story.code, gina, LATER + 1)
    assert state(story, another(story, LATER + 2)) == "active"
    assert state(story, another(story, LATER + 2, gina)) == "paused", "it is about that link, which is hers now"
