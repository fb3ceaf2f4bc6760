"""Shop credit: a ready balance becomes a code of the shop, from the first cent.

The money of a credit goes the road of a payout: on its way while the code is unused, paid for what was used. What a
basket left over stands in a code of its own; an unused code goes back to ready. A person never owes for a credit: what
a late return takes from a balance whose code she has already is made good by later earnings.
"""

from collections.abc import Mapping
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.money import MICROS, Micros, from_minor_units, minor_units

WANTED, ASKED, SHOWN, USED = "wanted", "asked", "shown", "used"
ENDING, CANCELLED, FAILED = "ending", "cancelled", "failed"

#: From each state where it may go. A code that may exist at the shop is ended there before its money is ready again;
#: one that was used in an order that came to nothing goes the same way. What was cancelled can still turn up in an
#: order that was being placed at that moment.
WAYS: Mapping[str, frozenset[str]] = {
    WANTED: frozenset({ASKED, CANCELLED}),
    ASKED: frozenset({SHOWN, WANTED, FAILED, ENDING}),
    SHOWN: frozenset({USED, ENDING}),
    USED: frozenset({ENDING}),
    ENDING: frozenset({CANCELLED, USED}),
    CANCELLED: frozenset({USED}),
    FAILED: frozenset(),
}
#: States with something left to ask the shop, and those in which the money is on its way.
OPEN = frozenset({WANTED, ASKED, ENDING})
ON_ITS_WAY = frozenset({WANTED, ASKED, SHOWN, ENDING})

#: What closed-loop codes one person may be given in a day, where the law names a limit (31 CFR 1010.100(ff)(4)(iii)).
MOST_A_DAY: Mapping[str, Micros] = {"USD": 2_000 * MICROS}


class Spent(NamedTuple):
    """How the worth of a code is divided once it was taken: micros of whole minor units, together all of it."""

    used: Micros
    rest: Micros


def move(state: str, to: str) -> str:
    """The next state. Raises ``ConflictError`` ``bad_credit_state`` where no way leads there."""
    if to not in WAYS[state]:
        raise ConflictError("bad_credit_state", "A credit that is %(state)s can't become %(to)s.", state=state, to=to)
    return to


def cancelled_from(state: str) -> str:
    """Where cancelling leads: at once to its end where no shop knows the code. Raises ``ConflictError``."""
    return move(state, CANCELLED if state == WANTED else ENDING)


def turnable(ready: Micros, currency: str, today: Micros = 0) -> Micros:
    """What may be turned into credit of a ready balance: whole minor units, never more than is there.

    ``today`` is what was turned already in the last 24 hours. A balance below zero, or below a minor unit, is nothing.
    """
    most = ready
    if currency in MOST_A_DAY:
        most = min(ready, MOST_A_DAY[currency] - today)
    return from_minor_units(max(0, minor_units(most, currency)), currency)


def check_amount(amount: Micros, most: Micros, currency: str) -> None:
    """Raises ``BadInputError`` (``bad_amount``, not whole minor units) and ``ConflictError`` (``not_ready``)."""
    if amount <= 0 or from_minor_units(minor_units(amount, currency), currency) != amount:
        raise BadInputError(
            "bad_amount", "A credit is a whole number of the smallest coin of %(currency)s.", currency=currency
        )
    if amount > most:
        raise ConflictError("not_ready", "This is more than may be turned into credit now; look again what is ready.")


def spent(worth: Micros, taken: Micros, currency: str) -> Spent:
    """How a code of a worth is divided by what an order took of it; a broken minor unit goes to the holder."""
    used = from_minor_units(minor_units(min(worth, max(0, taken)), currency), currency)
    return Spent(used, worth - used)


def unused(taken: int, void_orders: int) -> bool:
    """Whether an ended code was used by nobody: each time it was taken was for an order that came to nothing.

    Some shops count a code as free again when its order is cancelled, others do not.
    """
    return taken <= void_orders
