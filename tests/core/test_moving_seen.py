"""What a plan means: the same whenever it is made of the same files and books, another one if anything differs."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY
from fanshare.core.moving import Balance, Person
from fanshare.core.moving_plan import NewLink, NewPerson, Plan
from fanshare.core.moving_seen import seen

names = st.text("abcxyz", min_size=1, max_size=4)
balances = st.builds(
    Balance, names, st.sampled_from(("EUR", "USD")), st.integers(1, 10**9), st.none() | st.integers(0, 9 * DAY)
)
plans = st.builds(
    Plan,
    st.just("dub"),
    st.just("5d" * 32),
    people=st.lists(st.builds(NewPerson, st.builds(Person, names, names, names), names), max_size=3).map(tuple),
    links=st.lists(st.builds(NewLink, names, names, names, names, names), max_size=3).map(tuple),
    codes=st.lists(st.tuples(names, names), max_size=3).map(tuple),
    openings=st.lists(balances, max_size=4).map(tuple),
)


@given(plans, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_days_of_waiting_money_do_not_change_what_a_plan_means(
    plan: Plan, dice: random.Random
) -> None:
    other = list(plan.openings)
    dice.shuffle(other)
    later = tuple(replace(one, ready_at=None) for one in other)
    assert seen(replace(plan, openings=later, people=plan.people[::-1], notes=("said",), known_links=7)) == seen(plan)


@given(plans, balances)
def test_whoever_comes_more_or_is_owed_more_makes_another_plan(plan: Plan, more: Balance) -> None:
    assert seen(replace(plan, openings=(*plan.openings, more))) != seen(plan)
    assert seen(replace(plan, codes=(*plan.codes, ("id:9", "NEW")))) != seen(plan)
    assert seen(replace(plan, file="6e" * 32)) != seen(plan)
    for number, one in enumerate(plan.links):
        links = (
            *plan.links[:number],
            replace(one, destination="https://elsewhere.example/"),
            *plan.links[number + 1 :],
        )
        assert seen(replace(plan, links=links)) != seen(plan)
