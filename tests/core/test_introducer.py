"""Who brought the buyer: each clause of the rule, through the fold of one creator's orders."""

from dataclasses import replace

from fanshare.core.facts import OrderFacts
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.orders import Status
from fanshare.core.settlement import Bucket, Part, desired
from fanshare.core.terms import Policy, Terms, TermsBook
from fanshare.core.touches import Touch
from tests.support.sales import EPOCH, UNIT, click, only, sale, terms_of, typed

TERMS = terms_of()
LATER = EPOCH + 300 * DAY
FINN, FAYE = 11, 21


def bought(number: int, day: float, *touches: Touch, buyer: str = "anna") -> OrderFacts:
    return sale(number, EPOCH + int(day * DAY), 10 * UNIT, touches, buyer=buyer)


def fan(number: int, day: float, owner: int = FINN, **changes: object) -> Touch:
    return replace(click(number, EPOCH + int(day * DAY), 1, owner), **changes)  # type: ignore[arg-type]


def own(number: int, day: float) -> Touch:
    return fan(number, day, owner=1)


def settled(*orders: OrderFacts, terms: Terms = TERMS, now: Instant = LATER) -> list[Part]:
    return desired(1, orders, TermsBook([terms]), now)


def fans(*orders: OrderFacts, terms: Terms = TERMS) -> list[int | None]:
    return [part.fan for part in settled(*orders, terms=terms)]


def dead(order: OrderFacts) -> OrderFacts:
    return replace(order, view=replace(order.view, status=Status.CANCELLED))


def refunded(order: OrderFacts) -> OrderFacts:
    return replace(order, view=replace(order.view, kept=(0,)))


# -- the first valid fan click of a new buyer


def test_the_first_fan_click_of_a_new_buyer_introduces() -> None:
    assert fans(bought(1, 1, fan(1, 0))) == [FINN]


def test_of_two_fans_the_first_introduces() -> None:
    assert fans(bought(1, 2, fan(1, 0), fan(2, 1, FAYE))) == [FINN]
    assert fans(bought(1, 2, fan(1, 1), fan(2, 0, FAYE))) == [FAYE]


def test_a_creators_own_link_before_it_means_that_the_buyer_was_known() -> None:
    assert fans(bought(1, 2, own(1, 0), fan(2, 1))) == [None]


def test_a_creators_own_link_long_before_the_window_is_forgotten() -> None:
    """Visible by an earlier order that was not kept; a window and an hour before the fan's click."""
    first = dead(bought(1, 1, own(1, 0)))
    assert fans(first, bought(2, 31, fan(2, 30)))[1] is None
    assert fans(first, bought(2, 31, fan(2, 30 + 1 / 24)))[1] == FINN


def test_a_creators_own_link_after_it_displaces_nobody() -> None:
    assert fans(bought(1, 3, fan(1, 0), own(2, 1), own(3, 2))) == [FINN]


def test_a_click_that_does_not_count_makes_nobody_known() -> None:
    assert fans(bought(1, 2, replace(own(1, 0), human=False), fan(2, 1))) == [FINN]


def test_a_buyer_who_has_bought_before_is_not_new() -> None:
    before = bought(1, 1, own(1, 1))
    assert fans(before, bought(2, 40, fan(2, 39))) == [None, None]


def test_a_click_at_the_very_moment_of_an_order_is_not_after_it() -> None:
    """Clocks have their grain: only an order before the click makes the buyer known at it."""
    first = bought(1, 1, typed("CLEO", EPOCH + DAY + 2, 1))
    for moment, by in ((EPOCH + DAY, FINN), (EPOCH + DAY + 1, None)):
        second = sale(2, EPOCH + 31 * DAY, 10 * UNIT, [click(1, moment, 1, FINN)], buyer="anna")
        assert fans(first, second)[1] == by


def test_an_order_that_is_not_kept_makes_nobody_known() -> None:
    for gone in (dead(bought(1, 1, own(1, -29))), refunded(bought(1, 1, own(1, -29)))):
        assert fans(gone, bought(2, 40, fan(2, 39)))[1] == FINN


def test_an_order_with_another_creator_makes_nobody_known() -> None:
    elsewhere = bought(1, 1, click(1, EPOCH, 2))
    assert fans(elsewhere, bought(2, 3, fan(2, 2))) == [FINN]


def test_an_order_of_another_buyer_makes_nobody_known() -> None:
    assert fans(bought(1, 1, own(1, 1), buyer="ben"), bought(2, 3, fan(2, 2))) == [None, FINN]


def test_a_click_of_an_earlier_order_is_visible_later() -> None:
    """The first order was another creator's by its last touch; the click it carried still introduces."""
    last = replace(TERMS, policy=Policy.LAST)
    first = bought(1, 2, fan(1, 0), click(2, EPOCH + DAY, 2))
    assert fans(first, bought(2, 5, own(3, 4)), terms=last) == [FINN]


def test_a_click_of_a_later_order_is_not_visible_earlier() -> None:
    assert fans(bought(1, 2, own(1, 1)), bought(2, 3, fan(2, 0)))[0] is None


# -- how long


def test_the_introducer_earns_for_introducer_days_after_her_click() -> None:
    terms = replace(TERMS, introducer_days=10)
    orders = [bought(1, 1, fan(1, 0)), bought(2, 10, own(2, 9)), bought(3, 10 + 1 / 24, own(3, 9))]
    assert fans(*orders, terms=terms) == [FINN, FINN, None]


def test_zero_introducer_days_mean_the_first_order_only() -> None:
    terms = replace(TERMS, introducer_days=0)
    assert fans(bought(1, 20, fan(1, 0)), bought(2, 20 + 1 / 24, own(2, 20)), terms=terms) == [FINN, None]


def test_with_zero_days_a_second_order_introduces_nobody_even_if_the_first_had_no_introducer() -> None:
    terms = replace(TERMS, introducer_days=0)
    first = bought(1, 1, fan(1, 0), typed("ONCE", EPOCH + DAY, 1, FAYE, single_use=True))
    assert fans(first, bought(2, 3, own(2, 2)), terms=terms) == [FAYE, None]


def test_the_last_moment_of_her_time_is_still_hers() -> None:
    terms = replace(TERMS, introducer_days=10)
    for late, by in ((0, FINN), (1, None)):
        order = sale(1, EPOCH + 10 * DAY + late, 10 * UNIT, [fan(1, 0)], buyer="anna")
        assert fans(order, terms=terms) == [by]


def test_when_her_time_is_over_nobody_follows() -> None:
    terms = replace(TERMS, introducer_days=5)
    assert fans(bought(1, 1, fan(1, 0)), bought(2, 9, fan(2, 8, FAYE)), terms=terms) == [FINN, None]


def test_a_click_whose_time_is_over_leaves_the_place_to_the_next_one() -> None:
    """No order came of it in time, so the buyer is still new at the other fan's click."""
    terms = replace(TERMS, introducer_days=5)
    assert fans(bought(1, 10, fan(1, 0), fan(2, 8, FAYE)), terms=terms) == [FAYE]


def test_the_terms_of_her_click_say_how_long() -> None:
    book = TermsBook([replace(TERMS, introducer_days=5), replace(TERMS, version=2, effective_at=EPOCH + DAY)])
    orders = [bought(1, 0.5, fan(1, 0)), bought(2, 6, own(2, 5))]
    assert [part.fan for part in desired(1, orders, book, LATER)] == [FINN, None]


def test_the_fans_part_is_frozen_at_her_click_and_the_buyers_at_the_deciding_one() -> None:
    first = fan(1, 0, fan_bps=1000, buyer_bps=0)
    decider = fan(2, 1, FAYE, fan_bps=3000, buyer_bps=700)
    part = only(settled(bought(1, 2, first, decider)))
    assert (part.fan, part.credit.touch.owner) == (FINN, FAYE)
    assert (part.shares.fan, part.shares.buyer) == (part.pool * 1000 // 10_000, part.pool * 700 // 10_000)


# -- typed codes


def test_a_single_use_fan_code_introduces_its_order() -> None:
    code = typed("ONCE", EPOCH + DAY, 1, FINN, single_use=True)
    assert fans(bought(1, 1, code)) == [FINN]
    assert fans(bought(1, 1, own(1, 0), code)) == [FINN]


def test_a_general_fan_code_needs_a_click_on_that_fans_link() -> None:
    code = typed("FINN", EPOCH + DAY, 1, FINN)
    assert fans(bought(1, 1, code)) == [None]
    assert fans(bought(1, 1, own(1, 0), code, fan(2, 0.5))) == [FINN]
    assert fans(bought(1, 1, own(1, 0), code, fan(2, 0.5, FAYE))) == [None]


def test_the_click_that_confirms_a_code_may_be_from_an_earlier_order() -> None:
    first = bought(1, 1, own(1, 0), fan(2, 0.5))
    second = bought(2, 2, typed("FINN", EPOCH + 2 * DAY, 1, FINN))
    assert fans(first, second) == [None, FINN]


def test_a_code_introduces_only_its_own_order_then_the_first_introducer_resumes() -> None:
    orders = [
        bought(1, 1, fan(1, 0)),
        bought(2, 2, typed("ONCE", EPOCH + 2 * DAY, 1, FAYE, single_use=True)),
        bought(3, 3, own(2, 2.5)),
    ]
    assert fans(*orders) == [FINN, FAYE, FINN]


def test_a_code_at_the_first_order_leaves_the_place_of_the_first_introducer_open() -> None:
    first = bought(1, 1, fan(1, 0), typed("ONCE", EPOCH + DAY, 1, FAYE, single_use=True))
    assert fans(first, bought(2, 3, own(2, 2))) == [FAYE, FINN]


def test_a_creators_own_code_displaces_nobody() -> None:
    assert fans(bought(1, 1, fan(1, 0), typed("CLEO", EPOCH + DAY, 1))) == [FINN]


def test_a_creators_own_code_makes_the_buyer_known() -> None:
    first = bought(1, 1, typed("CLEO", EPOCH + DAY, 1))
    assert fans(first, bought(2, 3, fan(1, 2))) == [None, None]


# -- own evidence, withheld buyers, shared clicks


def test_own_evidence_is_skipped_and_the_next_fan_introduces() -> None:
    order = replace(bought(1, 2, fan(1, 0), fan(2, 1, FAYE)), payers=((FINN, 0),))
    assert fans(order) == [FAYE]


def test_own_evidence_alone_earns_neither_fan_nor_buyer_anything() -> None:
    part = only(settled(replace(bought(1, 2, fan(1, 0)), payers=((FINN, 0),))))
    assert (part.fan, part.shares.fan, part.shares.buyer, part.shares.creator) == (None, 0, 0, part.pool)


def test_a_withheld_buyer_is_introduced_only_by_what_her_order_carries() -> None:
    carried, bare = bought(1, 1, fan(1, 0), buyer=""), bought(2, 2, own(2, 1), buyer="")
    parts = settled(carried, bare)
    assert [part.fan for part in parts] == [FINN, None]
    assert [part.standing.new_buyer for part in parts] == [False, False]


def test_a_withheld_buyer_may_type_a_fans_code() -> None:
    assert fans(bought(1, 1, typed("ONCE", EPOCH + DAY, 1, FINN, single_use=True), buyer="")) == [FINN]


def test_two_withheld_buyers_are_two_people() -> None:
    orders = [bought(1, 1, own(1, 0.9), buyer=""), bought(2, 2, fan(2, 1.9), buyer="")]
    assert fans(*orders) == [None, FINN]


def test_a_click_credits_one_buyer_and_a_further_one_is_held_for_a_fortnight_after_it_is_ready() -> None:
    link = fan(1, 0)
    first, second = bought(1, 1, link), bought(2, 2, link, buyer="ben")
    ready = EPOCH + 32 * DAY
    held = settled(first, second, now=ready)
    assert [part.bucket(FINN) for part in held] == [Bucket.AVAILABLE, Bucket.HELD]
    assert held[1].hold is not None
    assert (held[1].hold.reason, held[1].next_at) == ("shared", ready + 14 * DAY)
    released = settled(first, second, now=ready + 14 * DAY)
    assert [part.bucket(FINN) for part in released] == [Bucket.AVAILABLE] * 2
    assert [part.shares for part in held] == [part.shares for part in released]


def test_a_shared_click_holds_a_part_also_where_another_touch_decided() -> None:
    link = fan(1, 0)
    orders = [bought(1, 1, link), bought(2, 2, link, own(2, 1.5), buyer="ben")]
    part = settled(*orders, now=EPOCH + 5 * DAY)[1]
    assert (part.credit.touch.id, part.fan) == ("click0002", FINN)
    assert part.bucket(FINN) is Bucket.HELD


def test_a_click_belongs_to_the_first_kept_order_that_names_it() -> None:
    link = fan(1, 0)
    soon = EPOCH + 5 * DAY
    parts = settled(dead(bought(1, 1, link)), bought(2, 2, link, buyer="ben"), now=soon)
    assert parts[1].bucket(FINN) is Bucket.PENDING


def test_one_buyer_may_come_back_by_the_same_click() -> None:
    link = fan(1, 0)
    parts = settled(bought(1, 1, link), bought(2, 2, link), now=EPOCH + 5 * DAY)
    assert [part.bucket(FINN) for part in parts] == [Bucket.PENDING] * 2


# -- when the first order goes


def test_when_the_order_that_introduced_is_refunded_the_next_one_establishes_the_introducer_again() -> None:
    first, second = bought(1, 1, fan(1, 0)), bought(2, 3, fan(2, 2, FAYE))
    assert fans(first, second) == [FINN, FINN]
    assert fans(refunded(first), second) == [FINN, FINN]
    assert [part.shares.fan > 0 for part in settled(refunded(first), second)] == [False, True]


def test_when_the_first_order_is_refunded_its_clicks_stay_evidence() -> None:
    """The buyer came by Finn's click first, whatever became of that order; without the click it is Faye."""
    terms = replace(TERMS, introducer_days=0)
    first, second = bought(1, 1, fan(1, 0)), bought(2, 3, fan(2, 2, FAYE))
    assert fans(first, second, terms=terms) == [FINN, None]
    assert fans(refunded(first), second, terms=terms)[1] == FINN
    assert fans(second, terms=terms) == [FAYE]


def test_a_cancelled_order_is_asked_how_its_buyer_stood_and_leaves_no_trace() -> None:
    first, second = dead(bought(1, 1, fan(1, 0))), bought(2, 1 + 1 / 24, own(2, 1))
    parts = settled(first, second)
    assert [part.standing.new_buyer for part in parts] == [True, True]
    assert parts[0].pool == 0


def test_new_means_no_kept_order_before_in_canonical_order() -> None:
    same = [bought(number, 1, own(number, 0.5)) for number in (1, 2)]
    assert [part.standing.new_buyer for part in settled(*reversed(same))] == [True, False]
    third = bought(3, 1 - HOUR / DAY, own(3, 0.5))
    assert [(part.order_id, part.standing.new_buyer) for part in settled(*same, third)] == [
        (3, True),
        (1, False),
        (2, False),
    ]
