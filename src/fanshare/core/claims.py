"""Claims of missing sales: who bears an accepted one, what a late one is worth, and when an answer is due.

A sale that nobody else's ready money hangs on is simply decided anew. Where what others have of it is ready already,
nothing is taken back from anybody: the brand bears what the claimant would have had.
"""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros
from fanshare.core.orders import OrderView, Status
from fanshare.core.terms import Terms
from fanshare.core.what_if import PastPart, what_if

ANSWER_WITHIN = 14 * DAY
#: So many claims of one party in so long.
MOST, WINDOW = 5, 7 * DAY


class Basis(StrEnum):
    """What stands behind an accepted claim. A number alone is nothing: anybody can read one off a parcel."""

    OWN = "own"  # her own link or code is among the order's evidence
    RECEIPT = "receipt"  # she showed a receipt with the claim
    BUYER = "buyer"  # the buyer confirmed it to the brand


class Held(NamedTuple):
    """What one party has of an order now. ``party`` is ``None`` for a buyer who has not claimed it."""

    party: int | None
    amount: Micros
    matures_at: Instant | None


def answer_by(made_at: Instant) -> Instant:
    """Until when a claim is answered."""
    return made_at + ANSWER_WITHIN


def next_allowed(made: Iterable[Instant], now: Instant) -> Instant | None:
    """When somebody who made claims at these instants may make another one; ``None``: now."""
    recent = sorted(at for at in made if now - WINDOW < at)
    return None if len(recent) < MOST else recent[-MOST] + WINDOW


def borne_by_brand(claimant: int, shares: Iterable[Held], now: Instant) -> bool:
    """Whether something of an order is ready for somebody else, so that accepting a claim must not touch it."""
    return any(
        share.amount > 0 and share.party != claimant and share.matures_at is not None and share.matures_at <= now
        for share in shares
    )


def late_amount(view: OrderView, terms: Terms, *, as_fan: bool, has: Micros = 0) -> Micros:
    """What a claimant lacks of what she would have had of a whole order, in micros of its currency; never below 0.

    Under the terms of its time, like a decision that gives her the sale: as if a code of hers had been typed, for a
    buyer who is new, without caps of a period. ``has`` is what she has of it already, in whatever part.
    """
    if view.vanished or view.test or view.status is not Status.CAPTURED:
        return 0
    past = PastPart(view, Fraction(1), group="", by_code=True, introduced=as_fan, by_fan=as_fan)
    whole = what_if(terms, [past])
    return max(0, (whole.fans if as_fan else whole.creators) - has)


def borne_now(granted: Micros, worth: Micros) -> Micros:
    """What the brand bears of a late claim as its order stands: what it is ``worth`` (``late_amount``) by now, and
    never more than was ``granted`` when the claim was accepted. A refund lowers it, its undoing raises it again."""
    return max(0, min(granted, worth))
