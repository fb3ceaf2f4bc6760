"""What becomes of one order, by who helped: always the whole commission, and the worked case to the last digit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.money import MICROS
from fanshare.core.sharing import Shares
from fanshare.core.terms import Rule
from fanshare.core.typical import FEWEST, Typical, typical
from fanshare.core.who_helped import MOST, Helper, example_terms, helped, with_fan_part

WORKED = example_terms(1200, 2000, 500)
EXPECTED = {
    Helper.FAN: (7_080_000, Shares(5_310_000, 1_416_000, 354_000)),
    Helper.BOTH: (7_080_000, Shares(5_664_000, 1_416_000, 0)),
    Helper.CREATOR: (7_080_000, Shares(7_080_000, 0, 0)),
    Helper.NOBODY: (0, Shares(0, 0, 0)),
}


@pytest.mark.parametrize("helper", list(Helper))
def test_the_worked_case_by_who_helped(helper: Helper) -> None:
    found = helped(WORKED, "EUR", 59 * MICROS, helper)
    assert (found.commission, found.shares) == EXPECTED[helper]
    assert found.bps == 1200


@given(
    st.integers(0, MOST), st.integers(0, 10_000), st.integers(0, 3000), st.integers(0, 2000), st.sampled_from(Helper)
)
def test_the_parts_are_the_commission_and_never_below_zero(
    net: int, rate: int, fan: int, buyer: int, helper: Helper
) -> None:
    found = helped(example_terms(rate, fan, buyer), "EUR", net, helper)
    assert sum(found.shares) == found.commission <= net
    assert min(found.shares) >= 0


def test_rates_and_orders_outside_their_limits_are_refused() -> None:
    for rates in ((10_001, 0, 0), (-1, 0, 0), (1, 3001, 0), (1, 0, 2001)):
        with pytest.raises(ValueError, match="limits"):
            example_terms(*rates)
    with pytest.raises(ValueError, match="million"):
        helped(WORKED, "EUR", MOST + 1, Helper.FAN)


def test_a_fans_part_is_at_most_what_the_terms_allow() -> None:
    assert with_fan_part(WORKED, 2500).fan_bps == 2500
    assert with_fan_part(WORKED, 9999).fan_bps == 3000


def test_where_no_single_rate_gave_the_commission_none_is_named() -> None:
    terms = replace(WORKED, rules=(Rule("flat", each=5 * MICROS, currency="EUR"),))
    found = helped(terms, "EUR", 59 * MICROS, Helper.CREATOR)
    assert (found.bps, found.commission) == (None, 5 * MICROS)


def test_of_few_people_nothing_is_told_and_of_many_the_zeros_count() -> None:
    assert typical(FEWEST - 1, 19, 5) is None
    assert typical(FEWEST, 3, 0) == Typical(FEWEST, 3, 0)
    assert typical(FEWEST, 0, -5) == Typical(FEWEST, 0, 0)
