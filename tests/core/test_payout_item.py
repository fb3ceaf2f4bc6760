"""One payment against providers that lose answers, repeat them, tell them late, out of order, with other amounts."""

from dataclasses import dataclass, field, replace
from itertools import pairwise, product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.payout_item import (
    APART,
    MARGIN,
    UNDERWAY,
    WAYS,
    Answer,
    Frozen,
    Item,
    Said,
    State,
    again,
    decide,
    hear,
    move,
    submit,
)
from tests.support.effort import effort

T0, WINDOW = 1_000 * DAY, DAY
LETTER = Frozen("run-1-item-1", b"pay Finn 5.00 EUR")
PLANNED = Item(5_000_000, "EUR")
SENT = submit(move(PLANNED, State.APPROVED), LETTER, T0)
answers = st.builds(
    Answer,
    st.sampled_from(Said),
    st.integers(T0, T0 + 90 * DAY),
    st.sampled_from([None, None, 5_000_000, 4_990_000]),
    st.sampled_from(["", "", "EUR", "USD"]),
)


def at(state: State) -> Item:
    return replace(PLANNED if state in (State.PLANNED, State.APPROVED) else SENT, state=state)


@given(st.lists(answers, max_size=12))
def test_whatever_is_said_only_ways_are_gone_and_what_was_sent_stays(said: list[Answer]) -> None:
    road = [SENT]
    for answer in said:
        road.append(hear(road[-1], answer, WINDOW))
    for before, after in pairwise(road):
        assert after.state == before.state or after.state in WAYS[before.state] | {State.FAILED}
        assert (after.frozen, after.amount, after.first) == (LETTER, 5_000_000, T0)
        assert before.state is not State.RETURNED or after == before


@given(answers, st.sampled_from([State.IN_TRANSIT, State.FINAL, State.RETURNED, State.FAILED]))
def test_an_answer_said_twice_says_nothing_new(answer: Answer, state: State) -> None:
    once = hear(at(state), answer, WINDOW)
    assert hear(once, answer, WINDOW) == once


@pytest.mark.parametrize("days", [0, 1, 30, 400, 4_000])
def test_money_that_arrived_comes_back_at_any_age_and_never_arrives_again(days: int) -> None:
    back = hear(at(State.FINAL), Answer(Said.CAME_BACK, T0 + days * DAY), WINDOW)
    assert back.state is State.RETURNED
    assert hear(back, Answer(Said.ARRIVED, T0 + days * DAY + 1), WINDOW) == back
    with pytest.raises(ConflictError, match="can't become final"):
        move(back, State.FINAL)


def test_every_move_that_is_not_a_way_is_refused() -> None:
    for state, to in product(State, State):
        if to not in WAYS[state]:
            with pytest.raises(ConflictError) as caught:
                move(at(state), to)
            assert caught.value.code == "wrong_state"


def test_not_found_counts_twice_a_day_apart_and_only_after_the_window() -> None:
    def told(*moments: int) -> State:
        item = SENT
        for moment in moments:
            item = hear(item, Answer(Said.NOT_FOUND, T0 + moment), WINDOW)
        return item.state

    late = WINDOW + APART
    assert told(WINDOW, late) is State.FAILED
    assert told(WINDOW, late - 1) is State.UNKNOWN
    assert told(WINDOW - 1, late) is State.UNKNOWN
    assert told(0, late) is State.UNKNOWN
    assert told(late) is State.UNKNOWN
    assert told(late, late, WINDOW + 2 * APART) is State.FAILED


def test_a_payment_that_was_seen_once_is_never_taken_for_lost() -> None:
    item = hear(SENT, Answer(Said.ACCEPTED, T0), WINDOW)
    for days in (40, 80, 120):
        item = hear(item, Answer(Said.NOT_FOUND, T0 + days * DAY), WINDOW)
    assert item.state is State.IN_TRANSIT


def test_a_repeat_is_the_same_and_only_while_the_provider_knows_the_key() -> None:
    item = hear(SENT, Answer(Said.SILENT, T0), WINDOW)
    assert again(item, WINDOW, T0 + WINDOW - MARGIN).frozen is LETTER
    for moment in (T0 + WINDOW - MARGIN + 1, T0 + 40 * DAY, T0 - 1):  # a clock that went back proves nothing
        with pytest.raises(ConflictError) as caught:
            again(item, WINDOW, moment)
        assert caught.value.code == "ask_first"
    for state in State:
        if state not in (State.SUBMITTED, State.UNKNOWN):
            with pytest.raises(ConflictError, match="is not sent again"):
                again(at(state), WINDOW, T0)


def test_a_repeat_begins_the_wait_for_not_found_anew() -> None:
    month = 30 * DAY
    missed = hear(SENT, Answer(Said.NOT_FOUND, T0 + month), month)
    assert missed.missed is not None
    repeated = again(SENT, month, T0 + 20 * DAY)
    for days in (30, 31, 49):
        repeated = hear(repeated, Answer(Said.NOT_FOUND, T0 + days * DAY), month)
    assert repeated.state is State.UNKNOWN


def test_another_amount_or_currency_is_for_a_person_to_decide() -> None:
    for said, state in product((Said.ACCEPTED, Said.ARRIVED, Said.CAME_BACK), UNDERWAY | {State.FINAL}):
        for other in ({"amount": 4_999_999}, {"currency": "USD"}):
            item = hear(at(state), Answer(said, T0, **other), WINDOW)
            assert item.state is State.MISMATCH
            assert hear(item, Answer(Said.ARRIVED, T0 + 1), WINDOW) == item
    assert decide(item, arrived=True).state is State.FINAL
    assert decide(item, arrived=False).state is State.RETURNED
    with pytest.raises(ConflictError, match="Only a payment that does not match"):
        decide(SENT, arrived=True)


def test_what_was_said_to_have_failed_and_turns_up_is_a_mismatch() -> None:
    failed = hear(SENT, Answer(Said.REFUSED, T0), WINDOW)
    assert failed.state is State.FAILED
    assert hear(failed, Answer(Said.ARRIVED, T0 + HOUR), WINDOW).state is State.MISMATCH
    assert hear(failed, Answer(Said.CAME_BACK, T0 + HOUR), WINDOW) == failed
    assert hear(at(State.IN_TRANSIT), Answer(Said.REFUSED, T0), WINDOW).state is State.RETURNED
    assert hear(at(State.FINAL), Answer(Said.REFUSED, T0), WINDOW).state is State.MISMATCH


def test_nothing_becomes_of_what_was_never_sent_and_nothing_empty_is_sent() -> None:
    for item in (PLANNED, move(PLANNED, State.APPROVED), move(PLANNED, State.FAILED)):
        with pytest.raises(ConflictError, match="never sent"):
            hear(item, Answer(Said.ARRIVED, T0), WINDOW)
    for frozen in (Frozen("", b"x"), Frozen("k", b"")):
        with pytest.raises(BadInputError, match="needs a key"):
            submit(move(PLANNED, State.APPROVED), frozen, T0)
    with pytest.raises(ConflictError):
        submit(SENT, Frozen("other", b"other"), T0)


@dataclass
class Provider:
    """Pays whatever key it doesn't know, and forgets keys after its window. Told lately, it may not say so at once."""

    window: int
    known: dict[str, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    state: Said = Said.ACCEPTED
    visible: int = 0

    def receive(self, frozen: Frozen, now: int, hidden: int, *, refuse: bool) -> Said:
        """A request, when it arrives here."""
        if frozen.key in self.known and now < self.known[frozen.key] + self.window:
            return self.state
        self.known[frozen.key] = now
        self.visible = now + hidden
        self.state = Said.REFUSED if refuse else Said.ACCEPTED
        if not refuse:
            self.bodies.append(frozen.body)
        return self.state

    def asked(self, now: int) -> Said:
        return self.state if self.known and now >= self.visible else Said.NOT_FOUND


class Payment(RuleBasedStateMachine):
    """One item, its provider, and everything that is under way between them."""

    careful = True

    @initialize(window=st.sampled_from([DAY, 30 * DAY]))
    def begin(self, window: int) -> None:
        self.now, self.provider, self.item = T0, Provider(window), SENT
        self.under_way: list[Answer] = []
        self.requests: list[tuple[int, Frozen]] = [(T0, LETTER)]
        self.was_returned = False

    def hears(self, answer: Answer) -> None:
        self.item = hear(self.item, answer, self.provider.window)

    @rule(hours=st.sampled_from([1, 12, 23, 24, 25, 24 * 29, 24 * 31]))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @precondition(lambda self: self.requests)
    @rule(late=st.integers(0, MARGIN - 1), hidden=st.integers(0, 100), refuse=st.booleans(), lost=st.booleans())
    def a_request_arrives(self, late: int, hidden: int, refuse: bool, lost: bool) -> None:
        """Within an hour of its sending, as a connection that times out makes sure; its answer may be lost."""
        sent, frozen = self.requests.pop()
        unseen = hidden * (self.provider.window + APART - MARGIN - 1) // 100
        said = self.provider.receive(frozen, sent + late, unseen, refuse=refuse)
        self.now = max(self.now, sent + late)
        self.under_way.append(Answer(Said.SILENT if lost else said, self.now, PLANNED.amount))

    @precondition(lambda self: self.requests)
    @rule()
    def a_request_is_lost(self) -> None:
        self.requests.pop()
        self.hears(Answer(Said.SILENT, self.now))

    @rule()
    def it_is_sent_again(self) -> None:
        self.requests = []  # an earlier one that has not arrived by now never does
        if self.careful:
            try:
                self.item = again(self.item, self.provider.window, self.now)
            except ConflictError:
                return
        assert self.item.frozen is not None
        self.requests = [(self.now, self.item.frozen)]

    @rule()
    def the_provider_is_asked(self) -> None:
        self.requests = []
        self.hears(Answer(self.provider.asked(self.now), self.now))

    @precondition(lambda self: self.provider.bodies)
    @rule(to=st.sampled_from([Said.ARRIVED, Said.CAME_BACK]))
    def money_moves_on(self, to: Said) -> None:
        if self.provider.state is not Said.CAME_BACK:
            self.provider.state = to
            self.under_way.append(Answer(to, self.now, PLANNED.amount))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), keep=st.booleans(), other=st.sampled_from([None, None, None, 1]))
    def an_answer_arrives(self, data: st.DataObject, keep: bool, other: int | None) -> None:
        """Any of them, so late and out of order; kept, it comes again; sometimes its amount is wrong."""
        answer = data.draw(st.sampled_from(self.under_way))
        if not keep:
            self.under_way.remove(answer)
        self.hears(answer if other is None else replace(answer, amount=other))

    @precondition(lambda self: self.item.state is State.MISMATCH)
    @rule()
    def a_person_decides(self) -> None:
        self.item = decide(self.item, arrived=self.provider.state is not Said.CAME_BACK)

    @invariant()
    def nobody_is_paid_twice(self) -> None:
        assert len(self.provider.bodies) <= 1
        assert set(self.provider.bodies) <= {LETTER.body}

    @invariant()
    def what_failed_was_never_paid(self) -> None:
        assert self.item.state is not State.FAILED or not self.provider.bodies

    @invariant()
    def what_came_back_stays_back(self) -> None:
        self.was_returned |= self.item.state is State.RETURNED
        assert not self.was_returned or self.item.state is State.RETURNED

    @invariant()
    def what_is_final_was_paid(self) -> None:
        assert self.item.state not in (State.FINAL, State.IN_TRANSIT) or self.provider.bodies or self.careless_person()

    def careless_person(self) -> bool:
        """A mismatch by a wrong amount on a refusal is decided by what a person thinks."""
        return self.provider.state is Said.REFUSED


Payment.TestCase.settings = settings(max_examples=effort(60), stateful_step_count=25, deadline=None)
TestPayment = pytest.mark.soak_sized(Payment.TestCase)


class Careless(Payment):
    """Sends again whenever it likes."""

    careful = False


def test_the_model_catches_who_sends_again_after_the_window() -> None:
    sharp = settings(max_examples=500, stateful_step_count=25, deadline=None, derandomize=True, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Careless, settings=sharp)


def test_the_provider_of_the_model_pays_twice_whoever_sends_again_after_its_window() -> None:
    provider = Provider(DAY)
    provider.receive(LETTER, T0, 0, refuse=False)
    provider.receive(LETTER, T0 + DAY - 1, 0, refuse=False)
    assert len(provider.bodies) == 1
    provider.receive(LETTER, T0 + DAY, 0, refuse=False)
    assert len(provider.bodies) == 2


def test_ten_thousand_repeats_across_the_window_pay_once() -> None:
    for window in (DAY, 30 * DAY):
        provider, item, refused = Provider(window), SENT, 0
        for number in range(5_000):
            now = T0 + number * 60 * DAY // 5_000
            try:
                item = again(hear(item, Answer(Said.SILENT, now), window), window, now)
            except ConflictError:
                refused += 1
            else:
                assert item.frozen is not None
                provider.receive(item.frozen, now + MARGIN - 1, 0, refuse=False)
        assert len(provider.bodies) == 1
        assert refused > 1_000
