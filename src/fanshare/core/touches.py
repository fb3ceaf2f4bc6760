"""Touches: clicks and typed codes as evidence of who brought the buyer, judged one by one.

A touch is frozen when it happens: whose link it was, the terms in force, the fan's part the creator had chosen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from fanshare.core.instants import MINUTE, SECOND, Instant

#: Two clocks: a touch may lie this much after the order it led to.
CLOCK_TOLERANCE = 300 * SECOND
DEFAULT_CHECKOUT_LEAD = 30 * MINUTE


class TouchKind(StrEnum):
    """How the buyer met the creator or fan."""

    LINK = "link"
    CODE = "code"
    OLD_LINK = "old_link"  # of another tool, in the address of the shop: who followed it, and when, nobody saw


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
    MOMENT_UNKNOWN = "moment_unknown"


@dataclass(frozen=True, slots=True)
class Touch:
    """One piece of evidence, resolved against the history of ownership at its own time.

    ``id`` is the click id, or ``code:<folded code>``. ``creator`` and ``owner`` are party ids; they differ when a fan
    owns the link or code. ``fan_bps`` and ``buyer_bps`` are frozen here. ``human`` is false for previews, bots and
    prefetches that no order confirmed. ``single_use`` marks codes that can be used once. ``group`` is the creator's
    group then; it is no part of the printed form, by which settlements of old are recognised.
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
    group: str = field(default="", repr=False)

    @property
    def by_fan(self) -> bool:
        """Whether a fan's link or code made this touch."""
        return self.owner != self.creator

    @property
    def order_key(self) -> tuple[Instant, str]:
        """Ties are broken by the click id."""
        return (self.at, self.id)


@dataclass(frozen=True, slots=True)
class Judged:
    """The touches of one order, parted: ``valid`` in order of time, ``skipped`` each with its reason."""

    valid: tuple[Touch, ...]
    skipped: tuple[tuple[Touch, Skip], ...]


@dataclass(frozen=True, slots=True)
class Purchase:
    """What judging needs to know of the order: when, whose, and when its checkout began."""

    placed_at: Instant
    payers: frozenset[int]
    checkout_started_at: Instant | None = None


def judge(touches: Iterable[Touch], purchase: Purchase, *, window: int, stand_down: int) -> Judged:
    """Part an order's touches into those that count and those that don't, with the reason.

    An old link counts only where nothing with a known moment does: anybody can write one into an address.
    ``window`` and ``stand_down`` are microseconds from the terms in force when the order was placed. A prefetch that
    an order names is confirmed by it; the caller passes it as human.
    """
    valid, skipped = [], []
    for touch in sorted(touches, key=lambda touch: touch.order_key):
        reason = _reason_to_skip(touch, purchase, window, stand_down)
        if reason is None:
            valid.append(touch)
        else:
            skipped.append((touch, reason))
    if any(touch.kind is not TouchKind.OLD_LINK for touch in valid):
        skipped += [(touch, Skip.MOMENT_UNKNOWN) for touch in valid if touch.kind is TouchKind.OLD_LINK]
        valid = [touch for touch in valid if touch.kind is not TouchKind.OLD_LINK]
    return Judged(tuple(valid), tuple(skipped))


def in_window(touch_at: Instant, placed_at: Instant, window: int) -> bool:
    """``0 <= t_order - t_touch <= window``, with the clock tolerance for a touch after the order."""
    return -CLOCK_TOLERANCE <= placed_at - touch_at <= window


def stands_down(touch: Touch, purchase: Purchase, lead: int) -> bool:
    """Whether a coupon or extension link only jumped in at the checkout (never a product pinned in a live session)."""
    if touch.link_class is LinkClass.STANDARD or touch.kind is TouchKind.CODE or touch.pinned_live:
        return False
    began = purchase.placed_at - lead if purchase.checkout_started_at is None else purchase.checkout_started_at
    return touch.user_activation is False or touch.checkout_referrer or touch.at >= began


def _reason_to_skip(touch: Touch, purchase: Purchase, window: int, stand_down: int) -> Skip | None:
    if not touch.live:
        return Skip.NOT_LIVE
    if not touch.human:
        return Skip.NOT_HUMAN
    if not in_window(touch.at, purchase.placed_at, window):
        return Skip.OUT_OF_WINDOW
    if stands_down(touch, purchase, stand_down):
        return Skip.STOOD_DOWN
    if touch.owner in purchase.payers or touch.creator in purchase.payers:
        return Skip.OWN_PURCHASE
    return None
