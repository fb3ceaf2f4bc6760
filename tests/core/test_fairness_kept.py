"""What else a fair share keeps: nobody is displaced, renamed or moved afterwards, and nothing is ready too early."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, HOUR
from fanshare.core.settlement import Bucket, desired
from fanshare.core.sharing import Shares
from fanshare.core.terms import Bracket, Policy, Rule, TermsBook
from fanshare.core.touches import LinkClass, Touch
from tests.support.sales import EPOCH, UNIT, click, only, percent, sale, terms_of, typed
from tests.support.shares import FINN, NOW, earned, linked, settled, worlds
from tests.support.worlds import CREATORS

# -- what others do


def test_who_sold_nothing_gets_nothing() -> None:
    """Null player: a fan or creator none of whose evidence is in any kept order."""
    for world, facts, parts in worlds(40):
        for party in (11, 12, 13, 21, 22, 23, *CREATORS):
            involved = any(party in (touch.owner, touch.creator) for order in facts for touch in order.touches)
            ruled = any(party in (r.to_creator, r.to_owner) for order in facts for r in order.rulings)
            assert involved or ruled or earned(parts, {party}) == 0, f"world {world.seed}"


LADDER = (Bracket(60 * UNIT, 800), Bracket(150 * UNIT, 1100), Bracket(None, 1500))


@given(st.lists(st.integers(1, 90 * UNIT), min_size=1, max_size=5), st.integers(1, 90 * UNIT), st.integers(0, 5))
def test_one_more_own_sale_never_lowers_what_anybody_has(nets: list[int], more: int, place: int) -> None:
    book = TermsBook([terms_of(Rule("climb", brackets=LADDER, currency="EUR"))])
    orders = [linked(net, number=2 * number + 1) for number, net in enumerate(nets)]
    before, after = settled(*orders, book=book), settled(*orders, linked(more, number=2 * place), book=book)
    # A micro more of pool may be a micro for the fan and one for the buyer: the residue is monotone within one micro.
    assert earned(after, {1}) >= earned(before, {1}) - len(nets)
    assert earned(after, {FINN}) >= earned(before, {FINN})


later_touches = st.builds(
    lambda number, seconds, kind, code: (
        typed(f"CLEO{number}", EPOCH + 2 * DAY, 1)
        if code
        else click(100 + number, EPOCH + 1 + seconds, 1, link_class=kind)
    ),
    st.integers(0, 99),
    st.integers(0, 2 * DAY),
    st.sampled_from(LinkClass),
    st.booleans(),
)

type IntroducerRule = Callable[[Sequence[Touch]], tuple[int | None, int]]


def by_the_fold(touches: Sequence[Touch]) -> tuple[int | None, int]:
    order = sale(1, EPOCH + 2 * DAY, 59 * UNIT, touches, buyer="anna")
    part = only(settled(order))
    return part.fan, part.shares.fan


def by_last_touch(touches: Sequence[Touch]) -> tuple[int | None, int]:
    """The usual way, kept as a negative control: whoever comes last takes the fan's part too."""
    last = max(touches, key=lambda touch: touch.order_key)
    return (last.owner, 1_416_000) if last.by_fan else (None, 0)


def assert_cannot_be_hijacked(rule: IntroducerRule, later: Sequence[Touch]) -> None:
    fan = click(1, EPOCH, 1, FINN)
    assert rule([fan, *later]) == rule([fan])


@given(st.lists(later_touches, max_size=4))
def test_nothing_the_creator_adds_later_changes_who_brought_the_buyer(later: list[Touch]) -> None:
    assert_cannot_be_hijacked(by_the_fold, later)


def test_last_touch_could_be_hijacked() -> None:
    with pytest.raises(AssertionError):
        assert_cannot_be_hijacked(by_last_touch, [click(2, EPOCH + DAY, 1)])


@pytest.mark.parametrize("policy", Policy)
def test_no_policy_lets_the_creator_displace_the_fan(policy: Policy) -> None:
    book = TermsBook([terms_of(policy=policy)])
    later = [click(2, EPOCH + HOUR, 1), typed("CLEO", EPOCH + DAY, 1)]
    order = sale(1, EPOCH + DAY, 59 * UNIT, [click(1, EPOCH, 1, FINN), *later], buyer="anna")
    assert only(settled(order, book=book)).shares.fan == 1_416_000


# -- names, order, repetition


def renamed(touch: Touch) -> Touch:
    """Parties get other numbers; click ids stay, since they break ties of time."""
    return replace(touch, creator=touch.creator + 100, owner=touch.owner + 100)


def test_renaming_the_people_permutes_what_they_get() -> None:
    for world, facts, parts in worlds(40):
        other = [
            replace(
                order,
                touches=tuple(map(renamed, order.touches)),
                payers=tuple((party + 100, at) for party, at in order.payers),
                matured_at={},
            )
            for order in facts
            if not order.rulings
        ]
        same = [replace(order, matured_at={}) for order in facts if not order.rulings]
        for creator in CREATORS:
            before = desired(creator, same, world.book, NOW)
            after = desired(creator + 100, other, world.book, NOW)
            assert [(part.order_id, part.shares) for part in before] == [(part.order_id, part.shares) for part in after]
            assert [part.fan and part.fan + 100 for part in before] == [part.fan for part in after]
        assert parts


# -- frozen


def test_a_later_version_moves_no_order_placed_before_it() -> None:
    moved = 0
    for world, facts, _ in worlds(60):
        cut = sorted(order.key.placed_at for order in facts)[len(facts) // 2]
        rules = (Rule("dear", bps=9000),)
        new = replace(
            world.book.newest, version=9, effective_at=cut + 1, rules=rules, caps=(), policy=Policy.FIRST, hold=0
        )
        book = TermsBook([*world.book, new])
        for creator in CREATORS:
            before = {part.order_id: part for part in desired(creator, facts, world.book, NOW)}
            after = {part.order_id: part for part in desired(creator, facts, book, NOW)}
            for order in facts:
                old, later = before.get(order.id), after.get(order.id)
                if order.key.placed_at <= cut:
                    assert (old and old.shares) == (later and later.shares), f"world {world.seed}"
                else:
                    moved += (old and old.pool) != (later and later.pool)
    assert moved > 50


def test_rates_are_those_of_the_touch_and_not_of_the_order() -> None:
    cheap, dear = terms_of(*percent(1000)), terms_of(*percent(3000), version=2, effective_at=EPOCH + DAY)
    order = sale(1, EPOCH + 2 * DAY, 10 * UNIT, [click(1, EPOCH, 1)], buyer="anna")
    assert only(settled(order, book=TermsBook([cheap]))).pool == UNIT
    assert only(settled(order, book=TermsBook([cheap, dear]))).pool == UNIT
    at_dear = replace(order, touches=(click(1, EPOCH + DAY, 1, terms_version=2),))
    assert only(settled(at_dear, book=TermsBook([cheap, dear]))).pool == 3 * UNIT


def test_a_later_choice_and_a_later_owner_are_in_later_touches_only() -> None:
    """A touch carries b, g, creator and owner as they were; the terms' own b is not read again."""
    order = linked()
    richer = TermsBook([terms_of(buyer_bps=2000, fan_bps=3000)])
    assert only(settled(order, book=richer)).shares == only(settled(order)).shares


def test_the_hold_is_frozen_at_the_touch() -> None:
    """A creator moved to a group with no hold afterwards keeps the hold of her touch, for better and worse."""
    book = TermsBook([terms_of(hold=30 * DAY), terms_of(version=2, effective_at=EPOCH + 1, hold=0)])
    part = only(settled(linked(), book=book, now=EPOCH + 5 * DAY))
    assert part.bucket(1) is Bucket.PENDING
    assert part.matures_at == EPOCH + HOUR + 30 * DAY


# -- maturity


@given(st.integers(0, 60), st.integers(0, 60 * DAY))
def test_nothing_is_ready_before_its_time(hold: int, waited: int) -> None:
    book = TermsBook([terms_of(hold=hold * DAY)])
    order = linked()
    now = order.key.placed_at + waited
    ready = waited >= hold * DAY
    assert only(settled(order, book=book, now=now)).bucket(1) is (Bucket.AVAILABLE if ready else Bucket.PENDING)


def test_a_time_that_has_passed_never_moves() -> None:
    order = linked(reports_fulfilment=True)
    shipped = replace(order, view=replace(order.view, fulfilled_at=EPOCH + 10 * DAY))
    passed = replace(shipped, matured_at={1: EPOCH + 31 * DAY})
    now = EPOCH + 35 * DAY
    assert only(settled(shipped, now=now)).bucket(1) is Bucket.PENDING
    assert only(settled(passed, now=now)).bucket(1) is Bucket.AVAILABLE
    to_come = replace(shipped, matured_at={1: EPOCH + 36 * DAY})
    assert only(settled(to_come, now=now)).matures_at == EPOCH + 40 * DAY


def test_a_refund_before_the_share_is_ready_leaves_nothing_to_pay() -> None:
    """Buy, wait, give back: the attack earns nothing as long as the hold covers the return window."""
    order = linked()
    refunded = replace(order, view=replace(order.view, kept=(0,)))
    assert only(settled(refunded)).shares == Shares(0, 0, 0)
