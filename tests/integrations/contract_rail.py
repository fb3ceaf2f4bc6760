"""What every rail keeps, whoever is on its other side: tried with the payments of ``core.payout_item``.

A rail's tests make a ``Counterpart`` of their kind and run each rule against it.
"""

from collections.abc import Callable
from typing import Protocol

from fanshare.core.instants import DAY, HOUR, Instant, parse_rfc3339
from fanshare.core.money import Micros
from fanshare.core.payout_item import Answer, Frozen, Item, Rail, Said, State, hear, move, submit

NOW: Instant = parse_rfc3339("2026-12-01T10:02:00Z")


class Counterpart(Protocol):
    """Whoever is asked to pay, with two payments that the rail knows. Without ``confirms`` nobody says what arrived."""

    confirms: bool
    amount: Micros
    currency: str

    def rail(self) -> Rail:
        """The rail as it is now, with everything that was said up to now."""
        ...

    def payment(self) -> Frozen:
        """The first payment: what goes out for it."""
        ...

    def other(self) -> Frozen:
        """The second payment."""
        ...

    def pays(self) -> None:
        """The first payment arrives."""
        ...

    def pays_twice(self) -> None:
        """The first payment leaves a second time."""
        ...

    def gives_back(self, amount: Micros) -> None:
        """This much of the first payment comes back."""
        ...


def sent(there: Counterpart) -> Item:
    """The first payment, sent."""
    item = submit(move(Item(there.amount, there.currency), State.APPROVED), there.payment(), NOW)
    return hear(item, there.rail().submit(there.payment()), there.rail().window)


def asked(there: Counterpart, item: Item) -> Item:
    """The payment after its rail was asked."""
    rail = there.rail()
    return hear(item, rail.ask(there.payment().key, item.remote), rail.window)


def it_has_a_name_and_a_window(there: Counterpart) -> None:
    rail = there.rail()
    assert rail.name.isidentifier()
    assert 0 <= rail.window <= 400 * DAY


def what_goes_out_for_two_payments_differs_and_is_the_same_each_time(there: Counterpart) -> None:
    assert there.payment() == there.payment()
    assert there.payment().key != there.other().key
    assert there.payment().body != there.other().body


def sending_again_is_the_same_payment(there: Counterpart) -> None:
    item = sent(there)
    assert hear(item, there.rail().submit(there.payment()), there.rail().window).state is item.state
    assert item.state in (State.UNKNOWN, State.IN_TRANSIT)


def a_payment_that_nobody_knows_is_never_said_to_be_there(there: Counterpart) -> None:
    for key in ("", "nobody", "nobody " * 20, "\0", "é", "'; --"):
        assert there.rail().ask(key).said in (Said.SILENT, Said.NOT_FOUND)


def what_was_paid_is_in_transit_or_final_and_the_other_one_is_not(there: Counterpart) -> None:
    item = sent(there)
    there.pays()
    state = asked(there, item).state
    assert state is State.FINAL if there.confirms else state in (State.UNKNOWN, State.IN_TRANSIT)
    assert there.rail().ask(there.other().key).said is not Said.ARRIVED


def what_came_back_is_returned_even_after_it_was_final(there: Counterpart) -> None:
    item = sent(there)
    there.pays()
    item = asked(there, item)
    there.gives_back(there.amount)
    item = asked(there, item)
    assert item.state is State.RETURNED
    assert asked(there, item) == item


def a_part_that_came_back_does_not_match(there: Counterpart) -> None:
    item = sent(there)
    there.pays()
    there.gives_back(there.amount - 10_000)
    assert asked(there, item).state is State.MISMATCH


def what_was_paid_twice_does_not_match(there: Counterpart) -> None:
    if there.confirms:
        item = sent(there)
        there.pays()
        there.pays_twice()
        assert asked(there, item).state is State.MISMATCH


def asking_changes_nothing(there: Counterpart) -> None:
    there.pays()
    first = there.rail().ask(there.payment().key)
    assert isinstance(first, Answer)
    assert [there.rail().ask(there.payment().key) for _ in range(3)] == [first] * 3
    assert first.at <= NOW + HOUR


type Rule = Callable[[Counterpart], None]
RULES: list[Rule] = [
    it_has_a_name_and_a_window,
    what_goes_out_for_two_payments_differs_and_is_the_same_each_time,
    sending_again_is_the_same_payment,
    a_payment_that_nobody_knows_is_never_said_to_be_there,
    what_was_paid_is_in_transit_or_final_and_the_other_one_is_not,
    what_came_back_is_returned_even_after_it_was_final,
    a_part_that_came_back_does_not_match,
    what_was_paid_twice_does_not_match,
    asking_changes_nothing,
]
