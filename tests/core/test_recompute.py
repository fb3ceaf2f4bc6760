"""Recomputing a settlement: every figure on the way is compared, and the first wrong one is named."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.recompute import MismatchError, check_shares, recompute
from fanshare.core.sentences import percent, sentence
from fanshare.core.settlement_leaf import (
    CapStep,
    FurtherEntry,
    LineEntry,
    Settlement,
    Share,
    Stretch,
    parse_settlement,
)
from fanshare.core.terms import Bracket
from fanshare.verifier import fanshare_verify
from tests.core.statement_worlds import TERMS, World

WHO = "ab" * 32


def settlement(**changes: Any) -> Settlement:
    """The worked case, with changes."""
    return replace(
        Settlement(
            order=WHO,
            seq=1,
            previous=None,
            currency="EUR",
            terms=TERMS,
            placed_on="2026-11-14",
            decided_by="fan_link",
            decided_on="2026-11-14",
            introduced_by="fan_link",
            introduced_on="2026-11-14",
            credit=Fraction(1),
            lines=(LineEntry("1", 59_000_000, 59_000_000, 7_080_000, "percent", bps=1200),),
            uncapped=7_080_000,
            caps=(),
            pool=7_080_000,
            fan_bps=2000,
            buyer_bps=500,
            reasons=(),
            shares=(
                Share("creator", 5_310_000, "pending", None, WHO),
                Share("fan", 1_416_000, "pending", None, WHO),
                Share("buyer", 354_000, "pending", None, WHO),
            ),
        ),
        **changes,
    )


def test_the_worked_case_gives_its_amounts() -> None:
    assert recompute(settlement()) == {"creator": 5_310_000, "fan": 1_416_000, "buyer": 354_000}
    check_shares(settlement())


def test_without_a_fan_the_creator_has_all() -> None:
    alone = settlement(introduced_by=None, introduced_on=None, decided_by="creator_link", shares=())
    assert recompute(alone) == {"creator": 7_080_000, "fan": 0, "buyer": 0}
    with pytest.raises(MismatchError, match=r"share of the creator: stated 0\.000000, computed 7\.080000"):
        check_shares(alone)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"pool": 7_079_999}, "commission: stated 7.079999, computed 7.080000"),
        ({"uncapped": 7_080_001}, "commission before caps"),
        ({"credit": Fraction(1, 2)}, "commission before caps"),
        ({"lines": (LineEntry("7", 59_000_000, 59_000_000, 7_080_001, "percent", bps=1200),)}, "line 7"),
        ({"lines": (LineEntry("7", 59_000_000, 58_000_000, 7_080_000, "percent", bps=1200),)}, "goods kept of line 7"),
        ({"fan_bps": 3001}, "rates of fan and buyer"),
        ({"buyer_bps": 2001}, "rates of fan and buyer"),
        ({"fan_bps": 1999}, "share of the creator"),
        ({"caps": (CapStep("day", 1, (Stretch(0, 7_000_000),), 1),)}, "under the cap per day"),
        ({"caps": (CapStep("day", 5_000_000, (Stretch(0, 7_080_000),), 5_000_001),)}, "after the cap per day"),
    ],
)
def test_the_first_wrong_figure_is_named(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(MismatchError, match=where):
        check_shares(settlement(**changes))


def test_caps_follow_each_other_over_stretches_of_their_periods() -> None:
    day = CapStep("day", 10_000_000, (Stretch(8_000_000, 7_080_000),), 2_000_000)
    month = CapStep("month", 50_000_000, (Stretch(49_500_000, 1_000_000), Stretch(10_000_000, 1_000_000)), 1_500_000)
    assert sum(recompute(settlement(caps=(day, month), pool=1_500_000)).values()) == 1_500_000


def test_marginal_steps_apply_to_the_credited_stretch_of_the_period() -> None:
    brackets = (Bracket(100_000_000, 1000), Bracket(None, 2000))
    stretches = (Stretch(90_000_000, 29_500_000),)
    pool = (10_000_000 * 1000 + 19_500_000 * 2000) // 10_000
    line = LineEntry("1", 59_000_000, 59_000_000, pool, "tiers", brackets=brackets, stretches=stretches)
    half = settlement(credit=Fraction(1, 2), lines=(line,), uncapped=pool, pool=pool)
    assert sum(recompute(half).values()) == pool
    shifted = replace(line, stretches=(Stretch(90_000_000, 29_500_001),))
    with pytest.raises(MismatchError, match="line 1"):
        recompute(replace(half, lines=(shifted,)))


def lifted(**changes: Any) -> Settlement:
    """60.00 of goods in a month that came to 150.00, where 20 % from 100.00 on hold for all; before, 10 %."""
    brackets = (Bracket(100_000_000, 1000), Bracket(None, 2000, retroactive=True))
    line = LineEntry(
        "1", 60_000_000, 60_000_000, 6_000_000, "tiers", brackets=brackets, stretches=(Stretch(30_000_000, 60_000_000),)
    )
    told: dict[str, Any] = {"further": (FurtherEntry("1", 100_000_000, 6_000_000),)}
    told |= {"lines": (line,), "uncapped": 12_000_000, "pool": 12_000_000}
    amounts = {"creator": 9_000_000, "fan": 2_400_000, "buyer": 600_000}
    told["shares"] = tuple(Share(role, amount, "pending", None, WHO) for role, amount in amounts.items())
    return settlement(**told | changes)


def test_a_retroactive_step_gives_a_further_amount_that_the_sentence_tells() -> None:
    assert sum(recompute(lifted()).values()) == 12_000_000
    assert parse_settlement(lifted().body()) == lifted()
    assert "Commission 12.00 is 6.00 by steps on 60.00 of goods and a further 6.00 as the month's sales reached" in (
        sentence(lifted(), "creator")
    )
    assert fanshare_verify.sentence(lifted().body(), "fan") == sentence(lifted(), "fan")


@pytest.mark.parametrize(
    ("further", "where"),
    [
        ((FurtherEntry("1", 100_000_000, 6_000_001),), "further commission of line 1"),
        ((FurtherEntry("1", 50_000_000, 6_000_000),), "step reached for line 1"),
        ((FurtherEntry("1", 100_000_000, 0),), "step reached for line 1"),
        (
            (FurtherEntry("1", 100_000_000, 6_000_000), FurtherEntry("2", 100_000_000, 1)),
            "further commission of line 2",
        ),
        ((), "commission before caps"),
    ],
)
def test_a_wrong_further_amount_is_named_by_both_verifiers(further: tuple[FurtherEntry, ...], where: str) -> None:
    wrong = lifted(further=further)
    with pytest.raises(MismatchError, match=where):
        check_shares(wrong)
    with pytest.raises(Exception, match=r"further|step reached|commission before caps"):
        fanshare_verify.recompute(wrong.body())


def test_a_step_that_the_orders_own_goods_reach_cannot_be_left_out() -> None:
    found = lifted()
    own = replace(found.lines[0], stretches=(Stretch(60_000_000, 60_000_000),), pool=8_000_000)
    with pytest.raises(MismatchError, match=r"further commission of line 1: stated 0\.000000, computed 4\.000000"):
        check_shares(replace(found, lines=(own,), further=(), uncapped=8_000_000, pool=8_000_000))


def test_a_flat_amount_shrinks_with_what_is_kept_and_never_exceeds_it() -> None:
    kept = LineEntry("1", 20_000_000, 60_000_000, 5_000_000, "flat", each=5_000_000, quantity=3)
    assert sum(recompute(settlement(lines=(kept,), uncapped=5_000_000, pool=5_000_000)).values()) == 5_000_000
    tiny = LineEntry("1", 1_000, 60_000_000, 250, "flat", each=5_000_000, quantity=3)
    assert sum(recompute(settlement(lines=(tiny,), uncapped=250, pool=250)).values()) == 250


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_shares_sum_to_the_commission_exactly(seed: int) -> None:
    found = parse_settlement(World(seed).part().leaves[0][1])
    shares = recompute(found)
    assert sum(shares.values()) == found.pool
    assert min(shares.values()) >= 0


def test_percentages_are_written_without_trailing_zeros() -> None:
    assert [percent(bps) for bps in (1200, 750, 1, 10, 0, 10_000)] == [
        "12 %",
        "7.5 %",
        "0.01 %",
        "0.1 %",
        "0 %",
        "100 %",
    ]


def test_a_share_of_a_split_and_limited_sale_says_so() -> None:
    lines = (
        LineEntry("1", 40_000_000, 40_000_000, 4_800_000, "percent", bps=1200),
        LineEntry("2", 10_000_000, 10_000_000, 500_000, "percent", bps=1200, limit_bps=500),
        LineEntry("3", 9_000_000, 9_000_000, 2_000_000, "flat", each=2_000_000, quantity=1),
    )
    cap = CapStep("month", 10_000_000, (Stretch(7_000_000, 3_650_000),), 3_000_000)
    split = settlement(lines=lines, credit=Fraction(1, 2), uncapped=3_650_000, caps=(cap,), pool=3_000_000)
    assert sentence(split, "fan") == (
        "You brought this buyer on 14 Nov. Commission 3.65 is 1/2 of (12 % of 40.00 of goods, "
        "5 % (the most with a code) of 10.00 of goods and a fixed 2.00), of which the monthly limit leaves 3.00; "
        "your share is 20 % of it: 1.416"
    )
    assert sum(recompute(split).values()) == 3_000_000


def test_a_sale_that_counts_as_nothing_says_why() -> None:
    nothing = settlement(
        lines=(), uncapped=0, pool=0, reasons=("denied",), shares=(Share("fan", 0, "pending", None, WHO),)
    )
    assert sentence(nothing, "fan").split(". ")[1] == (
        "Nothing of this sale counts (denied), so the commission is 0.00; your share is 20 % of it: 0.00"
    )
    assert sentence(nothing, "creator") == ""
