"""Settlement, fact by fact: what a close froze, what has matured, who clicked first, what changes by time alone."""

from dataclasses import FrozenInstanceError, replace

import pytest

from fanshare.core.facts import Frozen, PeriodKey, Ruling, RulingKind, Sealed
from fanshare.core.instants import DAY
from fanshare.core.settlement import SHARED_HOLD, TIER, Bucket, CapStep, Hold, Part, desired
from fanshare.core.terms import Bracket, Cap, Level, Rule, TermsBook
from tests.support.sales import EPOCH, UNIT, click, only, sale, terms_of

NOW = EPOCH + 200 * DAY
BOOK = TermsBook([terms_of()])
HELD = Ruling(1, RulingKind.HELD, "address", EPOCH, until=NOW + DAY)


def test_what_a_close_froze_of_the_buyer_stands_against_what_the_fold_finds() -> None:
    fan = click(1, EPOCH, 1, 11)
    frozen = Frozen(new_buyer=False, introduced_by=None, first_at=EPOCH - DAY)
    order = sale(1, EPOCH + DAY, 50 * UNIT, [fan], buyer="anna")
    open_, closed = (only(desired(1, [one], BOOK, NOW)) for one in (order, replace(order, frozen={1: frozen})))
    assert (open_.standing.new_buyer, open_.fan, open_.standing.first_at) == (True, 11, None)
    assert (closed.standing.new_buyer, closed.fan, closed.standing.first_at) == (False, None, EPOCH - DAY)


def test_an_exchange_stands_as_the_month_of_its_first_order_froze_it() -> None:
    fan = click(1, EPOCH, 1, 11)
    frozen = {1: Frozen(new_buyer=False, introduced_by=None, first_at=EPOCH - DAY)}
    first = sale(1, EPOCH + DAY, 50 * UNIT, [fan], buyer="anna", frozen=frozen)
    exchange = sale(2, EPOCH + 3 * DAY, 50 * UNIT, [], buyer="anna", origin=first)
    parts = {part.order_id: part for part in desired(1, [first, exchange], BOOK, NOW)}
    assert parts[2].standing == parts[1].standing
    assert parts[2].fan is None


def test_a_ruling_says_who_brought_the_buyer_even_after_the_close() -> None:
    fan = click(1, EPOCH, 1, 11)
    frozen = {1: Frozen(new_buyer=True, introduced_by=fan)}
    given = Ruling(1, RulingKind.REASSIGNED, "her cousin", EPOCH, creator=1, to_creator=1, to_owner=12)
    order = sale(1, EPOCH + DAY, 50 * UNIT, [fan], buyer="anna", frozen=frozen, rulings=(given,))
    assert only(desired(1, [order], BOOK, NOW)).fan == 12


def test_a_part_knows_whether_a_fan_decided_it() -> None:
    by_fan, by_her = (
        only(desired(1, [sale(1, EPOCH + DAY, 50 * UNIT, [touch], buyer="anna")], BOOK, NOW))
        for touch in (click(1, EPOCH, 1, 11), click(1, EPOCH, 1))
    )
    assert (by_fan.by_fan, by_her.by_fan) == (True, False)


def test_who_clicked_first_may_be_known_from_orders_outside_the_scope() -> None:
    """The click of Anna's order was used before by somebody whose order is not loaded."""
    order = sale(1, EPOCH + DAY, 50 * UNIT, [click(1, EPOCH, 1, 11)], buyer="anna")
    alone = only(desired(1, [order], BOOK, EPOCH + 2 * DAY))
    known = only(desired(1, [order], BOOK, EPOCH + 2 * DAY, click_owner={"click0001": "berta"}))
    assert alone.hold is None
    assert known.hold == Hold(EPOCH + 31 * DAY + SHARED_HOLD, "shared")
    own = only(desired(1, [order], BOOK, EPOCH + 2 * DAY, click_owner={"click0001": order.buyer}))
    assert own.hold is None


def test_a_closed_month_is_not_held_for_a_buyer_who_comes_to_light_later() -> None:
    touch = click(1, EPOCH, 1, 11)
    frozen = {1: Frozen(new_buyer=True, introduced_by=touch)}
    order = sale(1, EPOCH + DAY, 50 * UNIT, [touch], buyer="anna", frozen=frozen)
    assert only(desired(1, [order], BOOK, EPOCH + 2 * DAY, click_owner={"click0001": "berta"})).hold is None


def test_the_month_s_sales_of_a_closed_month_are_those_at_its_close() -> None:
    brackets = (Bracket(100 * UNIT, 1000), Bracket(None, 2000, retroactive=True))
    book = TermsBook([terms_of(Rule("all", brackets=brackets, currency="EUR"))])
    order = sale(1, EPOCH + DAY, 60 * UNIT, [click(1, EPOCH, 1)], buyer="anna")
    month = PeriodKey(TIER, "2026-11", "EUR")
    alone = only(desired(1, [order], book, NOW))
    reached = only(desired(1, [order], book, NOW, sealed=Sealed(months={month: 150 * UNIT})))
    assert alone.uncapped == 6 * UNIT
    assert reached.uncapped == 12 * UNIT


@pytest.mark.parametrize(
    ("ago", "kept"), [(1, True), (0, True), (-1, False)], ids=["has passed", "is now", "is still to come"]
)
def test_a_moment_of_maturity_that_has_passed_never_moves(ago: int, *, kept: bool) -> None:
    """The shop says afterwards that it shipped much later than the order was placed."""
    order = sale(1, EPOCH, 50 * UNIT, [click(1, EPOCH, 1)], buyer="anna")
    late = replace(order, view=replace(order.view, fulfilled_at=NOW), matured_at={1: NOW - ago})
    part = only(desired(1, [late], BOOK, NOW))
    assert part.matures_at == (NOW - ago if kept else NOW + 30 * DAY)
    assert part.bucket(1) is (Bucket.AVAILABLE if kept else Bucket.PENDING)


def test_only_a_ruling_that_holds_holds() -> None:
    until = replace(HELD, kind=RulingKind.REASSIGNED, creator=1, to_creator=1)
    order = sale(1, EPOCH, 50 * UNIT, [click(1, EPOCH, 1)], buyer="anna")
    assert only(desired(1, [replace(order, rulings=(HELD,))], BOOK, NOW)).bucket(1) is Bucket.HELD
    assert only(desired(1, [replace(order, rulings=(until,))], BOOK, NOW)).bucket(1) is Bucket.AVAILABLE


def test_what_time_alone_changes_next_is_still_to_come() -> None:
    order = sale(1, EPOCH, 50 * UNIT, [click(1, EPOCH, 1)], buyer="anna")
    before, now = (only(desired(1, [order], BOOK, EPOCH + 30 * DAY - wait)) for wait in (1, 0))
    assert (before.next_at, now.next_at) == (EPOCH + 30 * DAY, None)


def test_an_order_that_came_back_does_not_wait_to_vanish() -> None:
    order = sale(1, EPOCH, 50 * UNIT, [click(1, EPOCH, 1)], buyer="anna", vanish_at=EPOCH + 3 * DAY)
    assert only(desired(1, [order], BOOK, EPOCH + DAY)).next_at == EPOCH + 30 * DAY
    vanishing = replace(order, view=replace(order.view, vanished="deleted"))
    assert only(desired(1, [vanishing], BOOK, EPOCH + DAY)).next_at == EPOCH + 3 * DAY


def test_nobody_changes_what_settlement_found() -> None:
    book = TermsBook([terms_of(caps=(Cap(Level.DAY, UNIT, "EUR"),))])
    order = sale(1, EPOCH, 50 * UNIT, [click(1, EPOCH, 1)], buyer="anna", rulings=(HELD,))
    part: Part = only(desired(1, [order], book, NOW))
    step: CapStep = part.caps[0]
    assert part.hold is not None
    assert step.after == UNIT
    for found, name in ((part, "pool"), (step, "after"), (part.hold, "until")):
        assert not hasattr(found, "__dict__")
        with pytest.raises(FrozenInstanceError):
            setattr(found, name, 0)
