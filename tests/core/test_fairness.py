"""F1 to F6 as properties of the whole fold, each beside the rule that breaks it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import HOUR
from fanshare.core.money import MAX_MICROS
from fanshare.core.orders import Line
from fanshare.core.settlement import desired
from fanshare.core.sharing import Shares, share
from tests.support.sales import EPOCH, click, only, typed
from tests.support.shares import BOOK, FINN, NOW, earned, linked, settled, worlds
from tests.support.worlds import CREATORS

pools = st.integers(0, MAX_MICROS // 4)
fan_rates, buyer_rates = st.integers(0, 3000), st.integers(0, 2000)


# -- exactness


def test_shares_sum_to_the_pool_and_the_creator_has_at_least_half() -> None:
    for _, _, parts in worlds(60):
        for part in parts:
            assert sum(part.shares) == part.pool
            assert min(part.shares) >= 0
            assert 2 * part.shares.creator >= part.pool


@pytest.mark.soak_sized
def test_what_is_paid_never_exceeds_the_pools_of_kept_orders() -> None:
    """Sale-backed: without a kept order there is nothing, and no party gets more than the pools of hers."""
    for _, facts, parts in worlds(80):
        views = {order.id: order.view for order in facts}
        for part in parts:
            granted = sum(line.pool + line.tiered + line.further for line in part.lines) + sum(
                bonus.pool for bonus in part.bonuses
            )
            assert part.pool <= part.uncapped <= granted
            net = views[part.order_id].net
            assert sum(line.pool + line.tiered + line.further for line in part.lines) <= net
            assert all(bonus.pool <= net for bonus in part.bonuses), "each on top, so together they may be more"
            assert part.currency == views[part.order_id].currency
        for order in facts:
            credits_ = [part.credit.fraction for part in parts if part.order_id == order.id]
            assert not credits_ or sum(credits_) == 1


def test_currencies_are_never_mixed() -> None:
    """Doubling every dollar order moves no euro."""
    for world, facts, _ in worlds(40):
        richer = [
            replace(order, view=replace(order.view, kept=tuple(2 * kept for kept in order.view.kept)))
            if order.view.currency == "USD"
            else order
            for order in facts
        ]
        for creator in CREATORS:
            before, after = (desired(creator, each, world.book, NOW) for each in (facts, richer))
            for old, new in zip(before, after, strict=True):
                assert old.currency == new.currency
                assert old.currency == "USD" or old.shares == new.shares


# -- F1: bypass-proof, and self-referral is bounded by b x pool


@given(st.integers(0, 10**12), fan_rates, buyer_rates)
def test_a_buyer_never_gets_less_with_a_fans_link_than_without(net: int, b: int, g: int) -> None:
    touch = click(1, EPOCH, 1, FINN, fan_bps=b, buyer_bps=g)
    order = linked(net, touches=(touch,))
    unlinked = linked(net, touches=(replace(touch, owner=1),))
    with_link, without = only(settled(order)), only(settled(unlinked))
    assert with_link.pool == without.pool
    assert with_link.shares.buyer >= without.shares.buyer == 0


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=5), fan_rates)
def test_self_referral_gains_at_most_b_of_the_own_pools(nets: list[int], b: int) -> None:
    """A fan buys by her own link, under payments that match nothing."""
    orders = [
        linked(net, number=n, touches=(click(n, EPOCH, 1, FINN, fan_bps=b, buyer_bps=0),)) for n, net in enumerate(nets)
    ]
    parts = settled(*orders)
    assert earned(parts, {FINN}) * 10_000 <= sum(part.pool for part in parts) * b


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=5), st.booleans())
def test_self_referral_gains_nothing_where_the_payer_is_known(nets: list[int], by_code: bool) -> None:
    orders = []
    for number, net in enumerate(nets):
        code = typed(f"C{number}", EPOCH + number * HOUR, 1, FINN, single_use=True)
        extra = (code,) if by_code else ()
        order = linked(net, number=number)
        orders.append(replace(order, touches=(*order.touches, *extra), payers=((FINN, 0),)))
    parts = settled(*orders)
    assert earned(parts, {FINN}) == 0
    assert all(part.shares == Shares(part.pool, 0, 0) for part in parts)


# -- F2: no second level


def test_no_money_reaches_anybody_but_creator_introducer_and_buyer() -> None:
    """Who recruited whom is no input: the parties of a part are read off its own touches."""
    for _, facts, parts in worlds(60):
        orders = {order.id: order for order in facts}
        for part in parts:
            rulings = {ruling.to_owner for ruling in orders[part.order_id].rulings}
            brought = {touch.owner for order in facts for touch in order.touches if touch.creator == part.creator}
            assert part.fan is None or part.fan in brought | rulings
            assert part.fan != part.creator
            assert part.fan is not None or part.shares.fan == 0


def greatest_recruiter_share(split_gain: int, bypass_gain: int) -> int:
    """The largest r_2(2) that any two-level rule can pay, by trying all rules in tenths (fairness, theorem F2).

    ``r1`` is what the owner of a link gets alone, ``(first, second)`` what owner and recruiter get in a chain of two.
    """
    best = 0
    for r1, first, second in product(range(11), repeat=3):
        split_proof = first + second <= r1 + split_gain
        bypass_proof = first >= r1 - bypass_gain
        if split_proof and bypass_proof and first + second <= 10:
            best = max(best, second)
    return best


@pytest.mark.parametrize(("split_gain", "bypass_gain"), list(product(range(4), repeat=2)))
def test_a_recruiter_can_be_paid_no_more_than_splitting_and_bypassing_may_gain(
    split_gain: int, bypass_gain: int
) -> None:
    assert greatest_recruiter_share(split_gain, bypass_gain) == split_gain + bypass_gain


# -- F3 and F5: additive within a micro, never in favour of a split


def assert_a_split_is_not_rewarded(rule: Callable[[int], Shares], p: int, q: int) -> None:
    whole, one, other = rule(p + q), rule(p), rule(q)
    for role in ("fan", "buyer"):
        together, apart = getattr(whole, role), getattr(one, role) + getattr(other, role)
        assert together - 1 <= apart <= together
    assert sum(one) + sum(other) == sum(whole)
    assert 0 <= one.creator + other.creator - whole.creator <= 2


@given(pools, pools, fan_rates, buyer_rates)
def test_shares_are_additive_within_a_micro_and_never_in_favour_of_a_split(p: int, q: int, b: int, g: int) -> None:
    assert_a_split_is_not_rewarded(lambda pool: share(pool, b, g, introduced=True, by_fan=True), p, q)


def largest_remainder(pool: int, b: int = 2000, g: int = 500) -> Shares:
    """The usual way to split, kept as a negative control: floors, then a unit each to the largest remainders."""
    weights = [10_000 - b - g, b, g]
    parts = [pool * weight // 10_000 for weight in weights]
    order = sorted(range(3), key=lambda i: -(pool * weights[i] % 10_000))
    for index in order[: pool - sum(parts)]:
        parts[index] += 1
    return Shares(*parts)


def test_largest_remainder_would_reward_a_split() -> None:
    """Two micros of pool, split in one and one: two of the three roles round up in each."""
    assert sum(largest_remainder(7)) == 7
    with pytest.raises(AssertionError):
        assert_a_split_is_not_rewarded(largest_remainder, 3, 3)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_splitting_an_order_in_two_rewards_neither_fan_nor_buyer(first: int, second: int) -> None:
    whole = only(settled(linked(first + second)))
    one, other = settled(linked(first), linked(second, number=2))
    assert whole.pool - 1 <= one.pool + other.pool <= whole.pool
    for role in ("fan", "buyer"):
        together = getattr(whole.shares, role)
        assert together - 2 <= getattr(one.shares, role) + getattr(other.shares, role) <= together


@given(st.lists(st.integers(1, 10**10), min_size=2, max_size=6))
def test_splitting_a_line_into_several_never_earns_more(nets: list[int]) -> None:
    order = linked(sum(nets))
    lines = tuple(Line(str(number), net) for number, net in enumerate(nets))
    cut = replace(order, view=replace(order.view, lines=lines, kept=tuple(nets)))
    whole, pieces = only(settled(order)), only(settled(cut))
    assert whole.pool - len(nets) < pieces.pool <= whole.pool
    assert pieces.shares.fan <= whole.shares.fan
    assert pieces.shares.buyer <= whole.shares.buyer
    # She is the residual claimant: what the floors of fan and buyer leave, a micro each, is hers.
    assert pieces.shares.creator <= whole.shares.creator + 1


@given(st.lists(st.integers(1, 10**10), min_size=2, max_size=8), st.data())
def test_a_fan_who_splits_into_accounts_gains_nothing(nets: list[int], data: st.DataObject) -> None:
    """Any rewiring of her clicks over any accounts of hers; pooling accounts gains nothing either."""
    accounts = data.draw(st.lists(st.sampled_from([11, 21, 31, 41]), min_size=len(nets), max_size=len(nets)))
    honest = settled(*(linked(net, number=n) for n, net in enumerate(nets)))
    rewired = settled(*(linked(net, number=n, owner=accounts[n]) for n, net in enumerate(nets)))
    assert earned(rewired, {11, 21, 31, 41}) == earned(honest, {11})


def two_levels(pool: int, chain: Sequence[int]) -> dict[int, int]:
    """A geometric rule (half for each step up), kept as a negative control: fans get 20 %, recruiters of fans half."""
    paid: dict[int, int] = {}
    amount = pool // 10
    for party in chain:
        paid[party] = paid.get(party, 0) + amount
        amount //= 2
    return paid


def one_level(pool: int, chain: Sequence[int]) -> dict[int, int]:
    """Ours: whoever is above the owner of the link is not read."""
    return {chain[0]: share(pool, 2000, 0, introduced=True, by_fan=True).fan}


def gain_by_rewiring(rule: Callable[[int, Sequence[int]], dict[int, int]], seed: int) -> int:
    """What a fan wins at most by standing in her own chain of recruiters under several names."""
    dice = random.Random(seed)
    pool = dice.randint(100, 10**9)
    honest = rule(pool, (11, 99))
    chains = [tuple(dice.choices([11, 21, 31], k=dice.randint(1, 4))) for _ in range(20)]
    return max(sum(rule(pool, chain).values()) - honest[11] for chain in chains)


def test_no_chain_of_own_accounts_gains_anything_under_one_level() -> None:
    assert all(gain_by_rewiring(one_level, seed) == 0 for seed in range(50))


def test_a_second_level_would_pay_for_own_accounts() -> None:
    assert all(gain_by_rewiring(two_levels, seed) > 0 for seed in range(50))


# -- F4 and F6


def test_where_no_fan_is_involved_everything_is_the_creators() -> None:
    """So a creator wins nothing by opening a fan account of her own: she has that part already."""
    alone, own_fan = only(settled(linked(owner=1))), only(settled(linked(owner=FINN)))
    assert alone.shares == Shares(alone.pool, 0, 0)
    without_buyer = replace(linked(owner=FINN).touches[0], buyer_bps=0)
    own_fan = only(settled(linked(touches=(without_buyer,))))
    assert own_fan.shares.creator + own_fan.shares.fan == alone.shares.creator


@given(st.integers(0, 10**12), fan_rates)
def test_a_fan_who_acts_as_a_creator_gains_the_pool_without_b(net: int, b: int) -> None:
    """F6, as a number: no rule prevents it, admission does. The simulator reports exactly this gain."""
    as_fan = only(settled(linked(net, touches=(click(1, EPOCH, 1, FINN, fan_bps=b),))))
    as_creator = only(desired(FINN, [linked(net, touches=(click(1, EPOCH, FINN),))], BOOK, NOW))
    gain = as_creator.shares.creator - as_fan.shares.fan
    assert gain == as_creator.pool - Fraction(as_fan.pool * b, 10_000).__floor__()
    assert gain * 10_000 >= as_creator.pool * (10_000 - b)
