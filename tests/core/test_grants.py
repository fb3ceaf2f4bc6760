"""Golden cases, worked out by hand: recurring months, bonuses, groups, the margin budget, the operator's fee."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from fanshare.core.facts import OrderFacts
from fanshare.core.grants import Granted, Occasion, granted, kept_discount, margin_room
from fanshare.core.instants import Instant, parse_rfc3339
from fanshare.core.orders import Line, OrderView
from fanshare.core.recurrence import date_after, months_after
from fanshare.core.settlement import Part, desired
from fanshare.core.terms import Bracket, BuyerKind, Cap, Level, Rule, Terms, TermsBook
from tests.support.sales import UNIT, click, sale, terms_of, typed

WHOLE, HALF = Fraction(1), Fraction(1, 2)
GOLD = frozenset({"gold"})


def at(text: str) -> Instant:
    return parse_rfc3339(text)


def order(*lines: Line, kept: tuple[int, ...] | None = None) -> OrderView:
    view = sale(1, at("2026-11-14T12:00:00Z"), 1, []).view
    return replace(view, lines=lines, kept=tuple(line.net for line in lines) if kept is None else kept)


def given(terms: Terms, view: OrderView, margin: int | None = None, **asked: object) -> Granted:
    occasion = Occasion(new_buyer=False, first_at=None, credit=WHOLE, by_code=False)
    occasion = replace(occasion, **asked)  # type: ignore[arg-type]
    return granted(terms, view, occasion, [(0, view.net)], margin)


# -- recurring months


@pytest.mark.parametrize(
    ("first", "months", "over"),
    [
        ("2026-01-31T10:00:00Z", 1, "2026-02-28T10:00:00Z"),
        ("2027-12-31T23:59:59Z", 2, "2028-02-29T23:59:59Z"),
        ("2026-11-14T12:00:00Z", 12, "2027-11-14T12:00:00Z"),
        ("2026-11-14T12:00:00Z", 0, "2026-11-14T12:00:00Z"),
        # By the clocks of Berlin: noon in summer is an hour earlier in UTC than noon in winter.
        ("2026-03-01T11:00:00Z", 1, "2026-04-01T10:00:00Z"),
        # Half past two of a night in which the clocks skip that hour.
        ("2026-01-29T01:30:00Z", 2, "2026-03-29T01:30:00Z"),
    ],
)
def test_months_are_calendar_months_by_the_clocks_of_the_terms(first: str, months: int, over: str) -> None:
    zone = terms_of(time_zone="Europe/Berlin").zone
    assert months_after(at(first), months, zone) == at(over)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_month_that_lacks_the_day_ends_on_its_last_one(start: date, months: int, end: date) -> None:
    assert date_after(start, months) == end


def bought(*moments: str, rules: tuple[Rule, ...], kept: tuple[int, ...] = ()) -> list[Part]:
    """One buyer's orders of 100.00, each by a click of its own an hour before."""
    orders: list[OrderFacts] = []
    for number, moment in enumerate(moments, 1):
        placed = at(moment)
        made = sale(number, placed, 100 * UNIT, [click(number, placed - 1, 1)], buyer="anna")
        if kept:
            made = replace(made, view=replace(made.view, kept=(kept[number - 1],)))
        orders.append(made)
    return desired(1, orders, TermsBook([terms_of(*rules)]), at("2030-01-01T00:00:00Z"))


def test_a_rule_of_one_month_pays_until_the_very_moment_its_month_is_full() -> None:
    rules = (Rule("later", bps=500), Rule("first-month", bps=1200, months=1))
    parts = bought(
        "2026-01-31T10:00:00Z", "2026-02-28T09:59:59Z", "2026-02-28T10:00:00Z", "2027-01-01T00:00:00Z", rules=rules
    )
    assert [part.pool for part in parts] == [12 * UNIT, 12 * UNIT, 5 * UNIT, 5 * UNIT]
    assert [part.recurring and (part.recurring.paid, part.recurring.over) for part in parts] == [
        None,
        ((1,), ()),
        ((), (1,)),
        ((), (1,)),
    ]


def test_no_months_pay_on_the_first_order_only() -> None:
    parts = bought("2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000001Z", rules=(Rule("once", bps=1000, months=0),))
    assert [part.pool for part in parts] == [10 * UNIT, 0]


def test_months_run_from_the_first_order_that_was_kept() -> None:
    """When the first order is sent back whole, the second is the first, and the third is in time after all."""
    rules, moments = (Rule("month", bps=1000, months=1),), ("2026-01-10T10:00:00Z", "2026-02-09T10:00:00Z")
    third = "2026-02-20T10:00:00Z"
    assert [part.pool for part in bought(*moments, third, rules=rules)] == [10 * UNIT, 10 * UNIT, 0]
    parts = bought(*moments, third, rules=rules, kept=(0, 100 * UNIT, 100 * UNIT))
    assert [part.pool for part in parts] == [0, 10 * UNIT, 10 * UNIT]


def test_a_buyer_whom_the_shop_does_not_name_is_never_too_late() -> None:
    orders = [sale(n, at(f"202{n}-01-10T10:00:00Z"), 100 * UNIT, [click(n, at(f"202{n}-01-10T09:00:00Z"), 1)])
              for n in (6, 7)]  # fmt: skip
    book = TermsBook([terms_of(Rule("month", bps=1000, months=1))])
    assert [part.pool for part in desired(1, orders, book, at("2030-01-01T00:00:00Z"))] == [10 * UNIT, 10 * UNIT]


# -- bonuses


def test_bonuses_are_lines_of_their_own_on_top_of_the_rule_that_won() -> None:
    terms = terms_of(
        Rule("all", bps=1000),
        bonuses=(
            Rule("launch", bps=300, products=frozenset({"mug"})),
            Rule("piece", each=UNIT // 2, currency="EUR"),
            Rule("welcome", per_buyer=5 * UNIT, currency="EUR", buyers=BuyerKind.NEW),
        ),
    )
    view = order(Line("1", 40 * UNIT, quantity=2, product="mug"), Line("2", 10 * UNIT, product="shirt"))
    found = given(terms, view, new_buyer=True)
    assert [(one.rule_id, one.line_id, one.pool) for one in found.bonuses] == [
        ("launch", "1", 1_200_000),
        ("piece", "1", 1_000_000),
        ("piece", "2", 500_000),
        ("welcome", "order", 5_000_000),
    ]
    assert found.amount == 5_000_000 + 1_200_000 + 1_500_000 + 5_000_000
    assert given(terms, view, new_buyer=False).amount == 5_000_000 + 1_200_000 + 1_500_000
    assert given(terms, view, new_buyer=True, credit=HALF).amount == 12_700_000 // 2


def test_a_bonus_never_exceeds_what_the_buyer_keeps() -> None:
    welcome = Rule("welcome", per_buyer=5 * UNIT, currency="EUR", buyers=BuyerKind.NEW)
    terms = terms_of(Rule("all", bps=0), bonuses=(welcome, Rule("piece", each=2 * UNIT, currency="EUR")))
    kept = order(Line("1", 10 * UNIT, quantity=2), kept=(3 * UNIT,))
    found = given(terms, kept, new_buyer=True)
    assert [one.pool for one in found.bonuses] == [3 * UNIT, 1_200_000]
    assert given(terms, order(Line("1", 10 * UNIT, gift_card=True)), new_buyer=True).bonuses == ()


def test_bonuses_of_another_currency_or_too_late_are_not_given() -> None:
    terms = terms_of(
        bonuses=(
            Rule("dollars", each=UNIT, currency="USD"),
            Rule("month", bps=100, months=1),
        )
    )
    view = order(Line("1", 10 * UNIT))
    assert [one.rule_id for one in given(terms, view).bonuses] == ["month"]
    late = given(terms, view, first_at=at("2026-10-14T12:00:00Z"))
    assert late.bonuses == ()
    assert late.recurring is not None
    assert late.recurring.over == (1,)


# -- groups


@pytest.mark.parametrize(
    ("group", "pool"), [("gold", 15 * UNIT), ("new-here", 8 * UNIT), ("", 10 * UNIT), ("elsewhere", 10 * UNIT)]
)
def test_a_group_has_rules_of_its_own_and_rules_that_leave_it_out(group: str, pool: int) -> None:
    terms = terms_of(
        Rule("gold", bps=1500, groups=GOLD),
        Rule("rest", bps=1000, not_groups=frozenset({"gold", "new-here"})),
        Rule("new", bps=800),
        groups=frozenset({"gold", "new-here"}),
    )
    assert given(terms, order(Line("1", 100 * UNIT)), group=group).amount == pool


def test_the_group_at_the_touch_decides_and_not_the_one_at_the_order() -> None:
    book = TermsBook([terms_of(Rule("all", bps=1000), Rule("gold", bps=1500, groups=GOLD), groups=GOLD)])
    placed = at("2026-11-14T12:00:00Z")
    orders = [
        sale(1, placed, 100 * UNIT, [click(1, placed - 1, 1, group="gold")]),
        sale(2, placed, 100 * UNIT, [click(2, placed - 1, 1)]),
    ]
    assert [part.pool for part in desired(1, orders, book, placed)] == [15 * UNIT, 10 * UNIT]


# -- limits of the order: typed codes and the margin budget


def test_the_margin_budget_holds_discount_and_commission_together() -> None:
    """25.00 spared of 100.00: 30 % leave 5.00; without the discount 12 % of 75.00 would be 9.00."""
    view = order(Line("1", 75 * UNIT, discount=25 * UNIT))
    assert given(terms_of(), view).amount == 9 * UNIT
    found = given(terms_of(), view, 3000)
    assert found.amount == 5 * UNIT
    assert [tuple(limit) for limit in found.limits] == [("margin", 3000, 25 * UNIT, True, 9 * UNIT, 5 * UNIT)]
    assert given(terms_of(), view, 2500).amount == 0
    assert given(terms_of(), view, 1000).amount == 0
    assert given(terms_of(), view, 10_000).amount == 9 * UNIT


def test_two_creators_have_each_their_part_of_the_budget() -> None:
    view = order(Line("1", 75 * UNIT, discount=25 * UNIT))
    assert given(terms_of(), view, 3000, credit=HALF).amount == 2_500_000
    assert 2 * margin_room(75 * UNIT + 1, 25 * UNIT, HALF, 3000) <= margin_room(75 * UNIT + 1, 25 * UNIT, WHOLE, 3000)


def test_a_discount_shrinks_with_its_line_and_an_untold_one_counts_as_none() -> None:
    half_kept = order(Line("1", 75 * UNIT, discount=25 * UNIT), kept=(30 * UNIT,))
    assert kept_discount(half_kept) == (10 * UNIT, True)
    untold = order(Line("1", 75 * UNIT, discount=25 * UNIT), Line("2", 10 * UNIT))
    assert kept_discount(untold) == (25 * UNIT, False)
    sent_back = order(Line("1", 75 * UNIT, discount=25 * UNIT), Line("2", 10 * UNIT), kept=(75 * UNIT, 0))
    assert kept_discount(sent_back) == (25 * UNIT, True)
    gift = order(Line("1", 75 * UNIT, discount=0), Line("2", 0, discount=8 * UNIT))
    assert kept_discount(gift) == (8 * UNIT, True)


def test_the_budget_in_force_at_the_order_counts_whatever_the_click_was_promised() -> None:
    placed = at("2026-11-14T12:00:00Z")
    promised = terms_of()
    now = terms_of(version=2, effective_at=placed - 1, margin_bps=1000)
    order_ = sale(1, placed, 100 * UNIT, [click(1, placed - 2, 1)])
    (part,) = desired(1, [order_], TermsBook([promised, now]), placed)
    assert part.pool == 10 * UNIT


def test_with_a_typed_code_lines_and_bonuses_together_keep_to_the_limit() -> None:
    terms = terms_of(Rule("all", bps=800), bonuses=(Rule("more", bps=500),), code_max_bps=900)
    view = order(Line("1", 100 * UNIT))
    assert given(terms, view).amount == 13 * UNIT
    found = given(terms, view, by_code=True)
    assert found.amount == 9 * UNIT
    assert [(limit.kind, limit.before, limit.after) for limit in found.limits] == [("code", 13 * UNIT, 9 * UNIT)]
    both = given(terms, view, 700, by_code=True)
    assert [(limit.kind, limit.after) for limit in both.limits] == [("code", 9 * UNIT), ("margin", 7 * UNIT)]


def test_caps_come_after_the_limits_of_the_order() -> None:
    placed = at("2026-11-14T12:00:00Z")
    book = TermsBook([terms_of(Rule("all", bps=2000), margin_bps=1500, caps=(Cap(Level.MONTH, 20 * UNIT, "EUR"),))])
    orders = [sale(n, placed + n, 100 * UNIT, [click(n, placed, 1)]) for n in (1, 2)]
    parts = desired(1, orders, book, placed + 5)
    assert [(part.uncapped, part.pool) for part in parts] == [(15 * UNIT, 15 * UNIT), (15 * UNIT, 5 * UNIT)]


# -- the operator's fee


def test_the_fee_is_on_top_of_what_the_caps_leave_and_takes_nothing_from_anybody() -> None:
    placed = at("2026-11-14T12:00:00Z")
    plain = terms_of(caps=(Cap(Level.ALL, 7 * UNIT, "EUR"),), buyer_bps=500)
    order_ = sale(1, placed, 59 * UNIT, [click(1, placed - 1, 1, 11)])
    (without,) = desired(1, [order_], TermsBook([plain]), placed)
    (with_fee,) = desired(1, [order_], TermsBook([replace(plain, fee_bps=333)]), placed)
    assert (without.shares, without.fee) == (with_fee.shares, 0)
    assert with_fee.fee == 233_100
    assert sum(with_fee.shares) == with_fee.pool == 7 * UNIT


def test_the_fee_is_frozen_with_the_rate() -> None:
    placed = at("2026-11-14T12:00:00Z")
    book = TermsBook([terms_of(fee_bps=100), terms_of(version=2, effective_at=placed - 1, fee_bps=900)])
    old = sale(1, placed, 100 * UNIT, [click(1, placed - 2, 1)])
    code = sale(2, placed, 100 * UNIT, [typed("save", placed, 1, terms_version=2)])
    assert [part.fee for part in desired(1, [old, code], book, placed)] == [120_000, 1_080_000]


def test_marginal_tiers_and_bonuses_stand_beside_each_other() -> None:
    ladder = (Bracket(50 * UNIT, 1000), Bracket(None, 2000))
    terms = terms_of(Rule("climb", brackets=ladder, currency="EUR"), bonuses=(Rule("more", bps=100),))
    found = given(terms, order(Line("1", 100 * UNIT)))
    assert found.amount == 5 * UNIT + 10 * UNIT + UNIT
