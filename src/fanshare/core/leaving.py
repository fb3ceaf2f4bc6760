"""Somebody leaves and is paid first, on the old dates: what is still to come, and when nothing is any more."""

from collections.abc import Iterable
from typing import NamedTuple

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros
from fanshare.core.payout_runs import payable
from fanshare.core.terms import TermsBook


class Purse(NamedTuple):
    """What somebody has in one currency, in micros. ``kind`` is that of the account it goes to, empty by hand.

    ``waiting`` is pending or being checked, ``away`` sent or promised and at no end yet.
    """

    currency: str
    waiting: Micros = 0
    ready: Micros = 0
    away: Micros = 0
    kind: str = ""


def counts_until(book: TermsBook, asked: Instant, *, fan: bool) -> Instant:
    """Until when an order can still come by what was clicked before somebody left: her links count no more.

    Whether a click counts say the terms of when the order is placed, also such as are published after she asked; for
    how long a fan is the introducer say those of her click, which may be old ones. So ask again before she is erased.
    """
    now = book.at(asked)
    window = max(terms.window for terms in book if terms == now or terms.effective_at > asked)
    days = max(terms.introducer_days for terms in book if terms == now or terms.effective_at <= asked) if fan else 0
    return asked + max(window, days * DAY)


def still(purses: Iterable[Purse]) -> list[Purse]:
    """What is to come: all but debts, and what is less than the way there can carry."""
    return [one for one in purses if one.waiting > 0 or one.away > 0 or payable(one.ready, one.currency, one.kind) > 0]


def over(purses: Iterable[Purse], underway: int, until: Instant, now: Instant) -> bool:
    """Whether she may be erased: no order can come any more, no payment (``underway``) is open, nothing is to come."""
    return now >= until and not underway and not still(purses)
