"""Retroactive tiers: a step that is reached lifts its whole month, as further amounts; one that is lost takes them."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.facts import OrderFacts, Ruling, RulingKind
from fanshare.core.instants import DAY, HOUR, month_begin, parse_rfc3339, zone
from fanshare.core.money import BASIS
from fanshare.core.settlement import desired
from fanshare.core.terms import Bracket, Cap, Level, Policy, Rule, TermsBook
from fanshare.core.tiers import lifted_amount, rate_of, step_reached, tier_amount
from tests.support.sales import EPOCH, UNIT, click, percent, sale, terms_of, typed

#: 10 %, and 12 % of all of a month that reaches 1,000; what is above 5,000 has 15 %.
STEPS = (Bracket(1000 * UNIT, 1000), Bracket(5000 * UNIT, 1200, retroactive=True), Bracket(None, 1500))
LATER = EPOCH + 300 * DAY


def book(*brackets: Bracket, **changes: Any) -> TermsBook:
    return TermsBook([terms_of(Rule("climb", brackets=brackets or STEPS, currency="EUR"), **changes)])


def bought(number: int, net: int, *, day: int | None = None) -> OrderFacts:
    at = EPOCH + (number if day is None else day) * DAY
    return sale(number, at, net * UNIT, [click(number, at - HOUR, 1)], buyer=f"buyer{number}")


def earned(terms: TermsBook, *orders: OrderFacts) -> list[tuple[float, float]]:
    """For each order what it gives at its place in the month, and what more. Major units."""
    parts = desired(1, orders, terms, LATER)
    return [(line.tiered / UNIT, line.further / UNIT) for part in parts for line in part.lines]


def test_a_step_that_is_reached_lifts_the_orders_before_it_by_lines_of_their_own() -> None:
    first, second, third = bought(1, 400), bought(2, 400), bought(3, 300)
    assert earned(book(), first, second) == [(40, 0), (40, 0)]
    assert earned(book(), first, second, third) == [(40, 8), (40, 8), (32, 4)]
    # 12 % of 1,100, as if all of it had been sold above the step
    assert sum(part.pool for part in desired(1, [first, second, third], book(), LATER)) == 132 * UNIT


def test_a_month_of_exactly_the_step_has_reached_it() -> None:
    assert earned(book(), bought(1, 600), bought(2, 400)) == [(60, 12), (40, 8)]
    assert earned(book(), bought(1, 600), bought(2, 399)) == [(60, 0), (39.9, 0)]


def test_a_refund_that_falls_below_the_step_takes_the_further_amounts_back() -> None:
    first, second, third = bought(1, 400), bought(2, 400), bought(3, 300)
    less = replace(third, view=replace(third.view, kept=(199 * UNIT,)))
    assert earned(book(), first, second, less) == [(40, 0), (40, 0), (19.9, 0)]


def test_a_denied_order_does_not_help_to_reach_a_step() -> None:
    first, second = bought(1, 600), bought(2, 600)
    denied = replace(second, rulings=(Ruling(1, RulingKind.DENIED, "bought by herself", EPOCH),))
    assert earned(book(), first, denied) == [(60, 0)]


def test_marginal_steps_lift_nothing() -> None:
    """The negative control: the same steps without the mark."""
    marginal = [replace(step, retroactive=False) for step in STEPS]
    assert earned(book(*marginal), bought(1, 400), bought(2, 400), bought(3, 300)) == [(40, 0), (40, 0), (32, 0)]


def test_each_month_and_currency_reaches_its_steps_alone() -> None:
    november, december = bought(1, 900), bought(2, 900, day=40)
    dollars = sale(3, EPOCH + 3 * DAY, 900 * UNIT, [click(3, EPOCH, 1)], currency="USD")
    assert earned(book(), november, dollars, december) == [(90, 0), (0, 0), (90, 0)]


def test_a_higher_retroactive_step_lifts_further() -> None:
    steps = (
        Bracket(100 * UNIT, 500),
        Bracket(200 * UNIT, 800, retroactive=True),
        Bracket(None, 1000, retroactive=True),
    )
    assert earned(book(*steps), bought(1, 100)) == [(5, 3)]
    assert earned(book(*steps), bought(1, 100), bought(2, 100)) == [(5, 5), (8, 2)]


def test_what_a_step_lifts_is_divided_and_capped_like_the_rest() -> None:
    at = EPOCH + DAY
    by_fan = sale(1, at, 600 * UNIT, [click(1, at - HOUR, 1, 11)], buyer="anna")
    capped = book(caps=(Cap(Level.MONTH, 100 * UNIT, "EUR"),))
    first, second = desired(1, [by_fan, bought(2, 600)], capped, LATER)
    assert first.shares == (54 * UNIT, int(14.4 * UNIT), int(3.6 * UNIT))
    assert (first.uncapped, first.pool, second.uncapped, second.pool) == tuple(
        UNIT * amount for amount in (72, 72, 72, 28)
    )


def test_a_typed_code_limits_the_further_amount_too() -> None:
    first, second = desired(1, _by_code(), book(code_max_bps=1100), LATER)
    assert [(line.tiered, line.further, line.limit_bps) for line in first.lines] == [(60 * UNIT, 6 * UNIT, 1100)]
    assert second.pool == 66 * UNIT
    below = desired(1, _by_code(), book(code_max_bps=900), LATER)[0]
    assert [(line.tiered, line.further, line.reached) for line in below.lines] == [(54 * UNIT, 0, None)]


def _by_code() -> list[OrderFacts]:
    orders = [bought(1, 600), bought(2, 600)]
    return [replace(order, touches=(typed("save", order.key.placed_at, 1),)) for order in orders]


def test_half_a_sale_is_half_a_step() -> None:
    at = EPOCH + DAY
    shared = sale(1, at, 1900 * UNIT, [click(1, at - 2 * HOUR, 1), click(2, at - HOUR, 2)], buyer="anna")
    assert earned(book(policy=Policy.LINEAR), shared) == [(95, 0)]
    assert earned(book(policy=Policy.LINEAR), shared, bought(2, 50)) == [(95, 19), (5, 1)]


def test_the_rule_that_gives_more_is_chosen_with_what_the_step_adds() -> None:
    rules = (Rule("flat-rate", bps=1100), Rule("climb", brackets=STEPS, currency="EUR"))
    both = TermsBook([terms_of(*rules)])
    won = [part.lines[0].rule_id for part in desired(1, [bought(1, 600), bought(2, 300)], both, LATER)]
    assert won == ["flat-rate", "flat-rate"]
    won = [part.lines[0].rule_id for part in desired(1, [bought(1, 600), bought(2, 600)], both, LATER)]
    assert won == ["climb", "climb"]


# -- properties


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Bracket, ...]:
    """Up to three steps, each of which may be retroactive where it is above all before it."""
    bounds = sorted(draw(st.sets(st.integers(1, 300), max_size=3)))
    brackets: list[Bracket] = []
    for upto in [*bounds, None]:
        bps = draw(st.integers(0, BASIS))
        lifts = bool(brackets) and bps > max(one.bps for one in brackets) and draw(st.booleans())
        brackets.append(Bracket(upto, bps, lifts))
    return tuple(brackets)


@given(ladders(), st.lists(st.integers(1, 200), min_size=1, max_size=6))
def test_a_month_gives_the_sum_of_its_single_rates(brackets: tuple[Bracket, ...], nets: list[int]) -> None:
    total, before, given_in_all = sum(nets), 0, 0
    reached = step_reached(brackets, total)
    for net in nets:
        piece = [(before, net)]
        given_in_all += tier_amount(brackets, piece) if reached is None else lifted_amount(brackets, piece, reached)
        before += net
    exact = Fraction(sum(rate_of(brackets, point, total) for point in range(total)), BASIS)
    assert exact - len(nets) < given_in_all <= exact


@given(ladders(), st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_more_sales_never_give_less(brackets: tuple[Bracket, ...], before: int, net: int, more: int) -> None:
    def whole(total: int) -> int:
        reached, piece = step_reached(brackets, total), [(before, net)]
        return tier_amount(brackets, piece) if reached is None else lifted_amount(brackets, piece, reached)

    assert tier_amount(brackets, [(before, net)]) <= whole(before + net) <= whole(before + net + more)


# -- folding from where an order reaches back to


def test_an_order_reaches_back_to_the_beginning_of_its_month_where_a_step_is_retroactive() -> None:
    placed = parse_rfc3339("2026-11-14T10:00:00Z")
    assert TermsBook([terms_of(*percent(1000))]).reach(placed) == placed
    berlin = book(time_zone="Europe/Berlin")
    assert berlin.reach(placed) == parse_rfc3339("2026-10-31T23:00:00Z")
    both = TermsBook([*berlin, terms_of(*percent(1000), version=2, effective_at=placed, time_zone="UTC")])
    assert both.reach(placed) == parse_rfc3339("2026-10-31T23:00:00Z")
    assert both.reach(parse_rfc3339("2026-12-01T00:30:00Z")) == parse_rfc3339("2026-10-31T23:00:00Z")
    assert book().reach(5) == 0
    assert month_begin(0, zone("America/New_York")) == 0
