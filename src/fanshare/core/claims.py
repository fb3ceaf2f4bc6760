"""Claims of missing sales: who bears an accepted one, what a late one is worth, and when an answer is due.

A sale that nobody else's ready money hangs on is simply decided anew. Where what others have of it is ready already,
nothing is taken back from anybody: the brand bears what the claimant would have had.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from fanshare.core.instants import DAY, HOUR, MINUTE, Instant
from fanshare.core.money import Micros
from fanshare.core.orders import OrderView, Status
from fanshare.core.terms import Terms
from fanshare.core.what_if import PastPart, what_if

ANSWER_WITHIN = 14 * DAY
#: So many claims of one party in so long.
MOST, WINDOW = 5, 7 * DAY
#: A shop is asked so often for the number of one claim, and for the numbers of so many claims of a programme an hour.
MOST_TRIES, HOURLY = 6, 60
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_WISH = MINUTE, 12 * HOUR, DAY
#: How shops number orders. What a claimant typed goes into a question to the shop, so nothing else does.
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", re.ASCII)


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


def bare(number: str) -> str:
    """An order's number as it was typed or printed, without the blanks and the ``#`` around it."""
    return number.strip().lstrip("# \t\r\n")


def same_number(one: str, other: str) -> bool:
    """Whether two ways of writing a number down mean the same order of a shop: ``#EN-1001`` is ``en-1001``."""
    return bare(one).casefold() == bare(other).casefold()


def may_be_asked(number: str) -> bool:
    """Whether a number looks like one that a shop gives, so that it is asked for it."""
    return _NUMBER.fullmatch(number) is not None


def next_try(tries: int, now: Instant, wish: int = 0) -> Instant | None:
    """When a shop that could not tell is asked again, after ``tries`` times; ``None``: it is not.

    A minute at first and five times as long each time, but not before ``wish`` microseconds are over, which the shop
    asks for. All tries end long before a claim has to be answered.
    """
    if tries >= MOST_TRIES:
        return None
    pause: int = min(_LONGEST_PAUSE, _FIRST_PAUSE * 5 ** max(0, tries - 1))
    return now + max(pause, min(wish, _LONGEST_WISH))
