"""Payments: reports in any order, any number of times, in any groups, amount to one order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import SECOND
from fanshare.core.order_documents import from_document, to_document
from fanshare.core.order_join import join
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, OrderView, Status
from fanshare.core.payments import Basket, Charge, Dispute, Payment, Stage, as_order, learn, merge, merged

MICRO = 1_000_000
_seconds = st.integers(1, 5).map(lambda second: second * SECOND)
_money = st.integers(0, 64).map(lambda units: units * MICRO)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    at, net = draw(_seconds), draw(st.sampled_from([59, 40])) * MICRO
    order = OrderState(
        order_id="pi_1",
        birth="pi_1",
        modified_at=at,
        placed_at=draw(_seconds),
        status=draw(st.sampled_from([Status.OPEN, Status.CAPTURED])),
        currency="EUR",
        lines=(Line("goods", net),),
        shipping=5 * MICRO,
        total=net + 5 * MICRO,
        buyer=Buyer(email=draw(st.sampled_from(["e1", "e2"]))),
        evidence=Evidence(tuple(draw(st.lists(st.sampled_from("ab"), max_size=2, unique=True)))),
        fetched=draw(st.booleans()),
    )
    return Basket(at, draw(st.integers(0, 1)), order)


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    return Charge(draw(_seconds), SECOND, "EUR", 64 * MICRO, draw(_money), draw(st.sampled_from(["", "card"])))


@st.composite
def disputes(draw: st.DrawFn) -> Dispute:
    name, stage = draw(st.sampled_from(["dp_1", "dp_2"])), draw(st.sampled_from(Stage))
    return Dispute(name, SECOND, draw(_seconds), draw(_money), stage, "fraudulent")


@st.composite
def reports(draw: st.DrawFn) -> Payment:
    side = draw(st.integers(0, 3))
    return Payment(
        payment_id="pi_1",
        modified_at=draw(_seconds),
        names=tuple(sorted(draw(st.sets(st.sampled_from(["payment:pi_1", "payment:ch_1", "order:14"]))))),
        basket=draw(baskets()) if side in (0, 3) else None,
        charge=draw(charges()) if side in (1, 3) else None,
        disputes=(draw(disputes()),) if side == 2 else (),
        fetched=draw(st.booleans()),
    )


def told_one_by_one(every: list[Payment]) -> OrderView | None:
    """As they are taken in: each report merged into what is known; its order joined with those it made before."""
    known: Payment | None = None
    states = set()
    for one in every:
        known, is_new = learn(known, one)
        order = as_order(known) if is_new else None
        states |= {order} if order is not None else set()
    return join(states) if states else None


@given(one=reports(), two=reports(), three=reports())
def test_merging_is_commutative_associative_and_idempotent(one: Payment, two: Payment, three: Payment) -> None:
    assert merge(one, two) == merge(two, one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))
    assert merge(one, one) == one


@given(every=st.lists(reports(), min_size=1, max_size=7), data=st.data())
def test_an_order_is_the_same_in_whatever_order_its_payment_was_told(every: list[Payment], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations([*every, *data.draw(st.lists(st.sampled_from(every), max_size=3))]))
    one, other = told_one_by_one(every), told_one_by_one(shuffled)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert replace(one, modified_at=0) == replace(other, modified_at=0)
        whole = as_order(merged(every))
        assert whole is not None
        assert one.kept == join([whole]).kept


def test_a_fuller_word_of_an_earlier_second_supersedes_what_was_told_before_it() -> None:
    """The basket that says more wins, whenever it was told: the state with it may not stand behind the one without."""
    line = OrderState("pi_1", "pi_1", SECOND, SECOND, Status.CAPTURED, "EUR", (Line("goods", 59 * MICRO),), 5 * MICRO)
    short = Payment("pi_1", 9 * SECOND, basket=Basket(9 * SECOND, 0, replace(line, total=64 * MICRO)))
    full = Payment("pi_1", SECOND, names=("order:7",), basket=Basket(SECOND, 1, replace(line, total=64 * MICRO)))
    for every in ([short, full], [full, short]):
        view = told_one_by_one(every)
        assert view is not None
        assert view.aliases == ("order:7",)


def test_what_only_repeats_a_state_is_still_its_newer_word() -> None:
    """A refund failed: nothing, something, nothing again. The middle word comes last and changes nothing."""
    known: Payment | None = None
    for second, refunded in ((1, 0), (5, 0), (3, 10)):
        charge = Charge(second * SECOND, SECOND, "EUR", 64 * MICRO, refunded * MICRO)
        known, is_new = learn(known, Payment("pi_1", second * SECOND, charge=charge))
        assert is_new == (second == 1)
    assert known is not None
    assert known.charge is not None
    assert known.charge.refunded == 0


def test_without_superseding_the_order_of_messages_would_matter() -> None:
    """The negative control: two states of one second, of which the older one has more refunds in it."""
    line = OrderState("pi_1", "pi_1", SECOND, SECOND, Status.CAPTURED, "EUR", (Line("goods", 59 * MICRO),), 5 * MICRO)
    known = Payment("pi_1", SECOND, basket=Basket(SECOND, 1, replace(line, total=64 * MICRO)))
    known = merge(known, Payment("pi_1", SECOND, charge=Charge(SECOND, SECOND, "EUR", 64 * MICRO, 0)))
    known = merge(
        known, Payment("pi_1", 9 * SECOND, disputes=(Dispute("dp", SECOND, 9 * SECOND, 44 * MICRO, Stage.WON),))
    )
    later = merge(known, Payment("pi_1", 2 * SECOND, charge=Charge(2 * SECOND, SECOND, "EUR", 64 * MICRO, 20 * MICRO)))
    states = [as_order(known), as_order(replace(later, revision=1))]
    found = [state for state in states if state is not None]
    plain = [replace(state, supersedes=False, modified_at=9 * SECOND) for state in found]
    assert join(found).net == 40_562_500
    assert join(plain).net == 59_000_000


@given(every=st.lists(reports(), min_size=1, max_size=4))
def test_the_state_of_a_payment_survives_being_written_down(every: list[Payment]) -> None:
    order = as_order(merged(every))
    if order is not None:
        assert order.supersedes
        assert from_document(to_document(order)) == order


def test_reports_of_two_payments_do_not_merge() -> None:
    with pytest.raises(ValueError, match="two payments"):
        merge(Payment("pi_1", SECOND), Payment("pi_2", SECOND))
    with pytest.raises(ValueError, match="at least one"):
        merged([])


def test_a_refund_in_another_currency_is_scaled_to_the_baskets() -> None:
    basket = OrderState(
        "pi_1", "", SECOND, SECOND, Status.CAPTURED, "EUR", (Line("goods", 60 * MICRO),), total=60 * MICRO
    )
    charge = Charge(SECOND, SECOND, "USD", 66 * MICRO, 33 * MICRO)
    order = as_order(Payment("pi_1", SECOND, basket=Basket(SECOND, 1, basket), charge=charge))
    assert order is not None
    assert [one.money for one in order.refunds] == [30 * MICRO]
