"""Any order of deliveries, with any repetitions, tells one story of an order."""

from dataclasses import fields, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.errors import ConflictError
from fanshare.core.instants import SECOND
from fanshare.core.order_join import Joined, check_birth, join, tombstone
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, OrderView, Refund, Status
from tests.core.order_strategies import histories, states
from tests.support.effort import effort

EUR = 1_000_000
SOLD = OrderState(
    order_id="14",
    birth="key-14",
    modified_at=100 * SECOND,
    placed_at=90 * SECOND,
    status=Status.CAPTURED,
    currency="EUR",
    lines=(Line("1", 50 * EUR), Line("2", 30 * EUR)),
    shipping=5 * EUR,
    tax=15 * EUR,
    total=100 * EUR,
    buyer=Buyer(email="bea"),
)


def later(state: OrderState, seconds: int = 1, **changes: object) -> OrderState:
    return replace(state, modified_at=state.modified_at + seconds * SECOND, **changes)  # type: ignore[arg-type]


def mixed(chance: Random, ancestors: list[OrderState]) -> OrderState:
    """A state whose every field comes from one of the ancestors."""
    inherited = {field.name: getattr(chance.choice(ancestors), field.name) for field in fields(OrderState)}
    return OrderState(**inherited)


@settings(max_examples=60)
@given(st.data())
def test_deliveries_in_any_order_and_number_tell_one_story(data: st.DataObject) -> None:
    history = data.draw(histories())
    shuffled = data.draw(st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=5))))
    assert join(shuffled) == join(history)


@pytest.mark.soak_sized
@settings(max_examples=effort(25))
@given(st.lists(states(), min_size=3, max_size=6), st.integers(30, 60), st.randoms(use_true_random=False))
def test_long_histories_with_conflicts_in_every_second_tell_one_story(
    ancestors: list[OrderState], length: int, chance: Random
) -> None:
    history = [mixed(chance, ancestors) for _ in range(length)]
    expected = join(history)
    for _ in range(6):
        chance.shuffle(history)
        assert join(history + history[:5]) == expected


@settings(max_examples=40)
@given(histories(most=3), histories(most=3), histories(most=3))
def test_joining_is_a_semilattice(a: list[OrderState], b: list[OrderState], c: list[OrderState]) -> None:
    one, two, three = (Joined(frozenset(part)) for part in (a, b, c))
    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(three) == one.merge(two.merge(three))
    assert one.merge(one) == one
    assert one.merge(two).view() == join(a + b)


def test_believing_whoever_came_last_is_not_enough() -> None:
    """The negative control: a plausible wrong rule must be told apart by the tests above."""

    def newest_or_last_delivered(states: list[OrderState]) -> OrderView:
        newest = max(state.modified_at for state in states)
        return join([[state for state in states if state.modified_at == newest][-1]])

    conflict = [SOLD, replace(SOLD, country="FR")]
    assert newest_or_last_delivered(conflict) != newest_or_last_delivered(conflict[::-1])
    assert join(conflict) == join(conflict[::-1])


@settings(max_examples=60)
@given(histories())
def test_kept_goods_stay_between_nothing_and_what_was_sold(history: list[OrderState]) -> None:
    view = join(history)
    assert len(view.kept) == len(view.lines)
    assert all(0 <= kept <= line.net for kept, line in zip(view.kept, view.lines, strict=True))
    if view.status in {Status.OPEN, Status.CANCELLED}:
        assert view.net == 0
    if view.vanished:
        assert view.status is Status.DELETED or view.test or view.vanished == "zero"


@given(histories(least=2), states(fetched=True))
def test_a_fetched_state_is_the_record_whatever_was_reported(history: list[OrderState], fetched: OrderState) -> None:
    reported = [replace(state, fetched=False) for state in history]
    view = join([*reported, fetched])
    assert (view.status, view.modified_at, view.test) == (fetched.status, fetched.modified_at, fetched.test)


def test_of_two_states_in_one_second_the_further_stage_of_life_wins() -> None:
    # Ten orders, so that no luck with their hashes decides.
    for sold in (replace(SOLD, order_id=str(number)) for number in range(10)):
        opened, cancelled = replace(sold, status=Status.OPEN), replace(sold, status=Status.CANCELLED)
        done = replace(sold, fulfilled_at=100 * SECOND)
        assert join([sold, opened]).status is Status.CAPTURED
        assert join([done, sold]).fulfilled_at == 100 * SECOND
        assert join([cancelled, done]).status is Status.CANCELLED


def test_an_order_that_was_never_captured_keeps_nothing() -> None:
    view = join([replace(SOLD, status=Status.OPEN)])
    assert (view.goods, view.net, view.vanished) == (80 * EUR, 0, "")


def test_a_cancellation_acts_at_once_and_can_be_undone() -> None:
    cancelled = later(SOLD, status=Status.CANCELLED)
    assert (join([SOLD, cancelled]).net, join([SOLD, cancelled]).vanished) == (0, "")
    assert join([SOLD, cancelled, later(SOLD, 2)]).net == 80 * EUR


@pytest.mark.parametrize(
    ("vanishing", "word"),
    [
        (later(SOLD, test=True), "test"),
        (later(SOLD, total=0, lines=()), "zero"),
        (tombstone("14", 200 * SECOND, fetched=False), "deleted"),
        (tombstone("14", 200 * SECOND, fetched=True), "deleted"),
    ],
)
def test_a_live_sale_that_vanishes_keeps_its_last_figures_for_the_notice(vanishing: OrderState, word: str) -> None:
    grown = later(SOLD, 0, lines=(Line("1", 40 * EUR),), total=60 * EUR, shipping=5 * EUR)
    view = join([replace(SOLD, modified_at=90 * SECOND), grown, vanishing])
    assert (view.vanished, view.net, view.currency) == (word, 40 * EUR, "EUR")


def test_an_order_that_is_a_test_from_the_start_never_keeps_anything() -> None:
    view = join([replace(SOLD, test=True), tombstone("14", 200 * SECOND, fetched=False)])
    assert (view.net, view.vanished) == (0, "")


def test_deleting_a_cancelled_order_does_not_wake_it() -> None:
    view = join([SOLD, later(SOLD, status=Status.CANCELLED), tombstone("14", 200 * SECOND, fetched=True)])
    assert (view.net, view.vanished, view.status) == (0, "", Status.DELETED)


def test_without_a_fetch_a_deletion_is_sticky_and_a_fetch_undoes_it() -> None:
    gone = tombstone("14", 50 * SECOND, fetched=False)
    assert join([gone, SOLD]).status is Status.DELETED
    assert join([gone, SOLD, replace(SOLD, fetched=True)]).status is Status.CAPTURED


def test_a_tombstone_alone_is_an_order_of_nothing() -> None:
    view = join([tombstone("16", 50 * SECOND, fetched=False)])
    assert (view.net, view.goods, view.vanished, view.placed_at) == (0, 0, "", 50 * SECOND)


def test_a_fully_refunded_order_keeps_nothing_and_has_not_vanished() -> None:
    view = join([replace(SOLD, refunds=(Refund("1", 1, 100 * EUR),))])
    assert (view.net, view.vanished) == (0, "")


def test_reported_refunds_are_united_over_all_states() -> None:
    first = replace(SOLD, refunds=(Refund("1", 1, 10 * EUR, detailed=False),))
    second = later(SOLD, refunds=(Refund("2", 2, 10 * EUR, detailed=False),))
    view = join([second, first])
    assert (view.net, view.estimated) == (64 * EUR, True)


def test_a_refund_that_a_newer_fetch_no_longer_lists_is_undone() -> None:
    refunded = replace(SOLD, refunds=(Refund("1", 1, 10 * EUR),), fetched=True)
    reported = replace(refunded, fetched=False)
    assert join([refunded, reported]).net == 72 * EUR
    assert join([refunded, reported, later(SOLD, fetched=True)]).net == 80 * EUR


def test_a_detailed_refund_beats_an_undetailed_one_of_the_same_id() -> None:
    estimate = later(SOLD, refunds=(Refund("1", 1, 10 * EUR, detailed=False),))
    exact = replace(SOLD, refunds=(Refund("1", 1, 10 * EUR, (("1", 10 * EUR),)),))
    view = join([estimate, exact])
    assert (view.kept, view.estimated) == ((40 * EUR, 30 * EUR), False)


def test_gift_cards_are_money_and_not_goods() -> None:
    card = Line("3", 20 * EUR, gift_card=True)
    sold = replace(SOLD, lines=(*SOLD.lines, card), total=120 * EUR)
    assert (join([sold]).goods, join([sold]).net) == (80 * EUR, 80 * EUR)
    assert join([replace(sold, refunds=(Refund("1", 1, 12 * EUR),))]).net == 72 * EUR
    assert join([replace(sold, refunds=(Refund("1", 1, 20 * EUR, (("3", 20 * EUR),)),))]).net == 80 * EUR


def test_another_birth_mark_under_the_same_number_is_refused() -> None:
    reused = later(SOLD, birth="key-15")
    with pytest.raises(ConflictError) as refusal:
        Joined().add(SOLD).add(reused)
    assert refusal.value.code == "birth_conflict"
    with pytest.raises(ConflictError):
        join([reused, SOLD])
    check_birth([SOLD], tombstone("14", 1, fetched=True))


def test_the_newest_currency_rules_and_refunds_in_the_old_one_do_not_count() -> None:
    euros = replace(SOLD, refunds=(Refund("1", 1, 10 * EUR),))
    dollars = later(SOLD, currency="USD")
    assert (join([dollars, euros]).currency, join([dollars, euros]).net) == ("USD", 80 * EUR)


def test_buyer_and_placing_come_from_the_earliest_state_that_tells_them() -> None:
    draft = later(SOLD, -5, buyer=Buyer(), placed_at=80 * SECOND, status=Status.OPEN)
    merged = later(SOLD, buyer=Buyer(customer="7", email="bea"), placed_at=99 * SECOND)
    view = join([merged, SOLD, draft])
    assert (view.placed_at, view.buyer) == (80 * SECOND, Buyer(email="bea"))


def test_the_longest_path_of_clicks_is_the_evidence() -> None:
    single = replace(SOLD, evidence=Evidence(clicks=("c",), codes=("mira10",), checkout_started_at=95))
    path = later(SOLD, evidence=Evidence(clicks=("a", "b"), whole_path=True, codes=("late",), checkout_started_at=97))
    longer = later(SOLD, 2, evidence=Evidence(clicks=("a", "b", "c"), whole_path=True))
    assert join([single]).evidence.clicks == ("c",)
    expected = Evidence(clicks=("a", "b", "c"), codes=("mira10",), whole_path=True, checkout_started_at=95)
    assert join([path, longer, single]).evidence == expected


def test_no_states_or_states_of_two_orders_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one"):
        join([])
    with pytest.raises(ValueError, match="several"):
        join([SOLD, replace(SOLD, order_id="15")])


def test_an_undetailed_refund_happened_when_it_was_first_reported() -> None:
    unknown, named = Refund("9", 10, 18 * EUR, detailed=False), Refund("8", 20, 10 * EUR, (("1", 10 * EUR),))
    first = replace(SOLD, refunds=(unknown,))
    second = later(SOLD, refunds=(replace(unknown, created_at=50), named))
    assert join([second, first]).kept == join([first, second]).kept == (31 * EUR, 24_600_000)
    assert join([second]).kept == (32 * EUR, 24 * EUR)
