"""One payment of a run, from plan to end, against providers that answer late, twice, in any order, or not at all.

What goes out is frozen at its first attempt: bytes and key never change, so a repeat is the same payment to whoever
knows keys. A provider remembers a key for a window (Stripe 24 hours, PayPal 30 days); after it a repeat could pay
twice, so then one only asks. "Not found" proves little: it counts only after the window, twice, a day apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.money import Micros


class State(StrEnum):
    """Where a payment stands. ``unknown``: sent, and nobody knows; ``mismatch``: a person has to look."""

    PLANNED = "planned"
    APPROVED = "approved"
    SUBMITTED = "submitted"
    IN_TRANSIT = "in_transit"
    FINAL = "final"
    RETURNED = "returned"
    FAILED = "failed"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"


_AFTER_SENDING = frozenset({State.FINAL, State.RETURNED, State.FAILED, State.MISMATCH})
#: From each state where it may go. Money that arrived can come back at any age; what came back never arrives: it is
#: paid anew. A payment said to have failed that turns up after all is a mismatch.
WAYS: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.APPROVED, State.FAILED}),
    State.APPROVED: frozenset({State.SUBMITTED, State.FAILED}),
    State.SUBMITTED: _AFTER_SENDING | {State.IN_TRANSIT, State.UNKNOWN},
    State.UNKNOWN: _AFTER_SENDING | {State.IN_TRANSIT},
    State.IN_TRANSIT: frozenset({State.FINAL, State.RETURNED, State.MISMATCH}),
    State.FINAL: frozenset({State.RETURNED, State.MISMATCH}),
    State.MISMATCH: frozenset({State.FINAL, State.RETURNED}),
    State.FAILED: frozenset({State.MISMATCH}),
    State.RETURNED: frozenset(),
}
#: The money has left what is ready, and nothing has said yet that it arrived or is back.
UNDERWAY = frozenset({State.SUBMITTED, State.IN_TRANSIT, State.UNKNOWN, State.MISMATCH})

#: Between two answers "not found" that count.
APART = DAY
#: A repeat leaves this long before the provider forgets its key, so that a slow request is still known there.
MARGIN = HOUR


class Said(StrEnum):
    """What a provider, a bank's file or a person says. ``silent``: no answer, or one that says nothing (429, 500)."""

    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    CAME_BACK = "came_back"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said at which time; ``amount`` in micros and ``currency`` where they were said.

    ``remote`` is the provider's own name of the payment, ``movement`` that of the money's movement, where it has one of
    its own: two of them are two payments, whatever else is the same. ``reason`` says why one was refused or is back, to
    its payee; ``trouble`` why nothing was learned, to whoever runs the rail. Neither repeats a name, account or key.
    """

    said: Said
    at: Instant
    amount: Micros | None = None
    currency: str = ""
    remote: str = ""
    reason: str = ""
    trouble: str = ""
    movement: str = ""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What goes out, the same at each attempt."""

    key: str
    body: bytes


class Rail(Protocol):
    """A way by which money leaves. Both calls say ``silent`` instead of raising when nothing was learned."""

    name: str
    #: For how long (microseconds, from the first attempt) the same key is certainly the same payment.
    window: int

    def submit(self, frozen: Frozen) -> Answer:
        """Send, or send again."""

    def ask(self, key: str, remote: str = "") -> Answer:
        """What became of the payment of that key; ``remote`` is what the provider called it, where it has said so."""


@dataclass(frozen=True, slots=True)
class Item:
    """A payment. ``first`` and ``last``: attempts; ``missed``: the first "not found" that counts.

    ``remote`` is the first name that the provider gave it; one key with another name is another payment.
    """

    amount: Micros
    currency: str
    state: State = State.PLANNED
    frozen: Frozen | None = None
    first: Instant | None = None
    last: Instant | None = None
    missed: Instant | None = None
    remote: str = ""


def move(item: Item, to: State) -> Item:
    """The item in its next state. Raises ``ConflictError`` ``wrong_state`` where no way leads there."""
    _expect_way(item, to)
    return replace(item, state=to)


def _expect_way(item: Item, to: State) -> None:
    if to not in WAYS[item.state]:
        raise ConflictError(
            "wrong_state", "A payment that is %(state)s can't become %(to)s.", state=_word(item.state), to=_word(to)
        )


def submit(item: Item, frozen: Frozen, now: Instant) -> Item:
    """The first attempt: from here on bytes and key stand. Raises ``BadInputError``, ``ConflictError``."""
    if not frozen.key or not frozen.body:
        raise BadInputError("nothing_to_send", "A payment needs a key and what is to be sent.")
    _expect_way(item, State.SUBMITTED)
    return replace(item, state=State.SUBMITTED, frozen=frozen, first=now, last=now)


def again(item: Item, window: int, now: Instant) -> Item:
    """Another attempt with the same key and bytes.

    Raises ``ConflictError``: ``wrong_state`` where an answer is there already, ``ask_first`` when the provider may
    have forgotten the key.
    """
    if item.state not in (State.SUBMITTED, State.UNKNOWN) or item.first is None:
        raise ConflictError("wrong_state", "A payment that is %(state)s is not sent again.", state=_word(item.state))
    if now < item.first or now > item.first + window - MARGIN:
        raise ConflictError(
            "ask_first", "The provider may not know this payment's key any more; ask what became of it."
        )
    return replace(item, last=max(now, item.last or now), missed=None)


def hear(item: Item, answer: Answer, window: int) -> Item:
    """The item after an answer; what is late or said twice changes nothing.

    Another amount than was sent is a mismatch, whatever else was said; so is another payment under the same key.
    Raises ``ConflictError`` ``wrong_state`` for a payment that was never sent.
    """
    if item.frozen is None:
        raise ConflictError("wrong_state", "This payment was never sent, so nothing can have become of it.")
    if answer.said is Said.NOT_FOUND:
        return _not_found(item, answer.at, window)
    to = _heard(item, answer)
    seen = item if answer.said is Said.SILENT else replace(item, missed=None, remote=item.remote or answer.remote)
    return move(seen, to) if to is not None and to in WAYS[item.state] else seen


def decide(item: Item, arrived: bool) -> Item:
    """A person has looked at a mismatch: the money arrived as it was sent, or all of it is back.

    Raises ``ConflictError`` ``wrong_state``.
    """
    if item.state is not State.MISMATCH:
        raise ConflictError("wrong_state", "Only a payment that does not match is decided by a person.")
    return move(item, State.FINAL if arrived else State.RETURNED)


def _heard(item: Item, answer: Answer) -> State | None:
    if item.state is State.MISMATCH or answer.said is Said.SILENT:  # a mismatch waits for a person
        return State.UNKNOWN if item.state is State.SUBMITTED else None
    if _differs(item, answer):
        return State.MISMATCH
    if item.state is State.FAILED:
        return State.MISMATCH if answer.said in (Said.ACCEPTED, Said.ARRIVED) else None
    if answer.said is Said.REFUSED:
        return {State.IN_TRANSIT: State.RETURNED, State.FINAL: State.MISMATCH}.get(item.state, State.FAILED)
    return {Said.ACCEPTED: State.IN_TRANSIT, Said.ARRIVED: State.FINAL, Said.CAME_BACK: State.RETURNED}[answer.said]


def _differs(item: Item, answer: Answer) -> bool:
    other_amount = answer.amount is not None and answer.amount != item.amount
    other_payment = "" not in (item.remote, answer.remote) and answer.remote != item.remote
    return other_amount or other_payment or answer.currency not in ("", item.currency)


def _not_found(item: Item, at: Instant, window: int) -> Item:
    """Counted only where nothing was ever seen, and long enough after the last attempt."""
    if item.state not in (State.SUBMITTED, State.UNKNOWN):
        return item
    waiting = replace(item, state=State.UNKNOWN)
    if item.last is None or at < item.last + window:
        return waiting
    if item.missed is None or at < item.missed:
        return replace(waiting, missed=at)
    return move(waiting, State.FAILED) if at >= item.missed + APART else waiting


def _word(state: State) -> str:
    return state.value.replace("_", " ")
