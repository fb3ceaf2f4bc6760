"""What every rail keeps that calls a provider: no fault pays twice, and no fault says more than it knows.

Beside ``contract_rail``. A rail's tests make a ``Provider`` of their kind and run each rule against it.
"""

from collections.abc import Callable
from typing import Protocol

from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import APART, Item, Said, State, again, hear, submit
from fanshare.core.rails import Driver
from fanshare.integrations.rail_http import Limits
from fanshare.world.woo_server import Fault
from tests.integrations.contract_rail import NOW, Counterpart, sent

#: A rail of these gives up early, so that what never ends costs no test its time.
HASTY = Limits(timeout=0.3, deadline=0.6)
#: Nothing was done there.
NOT_DONE = (
    Fault.THROTTLE,
    Fault.ERROR,
    Fault.MAINTENANCE,
    Fault.CUT,
    Fault.HALF,
    Fault.STALL,
    Fault.HTML,
    Fault.REDIRECT,
)
#: It was done, and the answer got lost.
DONE = (Fault.LOST, Fault.TORN)
FAULTS = (*NOT_DONE, *DONE)


class Provider(Counterpart, Protocol):
    """A provider that plays faults. Its clock and the rail's are ``now``."""

    now: Instant

    def rail(self) -> Driver:
        """The rail as it is now."""
        ...

    def misbehave(self, *faults: Fault | None) -> None:
        """How the next requests fail, one each."""
        ...

    def arrived(self) -> Micros:
        """What the provider has paid out for the first payment, in all, less what came back."""
        ...

    def lock_out(self) -> None:
        """The provider does not accept our key any more."""
        ...

    def refuse(self) -> None:
        """From now on the provider refuses what is new."""
        ...


def asked(there: Provider, item: Item) -> Item:
    """The payment after the rail was asked by its key, and by what the provider called it."""
    assert item.frozen is not None
    rail = there.rail()
    return hear(item, rail.ask(item.frozen.key, item.remote), rail.window)


def no_fault_is_an_answer(there: Provider) -> None:
    for fault in (*FAULTS, Fault.MOVED, Fault.DENIED):
        there.misbehave(fault)
        answer = there.rail().ask(there.payment().key)
        assert (answer.said, bool(answer.trouble)) == (Said.SILENT, True), fault


def a_payment_of_which_nothing_was_heard_is_paid_once(there: Provider, fault: Fault) -> None:
    """Run with each of ``FAULTS`` against a provider of its own."""
    there.misbehave(fault)
    item = sent(there)
    assert item.state in (State.UNKNOWN, State.IN_TRANSIT)
    assert there.arrived() == (there.amount if fault in DONE else 0)
    item = again(item, there.rail().window, NOW) if item.state is State.UNKNOWN else item
    item = hear(item, there.rail().submit(there.payment()), there.rail().window)
    there.pays()
    assert asked(there, item).state is State.FINAL
    assert there.arrived() == there.amount


def a_key_that_is_refused_is_trouble_and_no_answer(there: Provider) -> None:
    there.lock_out()
    answer = there.rail().submit(there.payment())
    assert (answer.said, bool(answer.trouble)) == (Said.SILENT, True)
    assert there.rail().ask(there.payment().key).said is Said.SILENT


def what_is_refused_has_a_reason_and_did_not_leave(there: Provider) -> None:
    there.refuse()
    answer = there.rail().submit(there.payment())
    assert (answer.said, bool(answer.reason)) == (Said.REFUSED, True)
    assert there.arrived() == 0


def a_repeat_that_is_refused_says_nothing_of_what_was_paid_before(there: Provider) -> None:
    """Where a payment can't be found by its key, whoever drives the rail has to know this: see test_payout_calls."""
    if not there.rail().finds:
        return
    there.misbehave(Fault.LOST)
    item = sent(there)
    there.pays()
    there.refuse()
    there.now += 2 * DAY
    after = hear(item, there.rail().submit(there.payment()), there.rail().window)
    assert after.state in (State.UNKNOWN, State.IN_TRANSIT, State.FINAL)


def two_attempts_far_apart_within_the_window_pay_once(there: Provider) -> None:
    window = there.rail().window
    item = sent(there)
    there.now = NOW + window - HOUR
    item = again(submit_state(item), window, there.now)
    hear(item, there.rail().submit(there.payment()), window)
    there.pays()
    assert there.arrived() == there.amount


def submit_state(item: Item) -> Item:
    """The payment as it was before anybody answered."""
    assert item.frozen is not None
    before = Item(item.amount, item.currency, State.APPROVED)
    return submit(before, item.frozen, NOW)


def nothing_is_lost_before_it_was_looked_for_twice(there: Provider) -> None:
    there.misbehave(Fault.ERROR)
    item, window = sent(there), there.rail().window
    states = []
    for at in (NOW + HOUR, NOW + window, NOW + window + APART - HOUR, NOW + window + APART):
        there.now = at
        item = asked(there, item)
        states.append(item.state)
    assert State.FAILED not in states[:3]
    assert states[3] in (State.FAILED, State.UNKNOWN)
    assert there.arrived() == 0


def no_trouble_tells_a_key_or_an_account(there: Provider) -> None:
    body = there.payment().body.decode()
    there.refuse()
    said = [there.rail().submit(there.payment()), there.rail().ask(there.payment().key)]
    there.lock_out()
    said += [there.rail().submit(there.payment()), there.rail().ask(there.payment().key)]
    for one in said:
        for word in (*body.replace("&", " ").replace('"', " ").split(), "sk_", "Bearer"):
            assert len(word) < 9 or word not in one.reason + one.trouble


type Rule = Callable[[Provider], None]
RULES: list[Rule] = [
    no_fault_is_an_answer,
    a_key_that_is_refused_is_trouble_and_no_answer,
    what_is_refused_has_a_reason_and_did_not_leave,
    a_repeat_that_is_refused_says_nothing_of_what_was_paid_before,
    two_attempts_far_apart_within_the_window_pay_once,
    nothing_is_lost_before_it_was_looked_for_twice,
    no_trouble_tells_a_key_or_an_account,
]
