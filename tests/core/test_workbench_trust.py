"""How much of what she posts is paid for, before and after another deal; and her list of what she never wants."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.workbench.entries import Never, Post
from fanshare.core.workbench.trust import Share, against, planned_days, preview, share

DAY = date(2026, 11, 20)


def posts(*days: int, deal: str = "") -> list[Post]:
    """Posts so many days before."""
    return [Post(f"{deal}{number}", DAY - timedelta(days=ago), "tiktok", "", deal) for number, ago in enumerate(days)]


def test_a_share_counts_the_window_that_ends_today_both_days_included() -> None:
    known = posts(0, 9, 10) + posts(9, 10, -1, deal="d")
    assert share(known, DAY, 10) == Share(1, 3, DAY)
    assert share([], DAY, 10).bps == 0
    assert (Share(1, 3, DAY).bps, Share(2, 5, DAY).bps) == (3_334, 4_000)
    assert not Share(2, 5, DAY).above(4_000)
    assert Share(1, 3, DAY).above(3_333)
    assert not Share(3, 3, DAY).above(0), "no limit was set"


def test_a_deal_is_previewed_at_its_worst_day_with_what_would_keep_the_limit() -> None:
    known = posts(1, 2, 3, 4, 5, 6, deal="") + posts(7, deal="d")
    seen = preview(known, planned_days(4, DAY, DAY + timedelta(days=6)), DAY, 10, 4_000)
    assert (seen.now.paid, seen.now.all) == (1, 7)
    assert seen.then.bps == 10_000, "ten days on nothing but paid posts are in the window"
    assert seen.needed == -(-seen.then.paid * 10_000 // 4_000) - seen.then.all
    assert preview(known, [DAY], DAY, 10, 4_000).needed > 0
    assert preview(known, [DAY], DAY, 10, 0).needed == 0


def test_without_what_comes_after_only_the_days_of_planned_posts_are_looked_at() -> None:
    known = posts(1, 2, 3, 4, 5, 6) + posts(1, 2, 3, deal="d")
    seen = preview(known, [DAY], DAY, 7, 3_000, after=False)
    assert (seen.now, seen.then, seen.needed) == (Share(3, 9, DAY), Share(4, 10, DAY), 4)
    assert preview(known, [DAY], DAY, 7, 3_000).then.bps == 10_000, "a week later nothing of her own is in the window"


AGO = st.lists(st.integers(-15, 30), max_size=12)


@given(own=AGO, paid=AGO, number=st.integers(1, 5), length=st.integers(0, 20), window=st.integers(1, 15))
def test_the_worst_window_is_the_worst_of_all_that_a_planned_post_touches(
    own: list[int], paid: list[int], number: int, length: int, window: int
) -> None:
    known = posts(*own) + posts(*paid, deal="d")
    planned = planned_days(number, DAY, DAY + timedelta(days=length))
    then = preview(known, planned, DAY, window, 5_000).then
    whole = known + [Post("p", day, "", "", "p") for day in planned]
    ends = [DAY + timedelta(days=step) for step in range(-60, 90)]
    touched = [end for end in ends if any(timedelta(0) <= end - day < timedelta(days=window) for day in planned)]
    worst = max(share(whole, end, window).bps for end in touched)
    assert then.bps == worst
    assert share(whole, then.until, window) == then


@given(number=st.integers(1, 60), length=st.integers(0, 366))
def test_planned_posts_are_spread_from_the_first_day_to_the_last(number: int, length: int) -> None:
    last = DAY + timedelta(days=length)
    days = planned_days(number, DAY, last)
    assert (len(days), days[0]) == (number, DAY)
    assert days == sorted(days)
    assert number == 1 or days[-1] == last
    gaps = {(two - one).days for one, two in pairwise(days)}
    assert not gaps or max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A deal with Bet-Now for sports", ["bet now"]),
        ("BET NOW!", ["bet now"]),
        ("We bet. Now you", ["bet now"]),
        ("alphabet now", []),
        ("Für Glücksspiel werben", ["GLÜCKSSPIEL"]),
        ("nothing of the kind", []),
    ],
)
def test_words_of_the_never_list_are_found_however_they_are_written(text: str, found: list[str]) -> None:
    nevers = [Never("1", "bet now", "no gambling"), Never("2", "GLÜCKSSPIEL", ""), Never("3", "--", "")]
    assert [one.words for one in against(text, nevers)] == found
