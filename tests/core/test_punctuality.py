"""How promptly a programme pays, told from what happened and never prettier than it was."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, HOUR
from fanshare.core.punctuality import FEWEST, Punctuality, Ripened, punctuality

NOW = 1_000 * DAY
READY = NOW - 100 * DAY
waits = st.lists(st.one_of(st.none(), st.integers(0, 99 * DAY)), min_size=FEWEST, max_size=60)


def ripened(found: list[int | None]) -> list[Ripened]:
    return [Ripened(READY, None if wait is None else READY + wait) for wait in found]


def test_a_few_payouts_say_nothing() -> None:
    assert punctuality(ripened([DAY] * (FEWEST - 1)), NOW) is None
    assert punctuality(ripened([DAY] * FEWEST), NOW) == Punctuality(1, False, FEWEST)


def test_a_begun_day_counts_and_half_unpaid_is_said() -> None:
    assert punctuality(ripened([HOUR] * 20), NOW) == Punctuality(1, False, 20)
    assert punctuality(ripened([0] * 20), NOW) == Punctuality(0, False, 20)
    assert punctuality(ripened([DAY] * 10 + [None] * 10), NOW) == Punctuality(100, True, 20)
    assert punctuality(ripened([DAY] * 11 + [None] * 9), NOW) == Punctuality(1, False, 20)


@given(waits)
def test_order_does_not_matter_and_at_least_half_keep_what_is_said(found: list[int | None]) -> None:
    said = punctuality(ripened(found), NOW)
    assert said is not None
    assert punctuality(ripened(found[::-1]), NOW) == said
    if not said.unpaid:
        kept = sum(wait is not None and wait <= said.days * DAY for wait in found)
        assert kept * 2 >= len(found)


@given(waits, st.integers(0, 200))
def test_paying_something_later_never_looks_better(found: list[int | None], at: int) -> None:
    worse = list(found)
    worse[at % len(found)] = None
    before, after = punctuality(ripened(found), NOW), punctuality(ripened(worse), NOW)
    assert before is not None
    assert after is not None
    assert (before.unpaid, before.days) <= (after.unpaid, after.days)
