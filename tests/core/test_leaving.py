"""When somebody who leaves may be erased: never while something could still be paid to her."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from fanshare.core.instants import DAY
from fanshare.core.leaving import Purse, counts_until, over, still
from fanshare.core.payout_runs import payable
from fanshare.core.terms import TermsBook
from fanshare.core.terms_document import read
from tests.support.stories import NOW, TERMS

money = st.integers(-5_000_000, 5_000_000)
parts = st.integers(0, 20_000)
purses = st.lists(
    st.builds(Purse, st.sampled_from(["EUR", "JPY", "TND", "HUF"]), parts, money, parts, st.sampled_from(["", "iban"])),
    max_size=4,
)


@given(purses, st.integers(0, 2), st.integers(-1, 1))
@example([Purse("EUR", ready=9_999)], 0, 0)
@example([Purse("JPY", ready=999_999)], 0, 0)
def test_she_is_erased_only_when_nothing_can_be_paid_to_her_any_more(found: list[Purse], open_: int, late: int) -> None:
    to_come = any(one.waiting or one.away or payable(one.ready, one.currency, one.kind) for one in found)
    assert over(found, open_, NOW, NOW + late) == (late >= 0 and not open_ and not to_come)
    assert all(one in found for one in still(found))


@given(purses)
def test_a_debt_and_a_rest_below_the_smallest_coin_keep_nobody(found: list[Purse]) -> None:
    rests = [one._replace(waiting=0, away=0, ready=min(one.ready, 999)) for one in found]
    assert over(rests, 0, NOW, NOW)


def _book(*terms: tuple[int, int, int]) -> TermsBook:
    """Terms by the day on which they take effect, the days on which a click counts, and those of an introducer."""
    first = read(TERMS, version=1, effective_at=NOW)
    return TermsBook(
        replace(first, version=nth, effective_at=NOW + at * DAY, window=window * DAY, introducer_days=days)
        for nth, (at, window, days) in enumerate(terms, 1)
    )


versions = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30), st.integers(0, 60)), min_size=1, max_size=4)


@given(versions, st.integers(1, 60), st.integers(0, 100), st.integers(0, 100), st.booleans())
@example([(0, 30, 90), (10, 30, 0)], 20, 9, 75, True)
@example([(0, 30, 0), (30, 90, 0)], 20, 19, 80, False)
def test_no_order_by_a_click_from_before_comes_later_under_whichever_terms(
    terms: list[tuple[int, int, int]], asked: int, clicked: int, later: int, fan: bool
) -> None:
    book, click = _book(*terms), min(clicked, asked) * DAY + NOW
    placed = NOW + (asked + later) * DAY
    days = book.at(click).introducer_days * DAY if fan else 0
    counts = placed - click <= max(book.at(placed).window, days)
    assert not counts or placed <= counts_until(book, NOW + asked * DAY, fan=fan)


def test_what_rules_no_order_of_hers_keeps_nobody() -> None:
    asked = NOW + 20 * DAY
    assert counts_until(_book((0, 60, 0), (10, 30, 0)), asked, fan=True) == asked + 30 * DAY, "a window that has ended"
    assert counts_until(_book((0, 30, 0), (30, 30, 90)), asked, fan=True) == asked + 30 * DAY, "introducers to come"
    assert counts_until(_book((0, 30, 90), (10, 30, 0)), asked, fan=False) == asked + 30 * DAY, "she is no fan"


def test_a_fan_may_earn_for_as_long_as_she_introduces_and_a_creator_while_clicks_count() -> None:
    terms = replace(read(TERMS, version=1, effective_at=NOW), introducer_days=90)
    assert counts_until(TermsBook([terms]), NOW, fan=False) == NOW + terms.window
    assert counts_until(TermsBook([terms]), NOW, fan=True) == NOW + 90 * DAY
