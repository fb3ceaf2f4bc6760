"""Money that a brand pays in before its people are paid, where one operator holds it for several brands.

What is on account less what is kept back for refunds is free; a run takes no more than that, in one stated order, and
who does not fit waits. Amounts are micros of one currency each.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from fanshare.core.debts import BORNE_AFTER
from fanshare.core.instants import Instant
from fanshare.core.money import BASIS, Micros
from fanshare.core.payout_runs import Left, Plan, Planned, Ready, Why, payable
from fanshare.core.rails import least
from fanshare.core.replaced import heir, worth

#: For how long money that was paid out counts for what is kept back: after that the brand bears a refund by itself.
REMEMBERED = BORNE_AFTER
#: The most that may be kept back, in basis points.
MOST_RESERVE = 5_000


class Money(NamedTuple):
    """What came in and was not taken out again, what was paid of it, and how much of that within ``REMEMBERED``."""

    paid_in: Micros = 0
    used: Micros = 0
    recent: Micros = 0

    @property
    def on_account(self) -> Micros:
        """What is there."""
        return self.paid_in - self.used


class Owed(NamedTuple):
    """What a brand owes people: ready, waiting for its day, being checked, and to nobody known yet."""

    ready: Micros = 0
    waiting: Micros = 0
    checked: Micros = 0
    unclaimed: Micros = 0

    @property
    def whole(self) -> Micros:
        """All of it."""
        return sum(self)


def carried[T: (Money, Owed)](found: Mapping[str, T], now: Instant) -> dict[str, T]:
    """The same, where what is in currencies that were replaced by ``now`` is counted in those that replaced them.

    Computed each time, so there is nothing to book, and nothing that could be booked twice.
    """
    whole: dict[str, T] = {}
    for currency, one in found.items():
        name = heir(currency, now)
        worths = one if name == currency else type(one)(*(worth(currency, amount) for amount in one))
        there = whole.get(name, type(one)())
        whole[name] = type(one)(*(have + more for have, more in zip(there, worths, strict=True)))
    return whole


def kept_back(money: Money, reserve_bps: int) -> Micros:
    """What stays for refunds of what was paid out lately, rounded up: ``recent`` times the operator's rate."""
    return -(-money.recent * reserve_bps // BASIS)


def free(money: Money, reserve_bps: int) -> Micros:
    """What runs may take."""
    return max(0, money.on_account - kept_back(money, reserve_bps))


def asked_for(owed: Owed, money: Money, reserve_bps: int) -> Micros:
    """What the brand is asked to pay in: all that is owed and what is kept back, less what is there."""
    return max(0, owed.whole + kept_back(money, reserve_bps) - money.on_account)


class Standing(StrEnum):
    """How surely somebody who works now is paid."""

    FUNDED = "funded"  # all that is owed is there
    PARTLY = "partly"
    UNFUNDED = "unfunded"  # nothing is there


def standing(owed: Owed, money: Money, reserve_bps: int) -> Standing:
    """Whether what is owed is there."""
    there = free(money, reserve_bps)
    if not there:
        return Standing.UNFUNDED
    return Standing.FUNDED if there >= owed.whole else Standing.PARTLY


class Wanted(NamedTuple):
    """A payment that asks for money; ``smallest``: less than that is not paid at all. ``kind`` is its way."""

    currency: str
    amount: Micros
    kind: str = ""
    smallest: Micros = 0


def share_out(wanted: Iterable[Wanted], there: Mapping[str, Micros]) -> list[Micros]:
    """What each gets, first come first served within a currency: the first who does not fit gets what is left.

    Nobody is overtaken: whoever comes after her waits, also with a smaller payment.
    """
    left, closed, given = dict(there), set[str](), []
    for one in wanted:
        part = 0
        if one.currency not in closed:
            part = payable(min(one.amount, left.get(one.currency, 0)), one.currency, one.kind)
            if part < one.amount:
                closed.add(one.currency)
            part = part if part >= one.smallest else 0
            left[one.currency] = left.get(one.currency, 0) - part
        given.append(part)
    return given


def in_turn(plan: Plan, since: Mapping[tuple[int, str], Instant]) -> list[Planned]:
    """The order in which money is shared out: whose oldest unpaid money became ready first; then who was here first.

    ``since`` says on which day that was (``core/turns``). Whoever is not in it comes last.
    """
    never = max(since.values(), default=0) + 1
    return sorted(plan.items, key=lambda one: (one.currency, since.get(one[:2], never), one.party))


def afford(
    plan: Plan,
    ready: Sequence[Ready],
    minimum: Mapping[str, Micros],
    there: Mapping[str, Micros],
    since: Mapping[tuple[int, str], Instant],
) -> Plan:
    """The part of a plan that is funded, in turn; the rest waits with its reason."""
    rows = {row[:2]: row for row in ready}
    turn = in_turn(plan, since)
    items, left = [], list(plan.left)
    for one, part in zip(turn, share_out([wanted(one, rows[one[:2]], minimum) for one in turn], there), strict=True):
        whole = one.amount + one.rest
        if part:
            items.append(one._replace(amount=part, rest=whole - part))
        else:
            left.append(Left(one.party, one.currency, whole, Why.UNFUNDED))
    return Plan(tuple(items), tuple(sorted(left)))


def wanted(one: Planned, row: Ready, minimum: Mapping[str, Micros]) -> Wanted:
    """What a planned payment asks for."""
    rule = 0 if row.leaving else minimum.get(one.currency, 0)
    return Wanted(one.currency, one.amount, row.kind, min(one.amount, max(rule, least(row.kind))))


def short(ready: Iterable[Ready], there: Mapping[str, Micros]) -> set[str]:
    """The currencies in which what is ready is more than what is free."""
    sums: dict[str, Micros] = {}
    for row in ready:
        sums[row.currency] = sums.get(row.currency, 0) + payable(row.balance, row.currency, row.kind)
    return {currency for currency, amount in sums.items() if amount > there.get(currency, 0)}


def reference(public_id: str) -> str:
    """What a brand writes on its transfer: a creditor reference (ISO 11649) of its programme's id, check digits too."""
    body = "".join(sign for sign in public_id.upper() if sign.isascii() and sign.isalnum())[:16]
    digits = "".join(str(int(sign, 36)) for sign in f"{body}RF00")
    return f"RF{98 - int(digits) % 97:02d}{body}"


def names(text: str, wanted_reference: str) -> bool:
    """Whether a transfer's text holds a reference, however it is spaced."""
    return wanted_reference in "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
