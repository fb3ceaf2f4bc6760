"""When somebody who leaves may be erased: never while something could still be paid to her."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from fanshare.core.instants import DAY
from fanshare.core.leaving import Purse, counts_until, over, still
from fanshare.core.payout_runs import payable
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


def test_a_fan_may_earn_for_as_long_as_she_introduces_and_a_creator_while_clicks_count() -> None:
    terms = replace(read(TERMS, version=1, effective_at=NOW), introducer_days=90)
    assert counts_until(terms, NOW, fan=False) == NOW + terms.window
    assert counts_until(terms, NOW, fan=True) == NOW + 90 * DAY
