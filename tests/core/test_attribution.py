"""Attribution policies: exact fractions to distinct creators that always sum to one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.attribution import POLICIES
from fanshare.core.attribution.decay import weight
from fanshare.core.instants import DAY, HOUR
from fanshare.core.terms import Policy
from fanshare.core.touches import Touch
from tests.support.sales import EPOCH, click, terms_of, typed

TERMS = terms_of(half_life=7 * DAY)


def path(*creators: int) -> list[Touch]:
    """A click an hour on links of these creators."""
    return [click(number, EPOCH + number * HOUR, creator) for number, creator in enumerate(creators)]


def credited(policy: Policy, touches: list[Touch]) -> dict[int, tuple[Fraction, str]]:
    return {who: (credit.fraction, credit.touch.id) for who, credit in POLICIES[policy](touches, TERMS).items()}


def fractions(policy: Policy, touches: list[Touch]) -> dict[int, Fraction]:
    return {who: fraction for who, (fraction, _) in credited(policy, touches).items()}


touches = st.builds(
    lambda number, hours, creator, fan, code: (
        (typed(f"c{number}", EPOCH, creator) if code else None)
        or click(number, EPOCH - hours * HOUR, creator, creator + fan)
    ),
    st.integers(1, 99),
    st.integers(0, 30 * 24),
    st.integers(1, 6),
    st.sampled_from([0, 10]),
    st.sampled_from([False, False, True]),
)
paths = st.lists(touches, min_size=1, max_size=9).map(lambda found: sorted(found, key=lambda touch: touch.order_key))


def test_there_is_a_function_for_every_policy() -> None:
    assert set(POLICIES) == set(Policy)


@pytest.mark.parametrize("policy", Policy)
@given(found=paths)
def test_credits_are_positive_and_sum_to_exactly_one(policy: Policy, found: list[Touch]) -> None:
    credits_ = POLICIES[policy](found, TERMS)
    assert sum(credit.fraction for credit in credits_.values()) == 1
    assert all(credit.fraction > 0 for credit in credits_.values())
    assert all(credit.touch.creator == who and credit.touch in found for who, credit in credits_.items())


@pytest.mark.parametrize("policy", Policy)
@given(found=paths)
def test_renaming_creators_renames_their_credits(policy: Policy, found: list[Touch]) -> None:
    renamed = [click(0, touch.at, touch.creator + 100, id=touch.id, kind=touch.kind) for touch in found]
    assert fractions(policy, renamed) == {who + 100: part for who, part in fractions(policy, found).items()}


def test_a_touch_more_of_the_same_creator_is_no_vote_more() -> None:
    """Splitting policies count creators: who clicks ten times has one place."""
    for policy in (Policy.LINEAR, Policy.POSITION):
        assert fractions(policy, path(1, 2, 3)) == fractions(policy, path(1, 2, 2, 1, 2, 3, 1))
    by_touches = {who: Fraction(count, 7) for who, count in ((1, 3), (2, 3), (3, 1))}
    assert fractions(Policy.LINEAR, path(1, 2, 2, 1, 2, 3, 1)) != by_touches


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy.FIRST, {1: (Fraction(1), "click0000")}),
        (Policy.LAST, {2: (Fraction(1), "click0004")}),
        (Policy.CODE_FIRST, {2: (Fraction(1), "click0004")}),
        (Policy.LINEAR, {who: (Fraction(1, 3), f"click000{who - 1}") for who in (1, 2, 3)}),
        (Policy.POSITION, {who: (Fraction(p, 5), f"click000{who - 1}") for who, p in ((1, 2), (2, 1), (3, 2))}),
    ],
)
def test_which_touch_earns(policy: Policy, expected: dict[int, tuple[Fraction, str]]) -> None:
    assert credited(policy, path(1, 2, 3, 1, 2)) == expected


@pytest.mark.parametrize(
    ("creators", "percent"),
    [((1,), [100]), ((1, 2), [50, 50]), ((1, 2, 3), [40, 20, 40]), ((1, 2, 3, 4), [40, 10, 10, 40])],
)
def test_position_is_40_20_40(creators: tuple[int, ...], percent: list[int]) -> None:
    found = fractions(Policy.POSITION, path(*creators))
    assert [found[who] for who in creators] == [Fraction(part, 100) for part in percent]


def test_a_typed_code_decides_over_every_later_click() -> None:
    code = typed("MIA10", EPOCH, 1)
    assert fractions(Policy.CODE_FIRST, [code, *path(2, 3)[1:]]) == {1: 1}


def test_of_two_codes_of_one_order_the_first_by_its_text_decides() -> None:
    codes = sorted([typed("ZOE", EPOCH, 1), typed("ADA", EPOCH, 2)], key=lambda touch: touch.order_key)
    assert credited(Policy.CODE_FIRST, codes) == {2: (Fraction(1), "code:ADA")}


def test_of_two_touches_at_one_moment_the_click_id_decides() -> None:
    tied = [click(1, EPOCH, 1), click(2, EPOCH, 2)]
    assert set(fractions(Policy.FIRST, tied)) == {1}
    assert set(fractions(Policy.LAST, tied)) == {2}


# -- decay


def test_a_half_life_halves() -> None:
    assert [weight(7 * DAY * n, 7 * DAY) for n in range(4)] == [2**32, 2**31, 2**30, 2**29]
    assert weight(1, 10**30) == 2**32
    assert weight(32 * DAY, DAY) == 1
    assert weight(34 * DAY, DAY) == weight(41 * DAY, DAY) == weight(10**9 * DAY, DAY) == 0


def test_a_weight_is_rounded_to_the_nearest_integer() -> None:
    """2^32 / sqrt(2) = 3037000499.976..."""
    assert weight(1, 2) == 3_037_000_500


@given(st.integers(0, 50 * DAY), st.integers(0, DAY), st.integers(HOUR, 30 * DAY))
def test_an_older_touch_never_weighs_more(age: int, more: int, half_life: int) -> None:
    assert weight(age, half_life) >= weight(age + more, half_life) >= 0


def test_decay_reads_each_creators_last_touch() -> None:
    early = [click(1, EPOCH, 1), click(2, EPOCH + DAY, 1), click(3, EPOCH + 8 * DAY, 2)]
    assert credited(Policy.DECAY, early) == {1: (Fraction(1, 3), "click0002"), 2: (Fraction(2, 3), "click0003")}


def test_a_touch_too_old_to_weigh_anything_earns_nothing() -> None:
    found = [click(1, EPOCH, 1), click(2, EPOCH + 400 * DAY, 2)]
    assert fractions(Policy.DECAY, found) == {2: 1}
