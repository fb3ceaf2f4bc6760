"""What old posts still bring and which of them to show again; in which hours of a week people come."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import HOUR, MINUTE, day_begin, from_datetime, to_datetime, zone
from fanshare.core.intervals import MILLION, OF_A_WEEK, count, count_finely, rate
from fanshare.core.workbench.again import (
    FRESH,
    MOST,
    SPAN,
    Sale,
    Visits,
    assets_of,
    marks_of,
    proposed,
    room,
    stills,
)
from fanshare.core.workbench.best_hours import FEWEST, FEWEST_WEEKS, HOURS, WEEKS, first_day, week
from fanshare.core.workbench.entries import Post
from fanshare.core.workbench.trust import share

TODAY = date(2026, 11, 28)
BERLIN = zone("Europe/Berlin")
KNOWN = {"linen": frozenset({"1:link:1"}), "tea": frozenset({"1:link:2"}), "ada10": frozenset({"1:code:1", "2:code:9"})}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def post(id_: str, days: int, carries: str = "linen", deal: str = "") -> Post:
    return Post(id_, ago(days), "blog", id_, deal, carries=carries)


posts = st.lists(
    st.tuples(st.integers(-10, 200), st.sampled_from(["", "linen", "tea ada10", "ADA10", "x"]), st.booleans()),
    max_size=12,
).map(lambda rows: [post(str(n), days, carries, "d" * paid) for n, (days, carries, paid) in enumerate(rows)])
assets = st.sampled_from(["1:link:1", "1:link:2", "1:code:1", "2:code:9", "1:link:3"])
visits = st.lists(st.builds(Visits, assets, st.integers(-3, 120).map(ago), st.integers(0, 50)), max_size=20)
sales = st.lists(
    st.builds(Sale, st.integers(-3, 120).map(ago), st.frozensets(assets, max_size=3), st.integers(0, 10**8)),
    max_size=20,
)


def test_links_and_codes_are_found_however_they_are_written() -> None:
    text = "https://fan.example/r/Linen?x=1, ADA10; linen http://fan.example/r/tea/ shop.example/thing"
    assert marks_of(text) == ("linen", "ada10", "tea", "shop.example/thing")
    assert marks_of(" ,; ") == ()
    assert assets_of(post("a", 1, text), KNOWN) == {"1:link:1", "1:link:2", "1:code:1", "2:code:9"}


def test_only_what_came_long_after_a_post_is_what_it_still_brings() -> None:
    came = [Visits("1:link:1", ago(days), 1) for days in (0, 9, 10, 11, 89, 90)]
    (one,) = stills([post("a", 40)], KNOWN, came, [], TODAY)
    assert (one.visits, one.age) == (3, 40), "since its thirtieth day"
    (one,) = stills([post("a", 400)], KNOWN, came, [], TODAY)
    assert one.visits == 5, "in the last ninety days"
    assert stills([post("a", 29)], KNOWN, came, [], TODAY) == []
    assert stills([post("a", 400, "other")], KNOWN, came, [], TODAY) == []


def test_an_order_by_link_and_code_of_one_post_is_one_sale() -> None:
    both = Sale(ago(3), frozenset({"1:link:2", "1:code:1"}), 5_000_000)
    first, second = stills([post("a", 99, "tea ada10"), post("b", 99, "ada10")], KNOWN, [], [both], TODAY)
    assert [(one.sales, one.earned, one.shared) for one in (first, second)] == [(1, 5_000_000, 1)] * 2
    assert first.likely == count(1)


@given(posts=posts, visits=visits, sales=sales)
def test_what_posts_bring_is_what_a_count_by_hand_says(
    posts: list[Post], visits: list[Visits], sales: list[Sale]
) -> None:
    found = {one.post.id: one for one in stills(posts, KNOWN, visits, sales, TODAY)}
    for one in posts:
        own = set().union(*(KNOWN.get(mark.lower(), set()) for mark in one.carries.split()))
        days = [TODAY - timedelta(days=back) for back in range(SPAN)]
        days = [day for day in days if (day - one.day).days >= FRESH]
        came = sum(seen.number for seen in visits for day in days if seen.asset in own and seen.day == day)
        sold = [sale for sale in sales if sale.day in days and own & sale.assets]
        if one.id in found:
            still = found[one.id]
            assert (still.visits, still.sales, still.earned) == (came, len(sold), sum(sale.earned for sale in sold))
        else:
            assert not came
            assert not sold


@given(posts=posts, visits=visits, sales=sales, limit=st.integers(0, 10_000), window=st.integers(7, 90))
def test_what_is_proposed_never_passes_her_limit_was_not_shown_lately_and_sells(
    posts: list[Post], visits: list[Visits], sales: list[Sale], limit: int, window: int
) -> None:
    most = room(posts, TODAY, window, limit)
    found = stills(posts, KNOWN, visits, sales, TODAY)
    chosen = [one for one in proposed(found, posts, KNOWN, TODAY, most) if one.proposed]
    assert len(chosen) <= most <= MOST
    after = [*posts, *(replace(one.post, id=f"again-{one.post.id}", day=TODAY, deal="d") for one in chosen)]
    assert not chosen or not share(after, TODAY, window).above(limit)
    lately = set().union(*(assets_of(one, KNOWN) for one in posts if one.day > ago(FRESH)))
    taken: set[str] = set()
    for one in chosen:
        own = assets_of(one.post, KNOWN)
        assert one.sales
        assert not own & (lately | taken)
        taken |= own
    more = [*posts, *(Post(f"m{n}", TODAY, "", "", "d") for n in range(most + 1))]
    assert most == MOST or share(more, TODAY, window).above(limit), "and it is as much as there is room for"


def test_without_her_limit_more_would_be_proposed_than_she_wants() -> None:
    shelf = [
        post("a", 99, "linen"),
        post("b", 99, "tea"),
        post("c", 99, "ada10"),
        post("own", 1, ""),
        post("own2", 2, ""),
    ]
    sold = [Sale(ago(2), frozenset({one}), 1) for one in ("1:link:1", "1:link:2", "1:code:1")]
    found = stills(shelf, KNOWN, [], sold, TODAY)
    assert room(shelf, TODAY, 30, 3_400) == 1
    assert room(shelf, TODAY, 30, 0) == MOST
    assert sum(one.proposed for one in proposed(found, shelf, KNOWN, TODAY, room(shelf, TODAY, 30, 3_400))) == 1
    assert sum(one.proposed for one in proposed(found, shelf, KNOWN, TODAY, room(shelf, TODAY, 30, 0))) == 3


# Hours of a week


def slots_of(hours: list[tuple[int, int, int]]) -> Counter[int]:
    """Visitors by (hour of the week, week, number), in the middle of the hour on the clock of Berlin."""
    first, found = first_day(TODAY), Counter[int]()
    for hour, number, visitors in hours:
        day = first + timedelta(days=7 * number + (hour // 24 - first.weekday()) % 7)
        found[day_begin(day, BERLIN) + (hour % 24) * HOUR + 15 * MINUTE] += visitors
    return found


def test_an_hour_that_is_good_week_after_week_is_named_with_how_much_better_it_is() -> None:
    spread = [(7 * n % HOURS, n % 12, 1) for n in range(60)]
    found = week(slots_of([*((43, number, 4) for number in range(WEEKS)), *spread]), BERLIN, TODAY)
    (best,) = found.named
    assert (best.weekday, best.begin, best.weeks, found.visitors) == (1, 19, 12, 108)
    assert best.visitors == 48 + (43 in [7 * n % HOURS for n in range(60)])
    true = best.visitors * HOURS * 10 / found.visitors
    assert best.low < true < best.high


def test_one_post_that_draws_many_at_once_makes_no_good_hour() -> None:
    spread = [(11 * n % HOURS, n % 12, 1) for n in range(60)]
    burst = week(slots_of([*spread, (43, 5, 200)]), BERLIN, TODAY)
    assert burst.named == []
    assert burst.hours[43].low > 10, "its interval alone would have named it"
    several = week(slots_of([*spread, *((43, n, 20) for n in range(FEWEST_WEEKS))]), BERLIN, TODAY)
    assert [one.number for one in several.named] == [43]


def test_below_twenty_visitors_nothing_is_told() -> None:
    few = week(slots_of([(43, number, 1) for number in range(12)] + [(43, 0, FEWEST - 13)]), BERLIN, TODAY)
    assert (few.visitors, few.enough, few.named) == (FEWEST - 1, False, [])
    assert week(slots_of([(43, n, 2) for n in range(12)]), BERLIN, TODAY).enough
    assert week({}, BERLIN, TODAY).visitors == 0


def test_hours_are_those_of_her_clock_also_over_a_change_of_the_clocks() -> None:
    # Berlin's clocks went back on 25 October 2026; 18:30 is 18:30 before and after it.
    days = [date(2026, 10, 24), date(2026, 10, 31)]
    slots = {day_begin(day, BERLIN) + 18 * HOUR + 30 * MINUTE: 15 for day in days}
    assert [one.number for one in week(slots, BERLIN, TODAY).hours if one.visitors] == [5 * 24 + 18]
    india = zone("Asia/Kolkata")
    moment = from_datetime(to_datetime(day_begin(date(2026, 11, 20), india)) + timedelta(hours=9, minutes=45))
    assert [one.number for one in week({moment: 1}, india, TODAY).hours if one.visitors] == [4 * 24 + 9]
    today = day_begin(TODAY, BERLIN)
    assert week({today: 9, day_begin(first_day(TODAY), BERLIN) - MINUTE: 9}, BERLIN, TODAY).visitors == 0
    assert week({today - MINUTE: 9, day_begin(first_day(TODAY), BERLIN): 9}, BERLIN, TODAY).visitors == 18


@given(st.lists(st.tuples(st.integers(0, HOURS - 1), st.integers(0, WEEKS - 1), st.integers(0, 40)), max_size=60))
def test_every_visitor_stands_in_one_hour_and_what_is_named_lies_above_the_mean(
    rows: list[tuple[int, int, int]],
) -> None:
    found = week(slots_of(rows), BERLIN, TODAY)
    assert sum(one.visitors for one in found.hours) == found.visitors == sum(number for _, _, number in rows)
    for one in found.hours:
        assert one.low <= -(-one.visitors * HOURS * 10 // max(1, found.visitors)) <= one.high or not found.visitors
        if one.named:
            assert one.visitors * HOURS > found.visitors
            assert one.low >= 10
            assert one.weeks >= FEWEST_WEEKS


def test_where_all_hours_are_alike_hardly_ever_one_is_named_and_a_single_interval_would_name_many() -> None:
    drawn, wrong, alone = random.Random(7), 0, 0
    for _ in range(200):
        seen = Counter(drawn.randrange(HOURS) for _ in range(300))
        wrong += any(count_finely(number, OF_A_WEEK).low * HOURS > 300 * MILLION for number in seen.values())
        alone += any(count_finely(number).low * HOURS > 300 * MILLION for number in seen.values())
    assert wrong <= 10, "one of twenty weeks at most"
    assert alone > 40


def test_wilsons_interval_would_name_hours_by_chance_where_byars_does_not() -> None:
    """Of 100 visitors: how many in one hour are named, and how often that happens somewhere in a week by chance."""
    assert next(n for n in range(100) if count_finely(n, OF_A_WEEK).low * HOURS > 100 * MILLION) == 6
    assert next(n for n in range(100) if rate(n, 100).low * HOURS > MILLION) <= 3


@given(st.integers(0, 10**6))
def test_the_finer_interval_is_the_coarse_one_before_rounding_and_a_stricter_one_is_wider(seen: int) -> None:
    fine, coarse, strict = count_finely(seen), count(seen), count_finely(seen, OF_A_WEEK)
    assert coarse.low == fine.low // MILLION
    assert coarse.high == -(-fine.high // MILLION)
    assert strict.low <= fine.low <= seen * MILLION <= fine.high <= strict.high
