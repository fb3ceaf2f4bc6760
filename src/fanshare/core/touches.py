"""Touches: clicks and typed codes as evidence of who brought the buyer, judged one by one.

A touch is frozen when it happens: whose link it was, the terms in force, the fan's part the creator had chosen.
"""

from dataclasses import dataclass
from enum import StrEnum

from fanshare.core.instants import MINUTE, SECOND, Instant

#: Two clocks: a touch may lie this much after the order it led to.
CLOCK_TOLERANCE = 300 * SECOND
DEFAULT_CHECKOUT_LEAD = 30 * MINUTE


class TouchKind(StrEnum):
    """How the buyer met the creator or fan."""

    LINK = "link"
    CODE = "code"


class LinkClass(StrEnum):
    """Coupon sites and browser extensions live at the checkout: their links stand down for others."""

    STANDARD = "standard"
    COUPON = "coupon"
    EXTENSION = "extension"


class Skip(StrEnum):
    """Why a touch does not count, as machine-readable reasons; the sentences are made from them."""

    OUT_OF_WINDOW = "out_of_window"
    NOT_HUMAN = "not_human"
    STOOD_DOWN = "stood_down"
    OWN_PURCHASE = "own_purchase"
    NOT_LIVE = "not_live"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Touch:
    """One piece of evidence, resolved against the history of ownership at its own time.

    ``id`` is the click id, or ``code:<folded code>``. ``creator`` and ``owner`` are party ids; they differ when a fan
    owns the link or code. ``fan_bps`` and ``buyer_bps`` are frozen here. ``human`` is false for previews, bots and
    prefetches that no order confirmed. ``single_use`` marks codes that can be used once.
    """

    id: str
    kind: TouchKind
    at: Instant
    creator: int
    owner: int
    asset: int
    terms_version: int
    fan_bps: int
    buyer_bps: int
    human: bool = True
    live: bool = True
    link_class: LinkClass = LinkClass.STANDARD
    user_activation: bool | None = None
    checkout_referrer: bool = False
    pinned_live: bool = False
    single_use: bool = False

    @property
    def by_fan(self) -> bool:
        """Whether a fan's link or code made this touch."""
        return self.owner != self.creator

    @property
    def order_key(self) -> tuple[Instant, str]:
        """Ties are broken by the click id."""
        return (self.at, self.id)
